"""``gradsheet list``: the homeworks that come with the program, or what it knows of one sort."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from answers.homework.bundled import Bundled


Sort = Literal["homeworks", "layers", "activations", "losses", "kinds", "evidence", "templates", "targets"]


def list_what_there_is(
    what: Annotated[str, typer.Argument(metavar="[SORT]", help=f"One of {', '.join(get_args(Sort))}.")] = "homeworks",
) -> None:
    """List the bundled homeworks, or all layers, losses, kinds of answers, ... that there are.

    Of a homework: id, title, number of parts; of anything else what it is called in a file and what it is. In a
    pipe each is a line with tabs between.
    """
    from rich.console import Console

    console = Console()
    if what == "homeworks":
        from answers.homework.bundled import bundled

        if console.is_terminal:
            console.print(table(bundled()))
            return
        for homework in bundled():
            typer.echo(f"{homework.id}\t{homework.title}\t{homework.count}")
        return
    if what not in CONTENTS:
        from derive.errors import nearest

        raise typer.BadParameter(f"there is no list of {what}; {nearest(what, get_args(Sort))}")
    for name, about in CONTENTS[what]():
        typer.echo(f"{name}\t{about}")


def _layers() -> Iterator[tuple[str, str]]:
    """Every layer with its arguments; the rank is that of the input, which a network knows."""
    import inspect

    from answers.contract.model import first_line
    from derive.layers import LAYERS

    for name, made in LAYERS.items():
        parameters = [one for one in inspect.signature(made).parameters.values() if one.name != "rank"]
        shown = [one.name if one.default is one.empty else f"{one.name}={one.default}" for one in parameters]
        yield _called(name, shown), first_line(made)


def _activations() -> Iterator[tuple[str, str]]:
    from derive.layers import ACTIVATION

    for name, kind in ACTIVATION.items():
        yield _called(name, [f"{constant}={value}" for constant, value in kind.constants.items()]), kind.formula


def _losses() -> Iterator[tuple[str, str]]:
    from derive.layers import LOSS

    for name, loss in LOSS.items():
        constants = [f"{constant}={value}" for constant, value in loss.constants.items()]
        yield _called(name, constants), "; ".join(map(str.strip, loss.equations.splitlines()))


def _kinds() -> Iterator[tuple[str, str]]:
    from answers.code.programming import Programming
    from answers.contract.model import first_line
    from answers.kinds import kinds

    return ((name, first_line(kind)) for name, kind in {**kinds(), "code": Programming}.items())


def _evidence() -> Iterator[tuple[str, str]]:
    from answers.contract.model import first_line
    from answers.evidence import evidence_kinds

    return ((name, first_line(kind)) for name, kind in evidence_kinds().items())


def _templates() -> Iterator[tuple[str, str]]:
    from answers.code.templates import code_templates
    from answers.contract.model import first_line

    return ((name, first_line(kind)) for name, kind in code_templates().items())


def _targets() -> Iterator[tuple[str, str]]:
    from answers.contract.model import first_line
    from numeric.export import FILES

    return ((name, first_line(made)) for name, made in FILES.items())


CONTENTS: Mapping[str, Callable[[], Iterator[tuple[str, str]]]] = {
    "layers": _layers,
    "activations": _activations,
    "losses": _losses,
    "kinds": _kinds,
    "evidence": _evidence,
    "templates": _templates,
    "targets": _targets,
}
"""What each list holds: names as a file or a network has them, and what they are, read off the registries."""


def _called(name: str, arguments: list[str]) -> str:
    return f"{name}({', '.join(arguments)})" if arguments else name


def table(homeworks: Iterable[Bundled]) -> Table:
    """The homeworks as a table for a terminal."""
    from rich.table import Table
    from rich.text import Text

    result = Table("Id", "Title")
    result.add_column("Parts", justify="right")
    for homework in homeworks:
        # A title is no markup: [b] in it is printed as it stands.
        result.add_row(Text(homework.id), Text(homework.title), homework.count)
    return result
