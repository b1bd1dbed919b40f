"""From a homework to files: the question sheet, the key, and what goes beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from answers.contract.progress import Progress, silent
from answers.errors import HomeworkContentError
from answers.fileset import settle, write_together
from answers.homework.beside import Beside
from answers.homework.context import HomeworkContext
from answers.homework.model import Homework
from answers.homework.verify import Checked, checked
from answers.latex.sheet import Sheet, sheet_latex
from answers.pdf.compile import failed_path, typeset
from answers.pdf.engine import Engine, find_engine, find_lualatex
from answers.sheets.answer_files import answer_files
from answers.sheets.blame import require_letters, texts_blamed
from answers.sheets.catalogue import catalogue
from answers.sheets.certificate import FILE as CERTIFICATE
from answers.sheets.certificate import certificate_file
from answers.sheets.layout import key_sheet, question_sheet
from answers.sheets.notebooks import notebook_files
from answers.trainings.trainer import Trainer
from derive.conventions import Layout
from derive.steps import Grain

SheetName = Literal["questions", "key", "catalogue"]


@dataclass(frozen=True)
class Built:
    """What was written, and the claims of it that failed their check."""

    files: tuple[Path, ...]
    failed: tuple[Checked, ...] = ()


def build(
    homework: Homework,
    destination: Path,
    *,
    only: SheetName | None = None,
    format: Literal["pdf", "tex"] = "pdf",
    steps: bool | None = None,
    grain: Grain | None = None,
    layout: Layout | None = None,
    index_base: Literal[0, 1] | None = None,
    engine: Engine | None = None,
    digest: str = "",
    progress: Progress = silent,
    trainer: Trainer | None = None,
    beside: Beside | None = None,
) -> Built:
    """Write the sheets of a homework into a folder, and the files that its answers bring.

    ``beside`` has the pictures that the sheets show, and templates that go before ours.

    The files are replaced together, when all of them are complete: killed at any moment, a run leaves no new sheet
    beside an old key, and the next one finishes what it began (``fileset.py``). The key is checked as it is written;
    its certificate says what passed, and of which file it is, where its ``digest`` is given.

    Raises:
        HomeworkContentError: a part cannot be answered, or TeX refuses a text of the homework.
        PdfError: there is no TeX, or it failed.
        OutputError: the folder cannot be written.
    """
    settle(destination)
    beside = beside or Beside()
    context = HomeworkContext(homework, steps=steps, grain=grain, layout=layout, index_base=index_base, trainer=trainer)
    homework = context.homework
    if format == "pdf" and homework.engine == "lualatex":
        engine = find_lualatex()
    elif format == "pdf" and engine is None:
        find_engine()  # a machine without TeX says so before the work
    wanted = _wanted(homework, only)
    # Everything is answered before the first file is written: what is wrong with the homework leaves all as it was.
    verdicts = () if wanted == ["questions"] else tuple(checked(context, progress))
    sheets = {
        f"{name}.{format}": sheet_latex(_sheet(name, homework, context, verdicts, digest), beside.templates)
        for name in wanted
    }
    files: dict[str, str | bytes] = dict(_files(homework, context, only))
    if "key" in wanted and verdicts:
        files[CERTIFICATE] = certificate_file(verdicts, digest)
    progress(" and ".join(sheets))
    pictures = beside.pictures
    if format == "pdf":
        documents = {destination / name: tex for name, tex in sheets.items()}
        with texts_blamed(homework):
            made = typeset(documents, pictures, engine)
        require_letters(made)
        files = {**{name: one.pdf for name, one in zip(sheets, made, strict=True)}, **files}
    else:
        files = {**sheets, **files, **pictures}
    refused = [failed_path(Path(name)).name for name in sheets] if format == "pdf" else []
    # A picture that lies there may be the author's own.
    there = {name for name, content in pictures.items() if _holds(destination / name, content)}
    write_together(destination, {name: files[name] for name in files if name not in there}, gone=refused)
    failed = tuple(entry for entry in verdicts if not entry.verdict.ok)
    return Built(tuple(destination / name for name in files), failed)


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content


def _wanted(homework: Homework, only: SheetName | None) -> list[SheetName]:
    wanted = [name for name in homework.sheets if only in (None, name)]
    if not wanted:
        raise HomeworkContentError(f"this file makes {' and '.join(homework.sheets)} only", ("sheets",))
    return wanted


def _sheet(
    name: SheetName, homework: Homework, context: HomeworkContext, verdicts: tuple[Checked, ...], digest: str
) -> Sheet:
    if name == "questions":
        return question_sheet(homework, context)
    if name == "key":
        return key_sheet(homework, context, verdicts, digest)
    return catalogue(homework, context, verdicts)


def _files(homework: Homework, context: HomeworkContext, only: SheetName | None) -> Iterator[tuple[str, str]]:
    """Handouts and files to write answers into go with the questions, solutions with the key."""
    if "questions" in _wanted(homework, only):
        yield from answer_files(homework, context)
    if only != "key":
        yield from notebook_files(homework, context, solved=False)
    if only != "questions":
        yield from notebook_files(homework, context, solved=True)
    for part in homework.parts():
        if only != "key":
            yield from context.handout(part)
        if only != "questions":
            for answered in context.answered(part):
                yield from answered.files
