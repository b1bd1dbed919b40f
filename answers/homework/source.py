"""The text of a homework file: its YAML, and the line of every key in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from answers.homework.errors import HomeworkError, KeyPath
from derive.identifiers import LONGEST, quoted

MERGE = "tag:yaml.org,2002:merge"
HINTS = {
    "found character '\\t'": "; indent with spaces",
    "mapping values are not allowed": "; put a text that holds ': ' in quotes",
    "found unhashable key": "; put a text that begins with { or [ in quotes",
    "found another document": "; a homework file has no line ---",
}
"""What helps, by the beginning of what the parser says."""


@dataclass(frozen=True)
class Source:
    """A homework file that was read: its name in messages, its data, and where each key stands."""

    name: str
    data: object
    root: Node = field(compare=False, repr=False)

    def line(self, path: KeyPath) -> int:
        """The line, from 1, of the key or list entry at ``path``, or of the nearest one above it."""
        node, line = self.root, self.root.start_mark.line
        for step in path:
            found = _child(node, step)
            if found is None:
                break
            line, node = found
        return int(line) + 1

    def describe(self, path: KeyPath) -> str:
        """The path as text: ``questions[1].parts[1.1a].text``; list entries by their id, or counted from 1."""
        text = ""
        value = self.data
        for step in path:
            value = _value_at(value, step)
            if isinstance(step, int):
                entry = value.get("id", step + 1) if isinstance(value, dict) else step + 1
                text += f"[{entry}]"
            else:
                key = step if step.isprintable() and len(step) <= LONGEST else quoted(step)
                text += f".{key}" if text else key
        return text

    def located(self, error: HomeworkError) -> HomeworkError:
        """The same error with the file, the line and the keys in its message."""
        if not error.path:
            return HomeworkError(f"{self.name}: {error.message}")
        place = f"{self.name}:{self.line(error.path)}: {self.describe(error.path)}"
        return HomeworkError(f"{place}: {error.message}", error.path)


def read_source(path: Path, name: str | None = None) -> Source:
    """Read a homework file; ``name`` is what messages call it.

    Raises:
        HomeworkError: the file cannot be read, is empty, is not UTF-8 or not YAML, or gives a key twice.
    """
    name = name or str(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise HomeworkError(f"cannot read {name}: {error.strerror or error}") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        raise HomeworkError(f"{name}:{line}: the byte 0x{byte:02x} is not UTF-8; save the file as UTF-8") from error
    return parse_source(text, name)


def parse_source(text: str, name: str) -> Source:
    """Read the text of a homework file.

    Raises:
        HomeworkError: the text is empty or not YAML, or a mapping has a key twice.
    """
    yaml = YAML(typ="safe", pure=True)
    try:
        root = yaml.compose(text)
        if root is None:
            raise HomeworkError(f"{name} is empty; 'gradsheet init FILE' writes a homework to start from")
        _refuse_duplicates(root, name)
        return Source(name, yaml.constructor.construct_document(root), root)
    except MarkedYAMLError as error:
        raise HomeworkError(_syntax_message(error, text, name)) from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise HomeworkError(f"{name}:{line}: YAML allows no character U+{ord(text[error.position]):04X}") from error
    except YAMLError as error:
        raise HomeworkError(f"{name}: cannot be read as YAML: {error}") from error
    except RecursionError as error:
        raise HomeworkError(f"{name}: is nested too deeply") from error


def _syntax_message(error: MarkedYAMLError, text: str, name: str) -> str:
    """The place, what is wrong there, and the line itself with a caret below it."""
    mark = error.problem_mark or error.context_mark
    lines = text.splitlines()
    problem = str(error.problem or error.context).removeprefix("but ")
    if error.context and error.context_mark and error.context_mark.line != mark.line:
        problem += f" ({error.context} of line {error.context_mark.line + 1})"
    hints = (hint for start, hint in HINTS.items() if problem.startswith(start))
    problem += next(hints, "")
    message = f"{name}:{mark.line + 1}:{mark.column + 1}: {problem}"
    if mark.line < len(lines):
        message += f"\n    {lines[mark.line]}\n    {' ' * mark.column}^"
    return message


def _refuse_duplicates(root: Node, name: str) -> None:
    for node in _nodes(root):
        if not isinstance(node, MappingNode):
            continue
        first: dict[str, int] = {}
        for key, _ in node.value:
            if not isinstance(key, ScalarNode) or key.tag == MERGE:
                continue
            line = key.start_mark.line + 1
            if key.value in first:
                raise HomeworkError(f"{name}:{line}: the key {key.value} is already at line {first[key.value]}")
            first[key.value] = line


def _nodes(root: Node) -> Iterator[Node]:
    """Every node once; an alias is the node that it repeats."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if isinstance(node, MappingNode):
            waiting += [part for pair in reversed(node.value) for part in reversed(pair)]
        elif isinstance(node, SequenceNode):
            waiting += reversed(node.value)


def _child(node: Node, step: str | int) -> tuple[int, Node] | None:
    """The line of an entry of a mapping or list, and what stands there."""
    if isinstance(node, SequenceNode):
        if isinstance(step, int) and 0 <= step < len(node.value):
            entry = node.value[step]
            return entry.start_mark.line, entry
        return None
    if not isinstance(node, MappingNode):
        return None
    # Making the data has put the keys that are merged with << before the mapping's own; the last one counts.
    for key, value in reversed(node.value):
        if isinstance(key, ScalarNode) and key.value == str(step):
            return key.start_mark.line, value
    return None


def _value_at(value: object, step: str | int) -> object:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
        return value[step]
    return None
