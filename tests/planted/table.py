"""Kinds of wrong answers, each planted in a right derivation."""

from __future__ import annotations

from dataclasses import replace

import sympy
from sympy import And, Eq, Function, Integer, KroneckerDelta, Mod, Ne, Rational

from derive.expression.functions import Bracket
from derive.expression.symbols import index
from derive.matrix.nodes import Elementwise, Hadamard, Identity, Ones, Plus, Product, Scale, Transpose
from tests.planted.kind import Kind
from tests.planted.spoiling import (
    at,
    become,
    column,
    comparisons,
    doubled,
    doubled_for,
    dropped_term,
    elements_of,
    in_matrix,
    in_rows,
    in_step,
    laid_out,
    limits,
    moved,
    other,
    place,
    renamed,
    size,
    swapped,
    without,
    wrong,
)
from tests.planted.subjects import right as the
from tests.planted.table_of_layers import KINDS_OF_LAYERS

B, C, C_OUT, D, H, K, L, L_OUT, N, T = (
    size(name) for name in ("B", "C", "C_out", "d", "H", "K", "L", "L_out", "n", "T")
)
KERNEL, STRIDE, PADDING, DILATION = (size(name) for name in "kspr")
ROW, COLUMN, M, U = (index(name) for name in "ijmu")
ONE = Integer(1)
MINUS = Integer(-1)


def difference(first: str, second: str, length: str) -> Plus:
    return Plus((column(first, length), Scale(MINUS, column(second, length))))


FACTORS = {
    "sign": Kind("W1", wrong(lambda e: -e)),
    "factor 2": Kind("b1", wrong(lambda e: 2 * e)),
    "factor 1/K": Kind("W2", wrong(lambda e: e / K)),
    "factor 1.00001": Kind("W1", wrong(lambda e: e * Rational(100001, 100000))),
    "zero": Kind("b2", wrong(lambda e: 0)),
    "a small constant too many": Kind("b2", wrong(lambda e: e + Rational(1, 10**6))),
    "slope of ReLU missing": Kind("W1", without(lambda c: True)),
    "other branch of ReLU": Kind("W1", other(lambda e: 1 - e, Bracket)),
    "bracket on another tensor": Kind("b1", renamed("z1", "b1")),
    "wrong index": Kind("W1", swapped(at("x", COLUMN), at("x", 0))),
    "hidden value for the input": Kind("W1", renamed("x", "z1")),
    "input for the hidden value": Kind("W2", renamed("z2", "x")),
    "value before the activation": Kind("W2", renamed("z2", "z1")),
    "target missing": Kind("b2", elements_of("y", lambda *_: Integer(0))),
    "sum without its last term": Kind("b1", limits(lambda low, high: (low, high - 1))),
    "sum without its first term": Kind("b1", limits(lambda low, high: (low + 1, high))),
    "transposed weight": Kind("b1 square", elements_of("W2", lambda row, column: at("W2", column, row))),
    "gradient of W1 for that of W2": Kind("W2 square", lambda right: become(right, the("W1 square").result)),
    "gradient of b1 for that of b2": Kind("b2", lambda right: become(right, the("b1").result)),
    "cell of the next layer": Kind("z2", renamed("z1", "z2")),
    "slope of the sigmoid missing": Kind("b2 sigmoid", wrong(lambda e: at("y_hat", ROW) - at("y", ROW))),
    "square of the sigmoid lost": Kind("b2 sigmoid", wrong(lambda e: e / (1 - at("y_hat", ROW)))),
    "slope of tanh for the sigmoid's": Kind(
        "b2 sigmoid", wrong(lambda e: e * (1 + at("y_hat", ROW)) / at("y_hat", ROW))
    ),
    "scores for probabilities": Kind("b2 softmax", renamed("y_hat", "z3")),
    "cross-entropy turned round": Kind("b2 softmax", wrong(lambda e: -e)),
    "softmax as if elementwise": Kind(
        "dy_hat/dz3 softmax", wrong(lambda e: at("y_hat", ROW) * (1 - at("y_hat", ROW)) * KroneckerDelta(ROW, COLUMN))
    ),
    "softmax without its diagonal": Kind(
        "dy_hat/dz3 softmax", wrong(lambda e: -at("y_hat", ROW) * at("y_hat", COLUMN))
    ),
    "softmax with a plus": Kind(
        "dy_hat/dz3 softmax", wrong(lambda e: at("y_hat", COLUMN) * (KroneckerDelta(ROW, COLUMN) + at("y_hat", ROW)))
    ),
    "Jacobian without its delta": Kind("dy_hat/dz3 sigmoid", other(lambda e: ONE, KroneckerDelta)),
    "f for f'": Kind("b1 unknown", wrong(lambda e: e.replace(Function("f'"), Function("f")))),
    "f'' for f'": Kind("b1 unknown", wrong(lambda e: e.replace(Function("f'"), Function("f''")))),
    "f' at the wrong place": Kind("b1 unknown", renamed("z1", "z2")),
    "f' left out": Kind("b1 unknown", wrong(lambda e: e.replace(Function("f'"), lambda u: ONE))),
    "forward value without its bias": Kind("z1", swapped(at("b1", ROW), 0)),
    "activation left out of the table": Kind("z2", wrong(lambda e: e.args[0])),
    "loss without its half": Kind("l", wrong(lambda e: 2 * e)),
    "total for direct derivative": Kind("held", wrong(lambda e: e - at("e", ROW) / at("s") ** 2)),
    "no path, yet a number": Kind("no path", wrong(lambda e: KroneckerDelta(ROW, COLUMN))),
    "label off by one": Kind("softmax with labels", swapped(at("y"), at("y") + 1)),
    "first step": Kind("W1", in_step(0)),
    "step in the middle": Kind("W1", in_step(6)),
    "step before the last": Kind("W1", in_step(-2)),
}


