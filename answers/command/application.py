"""The command line as a whole: its commands, and what its exit codes mean.

0: done. 1: something failed a check. 2: the input is wrong. 130: interrupted.
"""

from __future__ import annotations

import gc
import io
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from answers.command.build import build
from answers.command.derive import derive
from answers.command.export import export
from answers.command.failures import input_errors
from answers.command.grade import grade
from answers.command.init import init
from answers.command.list import list_what_there_is
from answers.command.schema import schema
from answers.command.sizes import sizes
from answers.command.train import train
from answers.command.verify import verify

DEEPEST = 6000
"""How many calls may be open at once: a formula of 200 functions inside one another takes 2000."""


LONGEST_NAME = 100
"""How much of the name of a file is said."""


WITHOUT_THE_ENGINE = frozenset({"list", "init", "schema", "--version", "--help", "-h"})
"""Commands and options that are answered before SymPy could be imported."""


class Program(TyperGroup):
    """The commands as one program, whose errors about the input are one message without a traceback."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command that ``args`` name, and exit with its code."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, False, windows_expand_args, **extra)
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, DEEPEST))
        try:
            code = super().main(args, prog_name, complete_var, False, windows_expand_args, **extra)
        except typer.TyperException as error:
            code = _refuse(_usage_message(error))
        except typer.Abort:
            code = 130
        except input_errors() as error:
            code = _refuse(str(error))
        except OSError as error:
            code = _refuse(_file_message(error))
        except MemoryError as error:
            code = _refuse(f"this takes more memory than there is{f': {error}' if str(error) else ''}")
        except RecursionError:
            code = _refuse("something is nested too deeply: give its parts names, such as a = ...; f = sigma(a)")
        finally:
            sys.setrecursionlimit(limit)
        sys.exit(code or 0)


def _refuse(message: str) -> int:
    """Say what is wrong with the input; the exit code for it."""
    typer.echo(f"{typer.style('error:', fg='red', bold=True)} {message}", err=True)
    return 2


def _file_message(error: OSError) -> str:
    """What is wrong with a file or a folder that nothing else has a word for."""
    name = str(error.filename or "a file")
    short = name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}..."
    return f"{short}: {error.strerror or error}"


def _usage_message(error: typer.TyperException) -> str:
    message = error.format_message().rstrip(".").replace("Value error, ", "")
    context = getattr(error, "ctx", None)
    hint = f"; see {context.command_path} --help" if context is not None else ""
    return f"{message[:1].lower()}{message[1:]}{hint}"


def _show_version(wanted: bool) -> None:
    if wanted:
        from answers.version import version

        typer.echo(f"gradsheet {version()}")
        raise typer.Exit


application = typer.Typer(
    cls=Program,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@application.callback(invoke_without_command=True)
def gradsheet(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Question sheets and solution keys for backpropagation, derived and checked by number.

    Exit codes: 0 done, 1 something failed a check, 2 the input is wrong.
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)


application.command("list")(list_what_there_is)
application.command()(build)
application.command()(verify)
application.command()(derive)
application.command()(sizes)
application.command()(export)
application.command()(grade)
application.command()(init)
application.command()(train)
application.command()(schema)


def _keep_what_is_made() -> None:
    """Expressions that a command works with live as long as it does.

    Looking through them for garbage takes a tenth of its time and finds little.
    """
    from derive.expression.collector import PAUSES

    PAUSES.keep()


def main() -> None:
    """The console script ``gradsheet``."""
    if WITHOUT_THE_ENGINE.isdisjoint(sys.argv[1:]):
        _keep_what_is_made()
    gc.set_threshold(100_000, 20, 20)
    for stream in (sys.stdout, sys.stderr):
        # Formulas are Unicode: a terminal or pipe with a smaller alphabet must not end in a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")
    application(prog_name="gradsheet")
