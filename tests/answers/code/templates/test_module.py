"""``module.py``: written from the derivations, right, readable; errors planted in it are caught."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from answers.code.templates.module import ModuleFile
from tests.answers.code.running import assert_well_written, lay_out
from tests.answers.code.samples import checked, the_file
from tests.examples import examples
from tests.forked import run_python

ITEM = ModuleFile()
SOLUTION = the_file(ITEM).solution
SKELETON = the_file(ITEM).skeleton

BIAS = 'self.grads["bias"]'
PLANTED = {
    "a sign": ("return dy * (1 - y**2)", "return dy * (1 + y**2)", {"dz, Tanh"}),
    "the upstream gradient left out": ("return dy * (1 - y**2)", "return 1 - y**2", {"dz, Tanh"}),
    "z for y": ("return dy * (1 - y**2)", "return dy * (1 - self.z**2)", {"dz, Tanh"}),
    "the kernel turned round": ("weight[:, :, m, n], opt", "weight[:, :, -m - 1, -n - 1], opt", {"dz, Conv2d"}),
    "rows for columns": ("bkhwmn->jkmn", "bkhwnm->jkmn", {"dweight, Conv2d"}),
    "channels swapped": ('"bjhw,bkhwmn->jkmn", dy', '"bkhw,bjhwmn->jkmn", dy', {"dweight, Conv2d"}),
    "the bias averaged": ("dy.sum(axis=(0, 2, 3))", "dy.mean(axis=0).sum(axis=(1, 2))", {"dbias, Conv2d"}),
    "overwritten for added": ("dz[:, :, rows, columns] += ", "dz[:, :, rows, columns] = ", {"dz, Conv2d"}),
    "the stride left out": ("slice(m, m + s_H * H_out, s_H)", "slice(m, m + H_out)", {"dz, Conv2d"}),
    "the padding not cut off": ("return dz[:, :, p_H : p_H + H, p_W : p_W + W]", "return dz", {"dz, Conv2d"}),
    "the padding cut off at one end": ("p_H : p_H + H, p_W", ": H, p_W", {"dz, Conv2d"}),
    "overlaps lost": ("np.add.at(dz, self.place, dy)", "dz[self.place] = dy", {"dz, MaxPool2d"}),
    "overlaps counted once": ("np.add.at(dz, self.place, dy)", "dz[self.place] += dy", {"dz, MaxPool2d"}),
    "a factor": ("np.add.at(dz, self.place, dy)", "np.add.at(dz, self.place, 2 * dy)", {"dz, MaxPool2d"}),
    "nothing returned": ("self.place, dy)\n        return dz", "self.place, dy)", {"dz, MaxPool2d"}),
    "a gradient not saved": (f"{BIAS} = dy.sum(axis=(0", "_ = dy.sum(axis=(0", {"dweight, Conv2d", "dbias, Conv2d"}),
}  # fmt: skip


def test_the_solution_passes() -> None:
    report = checked(SOLUTION, ITEM)
    assert report.ok, report.failures
    assert report.worst < 1e-12
    assert {check.quantity for check in report.checks} == {"y", "dz", "dweight", "dbias"}
    assert all(check.points == 3 for check in report.checks if "at |z|" not in check.what)


@pytest.mark.parametrize("name", PLANTED)
def test_planted_errors_are_caught_where_they_are(name: str) -> None:
    right, wrong, where = PLANTED[name]
    assert SOLUTION.count(right) == 1, "the text to replace is not in the solution once"
    report = checked(SOLUTION.replace(right, wrong), ITEM)
    assert {check.what.removesuffix(" at |z| = 1000") for check in report.failures} == where


def test_the_skeleton_lacks_the_bodies_alone() -> None:
    report = checked(SKELETON, ITEM, shapes=1)
    assert not report.ok
    assert {check.quantity for check in report.failures} == {"dz", "dweight", "dbias"}
    assert all("NotImplementedError" in check.note for check in report.failures)
    functions = [
        [node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
        for text in (SOLUTION, SKELETON)
    ]
    assert functions[0] == functions[1]
    for line in ("np.add.at", "bjhw,", "1 - y", "dy.sum(axis=(0, 2"):
        assert line in SOLUTION
        assert line not in SKELETON


def test_the_lines_are_those_of_the_derivation() -> None:
    for line in (
        '# windows[b,k,h,w,m,n] = z[b,k,s_H h+m-p_H,s_W w+n-p_W]'[2:],
        "# dz[b,k,s_H h+m-p_H,s_W w+n-p_W] += sum_j weight[j,k,m,n] dy[b,j,h,w]",
        "# dz[b,c,s_H h+m_star[b,c,h,w],s_W w+n_star[b,c,h,w]] += dy[b,c,h,w]",
        "# dz = dy (1 - y^2)",
        "# dbias[j] = sum_b sum_h sum_w dy[b,j,h,w]",
    ):  # fmt: skip
        assert line in SOLUTION


def test_the_files_are_well_written(tmp_path: Path) -> None:
    assert_well_written(tmp_path, the_file(ITEM))


def test_running_the_file_tests_it(tmp_path: Path) -> None:
    said = {}
    wrong = SOLUTION.replace("dy * (1 - y**2)", "dy * y**2").replace(
        'self.grads["bias"] = dy.sum(axis=(0', "_ = dy.sum(axis=(0"
    )
    for name, text in {"right": SOLUTION, "skeleton": SKELETON, "wrong": wrong}.items():
        lay_out(tmp_path, {"module.py": text})
        done = run_python(tmp_path, "module.py")
        assert done.returncode == 0, done.stderr
        said[name] = done.stdout
    assert said["right"] == "Linear: passed\nConv2d: passed\nMaxPool2d: passed\nTanh: passed\n"
    assert said["skeleton"].count("to be written") == 3
    assert "Conv2d: failed: self.grads has no bias" in said["wrong"]
    assert "Tanh: failed" in said["wrong"]


@examples(8)
@given(
    st.lists(st.sampled_from(["Conv2d", "MaxPool2d", "Tanh", "Sigmoid", "SiLU", "LeakyReLU"]), min_size=1, unique=True)
)
def test_any_choice_of_layers_is_written_and_right(names: list[str]) -> None:
    item = ModuleFile(layers=tuple(names))
    assert checked(the_file(item).solution, item, shapes=1).ok


def test_a_layer_that_the_file_cannot_have_is_refused() -> None:
    with pytest.raises(ValidationError, match="has no layer Conv3d; did you mean Conv2d"):
        ModuleFile(layers=("Conv3d",))
    with pytest.raises(ValidationError, match=r"layers of module\.py must differ; got Tanh, Tanh"):
        ModuleFile(layers=("Tanh", "Tanh"))


def test_against_pytorch(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    lay_out(tmp_path, {"module.py": SOLUTION})
    script = """
import numpy as np, torch
from module import Conv2d, MaxPool2d
z = np.random.default_rng(0).standard_normal((2, 3, 9, 8))
for own, other in [
    (Conv2d(3, 4, (3, 2), stride=(2, 3), padding=(1, 2)), torch.nn.Conv2d(3, 4, (3, 2), (2, 3), (1, 2)).double()),
    (MaxPool2d((3, 2), stride=(2, 1)), torch.nn.MaxPool2d((3, 2), (2, 1))),
]:
    for name, parameter in other.named_parameters():
        parameter.data = torch.tensor(own.params[name])
    x = torch.tensor(z, requires_grad=True)
    y = other(x)
    dy = np.random.default_rng(1).standard_normal(y.shape)
    y.backward(torch.tensor(dy))
    np.testing.assert_allclose(own.forward(z), y.detach().numpy())
    np.testing.assert_allclose(own.backward(dy), x.grad.numpy(), atol=1e-12)
    for name, parameter in other.named_parameters():
        np.testing.assert_allclose(own.grads[name], parameter.grad.numpy())
"""
    assert torch.__version__
    done = run_python(tmp_path, "-c", script)
    assert done.returncode == 0, done.stderr