SIZES = {
    "wrong only for n > 5": Kind("W1", doubled_for(N > 5)),
    "wrong only for n > 8": Kind("z1", doubled_for(N > 8)),
    "wrong only for d > 8": Kind("dz2/dz1", doubled_for(D > 8)),
    "wrong only for K > 8": Kind("b1", doubled_for(K > 8)),
    "wrong only for K = 1": Kind("W2", doubled_for(Eq(K, 1))),
    "wrong only for n = 1": Kind("W1", doubled_for(Eq(N, 1))),
    "wrong only for d = 1": Kind("W2", doubled_for(Eq(D, 1))),
    "wrong only for B = 1": Kind("W1 batch", doubled_for(Eq(B, 1))),
    "wrong only for B > 8": Kind("b1 batch", doubled_for(B > 8)),
    "wrong only where n and d are equal": Kind("W1", doubled_for(Eq(N, D))),
    "wrong only where n and d differ": Kind("W1", doubled_for(Ne(N, D))),
    "wrong only for n > d": Kind("W1", doubled_for(N > D)),
    "wrong only for n < d": Kind("W1", doubled_for(N < D)),
    "wrong only for even n": Kind("W1", doubled_for(Eq(Mod(N, 2), 0))),
    "wrong only for odd K": Kind("W2", doubled_for(Eq(Mod(K, 2), 1))),
    "n for d": Kind("W1", wrong(lambda e: e * N / D)),
    "wrong only for T > 7": Kind("rnn h", doubled_for(T > 7)),
    "wrong only for T > 8, in heads": Kind("W_O1 heads", doubled_for(T > 8)),
    "wrong only for a dilation of 3 or more": Kind("conv dilated z", doubled_for(DILATION > 2)),
    "wrong only for pools of 3 or more": Kind("mean-pool 2d z", doubled_for(KERNEL > 2)),
    "wrong only for pools of 9 or more": Kind("mean-pool 2d z", doubled_for(KERNEL > 8)),
    "wrong only for T = 1": Kind("rnn z", doubled_for(Eq(T, 1))),
    "wrong only for H = 1": Kind("rnn weight_hh", doubled_for(Eq(H, 1))),
    "wrong only for one image channel": Kind("conv z", doubled_for(Eq(C, 1))),
    "wrong only for stride > kernel": Kind("conv z", doubled_for(STRIDE > KERNEL)),
    "wrong only for stride = kernel": Kind("conv z", doubled_for(Eq(STRIDE, KERNEL))),
    "wrong only where windows overlap": Kind("conv z", doubled_for(KERNEL > STRIDE)),
    "wrong only where pools overlap": Kind("max-pool z", doubled_for(KERNEL > STRIDE)),
    "wrong only where pools leave gaps": Kind("mean-pool z", doubled_for(STRIDE > KERNEL)),
    "wrong only with a stride": Kind("conv weight", doubled_for(STRIDE > 1)),
    "wrong only without a stride": Kind("conv weight", doubled_for(Eq(STRIDE, 1))),
    "wrong only with padding": Kind("conv weight", doubled_for(PADDING > 0)),
    "wrong only for kernels of 1": Kind("conv weight", doubled_for(Eq(KERNEL, 1))),
    "wrong only with a remainder of the stride": Kind(
        "conv z", doubled_for(Ne(Mod(L + 2 * PADDING - KERNEL, STRIDE), 0))
    ),
    "wrong only without a remainder of the stride": Kind(
        "conv z", doubled_for(Eq(Mod(L + 2 * PADDING - KERNEL, STRIDE), 0))
    ),
    "wrong only with a remainder of a stride of 2": Kind("conv 3/2/1 z", doubled_for(Ne(Mod(L - 1, 2), 0))),
    "wrong only with a remainder, pool": Kind("max-pool 3/2 z", doubled_for(Ne(Mod(L - 3, 2), 0))),
    "wrong only with a remainder, gaps": Kind("conv 2/3 z", doubled_for(Ne(Mod(L - 2, 3), 0))),
    "wrong only at the last window": Kind("conv weight", limits(lambda low, high: (low, high - 1))),
    "wrong only at the first window": Kind("conv weight", limits(lambda low, high: (low + 1, high))),
    "wrong only beyond the second window": Kind("conv bias", limits(lambda low, high: (low, sympy.Min(high, 1)))),
    "wrong only at the last element of the input": Kind("conv z", doubled(lambda d: Eq(place(d, 1), L - 1))),
    "wrong only at the first element of the input": Kind("conv z", doubled(lambda d: Eq(place(d, 1), 0))),
    "wrong only at the last channel": Kind("max-pool z", doubled(lambda d: Eq(place(d, 0), C - 1))),
    "wrong only for more than two positions": Kind("mean-pool z", doubled_for(L_OUT > 2)),
    "wrong only for one position": Kind("mean-pool z", doubled_for(Eq(L_OUT, 1))),
}

