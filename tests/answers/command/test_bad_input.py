"""What is wrong with the input is one message with file, line, key and what is near; exit code 2."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.answers.command.runner import HOMEWORK, run, written


@pytest.fixture
def before(tmp_path: Path) -> dict[Path, bytes]:
    """Sheets of an earlier build."""
    folder = tmp_path / "out"
    folder.mkdir()
    files = {folder / name: f"the old {name}".encode() for name in ("questions.tex", "key.tex", "key.pdf")}
    for file, content in files.items():
        file.write_bytes(content)
    return files


BAD = {
    "misspelt layer": ("-> ReLU ->", "-> RelLU ->", ":3: networks.regression: ", "no layer RelLU; did you mean ReLU?"),
    "misspelt loss": ("1/2*MSE", "1/2*MES", ":3: networks.regression: ", "no loss MES; did you mean MSE?"),
    "misspelt key": ("    loss:", "    los:", ":5: networks.regression.los: ", "no key los; did you mean loss?"),
    "misspelt kind": ("gradients", "gradient", ":13: ", "no kind gradient; did you mean gradients?"),
    "part without a network": (
        "            network: regression\n",
        "",
        ":13: questions[1].parts[1a].answer[1]: ",
        "the key network is missing",
    ),
    "network that is not there": ("network: reg", "network: rig", ":13: ", "no network rigression; did you mean regre"),
    "shapes that do not compose": ("x:n ->", "x:n -> Conv1d(m, 3) ->", ":3: ", "an input with 2 axes", "shape (n)"),
    "network that is no network": ("-> Linear(d) ->", "-> Linear(d ->", ":4: ", "expected the form", "^"),
    "vocabulary": ("of: [W1]", "of: [W1]\n            within: [x, W1, W2]", ":13: ", "gradients: the answer needs"),
    "symbol that is not there": (
        "of: [W1]",
        "of: [W1]\n            within: [x, W11]",
        ":13: ",
        "W11 is no symbol of this network",
        "did you mean W1?",
    ),
    "YAML": ("title: A homework", "title: A: homework", ":1:9: mapping values are not allowed", "in quotes", "^"),
    "key twice": ("    loss:", "    layers: x\n    loss:", ":5: the key layers is already at line 4"),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("command", ["build", "verify"])
def test_a_bad_homework_is_refused_and_leaves_all_as_it_was(
    case: str, command: str, tmp_path: Path, before: dict[Path, bytes]
) -> None:
    good, bad, *message = BAD[case]
    assert HOMEWORK.count(good) == 1
    file = written(tmp_path, HOMEWORK.replace(good, bad))
    output = ["--out", str(tmp_path / "out"), "--format", "tex"] if command == "build" else []
    outcome = run(command, file, *output)
    outcome.refused(f"error: {file}", *message)
    assert outcome.out == ""
    assert {path: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_several_errors_are_listed_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = HOMEWORK.replace("    loss:", "    los:").replace("kind: gradients", "kind: gradient")
    outcome = run("build", written(tmp_path, text))
    outcome.refused(":5: ", ":13: ")
    assert outcome.err.index(":5: ") < outcome.err.index(":13: ")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"# nothing but a comment\n", "is empty"),
        ("title: caf\xe9\n".encode("latin-1"), ":1: the byte 0xe9 is not UTF-8"),
        (b"\xff\xfet\x00", ":1: the byte 0xff is not UTF-8"),
        (b"- title\n", "expected keys with values, got a list"),
        (b"title: \x07\n", ":1: YAML allows no character U+0007"),
    ],
)
def test_files_that_are_no_homework(content: bytes, message: str, tmp_path: Path) -> None:
    file = tmp_path / "hw.yaml"
    file.write_bytes(content)
    run("verify", file).refused(str(file), message)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    written(tmp_path, name="homework.yaml")
    run("build", tmp_path / "homewrok.yaml").refused("homewrok.yaml", f"did you mean {tmp_path / 'homework.yaml'}?")
    run("build", "nyu-2O20").refused("nyu-2O20", "did you mean nyu-2020?")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    written(tmp_path)
    run("build", tmp_path).refused("is a folder", f"such as {tmp_path / 'hw.yaml'}")


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    file = written(tmp_path)
    run("build", file, "--out", file / "out", "--format", "tex").refused("cannot write", str(file / "out"))
    run("build", file, "--out", file / "out").refused("cannot write", str(file / "out"))
    assert file.read_text(encoding="utf-8") == HOMEWORK


def test_no_tex_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: dict[Path, bytes]) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("answers.pdf.engine.find_spec", lambda name: None)
    out = tmp_path / "out"
    run("build", written(tmp_path), "--out", out).refused("no TeX was found", "pip install", "--format tex")
    assert {path: path.read_bytes() for path in out.iterdir()} == before


def test_characters_that_are_special_to_latex_and_to_the_terminal(tmp_path: Path) -> None:
    title = r"[b]50% of $5 & #1_a^2 {x} ~\end{document}[/b]"
    file = written(tmp_path, HOMEWORK.replace("title: A homework", f"title: '{title}'"))
    assert run("build", file, "--out", tmp_path / "out").code == 0
    assert title in run("verify", file, "--json").out.replace("\\\\", "\\")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["biuld"], "no such command 'biuld'"),
        (["build"], "expected either a homework (FILE_OR_ID) or --all"),
        (["build", "nyu-2020", "--formt", "tex"], "no such option: --formt"),
        (["build", "nyu-2020", "--layout", "rows"], "invalid value for '--layout': 'rows' is not one of 'numerator'"),
        (["build", "nyu-2020", "--index-base", "2"], "invalid value for '--index-base': '2' is not one of"),
        (["derive", "x:n", "--nottion", "index"], "no such option: --nottion"),
    ],
)
def test_usage_errors_are_one_message_too(arguments: list[str], message: str) -> None:
    run(*arguments).refused(message)


@pytest.mark.parametrize("command", ["verify", "export", "derive"])
def test_the_name_of_a_file_may_be_too_long(command: str) -> None:
    outcome = run(command, "a" * 300)
    assert outcome.code == 2
    assert len(outcome.err) < 1000


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_a_pipe_and_a_device_are_no_files(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    run("verify", pipe).refused("cannot read", "pipe.yaml: it is no file")
    run("verify", "/dev/zero").refused("cannot read /dev/zero: it is no file")


def test_a_file_has_a_largest_size(tmp_path: Path) -> None:
    run("verify", written(tmp_path, "#" * 5_000_001)).refused("it has 5,000,001 bytes, and at most 5,000,000 are read")


@pytest.mark.parametrize(
    ("program", "line", "message"),
    [
        ("x = 1\nraise ValueError('no')", 2, "ValueError: no"),
        ("import sys\n\nsys.exit(7)", 3, "SystemExit: 7"),
        ("x = (", 1, "SyntaxError"),
        ("import nowhere_at_all", 1, "ModuleNotFoundError"),
    ],
)
def test_a_program_of_the_user_that_fails_says_where(program: str, line: int, message: str, tmp_path: Path) -> None:
    file = written(tmp_path, program, "mine.py")
    run("derive", file).refused(f"{file}:{line} cannot be run: {message}")


def test_what_takes_more_memory_than_there_is_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def taking(*arguments: object) -> None:
        raise MemoryError("Unable to allocate 42.6 PiB")

    monkeypatch.setattr("answers.homework.load.load", taking)
    run("verify", written(tmp_path)).refused("more memory than there is: Unable to allocate 42.6 PiB")


@pytest.mark.parametrize(
    "layer", ["Conv1d(3, 2, padding=10000000000)", f"MaxPool1d({'9' * 50})", f"Linear({'9' * 4999})"]
)
def test_numbers_that_no_array_has_end_soon_with_one_message(layer: str) -> None:
    outcome = run("derive", f"x:(2,8) -> {layer}", "--loss", "MSE", "--wrt", "x")
    assert "Traceback" not in outcome.err
    assert outcome.code == 2 or "it cannot be checked: the tensors have" in outcome.out + outcome.err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--written-out", f"n={'9' * 30},d=2"), "a size is at most 10^15"),
        (("--written-out", f"n={'9' * 4999},d=2"), "a size is at most 10^15"),
        (("--written-out", "n=300,d=200"), "dl/dW1 has 60,000 elements at these sizes; at most 2,000 are written out"),
        (("--batch", "9" * 30), "a size is at most 10^15"),
    ],
)
def test_sizes_that_nothing_is_written_or_checked_at_are_refused(given: tuple[str, ...], said: str) -> None:
    run("derive", "x:n -> Linear(d)", "--loss", "MSE", "--wrt", "W1", *given).refused(said)
