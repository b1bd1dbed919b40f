"""The file ``module.py``: skeleton and reference solution."""

from __future__ import annotations

from answers.code.rendering import render
from answers.code.templates.module.lines import activation, convolution, linear, pooling
from answers.code.templates.module.options import SHAPED, ModuleOptions


def solution(options: ModuleOptions) -> str:
    """The source of the reference ``module.py``.

    Raises:
        SourceError: an activation has no source.
    """
    return _file(options, solved=True)


def skeleton(options: ModuleOptions) -> str:
    """``module.py`` with the bodies of ``_backward`` left out."""
    return _file(options, solved=False)


def _file(options: ModuleOptions, *, solved: bool) -> str:
    return render(
        "module/module.py.j2",
        options=options,
        solved=solved,
        images=any(name in SHAPED for name in options.layers),
        conv=convolution(),
        pool=pooling(),
        linear=linear(),
        activations={name: activation(name) for name in options.layers if name not in SHAPED},
    )
