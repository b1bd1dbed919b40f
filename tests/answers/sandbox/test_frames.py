"""What a process says is taken as it is, and nothing that claims to be more than it is."""

from __future__ import annotations

import os
import struct

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers.sandbox import FrameError, frames
from answers.sandbox.frames import ARRAY, HEAD, LENGTH, MOST_FRAMES, TEXT, send, send_array


def array(*shape: int, data: bytes = b"") -> bytes:
    return HEAD.pack(ARRAY, 0, 1) + b"a" + struct.pack(f"<{len(shape) + 1}Q", len(shape), *shape) + data


def test_what_is_sent_is_read() -> None:
    read, write = os.pipe()
    send(write, 3, "note", "é\n")
    send_array(write, 4, "dW1", numpy.arange(6.0).reshape(2, 3))
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        text, numbers = frames(pipe.read())
    assert (text.number, text.name, text.text) == (3, "note", "é\n")
    assert numbers.shape == (2, 3)
    assert numpy.frombuffer(numbers.data).tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "data",
    [
        array(2**40, 2**40),
        array(*[10**3] * 20, 0, data=bytes(10**4)),
        array(*[1] * 40, data=bytes(8)),
        HEAD.pack(TEXT, 0, 0) + LENGTH.pack(2**50),
        HEAD.pack(TEXT, 0, 60_000) + bytes(60_000),
        HEAD.pack(b"Z", 0, 0) + bytes(99),
        (HEAD.pack(TEXT, 0, 0) + LENGTH.pack(0)) * (MOST_FRAMES + 1),
    ],
)
def test_what_says_that_it_is_more_than_it_is_is_refused(data: bytes) -> None:
    with pytest.raises(FrameError):
        list(frames(data))


@given(st.binary(max_size=300))
def test_any_bytes_are_frames_or_refused(data: bytes) -> None:
    try:
        found = list(frames(data))
    except FrameError:
        return
    for frame in found:
        assert frame.text is not None or numpy.frombuffer(frame.data).reshape(frame.shape) is not None
