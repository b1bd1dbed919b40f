"""What counts as wrong input: an error message and exit code 2, not a traceback."""

from __future__ import annotations


def input_errors() -> tuple[type[Exception], ...]:
    """The exceptions that say that the input is wrong. Imported when one was raised: the program starts fast."""
    from answers.errors import HomeworkContentError
    from answers.files import OutputError
    from answers.homework.errors import HomeworkError
    from answers.pdf.errors import PdfError
    from derive.errors import DeriveError
    from numeric.compiled import CompileError

    return DeriveError, HomeworkError, HomeworkContentError, OutputError, PdfError, CompileError
