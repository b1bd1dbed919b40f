from __future__ import annotations

from tests.answers.sample import all_pass, answered, blank, cells, homework, last, refused, the_table

ITEM = {"kind": "forward_table", "network": "regression", "within": ["x", "y", "W1", "b1", "W2", "b2"]}
LABELS = ["Linear_1", "f", "Linear_2", "g", "Loss"]


def test_a_row_for_each_layer_and_the_loss() -> None:
    answer = answered({**ITEM, "labels": LABELS})
    rows = list(cells(the_table(answer.blocks)))
    assert [row[0] for row in rows] == ["Linear$_{1}$", "$f$", "Linear$_{2}$", "$g$", "Loss"]
    assert rows[0][1:] == (r"\bm{x}", r"\bm{W}^{(1)} \, \bm{x} + \bm{b}^{(1)}", "$d$")
    assert [row[3] for row in rows] == ["$d$", "$d$", "$K$", "$K$", "$1$"]
    assert r"frac{1}{2}" in rows[4][2]
    assert all_pass(answer)


def test_the_blank_table_has_the_labels_and_nothing_else() -> None:
    table = the_table(blank({**ITEM, "labels": LABELS}))
    assert table.blank
    assert [row[0] for row in cells(table)] == ["Linear$_{1}$", "$f$", "Linear$_{2}$", "$g$", "Loss"]
    assert all(cell == "" for row in cells(table) for cell in row[1:])


def test_without_a_vocabulary_values_stay_symbols() -> None:
    rows = list(cells(the_table(answered({"kind": "forward_table", "network": "regression"}).blocks)))
    assert rows[1][1] == r"\bm{z}_1"


def test_class_numbers_count_as_indices_do() -> None:
    networks = {"words": {"layers": "x:T -> Embedding(V, d) -> Flatten -> Linear(K)", "loss": "SoftmaxCrossEntropy"}}
    for base in (0, 1):
        sample = homework(
            [{"kind": "forward_table", "network": "words"}], networks=networks, conventions={"index_base": base}
        )
        context, part = last(sample)
        (answer,) = context.answered(part)
        assert all_pass(answer)


def test_wrong_options() -> None:
    refused({**ITEM, "labels": ["f", "g"]}, saying="2 labels were given, the table has 5 rows")
    refused({**ITEM, "network": "regresion"}, saying="there is no network regresion; did you mean regression")
    refused({**ITEM, "within": ["x"]}, saying="part 1a, forward_table")
