"""A file for JAX: a ``jax.custom_vjp`` function with the derived backward pass."""

from __future__ import annotations

from dataclasses import replace

from numeric.export.checks import checks
from numeric.export.subject import Subject, argument_names
from numeric.export.text import listed
from numeric.source.naming import python_name


def jax_file(subject: Subject) -> str:
    """A file with the functions, and a ``jax.custom_vjp`` function of the parameters and the inputs."""
    program = replace(subject.program, imports=("import jax", "import jax.numpy as jnp"))
    return "\n\n\n".join([program.text.rstrip(), checks(subject), *_functions(subject)]) + "\n"


def _functions(subject: Subject) -> list[str]:
    name = f"{subject.function_name}_loss" if subject.with_loss else subject.function_name
    tensors = (*subject.inputs, *subject.targets)
    signature = ", ".join(["params", *argument_names(tensors)])
    public = [
        "@jax.custom_vjp",
        f"def {name}({signature}):",
        f'    """Return {_outputs(subject)}; jax.grad takes the derived backward pass.',
        "",
        *(f"    {line}" for line in _contract(subject)),
        '    """',
        f"    return {name}_forward({signature})[0]",
    ]
    return [
        "\n".join(public),
        "\n".join([f"def {name}_forward({signature}):", *_forward(subject)]),
        "\n".join([f"def {name}_backward(kept, {_upstream(subject)}):", *_backward(subject)]),
        f"{name}.defvjp({name}_forward, {name}_backward)",
    ]


def _outputs(subject: Subject) -> str:
    return "l" if subject.with_loss else ", ".join(map(python_name, subject.outputs))


def _upstream(subject: Subject) -> str:
    return "dl" if subject.with_loss or len(subject.outputs) > 1 else python_name(subject.upstream[0])


def _contract(subject: Subject) -> list[str]:
    """What the parameters are called, and what is taken as a constant."""
    names = ", ".join(tensor.name for tensor in (*subject.parameters, *subject.buffers))
    numbers = f"; as numbers {', '.join(subject.constants)}" if subject.constants else ""
    lines = [f"params holds the arrays {names}{numbers}." if names else "params is an empty dictionary."]
    every = [*subject.inputs, *subject.targets, *subject.buffers]
    real = [tensor.name for tensor in every if tensor.domain != "class"]
    fixed = [*(name for name in real if name not in subject.gradients), *subject.constants]
    if fixed:
        verb = "is a constant: its gradient is" if len(fixed) == 1 else "are constants: their gradients are"
        lines.append(f"{', '.join(fixed)} {verb} zero.")
    return lines


def _forward(subject: Subject) -> list[str]:
    inputs, targets = argument_names(subject.inputs), argument_names(subject.targets)
    stored = (*subject.parameters, *subject.buffers)
    checked = [f"{name}={name}" for name in (*inputs, *targets)]
    checked += [f'{python_name(tensor.name)}=params["{tensor.name}"]' for tensor in stored]
    outputs = ", ".join(map(python_name, subject.outputs))
    kept = ", ".join(["params", "cache", *targets, *(n for n in inputs if n not in _differentiated(subject))])
    start = [
        f'    """Return {_outputs(subject)}, and what the backward pass needs."""',
        listed("check(", checked, ")", 4),
    ]
    if not subject.with_loss:
        made = outputs if len(subject.outputs) == 1 else f"({outputs})"
        return [*start, f"    {outputs}, cache = forward(params, {', '.join(inputs)})", f"    return {made}, ({kept})"]
    return [
        *start,
        f"    {', '.join('_' for _ in subject.outputs)}, cache = forward(params, {', '.join(inputs)})",
        f"    l = loss(params, cache, {', '.join(targets)})",
        f"    return l, ({kept})",
    ]


def _differentiated(subject: Subject) -> list[str]:
    return [name for name in argument_names(subject.inputs) if name in map(python_name, subject.gradients)]


def _backward(subject: Subject) -> list[str]:
    inputs, targets = argument_names(subject.inputs), argument_names(subject.targets)
    kept = ", ".join(["params", "cache", *targets, *(n for n in inputs if n not in _differentiated(subject))])
    upstream = ", ".join(map(python_name, subject.upstream))
    lines = [
        '    """Return the gradients by all arguments."""',
        f"    {kept} = kept",
        *([f"    {upstream} = {_upstream(subject)}"] if not subject.with_loss and len(subject.outputs) > 1 else []),
        f"    gradients = backward(params, cache, {', '.join(targets) if subject.with_loss else upstream})",
    ]
    if subject.with_loss:
        lines.append("    gradients = {name: dl * gradient for name, gradient in gradients.items()}")
    if subject.buffers or subject.constants:
        lines.append("    zeros = {name: jnp.zeros_like(value) for name, value in params.items()}")
        lines.append("    by_params = {name: gradients.get(name, zeros[name]) for name in params}")
    else:
        lines.append("    by_params = {name: gradients[name] for name in params}")
    values = []
    for tensor in (*subject.inputs, *subject.targets):
        if tensor.name in subject.gradients:
            values.append(f'gradients["{tensor.name}"]')
        else:
            values.append("None" if tensor.domain == "class" else f"jnp.zeros_like({python_name(tensor.name)})")
    lines.append(f"    return {', '.join(['by_params', *values])}")
    return lines
