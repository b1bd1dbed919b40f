from __future__ import annotations

from pathlib import Path

import pytest

from answers.files import OutputError, write_file


def test_folders_are_made_and_content_replaced(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b.tex"
    write_file(target, "one\nσ")
    write_file(target, b"two")
    assert target.read_bytes() == b"two"
    assert [path.name for path in target.parent.iterdir()] == ["b.tex"]


def test_a_failure_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.tex"
    write_file(target, "one")

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OutputError, match=r"cannot write .*a\.tex: Permission denied"):
        write_file(target, "two")
    assert target.read_text() == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["a.tex"]


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot write"):
        write_file(tmp_path, "one")
