"""What counts as wrong input: an error message and exit code 2, not a traceback."""

from __future__ import annotations


def input_errors() -> tuple[type[Exception], ...]:
    """The exceptions that say that the input is wrong. Imported when one was raised: the program starts fast."""
    from answers.errors import HomeworkContentError, HomeworkError, PdfError, SandboxError
    from answers.files import OutputError
    from derive.errors import DeriveError
    from numeric.codegen import CompileError

    return DeriveError, HomeworkError, HomeworkContentError, OutputError, PdfError, SandboxError, CompileError
