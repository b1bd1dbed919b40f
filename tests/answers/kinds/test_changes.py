from __future__ import annotations

from answers.latex.sheet import Equation, Text
from tests.answers.sample import WITHIN, all_pass, answered, blank, refused, the_table

TABLE = {"kind": "forward_table", "network": "regression", "within": ["x", "y", "W1", "b1", "W2", "b2"]}
GRADIENTS = {"kind": "gradients", "network": "regression", "within": WITHIN}
ELEMENTS = {"kind": "elements", "network": "regression", "of": ["dz2/dz1", "dy_hat/dz3", "dl/dy_hat"]}


def changes(what: str, network: str, **options: str) -> dict[str, str]:
    return {"kind": "changes", "part": "1a", "what": what, "network": network, **options}


def summary(blocks: tuple[object, ...]) -> str:
    assert isinstance(blocks[0], Text)
    return blocks[0].latex


def test_the_lines_that_differ_are_marked() -> None:
    answer = answered(TABLE, changes("forward_table", "scores"))
    assert [row.mark for row in the_table(answer.blocks).rows] == ["same", "same", "same", "changed", "changed"]
    assert summary(answer.blocks) == "Since part 1a, 2 of 5 lines change; the others stay as they were:"
    assert all_pass(answer)


def test_nothing_changes_in_the_symbols_that_take_the_change_up() -> None:
    answer = answered(GRADIENTS, changes("gradients", "scores"))
    assert answer.blocks == (Text("Nothing changes since part 1a: its equations hold as they stand there."),)
    assert len(answer.claims) == 4
    assert all_pass(answer)


def test_elements_are_marked_too() -> None:
    answer = answered(ELEMENTS, changes("elements", "scores"))
    marks = [block.mark for block in answer.blocks if isinstance(block, Equation) and block.mark]
    assert marks == ["same", "changed", "changed"]
    # What stays was told before: neither its cause nor its elements once more.
    assert isinstance(answer.blocks[1], Equation)
    assert isinstance(answer.blocks[2], Text)
    assert all_pass(answer)


def test_a_later_comparison_names_the_part_that_it_compares_with() -> None:
    second = changes("forward_table", "binary")
    third = changes("forward_table", "scores", since="binary")
    compared = summary(answered(TABLE, second, third).blocks)
    assert compared == "Since part 1b, 4 of 5 lines change in the answer of part 1a; the others stay as they were:"
    assert summary(answered(TABLE, third).blocks).startswith("Since the network binary, ")


def test_what_stays_since_a_later_part_is_named() -> None:
    second, third = changes("gradients", "binary"), changes("gradients", "binary", since="binary")
    (only,) = answered(GRADIENTS, second, third).blocks
    assert only == Text("Nothing changes in the answer of part 1a since part 1b.")


def test_the_blank_is_that_of_the_part() -> None:
    assert the_table(blank(GRADIENTS, changes("gradients", "scores"))) == the_table(blank(GRADIENTS))


def test_wrong_options() -> None:
    refused(TABLE, {**changes("forward_table", "scores"), "part": "1x"}, saying="there is no part 1x")
    refused(TABLE, changes("gradients", "scores"), saying="part 1a has no gradients; it has forward_table")
    refused(TABLE, changes("forward_table", "scors"), saying="there is no network scors; did you mean scores")
