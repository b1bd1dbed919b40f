"""From a homework to files: the question sheet, the key, and what goes beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
    if format == "pdf":
        engine = _engine(homework, engine)
    wanted = _wanted(homework, only)
    # Everything is answered before the first file is written: what is wrong with the homework leaves all as it was.
    verdicts = () if wanted == ["questions"] else tuple(checked(context, progress))
    made = {name: _sheet(name, homework, context, verdicts, digest) for name in wanted}
    sheets = {f"{name}.{format}": sheet_latex(sheet, beside.templates) for name, sheet in made.items()}
    others = dict(_files(homework, context, only))
    if "key" in wanted and verdicts:
        others[CERTIFICATE] = certificate_file(verdicts, digest)
    progress(" and ".join(sheets))
    failed = tuple(entry for entry in verdicts if not entry.verdict.ok)
    if format == "pdf":
        pdfs = _pdfs(homework, destination, sheets, beside.pictures, engine)
        return Built(_written(destination, {**pdfs, **others}, refused_before=sheets), failed)
    return Built(_written(destination, {**sheets, **others}, beside.pictures), failed)


def _engine(homework: Homework, engine: Engine | None) -> Engine | None:
    """The engine that a homework asks for, or the one that is given, if any; a machine without TeX says so here."""
    if homework.engine == "lualatex":
        return find_lualatex()
    if engine is None:
        find_engine()
    return engine


def _pdfs(
    homework: Homework,
    destination: Path,
    sheets: Mapping[str, str],
    pictures: Mapping[str, bytes],
    engine: Engine | None,
) -> dict[str, bytes]:
    """The PDF of each sheet; a text that TeX stops at is looked for in the homework."""
    with texts_blamed(homework):
        made = typeset({destination / name: tex for name, tex in sheets.items()}, pictures, engine)
    require_letters(made)
    return {name: one.pdf for name, one in zip(sheets, made, strict=True)}


def _written(
    destination: Path,
    files: Mapping[str, str | bytes],
    pictures: Mapping[str, bytes] | None = None,
    refused_before: Iterable[str] = (),
) -> tuple[Path, ...]:
    """Write the files and the pictures; what was kept of sheets that TeX refused before goes with that."""
    whole = {**files, **(pictures or {})}
    # A picture that lies there may be the author's own.
    there = {name for name, content in (pictures or {}).items() if _holds(destination / name, content)}
    new = {name: content for name, content in whole.items() if name not in there}
    write_together(destination, new, gone=[failed_path(Path(name)).name for name in refused_before])
    return tuple(destination / name for name in whole)


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
