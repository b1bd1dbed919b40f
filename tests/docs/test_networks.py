"""docs/networks.md lists layers, activations and losses as the program knows them, with their arguments."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.answers.command.runner import run

PAGE = (Path(__file__).parents[2] / "docs" / "networks.md").read_text(encoding="utf-8")
LISTS = PAGE[PAGE.index("## Layers, activations, losses") : PAGE.index("## Objectives")]
ROWS = re.findall(r"^\|[^|]*\|(.*)\|$|^Activations: (.*?)\. `", LISTS, re.MULTILINE)
LISTED = [name for row in ROWS for name in re.findall(r"`([^`]+)`", "".join(row)) if name[0].isupper()]


def known() -> set[str]:
    """All layers, activations and losses as the program lists them."""
    lists = [run("list", sort).out.splitlines() for sort in ("layers", "activations", "losses")]
    return {line.partition("\t")[0] for lines in lists for line in lines}


def test_what_is_listed_is_known_with_these_arguments() -> None:
    assert len(LISTED) > 60
    assert [name for name in LISTED if name not in known()] == []


def test_nothing_is_listed_twice() -> None:
    assert len(set(LISTED) - {"NLL"}) == len([name for name in LISTED if name != "NLL"])


@pytest.mark.parametrize("sort", ["layers", "activations", "losses"])
def test_the_page_says_where_the_whole_list_is(sort: str) -> None:
    assert f"list {sort}`" in LISTS
