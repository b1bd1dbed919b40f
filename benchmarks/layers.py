"""How long each layer's full set of derivations takes, with steps and matrix forms, sizes and options symbolic.

    python benchmarks/layers.py [--repeats 3] [--only LayerNorm LSTM]

CPU seconds of the best run; what SymPy and `derive` remember is emptied before each, so that no run profits from
another. Steps have their matrix forms, results their convolution forms and notes: all that is printed but the printing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from rich.console import Console
from rich.table import Table

from benchmarks.measuring import in_turns
from derive import layer, network
from derive.layers import ACTIVATION

TARGET = 0.2
"""Seconds for all derivations of a layer."""

NETWORK_TARGET = 3.0
"""Seconds for all derivations of a network."""

LAYERS: dict[str, Callable[[], object]] = {
    "Linear": lambda: everything("Linear", "m"),
    **{name: (lambda called=name: everything(called)) for name in ACTIVATION},
    "Softmax": lambda: everything("Softmax"),
    "LogSoftmax": lambda: everything("LogSoftmax"),
    "Softmax along axis 0 of 2": lambda: everything("Softmax", 0, rank=2),
    "Conv1d": lambda: everything("Conv1d", "C_out", "k", stride="s", padding="p", dilation="d"),
    "Conv2d": lambda: everything("Conv2d", "C_out", "k", stride="s", padding="p", dilation="d"),
    "Conv2d with groups": lambda: everything("Conv2d", "C_out", "k", stride="s", padding="p", dilation="d", groups="G"),
    "Conv3d": lambda: everything("Conv3d", "C_out", "k", stride="s", padding="p", dilation="d"),
    "ConvTranspose1d": lambda: everything("ConvTranspose1d", "C_out", "k", stride="s", padding="p"),
    "ConvTranspose2d": lambda: everything("ConvTranspose2d", "C_out", "k", stride="s", padding="p"),
    "MaxPool1d": lambda: everything("MaxPool1d", "k", stride="s", padding="p"),
    "MaxPool2d": lambda: everything("MaxPool2d", "k", stride="s", padding="p"),
    "AvgPool1d": lambda: everything("AvgPool1d", "k", stride="s", padding="p"),
    "AvgPool2d": lambda: everything("AvgPool2d", "k", stride="s", padding="p"),
    "GlobalAvgPool1d": lambda: everything("GlobalAvgPool1d"),
    "GlobalAvgPool2d": lambda: everything("GlobalAvgPool2d"),
    "LayerNorm": lambda: everything("LayerNorm"),
    "RMSNorm": lambda: everything("RMSNorm"),
    "BatchNorm1d": lambda: everything("BatchNorm1d"),
    "BatchNorm2d": lambda: everything("BatchNorm2d"),
    "BatchNorm2d at evaluation": lambda: everything("BatchNorm2d", training=False),
    "InstanceNorm1d": lambda: everything("InstanceNorm1d"),
    "InstanceNorm2d": lambda: everything("InstanceNorm2d"),
    "GroupNorm": lambda: everything("GroupNorm", "G"),
    "L2Norm": lambda: everything("L2Norm"),
    "Attention": lambda: everything("Attention"),
    "Attention with mask": lambda: everything("Attention", mask=True),
    "SelfAttention": lambda: everything("SelfAttention", "d"),
    "MultiHeadAttention": lambda: everything("MultiHeadAttention", "H"),
    "GLU": lambda: everything("GLU"),
    "SwiGLU": lambda: everything("SwiGLU", "d"),
    "Maxout": lambda: everything("Maxout", "K", "P"),
    "Bilinear": lambda: everything("Bilinear", "K"),
    "CosineSimilarity": lambda: everything("CosineSimilarity"),
    "Dropout": lambda: everything("Dropout"),
    "Embedding": lambda: everything("Embedding", "V", "d"),
    "Flatten": lambda: everything("Flatten"),
    "RNNCell": lambda: everything("RNNCell", "H"),
    "LSTMCell": lambda: everything("LSTMCell", "H"),
    "LSTMCell written out": lambda: written_out("LSTMCell", "H"),
    "GRUCell": lambda: everything("GRUCell", "H"),
    "GRUCell written out": lambda: written_out("GRUCell", "H"),
}

NETWORKS: dict[str, tuple[str, str]] = {
    "LeNet": (
        "x:(1,28,28) -> Conv2d(6,5,padding=2) -> ReLU -> AvgPool2d(2) -> Conv2d(16,5) -> ReLU -> AvgPool2d(2) "
        "-> Flatten -> Linear(120) -> ReLU -> Linear(84) -> ReLU -> Linear(10)",
        "SoftmaxCrossEntropy",
    ),
    "one transformer block": (
        "x:(T,n) -> LayerNorm -> MultiHeadAttention(H) -> a; x + a -> r; "
        "r -> LayerNorm -> Linear(m) -> GELU -> Linear(n) -> u; r + u -> Transpose -> GlobalAvgPool1d -> Linear(K)",
        "SoftmaxCrossEntropy",
    ),
}


def everything(name: str, *arguments: str | int, **options: str | int | bool) -> None:
    """Derive all that the layer has gradients for."""
    named = [str(argument) for argument in arguments] + [f"{key}={value}" for key, value in options.items()]
    built = layer(f"{name}({', '.join(named)})" if named else name)
    for tensor in built.differentiable:
        built.vjp(tensor)


def written_out(name: str, *arguments: str) -> None:
    """Derive all gradients of a recurrent cell without the adjoints of its gates."""
    built = layer(f"{name}({', '.join(arguments)})")
    for tensor in built.differentiable:
        built.vjp(tensor, within=built.network.forward.tensors)


def backward(description: str, loss: str) -> None:
    """Derive the backward pass of a network, each gradient in terms of the one before it."""
    network(description, loss).backward()


def table(title: str, runs: Mapping[str, Callable[[], object]], target: float, repeats: int) -> Table:
    """A line for each run: its seconds, and whether the target is met."""
    found = Table(title=title)
    found.add_column("derived")
    found.add_column("CPU seconds", justify="right")
    found.add_column(f"target {target} s")
    for name, run in runs.items():
        seconds = in_turns({name: run}, repeats)[name]
        found.add_row(name, f"{seconds:.3f}", "[green]met[/]" if seconds < target else "[red]missed[/]")
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=[*LAYERS, *NETWORKS], metavar="NAME")
    options = parser.parse_args()
    wanted = set(options.only or (*LAYERS, *NETWORKS))
    console = Console(width=100)
    layers = {name: run for name, run in LAYERS.items() if name in wanted}
    networks = {name: (lambda a=asked: backward(*a)) for name, asked in NETWORKS.items() if name in wanted}
    if layers:
        console.print(table("Layers: all derivations with their steps", layers, TARGET, options.repeats))
    if networks:
        console.print(table("Networks: the whole backward pass", networks, NETWORK_TARGET, options.repeats))


if __name__ == "__main__":
    main()
