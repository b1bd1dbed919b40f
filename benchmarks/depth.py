"""The time of a backward pass by the number of layers: it must grow as they do."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.measuring import Line, in_turns, seconds
from derive import Network, network

DEPTHS = (2, 4, 8, 16, 32, 64)
MOST = 1.25
"""How much longer a layer may take at the largest depth than at 8 layers: what noise there is between two runs."""


def lines(repeats: int, full: bool) -> Iterator[Line]:
    """A line for each depth, and one for the growth."""
    best = {
        layers: in_turns({"backward": lambda layers=layers: stack(layers).backward()}, repeats)["backward"]
        for layers in DEPTHS
    }
    for layers in DEPTHS:
        yield Line(
            f"backward pass of {layers} layers", seconds(best[layers]), f"{seconds(best[layers] / layers)} a layer"
        )
    ratio = best[64] / 64 * 8 / best[8]
    yield Line(
        "time of a layer at 64 layers against 8", "", "", f"{ratio:.2f} times", f"at most {MOST:g}", ratio <= MOST
    )


def stack(layers: int) -> Network:
    """A perceptron with so many linear layers and ReLU between them."""
    hidden = ["Linear(d) -> ReLU"] * (layers - 1)
    return network(" -> ".join(["x:n", *hidden, "Linear(K)", "y_hat"]), "1/2*MSE")
