from __future__ import annotations

from typing import Any

from answers.latex.sheet import Equation, Heading, Room, Steps
from tests.answers.sample import all_pass, answered, blank, homework, last, refused

ITEM = {"kind": "loss", "loss": "CrossEntropy", "behind": "Softmax"}


def test_gradients_by_the_prediction_and_by_the_scores() -> None:
    answer = answered({**ITEM, "hessian": True})
    assert all_pass(answer)
    quantities = [claim.quantity for claim in answer.claims]
    assert quantities == ["ŷ", "ℓ", "∂ℓ/∂ŷ", "∂ℓ/∂z", "∂²ℓ/∂z∂zᵀ"]
    steps = [block for block in answer.blocks if isinstance(block, Steps)]
    assert steps[-1].steps[-1].right == r"\hat{\bm{y}} - \bm{y}"


def test_a_class_number_is_announced() -> None:
    headings = [
        block.latex for block in answered({**ITEM, "loss": "CrossEntropy(class)"}).blocks if isinstance(block, Heading)
    ]
    assert headings == ["Forward, with the number of a class as the target", "Backward"]


def test_without_steps() -> None:
    answer = answered({"kind": "loss", "loss": "MSE", "steps": False})
    assert not any(isinstance(block, Steps) for block in answer.blocks)
    (result,) = [block for block in answer.blocks if isinstance(block, Equation) and block.result]
    assert result.latex.endswith(r"2(\hat{\bm{y}} - \bm{y})")


def test_by_further_inputs_and_under_its_own_names() -> None:
    losses: dict[str, Any] = {
        "Pairs": {
            "equations": "l = -log(sigma(beta*(a - b)))",
            "prediction": "a",
            "axes": [],
            "target": None,
            "inputs": ["b"],
            "shapes": {"b": []},
            "constants": ["beta"],
        }
    }
    context, part = last(homework([{"kind": "loss", "loss": "Pairs", "of": ["a", "b"]}], losses=losses))
    (answer,) = context.answered(part)
    assert [claim.quantity for claim in answer.claims] == ["ℓ", "∂ℓ/∂a", "∂ℓ/∂b"]
    assert all_pass(answer)


def test_room_to_write() -> None:
    assert all(isinstance(block, Room) for block in blank(ITEM))


def test_wrong_options() -> None:
    refused({**ITEM, "loss": "CrossEntrpy"}, saying="part 1a, loss")
    refused({**ITEM, "behind": "Softmx"}, saying="part 1a, loss")