RANGES = {
    "a sum from too early": Kind("conv limits z", limits(lambda low, high: (low - 1, high))),
    "a sum to too late": Kind("conv limits z", limits(lambda low, high: (low, high + 1))),
    "a sum that forgets the lower limit": Kind("conv limits z", limits(lambda low, high: (Integer(0), high))),
    "a sum that forgets an upper limit": Kind("conv limits z", limits(lambda low, high: (low, _widest(high)))),
    "a sum that ends too early": Kind("conv limits z", limits(lambda low, high: (low, high - 1))),
    "a range forgotten": Kind("conv brackets z", without(lambda c: not c.has(Mod))),
    "all brackets forgotten": Kind("conv brackets z", without(lambda c: True)),
    "<= for <": Kind("conv brackets z", other(lambda e: e.xreplace({L_OUT: L_OUT + 1}), Bracket)),
    "< for <=": Kind("conv brackets z", comparisons(sympy.LessThan, sympy.StrictLessThan)),
    "> for >=": Kind("conv brackets z", comparisons(sympy.GreaterThan, sympy.StrictGreaterThan)),
    "divisibility forgotten": Kind("conv z", without(lambda c: c.has(Mod))),
    "divisibility forgotten, stride 2": Kind("conv 3/2/1 z", without(lambda c: c.has(Mod))),
    "range forgotten beside the stride": Kind("conv z", without(lambda c: True)),
    "rounded down": Kind("conv 3/2/1 z", lambda right: become(right, _rounded(right.result))),
    "padding forgotten": Kind("conv z", swapped(PADDING, 0)),
    "stride forgotten": Kind("conv weight", swapped(STRIDE, 1)),
    "correlation for convolution": Kind(
        "conv z", elements_of("weight", lambda j, k, m: at("weight", j, k, KERNEL - 1 - m))
    ),
    "one place too far": Kind("conv weight", moved("z", 1, 1)),
    "pool reads the next window": Kind(
        "max-pool z", other(lambda e: KroneckerDelta(e.args[0], e.args[1] + 1), KroneckerDelta)
    ),
    "pool without its argmax": Kind(
        "max-pool z", other(lambda e: KroneckerDelta(COLUMN, STRIDE * index("p")), KroneckerDelta)
    ),
    "mean over the wrong window": Kind("mean-pool z", wrong(lambda e: e * KERNEL / STRIDE)),
    "outside said to be nothing": Kind("conv weight", lambda right: replace(right, outside=frozenset())),
}


