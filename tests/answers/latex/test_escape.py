from __future__ import annotations

import re
import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers.latex import UnprintableError, escape, escape_maths
from answers.latex.characters import LETTERS_AND_PUNCTUATION, MATHS, SPECIAL, TYPED
from answers.latex.escape import escape_typed, require_fonts

ascii_text = st.text(alphabet=string.printable.replace("\r", "").replace("\x0b", "").replace("\x0c", ""))


def read_back(latex: str, table: dict[str, str]) -> str:
    """The text that an escaped text stands for."""
    original = {command: character for character, command in table.items()}
    longest_first = sorted(map(re.escape, original), key=len, reverse=True)
    return re.sub("|".join(longest_first), lambda match: original[match[0]], latex)


@given(ascii_text)
def test_nothing_is_lost(text: str) -> None:
    assert read_back(escape(text), SPECIAL) == text
    assert read_back(escape_typed(text), TYPED) == text


@given(ascii_text)
def test_no_special_character_is_left(text: str) -> None:
    bare = re.sub(r"\\[a-z]+\{\}|\\[{}$&#%_]", "", escape(text))
    assert not set(bare) & set('\\{}$&#%_^~<>|"`')


@given(st.text(alphabet=string.ascii_letters + string.punctuation))
def test_ascii_maths_is_kept(formula: str) -> None:
    assert escape_maths(formula) == formula


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("naïve ŷ", r"na\"{i}ve \^{y}"),
        ("x̂", r"\^{x}"),
        ("α ≤ β", r"\ensuremath{\alpha} \ensuremath{\leq} \ensuremath{\beta}"),
        ("“a” – b…", r"``a'' -- b\dots{}"),
        ("ℝⁿ", r"\ensuremath{\mathbb{R}}\ensuremath{^{n}}"),
        ("x ≠ y", r"x \ensuremath{\neq} y"),
    ],
)
def test_letters_and_signs(text: str, latex: str) -> None:
    assert escape(text) == latex
    assert escape(unicodedata.normalize("NFD", text) if "≠" not in text else text) == latex


@pytest.mark.parametrize(
    ("formula", "latex"),
    [
        ("σ(ŷ)", r"\sigma (\hat{y})"),
        ("αx", r"\alpha x"),
        ("∂ℓ/∂z₁", r"\partial \ell /\partial z_{1}"),
        (r"\text{für} ŷ", r"\text{f\"{u}r} \hat{y}"),
        (r"\text{für $ŷ$ und ü} ŷ", r"\text{f\"{u}r $\hat{y}$ und \"{u}} \hat{y}"),
        (r"\mbox {\textbf{é} é}_{é}", r"\mbox {\textbf{\'{e}} \'{e}}_{\acute{e}}"),
        (r"\text\{é\} \textcolor{é}{é}", r"\text\{\acute{e}\} \textcolor{\acute{e}}{\acute{e}}"),
        (r"\text{a ≤ β}", r"\text{a \ensuremath{\leq} \ensuremath{\beta}}"),
    ],
)
def test_signs_in_maths(formula: str, latex: str) -> None:
    assert escape_maths(formula) == latex


@pytest.mark.parametrize("character", ["🎓", "\x07", "\u0489"])
def test_what_cannot_be_printed_is_named(character: str) -> None:
    with pytest.raises(UnprintableError, match=rf"U\+{ord(character):04X}"):
        escape(f"a{character}")
    with pytest.raises(UnprintableError, match=rf"U\+{ord(character):04X}"):
        escape_maths(f"a{character}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("线性代数", r"the characters '线' \(U\+7EBF, .*\), '性' .*, '代' .*, '数' .* are not .*in Latin ones"),
        ("Привет, мир", r"'П' \(U\+041F, CYRILLIC CAPITAL LETTER PE\).* and 1 more are not in the fonts"),
        ("good 🚀", r"the character '🚀' .* is not .*they have Latin letters.*in words, such as 'rocket'"),
        ("a\u200bb", r"leave it out, or write what a keyboard has"),
        ("hello 👍", r"write a picture in words, such as 'thumbs up sign'"),
    ],
)
def test_the_message_names_all_of_them_and_what_prints_in_their_place(text: str, said: str) -> None:
    for write in (escape, escape_typed, escape_maths):
        with pytest.raises(UnprintableError, match=said):
            require_fonts(write(text))


@pytest.mark.parametrize("text", ["线性代数", "Привет, мир", "한국어", "שלום", "漢字。"])
def test_other_scripts_are_kept_for_fonts_that_have_them(text: str) -> None:
    assert escape(text) == escape_typed(text).replace(",{}", ",") == text
    assert escape_maths(text).replace(r"\text{", "").replace("}", "") == text
    with pytest.raises(UnprintableError, match="engine: lualatex"):
        require_fonts(f"a {text}")


@given(st.text(alphabet=[*string.printable[:95], *LETTERS_AND_PUNCTUATION, *MATHS, "é", "ŷ", "Ž"]))
def test_what_the_tables_have_needs_no_other_fonts(text: str) -> None:
    require_fonts(text)
    require_fonts(escape(text))


def test_every_character_of_the_tables_is_beyond_ascii() -> None:
    assert all(not character.isascii() for character in (*LETTERS_AND_PUNCTUATION, *MATHS))
