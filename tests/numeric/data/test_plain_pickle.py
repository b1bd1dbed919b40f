from __future__ import annotations

import pickle
import pickletools
import tracemalloc
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.data import DataError
from numeric.data.plain_pickle import read_plain_pickle

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(PLAIN, st.integers(2, 5))
def test_plain_values_come_back(tmp_path_factory: pytest.TempPathFactory, value: Any, protocol: int) -> None:
    path = tmp_path_factory.getbasetemp() / "plain"
    path.write_bytes(pickle.dumps(value, protocol))
    assert read_plain_pickle(path) == value


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32", "bool", ">f8"])
def test_arrays_come_back(tmp_path: Path, protocol: int, dtype: str) -> None:
    array = numpy.arange(12).reshape(3, 4).astype(dtype)
    path = tmp_path / "array"
    path.write_bytes(pickle.dumps({"a": array, "f": numpy.asfortranarray(array)}, protocol))
    read = read_plain_pickle(path)
    for name in ("a", "f"):
        assert read[name].dtype.newbyteorder("=") == array.dtype.newbyteorder("=")
        assert numpy.array_equal(read[name], array)


def test_what_python_2_wrote_is_read(tmp_path: Path) -> None:
    """Strings of Python 2 are bytes: the opcode U, which Python 3 never writes."""
    array = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85U\x01btR"
    array += b"(K\x01K\x02K\x03\x86cnumpy\ndtype\n(U\x02u1K\x00K\x01tR"
    array += b"(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    array += b"\x89U\x06\x00\x01\x02\xfd\xfe\xfftb"
    path = tmp_path / "python2"
    path.write_bytes(b"\x80\x02}(U\x04data" + array + b"U\x06labels](K\x03K\x04eu.")
    read = read_plain_pickle(path)
    assert read[b"labels"] == [3, 4]
    assert read[b"data"].tolist() == [[0, 1, 2], [253, 254, 255]]


