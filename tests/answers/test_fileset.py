"""A set of files is written whole: killed at any moment, none of it is old beside new, and the next run tidies up."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

import answers
from answers.files import OutputError
from answers.fileset import STAGE, settle, write_together

TOP = Path(answers.__file__).parent.parent
NAMES = ("questions.tex", "key.tex", "certificate.json", "handout/mlp.py", "solution/mlp.py")
OWN = ("notes.txt", "handout/own.py", ".hidden")


def version(number: int) -> dict[str, str]:
    return {name: f"{number} {name}\n" * 50 for name in NAMES}


def with_own(folder: Path) -> None:
    for name in OWN:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"mine {name}", encoding="utf-8")


def there(folder: Path) -> dict[str, str]:
    """All files of the folder that are not what the user put there."""
    files = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    assert {name: files.pop(name).read_text(encoding="utf-8") for name in OWN} == {name: f"mine {name}" for name in OWN}
    return {name: path.read_text(encoding="utf-8") for name, path in files.items()}


def in_place(found: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in found.items() if not name.startswith(STAGE)}


def child(folder: Path, source: str) -> subprocess.Popen[bytes]:
    start = f"""
        import os, sys
        from pathlib import Path
        from answers import fileset
        from answers.fileset import settle, write_together
        folder = Path({str(folder)!r})
        def version(number):
            return {{name: f"{{number}} {{name}}\\n" * 50 for name in {NAMES!r}}}
    """
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(start) + textwrap.dedent(source)], cwd=TOP)


def test_files_are_written_replaced_and_removed(tmp_path: Path) -> None:
    with_own(tmp_path)
    write_together(tmp_path, version(0))
    assert there(tmp_path) == version(0)
    fewer = {name: text for name, text in version(1).items() if name != "key.tex"}
    write_together(tmp_path, fewer, gone=("key.tex", "never.there"))
    assert there(tmp_path) == fewer


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
def test_killed_before_any_step_the_set_is_the_old_or_the_new(tmp_path: Path) -> None:
    """The process ends before its first, second, ... change of a name, until it comes to its end."""
    seen = set()
    for count in range(100):
        folder = tmp_path / str(count)
        folder.mkdir()
        with_own(folder)
        write_together(folder, {**version(0), "stale.tex": "0"})
        pid = os.fork()
        if pid == 0:
            left = [count]

            def counted(event: str, arguments: object, left: list[int] = left) -> None:
                if event in ("os.rename", "os.remove", "os.rmdir", "os.mkdir"):
                    left[0] -= 1
                    if left[0] < 0:
                        os._exit(9)

            sys.addaudithook(counted)
            write_together(folder, version(1), gone=("stale.tex",))
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        found = in_place(there(folder))
        old, new = {**version(0), "stale.tex": "0"}, version(1)
        assert found.items() <= old.items() or found.items() <= new.items()
        settle(folder)
        assert there(folder) in (old, new)
        seen.add(there(folder) == new)
        if os.waitstatus_to_exitcode(status) == 0:
            break
    assert seen == {True, False}
    assert count > 2 * len(NAMES)


def test_killed_at_random_moments(tmp_path: Path) -> None:
    with_own(tmp_path)
    write_together(tmp_path, version(0))
    draw = random.Random(0)
    for _ in range(12):
        writes = child(tmp_path, """
            print("ready", flush=True)
            number = 0
            while True:
                number += 1
                write_together(folder, version(number))
        """)  # fmt: skip
        time.sleep(0.25 + draw.random() * 0.3)
        writes.send_signal(signal.SIGKILL)
        writes.wait()
        found = in_place(there(tmp_path))
        assert len({text.split()[0] for text in found.values()}) <= 1
        settle(tmp_path)
        found = there(tmp_path)
        assert found == version(int(found["key.tex"].split()[0]))


def test_what_cannot_be_written_leaves_all_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_own(tmp_path)
    write_together(tmp_path, version(0))
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target.name == "certificate.json" and self.name.startswith("new-"):
            raise PermissionError(13, "Permission denied", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OutputError, match=r"cannot write .*certificate\.json: Permission denied"):
        write_together(tmp_path, version(1))
    assert there(tmp_path) == version(0)


def test_a_folder_in_the_place_of_a_file_is_refused_before_anything_is_moved(tmp_path: Path) -> None:
    with_own(tmp_path)
    write_together(tmp_path, version(0))
    (tmp_path / "key.tex").unlink()
    (tmp_path / "key.tex").mkdir()
    with pytest.raises(OutputError, match=r"key\.tex: it is a folder"):
        write_together(tmp_path, version(1))
    (tmp_path / "key.tex").rmdir()
    assert there(tmp_path) == {name: text for name, text in version(0).items() if name != "key.tex"}
    with pytest.raises(OutputError, match=r"notes\.txt: it is no folder"):
        write_together(tmp_path, {"notes.txt/a": "b"})


@pytest.mark.parametrize(
    "manifest",
    [
        *("", "{", "[]", "null", "[" * 9999, '{"files": 3, "gone": 4}'),
        '{"files": ["../taken"], "gone": []}',
        '{"files": [], "gone": ["../taken", "/taken"]}',
    ],
)
def test_a_manifest_that_is_none_of_ours_is_taken_away(manifest: str, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    (folder / STAGE).mkdir(parents=True)
    with_own(folder)
    (folder / STAGE / "manifest.json").write_text(manifest, encoding="utf-8")
    (folder / STAGE / "new-0").write_text("evil", encoding="utf-8")
    settle(folder)
    assert there(folder) == {}
    assert not (folder / STAGE).exists()
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "mine"


def test_one_run_waits_for_the_other(tmp_path: Path) -> None:
    with_own(tmp_path)
    runs = [child(tmp_path, f"for turn in range(30): write_together(folder, version({n}))") for n in (1, 2)]
    assert [run.wait(60) for run in runs] == [0, 0]
    assert there(tmp_path) in (version(1), version(2))
