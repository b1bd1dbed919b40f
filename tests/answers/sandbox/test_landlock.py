"""The kernel's restriction holds for the thread that asks for it, and for what it starts."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from answers.sandbox import landlock


def restricted_copy(source: Path, target: Path, allowed: dict[Path, int]) -> bytes | None:
    """What a program that is started in a restricted thread copies; None where the system restricts nothing."""

    def copy() -> bool:
        if not landlock.restrict(landlock.READ | landlock.WRITE, allowed):
            return False
        subprocess.run(["/bin/cp", source, target], stdin=0, capture_output=True, check=False)
        return True

    with ThreadPoolExecutor(1) as pool:
        if not pool.submit(copy).result():
            return None
    return target.read_bytes() if target.exists() else b""


@pytest.mark.skipif(sys.platform != "linux", reason="only the Linux kernel has it")
def test_only_what_is_allowed_is_read_and_written(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    for folder in (inside, outside):
        folder.mkdir()
        (folder / "file").write_bytes(b"content")
    (inside / "link").symlink_to(outside / "file")
    system = dict.fromkeys(map(Path, ("/bin", "/usr", "/lib", "/lib64", "/etc")), landlock.READ)
    both = {**system, inside: landlock.READ | landlock.WRITE, Path("/not/there"): landlock.READ}
    if restricted_copy(inside / "file", inside / "copy", both) is None:
        pytest.skip("this kernel has no Landlock")
    assert (inside / "copy").read_bytes() == b"content"
    assert restricted_copy(outside / "file", inside / "a", both) == b""
    assert restricted_copy(inside / "link", inside / "b", both) == b""
    assert restricted_copy(inside / "file", outside / "c", both) == b""
    assert restricted_copy(inside / "file", inside / "d", {**system, inside: landlock.READ}) == b""
    # This thread is as free as before.
    (outside / "e").write_bytes((outside / "file").read_bytes())
