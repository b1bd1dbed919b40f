"""A file for PyTorch: a ``torch.autograd.Function`` with the derived backward pass, and a module around it."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from derive.expression.partials import partial_name
from derive.forward import Tensor
from numeric.export.checks import checks
from numeric.export.subject import Subject, argument_names, dimension_source
from numeric.export.text import entries, listed
from numeric.source import tree
from numeric.source.naming import python_name
from numeric.source.plain import apart
from numeric.source.program import Program

KEEPING = '''
def keep(ctx, *groups):
    """Keep dictionaries of tensors for the backward pass, where PyTorch sees if somebody changes one."""
    ctx.groups = [tuple(group) for group in groups]
    ctx.save_for_backward(*(tensor for group in groups for tensor in group.values()))


def kept(ctx):
    """The dictionaries that ``keep`` was given; RuntimeError where the backward pass itself is differentiated."""
    if torch.is_grad_enabled():
        raise RuntimeError("the derived backward pass has no derivative of its own; leave out create_graph=True")
    tensors = iter(ctx.saved_tensors)
    return [{name: next(tensors) for name in group} for group in ctx.groups]
'''


OF_MODULES = frozenset(
    (
        "T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches "
        "eval extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict "
        "modules mtia named_buffers named_children named_modules named_parameters parameters register_backward_hook "
        "register_buffer register_forward_hook register_forward_pre_hook register_full_backward_hook "
        "register_full_backward_pre_hook register_load_state_dict_post_hook register_load_state_dict_pre_hook "
        "register_module register_parameter register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ "
        "set_extra_state set_submodule share_memory state_dict to to_empty train training type xpu zero_grad predict "
        "reset_parameters"
    ).split()
)
"""What a module has beside its parameters: the attributes of ``nn.Module``, and the methods that are written here."""


def attribute(name: str) -> str:
    """What the module calls a tensor or a constant: with an underscore behind it where modules have it already."""
    return apart(python_name(name), OF_MODULES)


def torch_file(subject: Subject) -> str:
    """A file with the functions, a ``torch.autograd.Function``, and an ``nn.Module`` that holds the parameters."""
    data = [tensor.name for tensor in (*subject.inputs, *subject.targets) if tensor.name in subject.gradients]
    program, optional = _with_needed(subject.program, {name: python_name(partial_name("l", name)) for name in data})
    needs_math = any(len(tensor.shape) > 1 for tensor in subject.parameters)
    imports = ("import torch", "from torch import nn")
    program = replace(program, imports=("import math\n", *imports) if needs_math else imports)
    function = _function(subject, optional)
    parts = [program.text.rstrip(), KEEPING.strip(), checks(subject), function, _module(subject)]
    return "\n\n\n".join(parts) + "\n"


def _given(subject: Subject) -> list[str]:
    tensors = (*subject.inputs, *subject.targets, *subject.parameters, *subject.buffers)
    return [*argument_names(tensors), *map(python_name, subject.constants)]


def _function(subject: Subject, optional: tuple[str, ...]) -> str:
    what = "l" if subject.with_loss else ", ".join(map(python_name, subject.outputs))
    return "\n".join(
        [
            f"class {subject.name}Function(torch.autograd.Function):",
            f'    """{what} of the inputs and the parameters, with the backward pass that was derived for it."""',
            "",
            "    @staticmethod",
            listed("def forward(ctx, ", _given(subject), "):", 4),
            *_forward(subject),
            "",
            "    @staticmethod",
            f"    def backward(ctx, {', '.join(_upstream(subject))}):",
            *_backward(subject, optional),
        ]
    )


def _upstream(subject: Subject) -> list[str]:
    return ["dl"] if subject.with_loss else [python_name(name) for name in subject.upstream]


def _forward(subject: Subject) -> list[str]:
    stored = (*subject.parameters, *subject.buffers)
    names = argument_names(stored)
    inputs = "".join(f", {name}" for name in argument_names(subject.inputs))
    constants = list(map(python_name, subject.constants))
    outputs = ", ".join(map(python_name, subject.outputs))
    lines = [listed("params = {", entries((tensor.name for tensor in stored), names), "}", 8)]
    if constants:
        lines.append(f"        ctx.constants = {{{', '.join(entries(subject.constants, constants))}}}")
    params = "{**params, **ctx.constants}" if constants else "params"
    if not subject.with_loss:
        return [
            *lines,
            f"        {outputs}, cache = forward({params}{inputs})",
            "        keep(ctx, params, cache)",
            f"        return {outputs}",
        ]
    targets = argument_names(subject.targets)
    arguments = "".join(f", {name}" for name in targets)
    return [
        *lines,
        f"        {', '.join('_' for _ in subject.outputs)}, cache = forward({params}{inputs})",
        f"        l = loss({params}, cache{arguments})",
        f"        keep(ctx, params, cache, {{{', '.join(entries(targets, targets))}}})",
        "        return l",
    ]


def _backward(subject: Subject, optional: tuple[str, ...]) -> list[str]:
    """The body of the backward pass; ``optional`` are the gradients that it computes only if they are needed."""
    data = [*subject.inputs, *subject.targets]
    given = [*data, *subject.parameters, *subject.buffers]
    params = "{**params, **ctx.constants}" if subject.constants else "params"
    groups = ["params", "cache", *(["targets"] if subject.with_loss else [])]
    upstream = "**targets" if subject.with_loss else ", ".join(_upstream(subject))
    lines = [f"        {', '.join(groups)} = kept(ctx)"]
    for place, tensor in enumerate(data):
        if tensor.role == "target" and tensor.name not in subject.gradients and tensor.domain != "class":
            lines += [
                f"        if ctx.needs_input_grad[{place}]:",
                f'            raise ValueError("{python_name(tensor.name)} is a target: there is no gradient by it")',
            ]
    if optional:
        names = ", ".join(f'"{tensor.name}"' for tensor in data) + ("," if len(data) == 1 else "")
        lines.append(f"        needed = [name for name, asked in zip(({names}), ctx.needs_input_grad) if asked]")
    lines.append(f"        gradients = backward({params}, cache, {upstream}{', needed=needed' if optional else ''})")
    if subject.with_loss:
        guard = " if gradient is not None" if optional else ""
        lines.append(f"        gradients = {{name: dl * gradient for name, gradient in gradients.items(){guard}}}")
    values = [_gradient(subject, tensor.name, optional) for tensor in given] + ["None" for _ in subject.constants]
    if len(", ".join(values)) < 90:
        return [*lines, listed("return ", values, "," if len(values) == 1 else "", 8)]
    return [*lines, listed("return (", values, ")", 8)]


def _gradient(subject: Subject, name: str, optional: tuple[str, ...]) -> str:
    if name not in subject.gradients:
        return "None"
    return f'gradients.get("{name}")' if subject.with_loss and name in optional else f'gradients["{name}"]'


def _module(subject: Subject) -> str:
    constants = list(map(python_name, subject.constants))
    signature = ["self", *subject.sizes, *(["*", *constants] if constants else [])]
    lines = [
        f"class {subject.name}(nn.Module):",
        '    """Holds the parameters and checks what it is given; the gradients are the derived ones."""',
        "",
        f"    def __init__({', '.join(signature)}):",
        "        super().__init__()",
        *(f"        self.{name} = nn.Parameter({zeros})" for name, zeros in _zeros(subject, subject.parameters)),
        *(f'        self.register_buffer("{name}", {zeros})' for name, zeros in _zeros(subject, subject.buffers)),
        *(f"        self.{attribute(name)} = {python_name(name)}" for name in subject.constants),
        *(["        self.reset_parameters()"] if subject.parameters else []),
        *(_reset(subject) if subject.parameters else []),
        "",
        *_calls(subject),
    ]
    return "\n".join(lines)


def _zeros(subject: Subject, tensors: tuple[Tensor, ...]) -> Iterator[tuple[str, str]]:
    """For each tensor its name and an array of its shape."""
    for tensor in tensors:
        shape = ", ".join(map(dimension_source, subject.shape(tensor))) or "()"
        yield attribute(tensor.name), f"torch.zeros({shape})"


def _reset(subject: Subject) -> list[str]:
    names: dict[bool, list[str]] = {True: [], False: []}
    matrices = []
    for tensor in subject.parameters:
        own = f"self.{attribute(tensor.name)}"
        if len(tensor.shape) > 1:
            matrices.append(own)
        else:
            names[subject.is_shift(tensor)].append(own)
    lines = [
        "",
        "    def reset_parameters(self):",
        '        """Random weights that suit the number of their inputs; scales of 1, and 0 for what is added."""',
    ]
    if matrices:
        lines += [
            f"        for weight in ({', '.join(matrices)}{',' if len(matrices) == 1 else ''}):",
            "            bound = 1 / math.sqrt(weight[0].numel())",
            "            nn.init.uniform_(weight, -bound, bound)",
        ]
    for shift, function in ((False, "ones_"), (True, "zeros_")):
        lines += [f"        nn.init.{function}({name})" for name in names[shift]]
    return lines


def _calls(subject: Subject) -> list[str]:
    tensors = (*subject.inputs, *subject.targets)
    kept = [tensor.name for tensor in (*subject.parameters, *subject.buffers)]
    stored = [f"self.{attribute(name)}" for name in kept]
    own = [f"{python_name(name)}=self.{attribute(name)}" for name in kept]
    constants = [f"self.{attribute(name)}" for name in subject.constants]
    arguments = argument_names(tensors)
    what = "l" if subject.with_loss else ", ".join(map(python_name, subject.outputs))
    lines = [
        f"    def forward(self, {', '.join(arguments)}):",
        f'        """Return {what}."""',
        listed("check(", [*(f"{name}={name}" for name in arguments), *own], ")", 8),
        listed(f"return {subject.name}Function.apply(", [*arguments, *stored, *constants], ")", 8),
    ]
    if not subject.with_loss:
        return lines
    inputs = argument_names(subject.inputs)
    outputs = ", ".join(map(python_name, subject.outputs))
    names = [tensor.name for tensor in (*subject.parameters, *subject.buffers)] + list(subject.constants)
    return [
        *lines,
        "",
        "    @torch.no_grad()",
        f"    def predict(self, {', '.join(inputs)}):",
        f'        """Return {outputs}."""',
        listed("check(", [*(f"{name}={name}" for name in inputs), *own], ")", 8),
        listed("params = {", entries(names, [*stored, *constants]), "}", 8),
        f"        return forward(params, {', '.join(inputs)})[0]",
    ]


def _with_needed(program: Program, gradients: Mapping[str, str]) -> tuple[Program, tuple[str, ...]]:
    """The program with an argument ``needed`` of ``backward``, and the names of what it decides on.

    Args:
        gradients: for each tensor the Python name of its gradient. A gradient that one statement computes, and
            that nothing but the result reads, becomes None where its tensor is not among ``needed``.
    """
    (backward,) = (function for function in program.functions if function.name == "backward")
    made = copy.copy(backward)
    found = []
    for name, gradient in gradients.items():
        alone = _only(made.body[:-1], gradient)
        if alone is not None:
            gradient_of = {"value": alone.value, "name": ast.Constant(name)}
            value = tree.quoted("value if name in needed else None", gradient_of)
            made.body = [tree.assigned(gradient, value) if one is alone else one for one in made.body]
            found.append(name)
    if found:
        made.args = copy.copy(made.args)
        made.args.args = [*made.args.args, ast.arg("needed")]
        made.args.defaults = [tree.tuple_of(map(ast.Constant, found))]
    functions = tuple(made if function is backward else function for function in program.functions)
    return replace(program, functions=functions), tuple(found)


def _only(statements: Iterable[ast.stmt], name: str) -> ast.Assign | None:
    """The one assignment in which a name stands, if it stands in no other statement."""
    holders = [one for one in statements if name in tree.names_in(one)]
    alone = holders[0] if len(holders) == 1 else None
    if not isinstance(alone, ast.Assign):
        return None
    made = isinstance(alone.value, ast.BinOp | ast.Call | ast.UnaryOp | ast.Subscript)
    target = alone.targets[0]
    return alone if made and isinstance(target, ast.Name) and target.id == name else None
