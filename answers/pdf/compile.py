"""From LaTeX to a PDF file, through pdflatex in a temporary folder."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from textwrap import shorten

from answers.errors import PdfError, Refused, TexError
from answers.files import write_file
from answers.pdf.engine import Engine, Program, available_engines, find_engine
from answers.pdf.log import Log
from answers.pdf.process import run
from answers.scratch import scratch

JOB = "sheet"
MOST_RUNS = 5
LONGEST_LINE = 200
READ_AT_THE_START = (".toc", ".out", ".lof", ".lot")
"""Files that a run reads if they are there, and of whose absence LaTeX gives no warning."""

COMMAND_LINE = r"\pdfinfoomitdate=1 \pdfsuppressptexinfo=-1 \pdftrailerid{} \input{" + JOB + ".tex}"
"""The date, the folder and the year of the TeX stay out of the PDF, so that equal input gives equal bytes."""

STARTS: Mapping[Program, str] = {
    "pdflatex": COMMAND_LINE,
    "lualatex": r"\pdfvariable suppressoptionalinfo 1023 \input{" + JOB + ".tex}",
}
OPTIONS: Mapping[Program, tuple[str, ...]] = {"pdflatex": (), "lualatex": ("-nosocket",)}
"""What each program is started with. LuaTeX could speak to the network."""

ENVIRONMENT = {
    "SOURCE_DATE_EPOCH": "0",
    "FORCE_SOURCE_DATE": "1",
    "max_print_line": "10000",
    "error_line": "254",
    "half_error_line": "238",
}
"""A fixed date, and log lines that are not broken at column 79, where no pattern would match them."""


@dataclass(frozen=True)
class Compiled:
    """A PDF that was made: by which engine, in how many runs, and the log of the last one."""

    path: Path
    engine: Engine
    runs: int
    log: Log


def compile_pdf(
    tex: str,
    destination: Path,
    assets: Mapping[str, bytes] | None = None,
    engine: Engine | None = None,
    timeout: float = 120.0,
) -> Compiled:
    """Make the PDF file ``destination`` from a LaTeX document.

    It is what ``compile_pdfs`` does for one document.

    Raises:
        PdfError: there is no engine, or TeX refused the document, or took too long.
        OutputError: the destination cannot be written.
    """
    (compiled,) = compile_pdfs({destination: tex}, assets, engine, timeout)
    return compiled


def compile_pdfs(
    documents: Mapping[Path, str],
    assets: Mapping[str, bytes] | None = None,
    engine: Engine | None = None,
    timeout: float = 120.0,
) -> tuple[Compiled, ...]:
    """Make PDF files, by their destination, from LaTeX documents, side by side.

    A document is run again while its references change. ``assets`` are the files that it includes, by
    their path beside it. Without ``engine`` the preferred one is taken, and the next one if that lacks a
    package. The destinations are replaced only when all PDFs are complete; a document that TeX refuses is
    kept beside its destination as ``NAME.failed.tex``. One run takes at most ``timeout`` seconds.

    Raises:
        PdfError: there is no engine, or it took too long.
        TexError: TeX refused a document.
        OutputError: a destination cannot be written.
    """
    made = typeset(documents, assets, engine, timeout)
    return tuple(_written(destination, attempt) for destination, attempt in zip(documents, made, strict=True))


@dataclass(frozen=True)
class Typeset:
    """What an engine made of a document; ``pdf`` is empty if it refused it."""

    engine: Engine
    runs: int
    log: Log
    pdf: bytes


def typeset(
    documents: Mapping[Path, str],
    assets: Mapping[str, bytes] | None = None,
    engine: Engine | None = None,
    timeout: float = 120.0,
) -> tuple[Typeset, ...]:
    """Make the PDFs of ``compile_pdfs`` without writing them; what TeX refuses is kept all the same.

    Raises:
        PdfError: there is no engine, or it took too long.
        TexError: TeX refused a document.
        OutputError: what it refused cannot be kept.
    """
    engines = (engine,) if engine else available_engines() or (find_engine(),)
    with ThreadPoolExecutor() as pool:
        made = tuple(pool.map(lambda tex: _typeset(tex, assets or {}, engines, timeout), documents.values()))
    messages: list[str] = []
    refused: list[Refused] = []
    for (destination, tex), attempt in zip(documents.items(), made, strict=True):
        if not attempt.pdf:
            kept = failed_path(destination)
            write_file(kept, tex)
            messages.append(failure_message(attempt.log, tex, attempt.engine, kept))
            refused += [Refused(tex, error.message, error.line, error.text, str(kept)) for error in attempt.log.errors]
    if messages:
        raise TexError("\n".join(messages), tuple(refused))
    return made


def _typeset(tex: str, assets: Mapping[str, bytes], engines: Sequence[Engine], timeout: float) -> Typeset:
    """The first engine's attempt, or that of the first one that does not lack a package."""
    attempts = []
    for engine in engines:
        with scratch() as workplace:
            _lay_out(workplace, tex, assets)
            runs, log = _run_until_settled(workplace, engine, timeout)
            path = workplace / f"{JOB}.pdf"
            pdf = path.read_bytes() if path.is_file() and not log.errors else b""
        attempts.append(Typeset(engine, runs, log, pdf))
        if pdf:
            return attempts[-1]
        # Another engine has the same opinion of a wrong document; only a package may be there that is not here.
        if log.missing_file is None:
            break
    return attempts[0]