class Runs:
    """When it is unpickled it runs a command."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> Any:
        return self.call


def test_a_pickle_that_runs_something_is_refused_before_it_does(tmp_path: Path) -> None:
    import os

    trace, path = tmp_path / "trace", tmp_path / "evil"
    for attack in (Runs(os.system, f"touch {trace}"), Runs(eval, f"open({str(trace)!r}, 'w')"), Runs(trace.touch)):
        for protocol in range(6):
            path.write_bytes(pickle.dumps({b"data": numpy.zeros(3, numpy.uint8), b"labels": attack}, protocol))
            with pytest.raises(DataError, match=r"evil is refused: its pickle asks for .*, expected arrays and plain"):
                read_plain_pickle(path)
            assert not trace.exists()


@pytest.mark.parametrize(
    "value", [numpy.array([print], dtype=object), numpy.ma.array([1]), pickle.Pickler, {1, 2} - {2}]
)
def test_other_objects_are_refused(tmp_path: Path, value: Any) -> None:
    path = tmp_path / "object"
    path.write_bytes(pickle.dumps(value, protocol=2))
    with pytest.raises(DataError, match="object is refused"):
        read_plain_pickle(path)


def test_a_pickle_cannot_call_the_class_of_arrays(tmp_path: Path) -> None:
    path = tmp_path / "ndarray"
    path.write_bytes(b"cnumpy\nndarray\n(K\x03tR.")
    with pytest.raises(DataError, match="a call of what is no function"):
        read_plain_pickle(path)


ARRAY = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tC\x01btR"
"""An array without its state."""

TYPE = b"cnumpy\ndtype\n(X\x02\x00\x00\x00f4I00\nI01\ntR"
"""The type f4 without its state."""

PLAIN_STATE = b"(K\x03X\x01\x00\x00\x00<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"


def array(shape: bytes, data: bytes, dtype: bytes = TYPE + PLAIN_STATE, order: bytes = b"\x89") -> bytes:
    """A pickle of an array of which the file says what it likes."""
    return b"\x80\x03" + ARRAY + b"(K\x01" + shape + dtype + order + b"C" + bytes([len(data)]) + data + b"tb."


def test_the_hostile_arrays_below_would_be_right_with_other_fields(tmp_path: Path) -> None:
    path = tmp_path / "array"
    path.write_bytes(array(b"K\x02\x85", numpy.array([1, 2], "<f4").tobytes()))
    assert read_plain_pickle(path).tolist() == [1, 2]


def _type(state: bytes) -> bytes:
    return array(b"K\x01\x85", bytes(4), TYPE + state)


MINUS = b"J\xff\xff\xff\xff"
LESS = b"X\x01\x00\x00\x00<"


@pytest.mark.parametrize(
    "content",
    [
        array(b"K\x03\x85", bytes(8)),
        array(b"J\xff\xff\xff\x7f\x85", bytes(8)),
        array(b"\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x85", bytes(8)),
        array(b"J\xfe\xff\xff\xff\x85", bytes(8)),
        array(b"\x8a\x07\xff\xff\xff\xff\xff\xff\x7fK\x00\x86", b""),
        array(b"(" + b"K\x01" * 40 + b"t", bytes(4)),
        array(b"]", bytes(4)),
        array(b"N", bytes(4)),
        array(b"\x88\x85", bytes(4)),
        array(b"G?\xf0\x00\x00\x00\x00\x00\x00\x85", bytes(4)),
        array(b"K\x01\x85", bytes(4), b"X\x02\x00\x00\x00f4"),
        array(b"K\x01\x85", bytes(4), TYPE),
        array(b"K\x01\x85", bytes(4), b"N"),
        array(b"K\x01\x85", bytes(4), order=b"N"),
        array(b"K\x01\x85", b"\x02", TYPE.replace(b"f4", b"b1") + PLAIN_STATE),
        *(
            array(b"K\x01\x85", bytes(8), TYPE.replace(b"f4", code) + PLAIN_STATE)
            for code in (b"O8", b"V8", b"S8", b"M8")
        ),
        _type(b"(K\x03" + LESS + b"NNN" + MINUS + MINUS + b"K\x3ftb"),
        _type(b"(K\x03" + LESS + b"NNN" + MINUS + MINUS + b"K\x00Ntb"),
        _type(b"(K\x03" + LESS + b"N)}" + MINUS + MINUS + b"K\x00tb"),
        _type(b"(K\x03" + LESS + b"(X\x02\x00\x00\x00O8K\x01\x85tNN" + MINUS + MINUS + b"K\x00tb"),
        _type(b"(K\x03" + LESS + b"NNNJ\xff\xff\xff\x7f" + MINUS + b"K\x00tb"),
        _type(b"(K\x03X\x01\x00\x00\x00ONNN" + MINUS + MINUS + b"K\x00tb"),
        _type(b"Nb"),
        _type(b"}b"),
        b"\x80\x03" + ARRAY + b".",
        b"\x80\x03]" + ARRAY + b"a.",
        b"\x80\x03" + ARRAY + b"Nb.",
        b"\x80\x03]Nb.",
        b"\x80\x03c_codecs\nencode\n.",
        b"\x80\x03}c_codecs\nencode\nK\x01s.",
    ],
)
def test_arrays_of_which_a_file_says_what_is_not_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "hostile"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"hostile is (refused|truncated or no pickle)"):
        read_plain_pickle(path)


@pytest.mark.parametrize(
    "content",
    [
        b"\x80\x03]r\xff\xff\xff\x7f.",
        b"(lp99999999999999999999\n.",
        b"\x80\x04N" + b"\x85" * 10_000 + b"N}\x94" + b"h\x000.",
        b"\x80\x04}" + b"N" + b"\x85" * 100_000 + b"Ns.",
        b"\x80\x04\x8e" + b"\xff" * 7 + b"\x00abc.",
        b"\x80\x05\x96" + b"\xff" * 7 + b"\x00abc.",
        b"\x80\x04\x8b" + (10_000).to_bytes(4, "little") + b"\x01" * 10_000 + b".",
        b"L" + b"9" * 5_000 + b"L\n.",
        b"I" + b"9" * 5_000 + b"\n.",
        b"\x80\x03]c_codecs\nencode\n(X\xe8\x03\x00\x00" + b"a" * 1000 + b"X\x06\x00\x00\x00latin1tq\x00" + b"R.",
        b"\x80\x03](c_codecs\nencode\nq\x01(X\xe8\x03\x00\x00"
        + b"a" * 1000
        + b"X\x06\x00\x00\x00latin1tq\x00R"
        + b"h\x01h\x00R" * 20_000
        + b"e.",
        b"\x80\x03N.N" * 3 + b"(" * 100_000,
        b"(" * 100_000,
    ],
    ids=range(13),
)
def test_small_files_do_not_make_much_work(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(content)
    tracemalloc.start()
    with suppress(DataError):
        read_plain_pickle(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 200 * len(content) + 2**20


def test_operations_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("numeric.data.plain_pickle.MOST_OPERATIONS", 1000)
    path = tmp_path / "long"
    path.write_bytes(pickle.dumps(list(range(10_000))))
    with pytest.raises(DataError, match="more than 1000 operations"):
        read_plain_pickle(path)


def test_a_file_of_no_batch_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("numeric.data.plain_pickle.LONGEST_FILE", 2**20)
    path = tmp_path / "large"
    path.write_bytes(bytes(2**20 + 1))
    with pytest.raises(DataError, match="large has more than 1 MB"):
        read_plain_pickle(path)


@pytest.mark.parametrize("value", [{1: 2}, {(1, 2): 3}, {None: 1}])
def test_keys_are_text(tmp_path: Path, value: Any) -> None:
    path = tmp_path / "keys"
    path.write_bytes(pickle.dumps(value))
    with pytest.raises(DataError, match="a key of type"):
        read_plain_pickle(path)


def test_mutated_pickles_are_read_or_refused(tmp_path: Path) -> None:
    """Bytes changed, taken out, put in and repeated: never another error than that of data."""
    random = Random(0)
    value = {b"data": numpy.arange(24, dtype=numpy.uint8).reshape(2, 12), b"labels": [1, 2], "f": ("a", None, 1.5)}
    whole = [pickle.dumps(value, protocol) for protocol in range(6)]
    codes = [opcode.code.encode("latin1") for opcode in pickletools.opcodes]
    path = tmp_path / "mutated"
    outcomes = {True: 0, False: 0}
    for _ in range(2000):
        content = bytearray(random.choice(whole))
        for _ in range(random.choice((1, 1, 2, 4))):
            place = random.randrange(len(content))
            length = random.randrange(4)
            content[place : place + length] = random.choice(
                (bytes([random.randrange(256)]), random.choice(codes), content[place : place + 2 * length], b"\xff" * 4)
            )
        path.write_bytes(content)
        try:
            read_plain_pickle(path)
        except DataError:
            outcomes[False] += 1
        else:
            outcomes[True] += 1
    assert min(outcomes.values()) > 50


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing cannot be read: No such file"):
        read_plain_pickle(tmp_path / "nothing")
