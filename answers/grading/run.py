"""The hand-ins of a folder marked, several at a time: each written whole as soon as it is done, and not done again."""

from __future__ import annotations

import importlib
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from random import SystemRandom

from answers.errors import HomeworkError
from answers.files import read_file, write_file
from answers.grading.gradescope import RESULTS, results_of, student_of_one, students_of
from answers.grading.pages import document, handin_of, page, report, table
from answers.grading.paper import Paper, paper_of
from answers.grading.programs import Trial, conditions, tried
from answers.grading.student import MarkedHandin, files_of, mark_handin
from answers.handins.files import LARGEST, SUFFIXES, printable
from answers.homework.context import HomeworkContext
from answers.homework.load import load
from answers.version import version
from derive.remembering import TRIALS

Advance = Callable[[str], None]
"""Called with the name of each student whose hand-in is done."""


PATIENCE = 20
"""Seconds that a scheduler may take to answer."""
LONGEST_NAME = 200
"""Bytes of a student's name, with room for what temporary files add to it."""
STUDENTS = "students"
"""The folder of what is written of each student, whose names may be any, apart from the report of the class."""


@dataclass(frozen=True)
class Task:
    """A hand-in to be marked: the student's name, what was handed in, and where the marks go."""

    student: str
    entry: Path
    out: Path

    @property
    def document(self) -> Path:
        """The JSON document of the marks."""
        return self.out / STUDENTS / f"{self.student}.json"

    @property
    def page(self) -> Path:
        """The readable page."""
        return self.out / STUDENTS / f"{self.student}.md"


def tasks_of(folder: Path, out: Path, *, gradescope: bool = False) -> tuple[Task, ...]:
    """A task for every folder in a folder, and for every file beside them that may hold answers.

    With ``gradescope`` students have the names that the file of a download says; where its autograder runs, the folder
    is one hand-in.

    Raises:
        HomeworkError: there is no such folder, or nothing in it.
    """
    if not folder.is_dir():
        raise HomeworkError(f"there is no folder {folder}; expected one with a folder for each student")
    student = student_of_one(folder) if gradescope else None
    if student is not None:
        return (Task(plain_name(student), folder, out),)
    students = students_of(folder) if gradescope else {}
    entries = [entry for entry in sorted(folder.iterdir()) if not entry.name.startswith(".") and not entry.is_symlink()]
    entries = [entry for entry in entries if entry.resolve() != out.resolve()]
    stems = Counter(entry.name if entry.is_dir() else entry.stem for entry in entries)
    found: dict[str, Path] = {}
    for entry in entries:
        if entry.is_dir() or entry.suffix.lower() in (*SUFFIXES, ".py"):
            own = entry.name if entry.is_dir() or stems[entry.stem] > 1 else entry.stem
            own = students.get(entry.name, own)
            name = plain_name(own)
            found[name if name not in found else _told_apart(name, entry.name)] = entry
    if not found:
        raise HomeworkError(f"there is nothing to mark in {folder}; expected a folder for each student")
    return tuple(Task(name, entry, out) for name, entry in found.items())


def plain_name(name: str) -> str:
    """A name of a folder or file as one of a student: signs that cannot be printed are escaped, and it is not too long.

    It is a name that files can have, with an ending.
    """
    plain = printable(name).replace(os.sep, "-").lstrip(".") or "-"
    return plain if len(plain.encode()) <= LONGEST_NAME else _told_apart(plain, name)


def _told_apart(plain: str, name: str) -> str:
    digest = sha256(os.fsencode(name)).hexdigest()[:8]
    return f"{plain.encode()[: LONGEST_NAME - 9].decode(errors='ignore')}-{digest}"