def _rounded(result: sympy.Expr) -> sympy.Expr:
    """The places that windows are read at rounded down, without the condition that the stride divides."""
    kept = result.replace(lambda node: isinstance(node, Bracket) and node.has(Mod), lambda node: Integer(1))
    return kept.replace(
        lambda node: isinstance(node, sympy.Indexed) and at("dy", 0, 0).base == node.base,
        lambda node: at("dy", node.indices[0], sympy.floor(node.indices[1])),
    )


def _widest(high: sympy.Expr) -> sympy.Expr:
    """The part of an upper limit that holds for the kernel alone."""
    return next((part for part in sympy.Min.make_args(high) if part.has(KERNEL)), high)


KINKS = {
    ">= for > at the kink of ReLU": Kind("dz2/dz1", comparisons(sympy.StrictGreaterThan, sympy.GreaterThan)),
    ">= for > in a gradient": Kind("W1", comparisons(sympy.StrictGreaterThan, sympy.GreaterThan)),
    ">= for > in a batch": Kind("b1 batch", comparisons(sympy.StrictGreaterThan, sympy.GreaterThan)),
    ">= for > behind a smooth function": Kind(
        "W2 behind tanh", comparisons(sympy.StrictGreaterThan, sympy.GreaterThan)
    ),
    ">= for > behind a normalisation": Kind(
        "beta2 normalised", comparisons(sympy.StrictGreaterThan, sympy.GreaterThan)
    ),
    "margin of a hinge behind a smooth function": Kind(
        "b2 hinge", comparisons(sympy.StrictGreaterThan, sympy.GreaterThan)
    ),
    "kink of LeakyReLU": Kind(
        "dz2/dz1 leaky",
        wrong(lambda e: e.xreplace({at("z1", ROW) > 0: at("z1", ROW) >= 0, at("z1", ROW) <= 0: at("z1", ROW) < 0})),
    ),
    "both branches of LeakyReLU at its kink": Kind(
        "dz2/dz1 leaky", comparisons(sympy.StrictGreaterThan, sympy.GreaterThan)
    ),
    "neither branch of LeakyReLU at its kink": Kind("dz2/dz1 leaky", comparisons(sympy.LessThan, sympy.StrictLessThan)),
    "kinks of Hardtanh": Kind("hardtanh", comparisons(sympy.LessThan, sympy.StrictLessThan)),
    "lower kink of Hardtanh": Kind("hardtanh", comparisons(sympy.GreaterThan, sympy.StrictGreaterThan)),
    "lower kink of ReLU6": Kind("ReLU6", comparisons(sympy.StrictGreaterThan, sympy.GreaterThan)),
    "upper kink of ReLU6": Kind("ReLU6", comparisons(sympy.StrictLessThan, sympy.LessThan)),
    "slope of the absolute value at 0": Kind(
        "abs", other(lambda e: Bracket(e.args[0] >= 0) - Bracket(e.args[0] < 0), sympy.sign)
    ),
    "slope of L1 at 0": Kind("dl/dy_hat L1", wrong(lambda e: e + Bracket(Eq(at("y_hat", ROW), at("y", ROW))))),
    "slope of the hinge at its margin": Kind(
        "dl/dy_hat hinge", comparisons(sympy.StrictGreaterThan, sympy.GreaterThan)
    ),
    "last of several maxima": Kind("max-pool z", lambda right: become(right, _last_maximum(right.result))),
}


