from __future__ import annotations

import contextlib
import io
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from answers.errors import HomeworkError
from answers.homework.source import parse_source, read_source

KEYS = st.text("abcdefgh", min_size=1, max_size=6)
VALUES = st.recursive(
    st.integers() | st.text("xyz: #{}[]&*!|>'\"%@`äß√", max_size=12) | st.booleans(),
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(KEYS, inner, min_size=1, max_size=3),
    max_leaves=12,
)
DATA = st.dictionaries(KEYS, VALUES, min_size=1, max_size=4)

TEXT = """\
base: &base
  one: 1
  two: 2
list:
  - plain
  - id: 1.1a
    deep: {key: [a, b]}
merged:
  <<: *base
  two: 22
alias: *base
"""


def paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The paths of all keys and list entries."""
    entries: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        entries = list(value.items())
    elif isinstance(value, list):
        entries = list(enumerate(value))
    found = []
    for key, entry in entries:
        found += [(*path, key), *paths(entry, (*path, key))]
    return found


@settings(deadline=None)
@given(DATA)
def test_data_is_read_as_it_was_and_every_key_is_found_at_its_line(data: dict[str, object]) -> None:
    stream = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.width = 10000
    yaml.dump(data, stream)
    text = stream.getvalue()
    source = parse_source(text, "data.yaml")
    assert source.data == data
    lines = text.split("\n")
    for path in paths(data):
        line = lines[source.line(path) - 1]
        assert (f"{path[-1]}:" if isinstance(path[-1], str) else "-") in line


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("base",), 1),
        (("base", "two"), 3),
        (("list", 0), 5),
        (("list", 1), 6),
        (("list", 1, "deep", "key", 1), 7),
        (("merged", "two"), 10),
        (("merged", "one"), 2),
        (("alias", "one"), 2),
        (("alias", "missing"), 11),
        (("list", 7), 4),
        (("nothing",), 1),
        ((), 1),
    ],
)
def test_lines_of_aliases_merged_keys_and_places_that_are_not_there(path: tuple[str | int, ...], line: int) -> None:
    assert parse_source(TEXT, "data.yaml").line(path) == line


def test_anchors_and_merges_are_data() -> None:
    data = parse_source(TEXT, "data.yaml").data
    assert isinstance(data, dict)
    assert data["merged"] == {"one": 1, "two": 22}
    assert data["alias"] == {"one": 1, "two": 2}


def test_places_are_described_by_id_or_counted_from_1() -> None:
    source = parse_source(TEXT, "data.yaml")
    assert source.describe(("list", 1, "deep", "key", 1)) == "list[1.1a].deep.key[2]"
    located = source.located(HomeworkError("is wrong", ("list", 0)))
    assert str(located) == "data.yaml:5: list[1]: is wrong"
    assert str(source.located(HomeworkError("is wrong"))) == "data.yaml: is wrong"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "data.yaml:3: the key a is already at line 1"),
        ("a:\n  - {b: 1, c: 2, b: 3}\n", "data.yaml:2: the key b is already at line 2"),
        (
            "a: 'text\nb: 2\n",
            "data.yaml:3:1: found unexpected end of stream (while scanning a quoted scalar of line 1)",
        ),
        ("a: [1,\nb: 2", "data.yaml:2:5: expected ',' or ']', but got '<stream end>' (while parsing a flow sequence"),
        ("\ta: 1\n", "data.yaml:1:1: found character '\\t' that cannot start any token; indent with spaces"),
        (
            "a: {{b}}\n",
            "data.yaml:1: a: a key is a word, not a list or keys with values; put a text",
        ),
        ("a: 1\n---\nb: 2\n", "data.yaml:2:1: found another document"),
        ("a: *b\n", "data.yaml:1:4: found undefined alias 'b'"),
        ("a: !!python/object:os.system {}\n", "data.yaml:1:4: a: could not determine a constructor for the tag"),
        (
            "a: {b: [2, !!int two]}\n",
            "data.yaml:1:12: a.b[2]: 'two' is no whole number; a text",
        ),
        ("a: 2\nb: 2021-14-01\n", "data.yaml:2:4: b: '2021-14-01' is no date; a text is put in quotes: '2021-14-01'"),
        ("a: 2021-02-30 12:00:00\n", "data.yaml:1:4: a: '2021-02-30 12:00:00' is no date"),
        ("a: 2021-02-03T12:00:00+99:00\n", "data.yaml:1:4: a: '2021-02-03T12:00:00+99:00' is no date"),
        ("a: !!float ''\n", "data.yaml:1:4: a: '' is no number"),
        ("a: !!bool maybe\n", "data.yaml:1:4: a: 'maybe' is no yes or no"),
        ("a: !!seq b\n", "data.yaml:1:4: a: expected a sequence node"),
        ("a:\n- id: c\n  d: " + "9" * 5000, "data.yaml:3:6: a[c].d: '99999"),
        ("a:\n  2021-14-01: b\n", "data.yaml:2: a.2021-14-01: a key is text; write '2021-14-01' to have it as one"),
        ("a: {b: {true: c}}\n", "data.yaml:1: a.b.true: a key is text; write 'true' to have it as one"),
        ("a: {007: c}\n", "data.yaml:1: a.007: a key is text; write '007' to have it as one"),
        ("a: {7: c, '7': d}\n", "data.yaml:1: the key 7 is already at line 1"),
        ("a: {[b, c]: d}\n", "data.yaml:1: a: a key is a word, not a list or keys with values"),
        ("? {a: b}\n: c\n", "data.yaml:1: a key is a word, not a list or keys with values"),
        ("a: b: c\n", "data.yaml:1:5: mapping values are not allowed here; put a text that holds ': ' in quotes"),
        ("[" * 2000, "data.yaml: is nested too deeply"),
    ],
)
def test_what_is_no_yaml_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(HomeworkError) as caught:
        parse_source(text, "data.yaml")
    assert str(caught.value).startswith(message)


def test_the_line_itself_is_shown_with_a_caret() -> None:
    with pytest.raises(HomeworkError, match=r"\n    b: c: d\n        \^$"):
        parse_source("a: 1\nb: c: d\n", "data.yaml")


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    file = tmp_path / "data.yaml"
    file.write_bytes("\ufeffa: 1\r\nb: 2\r\n".encode())
    source = read_source(file)
    assert source.data == {"a": 1, "b": 2}
    assert source.line(("b",)) == 2


def test_a_list_that_holds_itself_is_read() -> None:
    assert parse_source("a: &a [*a]\n", "data.yaml").line(("a", 0, 0)) == 1


def tagged() -> st.SearchStrategy[str]:
    """Values and keys with the tags of YAML, or looking like numbers and dates."""
    tags = st.sampled_from(
        ["", "!!int ", "!!float ", "!!bool ", "!!null ", "!!timestamp ", "!!binary ", "!!set ", "!x "]
    )
    values = st.text("0123456789.-+:eTZ_ ", max_size=20) | st.from_regex(r"\d{4}-\d\d-\d\d", fullmatch=True)
    words = st.builds(str.__add__, tags, values)
    return st.builds("a: {{b: {0}, {1}: c}}\n".format, words, words) | st.builds("a: {}\n".format, words)


@settings(deadline=None)
@given(st.text(max_size=60) | st.text("ab:-[]{}&*!|>'\"%@`#, \n\t", max_size=60) | tagged())
def test_any_text_is_read_or_refused_with_a_message_of_ours(text: str) -> None:
    with contextlib.suppress(HomeworkError):
        assert parse_source(text, "data.yaml").line(()) >= 1


def test_a_whole_number_as_a_key_is_its_text() -> None:
    assert parse_source("a: {0: b, 12: c}\n", "data.yaml").data == {"a": {"0": "b", "12": "c"}}


def test_a_file_has_a_digest(tmp_path: Path) -> None:
    path = tmp_path / "homework.yaml"
    path.write_bytes(b"title: T\n")
    assert read_source(path).digest == sha256(b"title: T\n").hexdigest()
    assert parse_source("title: T\n", "homework").digest == ""
