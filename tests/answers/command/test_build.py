from __future__ import annotations

from pathlib import Path

import pytest

from tests.answers.command.runner import HOMEWORK, run, written


def test_a_bundled_homework_is_built_into_a_folder_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):  # the folder that the first run makes must not hide the homework from the second
        outcome = run("build", "nyu-2020", "--format", "tex", "--only", "questions")
        assert outcome.code == 0
        assert outcome.err == ""
        assert str(Path("nyu-2020", "questions.tex")) in outcome.out.splitlines()
    assert not (tmp_path / "nyu-2020" / "key.tex").exists()


def test_what_is_printed_is_what_is_written(tmp_path: Path) -> None:
    outcome = run("build", written(tmp_path), "--out", tmp_path / "out", "--format", "tex")
    assert outcome.code == 0
    assert sorted(map(Path, outcome.out.splitlines())) == sorted((tmp_path / "out").iterdir())


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    file = written(tmp_path)
    for name in ("a", "b"):
        run("build", file, "--out", tmp_path / name, "--format", "tex")
    assert (tmp_path / "a" / "key.tex").read_bytes() == (tmp_path / "b" / "key.tex").read_bytes()


def test_only_one_sheet(tmp_path: Path) -> None:
    for name, beside in (("questions", []), ("key", ["certificate.json"])):
        run("build", written(tmp_path), "--out", tmp_path / name, "--format", "tex", "--only", name)
        sheets = sorted(path.name for path in (tmp_path / name).iterdir() if path.stem != "answers")
        assert sheets == [*beside, f"{name}.tex"]
    assert not list((tmp_path / "key").glob("answers.*"))


@pytest.mark.parametrize(
    ("options", "others"),
    [
        (["--steps"], ["--no-steps"]),
        (["--layout", "gradient"], ["--layout", "numerator"]),
        (["--index-base", "1"], ["--index-base", "0"]),
    ],
)
def test_each_option_reaches_the_key(options: list[str], others: list[str], tmp_path: Path) -> None:
    """The first of each pair is what the file says already; the second changes the key."""
    text = HOMEWORK + "          - {kind: elements, network: regression, of: [dl/dy_hat, l]}\n"
    text = text.replace("of: [dl/dy_hat, l]", "of: [dl/dW1], steps: true")
    file = written(tmp_path, text)
    keys = []
    for name, given in (("plain", []), ("same", options), ("other", others)):
        assert run("build", file, "--out", tmp_path / name, "--format", "tex", "--only", "key", *given).code == 0
        keys.append((tmp_path / name / "key.tex").read_text(encoding="utf-8"))
    assert keys[0] == keys[1]
    assert keys[0] != keys[2]


def test_the_sheets_are_pdf_unless_asked_otherwise(tmp_path: Path) -> None:
    outcome = run("build", written(tmp_path), "--out", tmp_path / "out", "--only", "key")
    assert outcome.code == 0
    assert (tmp_path / "out" / "key.pdf").read_bytes().startswith(b"%PDF")