def grade(
    homework: str,
    folder: Path,
    out: Path,
    *,
    workers: int | None = None,
    resume: bool = False,
    trial: Trial | None = None,
    gradescope: Path | None = None,
    dask: str | None = None,
    advance: Advance = lambda _: None,
) -> tuple[Paper, tuple[MarkedHandin, ...]]:
    """Mark every hand-in of a folder and write the marks, then the report of the class.

    With ``resume`` a hand-in is left out that was marked before, if homework and files are the same. Programs are run
    as ``trial`` says; on cases that nobody knows before, if it is left out. Our own solutions are run first, of those
    programs that were handed in. The results that Gradescope shows go into the folder ``gradescope``. With ``dask`` the
    hand-ins are spread over the cluster of the scheduler at that address, whose workers must see the same folders.

    Raises:
        HomeworkError: the homework or the folder is not there, or the homework asks for nothing that can be marked.
        SandboxError: programs are asked for, the sandbox is required, and the system lacks a part of it.
        OutputError: the marks cannot be written.
    """
    from joblib import Parallel, cpu_count, delayed

    if dask is not None:
        # Workers may run in another folder.
        homework = str(Path(homework).resolve()) if Path(homework).exists() else homework
        folder, out = folder.resolve(), out.resolve()
    tasks = tasks_of(folder, out, gradescope=gradescope is not None)
    digest = load(homework).source.digest
    paper = paper_for(homework, digest)
    if not paper.columns:
        raise HomeworkError(f"{homework} asks for no formula and no program that can be marked")
    trial = trial or Trial(SystemRandom().randrange(10**6))
    open_tasks = [task for task in tasks if not (resume and _done(paper, task, digest))]
    handed_in = [one for one in paper.files if any(paper.program(one, task.entry) for task in open_tasks)]
    references = tried(handed_in, trial)
    for task in set(tasks) - set(open_tasks):
        advance(task.student)
    count = min(workers or cpu_count(), max(len(open_tasks), 1)) if dask is None else workers or -1
    with spread_over(dask):
        run = Parallel(n_jobs=count, return_as="generator_unordered", batch_size=1)
        for student in run(delayed(mark_one)(homework, digest, task, trial) for task in open_tasks):
            advance(student)
    handins = tuple(_read(task) for task in tasks)
    if gradescope is not None:
        alone = student_of_one(folder) is not None
        for task, handin in zip(tasks, handins, strict=True):
            own = gradescope if alone else gradescope / task.entry.name
            write_file(own / RESULTS, results_of(handin))
    write_file(out / "report.md", report(paper, handins, tuple(conditions(references, trial))))
    write_file(out / "report.csv", table(paper, handins))
    return paper, handins


@contextmanager
def spread_over(scheduler: str | None) -> Iterator[None]:
    """Have joblib give its work to the cluster of a scheduler of Dask, if there is one.

    Raises:
        HomeworkError: no scheduler answers at that address.
        ModuleNotFoundError: Dask is not installed.
    """
    if scheduler is None:
        yield
        return
    distributed = importlib.import_module("distributed")
    from joblib import parallel_config

    try:
        client = distributed.Client(scheduler, timeout=PATIENCE)
    except (OSError, ValueError, TimeoutError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise HomeworkError(f"no scheduler of Dask answers at {scheduler}: {reason}") from None
    with client, parallel_config("dask"):
        yield


@lru_cache(maxsize=TRIALS)
def paper_for(homework: str, digest: str) -> Paper:
    """What the homework asks for, derived once in each process.

    Raises:
        HomeworkError: the file is another than the one of that digest.
    """
    loaded = load(homework)
    if loaded.source.digest != digest:
        raise HomeworkError(f"{homework} was changed while its hand-ins were marked")
    return paper_of(HomeworkContext(loaded.homework))


def mark_one(homework: str, digest: str, task: Task, trial: Trial) -> str:
    """Mark one hand-in and write its document last, by which it is known to be done; the student's name.

    Raises:
        OutputError: the marks cannot be written.
        SandboxError: a program was handed in, the sandbox is required, and the system lacks a part of it.
    """
    paper = paper_for(homework, digest)
    key = _key(task, files_of(paper, task.entry), digest)
    handin = mark_handin(paper, task.student, task.entry, trial)
    write_file(task.page, page(paper, handin))
    write_file(task.document, document(paper, handin, key))
    return task.student


def _done(paper: Paper, task: Task, digest: str) -> bool:
    """Whether these files were marked for this homework by this version."""
    try:
        text = task.document.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return task.page.exists() and handin_of(text, _key(task, files_of(paper, task.entry), digest)) is not None


def _key(task: Task, files: Sequence[Path], digest: str) -> str:
    """What the marks depend on, as one digest."""
    found = sha256(f"{version()}\0{digest}\0{task.student}".encode())
    for file in files:
        found.update(f"\0{file.relative_to(task.entry.parent)}\0".encode(errors="surrogateescape"))
        try:
            found.update(sha256(read_file(file, LARGEST)).digest())
        except OSError:
            found.update(b"unreadable")
    return found.hexdigest()


def _read(task: Task) -> MarkedHandin:
    handin = handin_of(task.document.read_text(encoding="utf-8"))
    if handin is None:
        raise HomeworkError(f"{task.document} was changed while the hand-ins were marked; mark them again")
    return handin
