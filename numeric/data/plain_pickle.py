"""Reading pickles that hold arrays and plain values, by a machine of our own that can make nothing else.

The machine knows the operations that such pickles consist of. It imports nothing, calls nothing that a file names,
and does work in proportion to the length of the file.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numeric.data.pickled_arrays import Array, StateError, Unfilled, array_of, number_type, unfilled_array
from numeric.errors import DataError

LONGEST_FILE = 2**29
MOST_OPERATIONS = 500_000
"""A batch of ten thousand images with their names has some fifty thousand."""

MOST_PLACES = 2**32
MOST_BITS = 4096

Stack = list[Any]


Name = tuple[str, str]


@dataclass(frozen=True)
class _Known:
    """A module and a name in it that stand for something that the machine does itself."""

    name: Name


class ForbiddenPickleError(Exception):
    """A pickle names or does something that is neither an array nor a plain value."""


class BrokenPickleError(Exception):
    """The operations of a pickle do not fit each other."""


def read_plain_pickle(path: Path) -> Any:
    """What a pickle holds, if that is arrays and plain values; byte strings of Python 2 stay bytes.

    Plain are None, truth values, numbers, text, bytes, and lists, tuples and dictionaries of them whose keys are text
    or bytes. Arrays are of numbers, and share the bytes of the file.

    Raises:
        DataError: the file cannot be read, is truncated or no pickle, or holds anything else.
    """
    try:
        if path.exists() and not path.is_file():
            raise DataError(f"{path} is no file")
        if path.stat().st_size > LONGEST_FILE:
            raise DataError(f"{path} has more than {LONGEST_FILE // 2**20} MB, expected a batch of images")
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    try:
        return _Machine(len(content)).run(content)
    except (ForbiddenPickleError, StateError) as error:
        raise DataError(f"{path} is refused: its pickle asks for {error}, expected arrays and plain values") from error
    except (BrokenPickleError, ValueError, IndexError, KeyError, TypeError, OverflowError, MemoryError) as error:
        raise DataError(f"{path} is truncated or no pickle ({str(error)[:200]})") from error


class _Machine:
    """The stack, the marks and the memo of a pickle that is being read."""

    def __init__(self, length: int) -> None:
        self.stack: Stack = []
        self.marked: list[Stack] = []
        self.memo: dict[int, Any] = {}
        self.left = 4 * length + 2**16

    def run(self, content: bytes) -> Any:
        """What the pickle holds.

        Raises:
            ForbiddenPickleError, StateError: it holds something else than arrays and plain values.
            BrokenPickleError, ValueError, IndexError, KeyError: it is no pickle.
        """
        for count, (operation, argument, _) in enumerate(pickletools.genops(content)):
            if count > MOST_OPERATIONS:
                raise ForbiddenPickleError(f"more than {MOST_OPERATIONS} operations")
            if operation.name == "STOP":
                break
            do = OPERATIONS.get(operation.name)
            if do is None:
                raise ForbiddenPickleError(f"the operation {operation.name}")
            do(self, argument)
        value = self.pop()
        if self.stack or self.marked:
            raise BrokenPickleError("something is left when it ends")
        return value

    def push(self, value: Any) -> None:
        """Put a value on the stack."""
        self.stack.append(value)

    def pop(self) -> Any:
        """Take a whole value from the stack: an array whose state is missing is none, and neither is a function."""
        value = self.stack.pop()
        _require_whole(value)
        return value

    def mark(self) -> None:
        """Begin a sequence of values."""
        self.marked.append(self.stack)
        self.stack = []

    def since_mark(self) -> Stack:
        """The values since the last mark."""
        values = self.stack
        self.stack = self.marked.pop()
        for value in values:
            _require_whole(value)
        return values

    def remember(self, place: int) -> None:
        """Keep the value on top of the stack at a place of the memo."""
        if not 0 <= place < MOST_PLACES:
            raise BrokenPickleError(f"the memo has no place {place}")
        value = self.stack[-1]
        if isinstance(value, Unfilled):
            value.places.append(place)
        self.memo[place] = value

    def append(self, values: Stack) -> None:
        """Add values to the list below them."""
        below = self.stack[-1]
        if type(below) is not list:
            raise BrokenPickleError("values are added to what is no list")
        below.extend(values)

    def set_items(self, values: Stack) -> None:
        """Add keys with their values to the dictionary below them."""
        below = self.stack[-1]
        if type(below) is not dict or len(values) % 2:
            raise BrokenPickleError("keys and values do not fit a dictionary")
        for key, value in zip(values[::2], values[1::2], strict=True):
            if type(key) not in (str, bytes):
                raise ForbiddenPickleError(f"a key of type {type(key).__name__}")
            below[key] = value

    def name(self, module: object, name: object) -> None:
        """Put what stands for a name on the stack."""
        if not isinstance(module, str) or not isinstance(name, str):
            raise BrokenPickleError("a name that is no text")
        known = (module.replace("numpy._core", "numpy.core"), name)
        if known not in CALLS and known != ARRAY_CLASS:
            raise ForbiddenPickleError(f"{module[:80]}.{name[:80]}")
        # The class of arrays is only ever an argument, which nothing reads.
        self.push(None if known == ARRAY_CLASS else _Known(known))

    def call(self) -> None:
        """What a pickle would have by calling a function: the few that make arrays and bytes are done here."""
        arguments, function = self.pop(), self.stack.pop()
        if not isinstance(function, _Known) or not isinstance(arguments, tuple):
            raise BrokenPickleError("a call of what is no function")
        self.push(CALLS[function.name](self, *arguments))

    def fill(self) -> None:
        """Give an array or a type of numbers its state."""
        state, target = self.pop(), self.stack.pop()
        if not isinstance(target, Unfilled):
            raise ForbiddenPickleError(f"a state of what has none, a {type(target).__name__}")
        self.spend(_length(state))
        made = target.fill(state)
        # The memo was given it before it had its state.
        for place in target.places:
            self.memo[place] = made
        self.push(made)

    def spend(self, count: int) -> None:
        """Account for bytes that are made or looked through.

        Raises:
            ForbiddenPickleError: they are many more than the file has.
        """
        self.left -= count
        if self.left < 0:
            raise ForbiddenPickleError("the same bytes again and again")


def _require_whole(value: object) -> None:
    if isinstance(value, Unfilled):
        raise BrokenPickleError("an array without its state")
    if isinstance(value, _Known):
        raise ForbiddenPickleError(".".join(value.name))


def _length(state: object) -> int:
    """How many bytes the state of an array has."""
    last = state[-1] if isinstance(state, tuple) and state else None
    return len(last) if isinstance(last, bytes | bytearray) else 0


def _reconstruct(machine: _Machine, *_: object) -> Unfilled:
    return unfilled_array()


def _from_buffer(machine: _Machine, data: object, dtype: object, shape: object, order: object) -> Array:
    machine.spend(len(data) if isinstance(data, bytes | bytearray) else 0)
    return array_of(data, dtype, shape, order)


def _type(machine: _Machine, description: object, *_: object) -> Unfilled:
    return number_type(description)


def _latin_bytes(machine: _Machine, text: object, encoding: object) -> bytes:
    """Bytes as the older protocols spell them."""
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise ForbiddenPickleError("an encoding other than latin1")
    machine.spend(len(text))
    return text.encode("latin1")


def _no_bytes(machine: _Machine) -> bytes:
    """The empty byte string, which the older protocols spell as a call without arguments."""
    return b""


CALLS: Mapping[Name, Callable[..., Any]] = {
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy.core.numeric", "_frombuffer"): _from_buffer,
    ("numpy", "dtype"): _type,
    ("_codecs", "encode"): _latin_bytes,
    ("__builtin__", "bytes"): _no_bytes,
}
"""What a pickle may call, by its name: what is done is ours."""

ARRAY_CLASS = ("numpy", "ndarray")


def _named(machine: _Machine, argument: str) -> None:
    module, _, name = argument.partition(" ")
    machine.name(module, name)


def _named_on_stack(machine: _Machine, _: object) -> None:
    name, module = machine.pop(), machine.pop()
    machine.name(module, name)


def _plain(machine: _Machine, argument: object) -> None:
    machine.push(argument)


def _old_bytes(machine: _Machine, argument: str) -> None:
    """A string of Python 2, whose bytes are read as the first 256 characters."""
    machine.push(argument.encode("latin1"))


def _integer(machine: _Machine, argument: int) -> None:
    if argument.bit_length() > MOST_BITS:
        raise ForbiddenPickleError(f"an integer of more than {MOST_BITS} bits")
    machine.push(argument)


def _tuple(size: int) -> Callable[[_Machine, object], None]:
    def make(machine: _Machine, _: object) -> None:
        values = [machine.pop() for _ in range(size)]
        machine.push(tuple(reversed(values)))

    return make


def _dictionary(machine: _Machine, _: object) -> None:
    values = machine.since_mark()
    machine.push({})
    machine.set_items(values)


def _set_item(machine: _Machine, _: object) -> None:
    value, key = machine.pop(), machine.pop()
    machine.set_items([key, value])


OPERATIONS: Mapping[str, Callable[[_Machine, Any], None]] = {
    **dict.fromkeys(("PROTO", "FRAME"), lambda machine, _: None),
    "NONE": lambda machine, _: machine.push(None),
    "NEWTRUE": lambda machine, _: machine.push(True),
    "NEWFALSE": lambda machine, _: machine.push(False),
    **dict.fromkeys(("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4"), _integer),
    **dict.fromkeys(("FLOAT", "BINFLOAT"), _plain),
    **dict.fromkeys(("UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"), _plain),
    **dict.fromkeys(("SHORT_BINBYTES", "BINBYTES", "BINBYTES8", "BYTEARRAY8"), _plain),
    **dict.fromkeys(("STRING", "BINSTRING", "SHORT_BINSTRING"), _old_bytes),
    "EMPTY_LIST": lambda machine, _: machine.push([]),
    "EMPTY_TUPLE": lambda machine, _: machine.push(()),
    "EMPTY_DICT": lambda machine, _: machine.push({}),
    "MARK": lambda machine, _: machine.mark(),
    "LIST": lambda machine, _: machine.push(machine.since_mark()),
    "TUPLE": lambda machine, _: machine.push(tuple(machine.since_mark())),
    "TUPLE1": _tuple(1),
    "TUPLE2": _tuple(2),
    "TUPLE3": _tuple(3),
    "DICT": _dictionary,
    "APPEND": lambda machine, _: machine.append([machine.pop()]),
    "APPENDS": lambda machine, _: machine.append(machine.since_mark()),
    "SETITEM": _set_item,
    "SETITEMS": lambda machine, _: machine.set_items(machine.since_mark()),
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), lambda machine, place: machine.remember(place)),
    "MEMOIZE": lambda machine, _: machine.remember(len(machine.memo)),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), lambda machine, place: machine.push(machine.memo[place])),
    "GLOBAL": _named,
    "STACK_GLOBAL": _named_on_stack,
    "REDUCE": lambda machine, _: machine.call(),
    "BUILD": lambda machine, _: machine.fill(),
}
"""What each operation of a pickle does. Those that are missing make or call objects, or need a reader's help."""
