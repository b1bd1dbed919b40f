"""Which text of a homework TeX stopped at, so that its error points to the line of the file."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from answers.contract.evidence import QUOTE
from answers.contract.model import texts_in
from answers.errors import HomeworkContentError, KeyPath, Refused, TexError
from answers.homework.model import Homework
from answers.latex.markdown import inline_markdown, markdown
from answers.pdf.compile import Typeset

FURTHEST = 12
"""So many lines behind a text may TeX be when it notices what is wrong in it."""
TAIL = 40
"""So many characters of what TeX had read are looked for in the file."""
MOST_NAMED = 6
SHORTEST = 4
"""So many characters make a text one that can be told from others."""


@contextmanager
def texts_blamed(homework: Homework) -> Iterator[None]:
    """Let an error of TeX say which text of the homework it stopped at.

    Raises:
        HomeworkContentError: TeX stopped at a text of the homework.
        TexError: it stopped elsewhere.
    """
    try:
        yield
    except TexError as error:
        for refused in error.refused:
            place = blamed(homework, refused)
            if place is not None:
                message = f"TeX stops at this text: {refused.message.rstrip('.')}{_read(refused)}"
                raise HomeworkContentError(
                    f"{message}; what it was given is kept in {refused.kept}", place, refused.read[-TAIL:]
                ) from error
        raise


def require_letters(made: Iterable[Typeset]) -> None:
    """Refuse sheets from which letters are missing.

    Raises:
        HomeworkContentError: no font has some letters; the message names them.
    """
    missing = "".join(dict.fromkeys("".join(one.log.missing_characters for one in made)))
    if missing:
        named = ", ".join(f"{letter} (U+{ord(letter):04X})" for letter in missing[:MOST_NAMED])
        more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
        raise HomeworkContentError(
            f"no font here has {named}{more}; give the file of one that does, such as NotoSerifCJK-Regular.ttc",
            ("fonts",),
        )


def _read(refused: Refused) -> str:
    return f", after {refused.read[-TAIL:]}" if refused.read else ""


def blamed(homework: Homework, refused: Refused) -> KeyPath | None:
    """The place of the text that TeX was at, or just behind; None if it is none of the homework's.

    Of texts that hold one another, and of one that stands at several places, the shortest and first is meant.
    """
    if refused.line is None:
        return None
    line = refused.line
    found = [
        (max(0, line - last), last - first, place)
        for place, text in texts_in(homework)
        for first, last in _lines_of(text, refused.tex)
        if first <= line <= last + FURTHEST
    ]
    return min(found, key=lambda entry: entry[:2])[2] if found else None


def _lines_of(text: str, tex: str) -> Iterator[tuple[int, int]]:
    """The first and last lines of a document, from 1, in which a text is printed, whatever it quotes."""
    ends = [end.start() for end in re.finditer("\n", tex)]
    for printed in dict.fromkeys(_printed(text)):
        pieces = [re.escape(piece) for piece in re.split(QUOTED, printed)]
        if len(printed.strip()) >= SHORTEST:
            for found in re.finditer(".*?".join(pieces), tex):
                yield bisect_left(ends, found.start()) + 1, bisect_left(ends, found.end()) + 1


QUOTED = re.compile(rf"{QUOTE.pattern.replace('(', '(?:')}|\\\{{\\\{{.*?\\\}}\\\}}")
"""What is quoted from evidence in a text, and how it stands in one that was made LaTeX without it."""


def _printed(text: str) -> Iterator[str]:
    """How a text stands in a document: as Markdown, as a line of it, and as it is."""
    writers: tuple[Callable[[str], str], ...] = (markdown, inline_markdown, str.strip)
    for write in writers:
        try:
            yield write(text)
        except HomeworkContentError:
            continue
