"""A file for NumPy: the plain functions, and a class that holds the parameters and checks what it is given."""

from __future__ import annotations

from numeric.export.checks import checks
from numeric.export.subject import Subject, argument_names
from numeric.export.text import listed
from numeric.source.naming import python_name


def numpy_file(subject: Subject) -> str:
    """A file with the functions ``forward``, ``loss`` and ``backward``, and a class around them."""
    return "\n\n\n".join([subject.program.text.rstrip(), checks(subject), _class(subject)]) + "\n"


def _class(subject: Subject) -> str:
    stored = (*subject.parameters, *subject.buffers)
    inputs = argument_names(subject.inputs)
    outputs = ", ".join(map(python_name, subject.outputs))
    names = ", ".join([*(tensor.name for tensor in stored), *subject.constants])
    own = [f'{python_name(tensor.name)}=self.params["{tensor.name}"]' for tensor in stored]
    lines = [
        f"class {subject.name}:",
        f'    """Holds the parameters {names}, and what a forward pass leaves for the backward pass."""'
        if names
        else '    """Holds what a forward pass leaves for the backward pass."""',
        "",
        f"    def __init__(self, params{'' if names else '=()'}):",
        "        self.params = dict(params)",
        "        self.cache = {}",
        "",
        f"    def forward(self, {', '.join(inputs)}):",
        f'        """Return {outputs}."""',
        listed("check(", [*(f"{name}={name}" for name in inputs), *own], ")", 8),
        f"        {outputs}, self.cache = forward(self.params, {', '.join(inputs)})",
        f"        return {outputs}",
        "",
    ]
    if not subject.with_loss:
        upstream = ", ".join(map(python_name, subject.upstream))
        return "\n".join(
            [
                *lines,
                f"    def backward(self, {upstream}):",
                '        """Return the gradients, after a forward pass."""',
                f"        return backward(self.params, self.cache, {upstream})",
            ]
        )
    targets = argument_names(subject.targets)
    everything = ", ".join([*inputs, *targets])
    return "\n".join(
        [
            *lines,
            f"    def loss_and_gradients(self, {everything}):",
            '        """Return the loss and its gradients."""',
            listed("check(", [*(f"{name}={name}" for name in (*inputs, *targets)), *own], ")", 8),
            f"        return loss_and_gradients(self.params, {everything})",
        ]
    )