def _written(destination: Path, attempt: Typeset) -> Compiled:
    write_file(destination, attempt.pdf)
    failed_path(destination).unlink(missing_ok=True)
    return Compiled(destination, attempt.engine, attempt.runs, attempt.log)


def failure_message(log: Log, tex: str, engine: Engine, kept: Path) -> str:
    """What went wrong: TeX's message, the line of the source that it stopped at, and where the source is."""
    lines = tex.splitlines()
    report = [f"TeX ({engine.name}) could not make the PDF; its input is kept in {kept}"]
    for error in log.errors:
        report.append(f"! {error.message}")
        if error.text:
            report.append(f"  after: {error.text}")
        if error.line is not None and 0 < error.line <= len(lines):
            report.append(f"  line {error.line}: {shorten(lines[error.line - 1], LONGEST_LINE)}")
    if not log.errors:
        report.append("The log names no error; it ends so:")
        report.extend(f"  {line}" for line in log.text.splitlines()[-10:])
    return "\n".join(report)


def failed_path(destination: Path) -> Path:
    """Where a document is kept that TeX refused."""
    return destination.with_name(f"{destination.stem}.failed.tex")


def _lay_out(workplace: Path, tex: str, assets: Mapping[str, bytes]) -> None:
    (workplace / f"{JOB}.tex").write_text(tex, encoding="utf-8", newline="\n")
    for name, content in assets.items():
        place = PurePosixPath(name)
        if place.is_absolute() or ".." in place.parts:
            raise ValueError(f"an asset lies beside the document, not at {name}")
        path = workplace / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _run_until_settled(workplace: Path, engine: Engine, timeout: float) -> tuple[int, Log]:
    """Run TeX until an error, or until what it writes for its next run stays the same."""
    before = _references(workplace)
    for count in range(1, MOST_RUNS + 1):
        log = _run(workplace, engine, timeout)
        after = _references(workplace)
        if log.errors or not (log.wants_another_run or _differ(before, after, first=count == 1)):
            break
        before = after
    return count, log


def _run(workplace: Path, engine: Engine, timeout: float) -> Log:
    """One run of TeX.

    Raises:
        PdfError: it cannot be started, or does not end.
    """
    options = ["-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", f"-jobname={JOB}"]
    arguments = [*OPTIONS[engine.program], *options, STARTS[engine.program]]
    try:
        run(arguments, engine, workplace, ENVIRONMENT | _fonts(engine, workplace), timeout)
    except subprocess.TimeoutExpired as error:
        raise PdfError(
            f"TeX ({engine.name}) did not finish within {timeout:g} s: "
            "is a formula nested very often, or a column of it repeated?"
        ) from error
    except OSError as error:
        raise PdfError(f"TeX ({engine.name}) cannot be run: {engine.command}: {error.strerror}") from error
    path = workplace / f"{JOB}.log"
    # The log repeats bytes of the document as TeX holds them, which may be cut inside a character.
    return Log(path.read_text(encoding="utf-8", errors="replace") if path.is_file() else "")


def _fonts(engine: Engine, workplace: Path) -> dict[str, str]:
    """Where LuaTeX looks for the fonts of the system, and keeps what it knows of fonts."""
    if engine.program == "pdflatex":
        return {}
    kept = str(workplace / "fonts")
    return {"OSFONTDIR": "/usr/share/fonts//", "TEXMFVAR": kept, "TEXMFCACHE": kept}


def _references(workplace: Path) -> dict[str, bytes]:
    """What a run leaves for the next one, by suffix; a file that is missing counts as empty."""
    paths = {suffix: workplace / f"{JOB}{suffix}" for suffix in (".aux", *READ_AT_THE_START)}
    return {suffix: path.read_bytes() if path.is_file() else b"" for suffix, path in paths.items()}


def _differ(before: Mapping[str, bytes], after: Mapping[str, bytes], first: bool) -> bool:
    """Whether the next run would read something else; LaTeX itself compares the .aux of the first run."""
    suffixes = READ_AT_THE_START if first else after.keys()
    return any(before[suffix] != after[suffix] for suffix in suffixes)
