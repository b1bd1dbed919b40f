from __future__ import annotations

import pickle
from pathlib import Path
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
    path.write_bytes(b"cnumpy\nndarray\n(K\x03\x85tR.")
    with pytest.raises(DataError, match="truncated or no pickle"):
        read_plain_pickle(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing cannot be read: No such file"):
        read_plain_pickle(tmp_path / "nothing")
