"""Files to keep: networks and layers in an array library, and the reference solutions of a homework."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from answers.code.programming import SOLUTION, Programming
from answers.command.subjects import is_definition_file
from answers.contract.definitions import Definition
from answers.errors import HomeworkContentError
from answers.files import read_file
from answers.homework.bundled import bundled_files
from answers.homework.context import HomeworkContext
from answers.homework.load import Loaded
from answers.homework.own import load_definitions, load_layers
from derive.conventions import Conventions
from derive.layer import Layer, is_layer, layer
from derive.network import Network, network
from numeric.codegen import CompileError
from numeric.export import exported

BATCH = "B"
SUFFIXES = (".yaml", ".yml")

Files = dict[str, str]
Reduction = Literal["mean", "sum"]


def is_homework(given: str) -> bool:
    """Whether what a user gave is a homework, and not a network, a layer or a file of definitions.

    A YAML file is one if it has questions; a word that is no bundled id is one if no layer can be called so.
    """
    if given in bundled_files():
        return True
    path = Path(given)
    if path.suffix in SUFFIXES and path.is_file():
        try:
            data = YAML(typ="safe").load(read_file(path).decode())
        except (YAMLError, UnicodeDecodeError, OSError):
            return True  # its loader says what is wrong
        return not isinstance(data, dict) or not {"layers", "activations"} >= set(data)
    if is_definition_file(given) or "->" in given:
        return False
    return "-" in given.partition("(")[0]


def solutions(homework: Loaded) -> Files:
    """The reference solutions of the programming parts, by their file names.

    Raises:
        HomeworkContentError: there is no programming part, or one cannot be written.
    """
    context = HomeworkContext(homework.homework)
    files: Files = {}
    for part in homework.homework.parts():
        if any(isinstance(item, Programming) for item in part.answer):
            for answered in context.answered(part):
                files |= {name: text for name, text in answered.files if name.startswith(f"{SOLUTION}/")}
    if not files:
        raise HomeworkContentError(
            f"{homework.id} has no programming part, so no reference solution; give --target to export its networks"
        )
    return files


def networks_of(homework: Loaded, target: str) -> Files:
    """The networks of a homework in an array library, each in a file named like it.

    Raises:
        HomeworkContentError: there are none, or one has no code; the message names it.
    """
    if not homework.homework.networks:
        raise HomeworkContentError(
            f"{homework.id} has no networks to export; its solutions, if any, are written without --target"
        )
    extra = homework.homework.own().definitions()
    usual = homework.homework.conventions.value().with_(layout="gradient", index_base=1)
    files: Files = {}
    for name, model in homework.homework.networks.items():
        built = network(
            model.layers,
            model.loss,
            batch=model.batch or BATCH,
            reduction=model.reduction,
            conventions=usual,
            extra=extra,
        )
        try:
            files[f"{name}.py"] = exported(built, target)
        except CompileError as error:
            raise HomeworkContentError(f"the network {name} cannot be exported: {error}", ("networks", name)) from error
    return files


def subjects(
    given: str, loss: str | None, reduction: Reduction, using: Path | None, usual: Conventions
) -> list[Network | Layer]:
    """The network or the layers that a text or a file of definitions names, over a batch.

    Raises:
        DeriveError: it cannot be read.
    """
    if is_definition_file(given):
        return [layer(one, batch=BATCH, conventions=usual) for one in load_layers(Path(given))]
    if is_layer(given):
        return [layer(given, batch=BATCH, conventions=usual)]
    extra: Iterable[Definition] = () if using is None else load_definitions(using)
    in_text = usual.with_(index_base=1)
    return [network(given, loss, batch=BATCH, reduction=reduction, conventions=in_text, extra=tuple(extra))]


def files_of(found: list[Network | Layer], target: str) -> Files:
    """A file for each network or layer, named like it."""
    return {
        f"{one.name.partition('(')[0].lower() if isinstance(one, Layer) else 'network'}.py": exported(one, target)
        for one in found
    }
