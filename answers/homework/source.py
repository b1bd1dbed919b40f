"""The text of a homework file: its YAML, and the line of every key in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from hashlib import sha256
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.constructor import ConstructorError, SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from answers.errors import HomeworkError, KeyPath
from answers.files import read_file

MERGE = "tag:yaml.org,2002:merge"
TEXT = "tag:yaml.org,2002:str"
HINTS = {
    "found character '\\t'": "; indent with spaces",
    "mapping values are not allowed": "; put a text that holds ': ' in quotes",
    "found another document": "; a homework file has no line ---",
}
"""What helps, by the beginning of what the parser says."""

QUOTES = "; put a text that begins with { or [ in quotes"
STANDARD = "tag:yaml.org,2002:"
ALIKE = 3
"""So many characters of an excerpt make a line the one that it is of."""
PLAIN = re.compile(r"0|[1-9][0-9]*")
"""A whole number as a key, which is the text that it is written as."""
KINDS = {"int": "whole number", "float": "number", "bool": "yes or no", "timestamp": "date", "binary": "binary data"}
"""What a value is called that has a tag of YAML's own, or looks as if it had."""
UNREADABLE = (ValueError, ArithmeticError, LookupError, AttributeError, TypeError)
"""What the constructors of the library raise for a value that they cannot read, besides errors with a mark."""


@dataclass(frozen=True)
class Source:
    """A homework file that was read: its name in messages, its data, where each key stands, and its SHA-256 digest."""

    name: str
    data: object
    root: Node = field(compare=False, repr=False)
    text: str = field(default="", compare=False, repr=False)
    digest: str = field(default="", compare=False)

    def line(self, path: KeyPath) -> int:
        """The line, from 1, of the key or list entry at ``path``, or of the nearest one above it."""
        node, line = self.root, self.root.start_mark.line
        for step in path:
            found = _child(node, step)
            if found is None:
                break
            line, node = found
        return int(line) + 1

    def line_of(self, path: KeyPath, excerpt: str) -> int:
        """The line of the text at ``path`` that has most of the ``excerpt``; that of its key if none has any of it."""
        node: Node | None = self.root
        for step in path:
            found = _child(node, step) if node is not None else None
            node = found[1] if found else None
        if not excerpt or not isinstance(node, ScalarNode):
            return self.line(path)
        first, last = node.start_mark.line, node.end_mark.line
        lines = self.text.splitlines()[first : last + 1]
        alike = [SequenceMatcher(None, line, excerpt, False).find_longest_match().size for line in lines]
        most = max(alike, default=0)
        return int(first) + alike.index(most) + 1 if most >= ALIKE else self.line(path)

    def describe(self, path: KeyPath) -> str:
        """The path as text: ``questions[1].parts[1.1a].text``; list entries by their id, or counted from 1."""
        return _described(self.root, path)

    def located(self, error: HomeworkError) -> HomeworkError:
        """The same error with the file, the line and the keys in its message."""
        if not error.path:
            return HomeworkError(f"{self.name}: {error.message}")
        place = f"{self.name}:{self.line_of(error.path, error.excerpt)}: {self.describe(error.path)}"
        return HomeworkError(f"{place}: {error.message}", error.path)


def read_source(path: Path, name: str | None = None) -> Source:
    """Read a homework file; ``name`` is what messages call it.

    Raises:
        HomeworkError: the file cannot be read, is empty, is not UTF-8 or not YAML, or a mapping has a key twice or one
            that is neither text nor a whole number.
    """
    name = name or str(path)
    try:
        content = read_file(path)
    except OSError as error:
        raise HomeworkError(f"cannot read {name}: {error.strerror or error}") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        raise HomeworkError(f"{name}:{line}: the byte 0x{byte:02x} is not UTF-8; save the file as UTF-8") from error
    return replace(parse_source(text, name), digest=sha256(content).hexdigest())


def parse_source(text: str, name: str) -> Source:
    """Read the text of a homework file.

    Raises:
        HomeworkError: the text is empty or not YAML, or a mapping has a key twice or one that is neither
            text nor a whole number.
    """
    yaml = YAML(typ="safe", pure=True)
    try:
        root = yaml.compose(text)
        if root is None:
            raise HomeworkError(f"{name} is empty; 'gradsheet init FILE' writes a homework to start from")
        _refuse_keys(root, name)
        return Source(name, _constructed(yaml, root, text, name), root, text)
    except MarkedYAMLError as error:
        raise HomeworkError(_syntax_message(error, text, name)) from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise HomeworkError(f"{name}:{line}: YAML allows no character U+{ord(text[error.position]):04X}") from error
    except YAMLError as error:
        raise HomeworkError(f"{name}: cannot be read as YAML: {error}") from error
    except RecursionError as error:
        raise HomeworkError(f"{name}: is nested too deeply") from error