def _last_maximum(result: sympy.Expr) -> sympy.Expr:
    p, m = index("p"), index("m")
    behind = sympy.Sum(
        Bracket(at("z", ROW, STRIDE * p + m) >= at("y", ROW, p)) * Bracket(m > at("m_star", ROW, p)), (m, 0, KERNEL - 1)
    )
    return result + sympy.Sum(at("dy", ROW, p) * behind, (p, 0, L_OUT - 1))


HESSIANS = {
    "Hessian times 3": Kind("hessian b1", wrong(lambda e: 3 * e)),
    "Hessian times 3 in its rows as well": Kind("hessian b1", in_rows(lambda e: 3 * e)),
    "Hessian of scores times 3 in its rows as well": Kind("hessian scores", in_rows(lambda e: 3 * e)),
    "rows of a Hessian of the wrong sign": Kind("hessian b1", in_rows(lambda e: -e)),
    "Hessian without its first term": Kind("hessian b1", dropped_term(0)),
    "Hessian without its last term": Kind("hessian b1", dropped_term(-1)),
    "Hessian of scores without its diagonal": Kind("hessian scores", other(lambda e: Integer(0), KroneckerDelta)),
    "Gauss-Newton for the Hessian": Kind("hessian b1", other(lambda e: Integer(0), KroneckerDelta)),
    "Hessian-vector product times 3": Kind("hessian product", wrong(lambda e: 3 * e)),
    "Hessian-vector product times 3 in its rows as well": Kind("hessian product", in_rows(lambda e: 3 * e)),
    "Hessian-vector product without a term": Kind("hessian product", dropped_term(0)),
    "direction of another element": Kind("hessian product", moved("v_b1", 0, -ROW)),
}

RECURRENCES = {
    "a share of the next time lost": Kind("rnn h", wrong(lambda e: e.as_independent(sympy.Sum)[0])),
    "a share of the output lost": Kind("rnn h", wrong(lambda e: e.as_independent(sympy.Sum)[1])),
    "last step lost": Kind("rnn weight_ih", limits(lambda low, high: (low, high - 1))),
    "first step lost": Kind("rnn weight_hh", limits(lambda low, high: (low + 1, high))),
    "initial state at every time": Kind("rnn weight_hh", moved("h", 0, 1)),
    "the next time for this one": Kind("rnn z", moved("dl/dh", 0, 1)),
    "initial state from the second step": Kind("rnn h0", moved("dl/dh", 0, 1)),
    "slope of the state before": Kind("rnn z", moved("h", 0, -1)),
}

BATCHES = {
    "sum for mean": Kind("W2 batch", wrong(lambda e: B * e)),
    "mean twice": Kind("b1 batch", wrong(lambda e: e / B)),
    "B for B - 1": Kind("batch-norm z", wrong(lambda e: e * (B - 1) / B)),
    "B - 1 for B inside": Kind("batch-norm z", swapped(B, B - 1)),
    "one sample for all": Kind(
        "W2 batch", wrong(lambda e: e.xreplace({index("k"): Integer(0)}) if not e.has(sympy.Sum) else _first_sample(e))
    ),
    "batch without 1/B": Kind("x batch", wrong(lambda e: B * e)),
    "a share of batch normalisation lost": Kind("batch-norm z", dropped_term(-1)),
}


