"""The command ``gradsheet``: one file for each command, and what they share."""

from __future__ import annotations

import sys

from answers.missing import missing_package

__all__ = ["main"]


def main() -> None:
    """The console script ``gradsheet``; a package that it needs and that is not there is one message, exit code 2."""
    try:
        from answers.command.application import main as run

        run()
    except ImportError as error:
        message = missing_package(error)
        if message is None:
            raise
        sys.stderr.write(f"error: {message}\n")
        sys.exit(2)
