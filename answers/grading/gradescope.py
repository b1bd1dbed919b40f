"""Gradescope: its download of a class, the folder of its autograder, and the results that it shows.

A download has a folder for each submission and says in ``submission_metadata.yml`` whose it is. Where an autograder
runs, one submission lies in a folder, beside a file that says whose it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from answers.errors import HomeworkError
from answers.files import read_file
from answers.grading.student import MarkedAnswer, MarkedHandin

CLASS, ONE = "submission_metadata.yml", "submission_metadata.json"
RESULTS = "results.json"
LARGEST = 50_000_000
STATUS = {"right": "passed", "transposed": "passed", "loose": "passed"}


def students_of(folder: Path) -> dict[str, str]:
    """Who handed in each folder of a download, by the folder's name; empty if it is none.

    Raises:
        HomeworkError: its file cannot be read.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    file = folder / CLASS
    if not file.is_file():
        return {}
    try:
        # Its keys are symbols of Ruby, which are words here; tags of Ruby are passed over.
        read: Any = YAML(typ="rt", pure=True).load(read_file(file, LARGEST).decode(errors="replace"))
    except (OSError, YAMLError, ValueError, RecursionError) as error:
        raise HomeworkError(f"{file} cannot be read: {str(error).splitlines()[0]}") from None
    entries = read.items() if isinstance(read, Mapping) else ()
    found = {str(name): ", ".join(_names(_entry(one, "submitters"))) for name, one in entries}
    return {name: student for name, student in found.items() if student}


def student_of_one(folder: Path) -> str | None:
    """Who handed in the submission that an autograder runs on; None if the folder is none.

    Raises:
        HomeworkError: the file beside it cannot be read.
    """
    file = folder.resolve().parent / ONE
    if not file.is_file():
        return None
    try:
        read = json.loads(read_file(file, LARGEST))
    except (OSError, ValueError, RecursionError) as error:
        raise HomeworkError(f"{file} cannot be read: {error}") from None
    return ", ".join(_names(_entry(read, "users"))) or "submission"


def _names(people: Any) -> Iterator[str]:
    for person in people if isinstance(people, list) else ():
        name = _entry(person, "name") or _entry(person, "email")
        if isinstance(name, str) and name.strip():
            yield name.strip()


def _entry(given: Any, key: str) -> Any:
    if not isinstance(given, Mapping):
        return None
    return given.get(key, given.get(f":{key}"))


def results_of(handin: MarkedHandin) -> str:
    """The document that Gradescope shows a student: the points, and each answer with what is said of it.

    What is to be looked at has no points yet, and is not counted.
    """
    tests = [_test(answer) for answer in handin.answers]
    whole = {
        "score": handin.earned,
        "output": _said(handin),
        "output_format": "md",
        "visibility": "visible",
        "tests": tests,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _test(answer: MarkedAnswer) -> dict[str, Any]:
    shown = {
        "name": f"{answer.part} {answer.name}",
        "output": answer.feedback or answer.outcome,
        "output_format": "md",
    }
    if answer.earned is None:
        return {**shown, "output": f"To be looked at. {shown['output']}"}
    return {
        **shown, "score": answer.earned, "max_score": answer.points, "status": STATUS.get(answer.outcome, "failed"),
    }  # fmt: skip


def _said(handin: MarkedHandin) -> str:
    still = f"{handin.open:g} more points are to be looked at." if handin.open else ""
    return "\n\n".join(filter(None, (still, *(f"- {note}" for note in handin.notes))))