def _first_sample(result: sympy.Expr) -> sympy.Expr:
    return result.replace(
        lambda node: isinstance(node, sympy.Sum), lambda node: node.function.xreplace({node.limits[0][0]: Integer(0)})
    )


BRANCHES = {
    "wrong only for n = 4": Kind("W1", doubled_for(Eq(N, 4))),
    "wrong only for n = 4 and K = 6": Kind("b1", doubled_for(And(Eq(N, 4), Eq(K, 6)))),
    "wrong only for n = 101": Kind("W1", doubled_for(N > 100)),
    "wrong only for strides of 4": Kind("conv weight", doubled_for(Eq(STRIDE, 4))),
    "wrong only for values beyond 3": Kind("b1 unknown", doubled(lambda d: at("z1", place(d, 0)) > 3)),
    "wrong only for values beyond 20": Kind("dz2/dz1 elu", doubled(lambda d: at("z1", place(d, 0)) > 20)),
    "wrong only in the tail of the sigmoid": Kind("dy_hat/dz3 sigmoid", doubled(lambda d: at("z3", place(d, 0)) < -8)),
    "wrong only for large hidden values": Kind("W1", doubled(lambda d: at("z2", place(d, 0)) > 15)),
}


Z1 = Elementwise(Bracket(sympy.Symbol("u", real=True) > 0), (sympy.Symbol("u", real=True),), (column("z1", "d"),))

FORMS = {
    "matrix transposed": Kind("W2", in_matrix(Transpose)),
    "square matrix transposed": Kind("W2 square", in_matrix(Transpose)),
    "vector transposed": Kind("b2", in_matrix(Transpose)),
    "row transposed": Kind("b1 row", in_matrix(Transpose)),
    "matrix of the wrong sign": Kind("W1", in_matrix(lambda node: Scale(MINUS, node))),
    "factor of the sizes": Kind("W1", in_matrix(lambda node: Scale(1 / K, node))),
    "ones for the input": Kind("W2", in_matrix(Product((difference("y_hat", "y", "K"), Ones(ONE, D))))),
    "sum for difference": Kind("b2", in_matrix(Plus((column("y", "K"), column("y_hat", "K"))))),
    "Hadamard square for a product": Kind(
        "b2", in_matrix(Hadamard((difference("y_hat", "y", "K"), difference("y_hat", "y", "K"))))
    ),
    "outer product with another vector": Kind(
        "W2", in_matrix(Product((difference("y_hat", "y", "K"), Transpose(column("z1", "d")))))
    ),
    "identity for a diagonal": Kind("dz2/dz1", in_matrix(Identity(D))),
    "an additional term": Kind("W1", in_matrix(lambda node: Plus((node, Ones(D, N))))),
    "batch form transposed, square": Kind("W1 square", in_matrix(Transpose)),
    "numerator layout for gradient layout": Kind("W1", laid_out("numerator")),
    "gradient layout for numerator layout": Kind("W2 row", laid_out("gradient")),
    "layout of a square weight": Kind("W2 square", laid_out("numerator")),
    "matrix form of the wrong batch factor": Kind("W2 batch", in_matrix(lambda node: Scale(B, node))),
    "convolution form of another gradient": Kind(
        "conv z", lambda right: replace(right, convolution=the("conv 3/2/1 z").convolution)
    ),
}


KINDS = {
    **FACTORS,
    **SIZES,
    **RANGES,
    **KINKS,
    **HESSIANS,
    **RECURRENCES,
    **BATCHES,
    **BRANCHES,
    **FORMS,
    **KINDS_OF_LAYERS,
}
