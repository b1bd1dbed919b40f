"""The part of an exported file that checks the arrays that it is given."""

from __future__ import annotations

from numeric.export.subject import Subject, dimension_source
from numeric.source.naming import python_name
from numeric.source.plain import literal

CHECK = '''
def check(**arrays):
    """Raise ValueError if an array has a wrong shape or type, or is not as long as another along a dimension."""
    lengths, kinds = {{}}, {{}}
    for name, array in arrays.items():
        title, dimensions = ARRAYS[name]
        shape, kind = tuple(array.shape), str(array.dtype).rpartition(".")[2]
        expected = f"{{title}} has shape {{shape}}, expected ({{', '.join(dimensions)}})"
        if len(shape) != len(dimensions):
            raise ValueError(expected)
        for dimension, length in zip(dimensions, shape):
            known = int(dimension) if dimension.isdigit() else lengths.setdefault(dimension, length)
            if length != known:
                raise ValueError(expected + ("" if dimension.isdigit() else f" with {{dimension}} = {{known}}"))
        if name in CLASSES:
            if "int" not in kind:
                raise ValueError(f"{{title}} holds class numbers; expected integers, got {{kind}}")
        elif "float" not in kind:
            raise ValueError(f"{{title}} is of type {{kind}}, expected a floating-point type")
        else:
            kinds[title] = kind
            first = next(iter(kinds))
            if kind != kinds[first]:
                raise ValueError(f"{{title}} is {{kind}}, but {{first}} is {{kinds[first]}}"){more}{classes}
'''

NAN = """
            if np.isnan(array).any():
                raise ValueError(f"{title} holds NaN")"""


RANGE = """
    for name, dimension in CLASSES.items():
        if name in arrays and 0 not in arrays[name].shape{concrete}:
            count = int(dimension) if dimension.isdigit() else lengths[dimension]
            low, high = int(arrays[name].min()), int(arrays[name].max())
            if low < 0 or high >= count:
                wrong = low if low < 0 else high
                raise ValueError(f"{{ARRAYS[name][0]}} holds the class {{wrong}}, expected 0 to {{count - 1}}")"""


def checks(subject: Subject) -> str:
    """A table of the arrays, and the function ``check``."""
    rows = []
    for tensor in subject.arrays:
        shape = ", ".join(f'"{dimension_source(dimension)}"' for dimension in tensor.shape)
        dimensions = f"({shape}{',' if len(tensor.shape) == 1 else ''})"
        rows.append(f'    "{python_name(tensor.name)}": ({literal(subject.title(tensor))}, {dimensions}),')
    counts = subject.compiled.arguments.classes
    named = [tensor for tensor in subject.arrays if tensor.domain == "class"]
    pairs = ", ".join(f'"{python_name(one.name)}": "{dimension_source(counts[one.name])}"' for one in named)
    concrete = " and not isinstance(arrays[name], jax.core.Tracer)" if subject.target == "jax" else ""
    classes = RANGE.format(concrete=concrete) if named else ""
    more = NAN if subject.target == "numpy" else ""
    table = "\n".join(
        [
            "ARRAYS = {",
            *rows,
            "}",
            '"""For each array what it is called in messages, and its dimensions."""',
            "",
            f"CLASSES = {{{pairs}}}",
            '"""The arrays of class numbers, and the dimension that they count along."""',
        ]
    )
    return f"{table}\n\n\n{CHECK.format(more=more, classes=classes).strip()}"