class _PlainConstructor(SafeConstructor):
    """Makes the data; a scalar that is not what its tag or its look says is an error at its place."""

    def construct_non_recursive_object(self, node: Node, tag: str | None = None) -> object:
        try:
            return super().construct_non_recursive_object(node, tag)
        except UNREADABLE as error:
            kind = str(node.tag).removeprefix(STANDARD)
            hint = f"; a text is put in quotes: {_quoted(str(node.value))}"
            problem = f"{_quoted(str(node.value))} is no {KINDS.get(kind, kind)}{hint}"
            raise ConstructorError(None, None, problem, node.start_mark) from error


def _constructed(yaml: YAML, root: Node, text: str, name: str) -> object:
    """The data of a document.

    Raises:
        HomeworkError: a value is not what its tag or its look says; the message names its line and key.
    """
    try:
        return _PlainConstructor(loader=yaml).construct_document(root)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        path = max((path for path, node in _places(root) if node.start_mark.index == mark.index), key=len, default=())
        raise HomeworkError(_syntax_message(error, text, name, _described(root, path)), path) from error


def _syntax_message(error: MarkedYAMLError, text: str, name: str, keys: str = "") -> str:
    """The place, what is wrong there, and the line itself with a caret below it."""
    mark = error.problem_mark or error.context_mark
    lines = text.splitlines()
    problem = str(error.problem or error.context).removeprefix("but ")
    if error.context and error.context_mark and error.context_mark.line != mark.line:
        problem += f" ({error.context} of line {error.context_mark.line + 1})"
    hints = (hint for start, hint in HINTS.items() if problem.startswith(start))
    problem += next(hints, "")
    message = f"{name}:{mark.line + 1}:{mark.column + 1}: {keys + ': ' if keys else ''}{problem}"
    if mark.line < len(lines):
        message += f"\n    {lines[mark.line]}\n    {' ' * mark.column}^"
    return message


def _refuse_keys(root: Node, name: str) -> None:
    """Refuse keys that are no text, and those that stand twice in a mapping."""
    for path, node in _places(root):
        if not isinstance(node, MappingNode):
            continue
        first: dict[str, int] = {}
        for key, _ in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, ScalarNode):
                keys = f"{_described(root, path)}: " if path else ""
                raise HomeworkError(
                    f"{name}:{line}: {keys}a key is a word, not a list or keys with values{QUOTES}", path
                )
            if key.tag == MERGE:
                continue
            if key.tag == f"{STANDARD}int" and PLAIN.fullmatch(key.value):
                key.tag = TEXT
            if key.tag != TEXT:
                inner = (*path, key.value)
                hint = f"; write {_quoted(key.value)} to have it as one"
                raise HomeworkError(f"{name}:{line}: {_described(root, inner)}: a key is text{hint}", inner)
            if key.value in first:
                raise HomeworkError(f"{name}:{line}: the key {key.value} is already at line {first[key.value]}")
            first[key.value] = line


def _places(root: Node) -> Iterator[tuple[KeyPath, Node]]:
    """Every node once, with the keys that lead to it; a key has the path of its value."""
    seen: set[int] = set()
    waiting: list[tuple[KeyPath, Node]] = [((), root)]
    while waiting:
        path, node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield path, node
        if isinstance(node, MappingNode):
            for key, value in reversed(node.value):
                inner = (*path, key.value) if isinstance(key, ScalarNode) else path
                waiting += [(inner, value), (inner, key)]
        elif isinstance(node, SequenceNode):
            waiting += [((*path, place), entry) for place, entry in reversed(list(enumerate(node.value)))]


def _described(root: Node, path: KeyPath) -> str:
    text = ""
    node: Node | None = root
    for step in path:
        found = _child(node, step) if node is not None else None
        listed = isinstance(step, int) and not isinstance(node, MappingNode)
        node = found[1] if found else None
        if listed:
            named = _child(node, "id") if isinstance(node, MappingNode) else None
            text += f"[{named[1].value if named else int(step) + 1}]"
        else:
            key = _printable(str(step))
            text += f".{key}" if text else key
    return text


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


def _quoted(text: str) -> str:
    """A text in quotes, cut where it is long."""
    from derive.expression.identifiers import (
        quoted,  # SymPy is slow to import, and a file that is right does not need it
    )

    return quoted(text)


def _printable(text: str) -> str:
    """A key as it is, or in quotes where it is long or holds what cannot be printed."""
    from derive.expression.identifiers import LONGEST

    return text if text.isprintable() and len(text) <= LONGEST else _quoted(text)
