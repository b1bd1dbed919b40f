"""Sums, products and powers of pieces: signs, order and brackets, the same for every back end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from derive.render.piece import Binding, Piece
from derive.render.style import Style


def add(style: Style, terms: Sequence[Piece], *, tight: bool = False, sort: bool = True) -> Piece:
    """The sum of the terms in their order; unless ``sort`` is off, positive ones before negative ones."""
    ordered = sorted(terms, key=lambda term: term.negative) if sort else list(terms)
    if len(ordered) == 1:
        return ordered[0]
    parts = [style.signed(ordered[0])]
    for term in ordered[1:]:
        sign = style.sign("-" if term.negative else "+", tight=tight)
        body = bracket_below(style, term.positive, Binding.BIG)
        parts.append(body.after(sign, 2))
    return Piece(
        "".join(part.text for part in parts),
        sum(part.width for part in parts),
        Binding.SUM,
        any(term.tall for term in ordered),
        compound=True,
        parts=tuple(parts),
    )


def bracket_below(style: Style, piece: Piece, least: Binding) -> Piece:
    """The piece, in brackets if it is negative or binds less than ``least``."""
    return style.enclose(style.signed(piece)) if piece.negative or piece.binding < least else piece


def multiply(
    style: Style,
    factors: Sequence[Piece],
    *,
    sign: str = "",
    between: str = "factor",
    loosest: Binding = Binding.PRODUCT,
) -> Piece:
    """The product of the factors in their order; their signs go in front.

    ``sign`` is written between the factors, or else what the style puts there: ``between`` names how. A
    big operator needs no brackets at the end, nor does a factor that binds as tightly as ``loosest``.
    """
    negative = sum(factor.negative for factor in factors) % 2 == 1
    if len(factors) == 1:
        return replace(factors[0], negative=negative)
    shown = []
    for position, factor in enumerate(factors):
        last = position == len(factors) - 1
        free = last and factor.binding is Binding.BIG
        shown.append(factor.positive if free else bracket_below(style, factor.positive, loosest))
    parts = [shown[0]]
    for left, right in pairwise(shown):
        joint = sign or style.space(left, right, between)
        parts.append(right.after(joint, 2.4 if sign else 0.3))
    return Piece(
        "".join(part.text for part in parts),
        sum(part.width for part in parts),
        Binding.BIG if shown[-1].binding is Binding.BIG else Binding.PRODUCT,
        any(factor.tall for factor in shown),
        negative,
        compound=True,
        parts=tuple(parts),
    )


def scale(style: Style, coefficient: Piece, piece: Piece, between: str = "factor") -> Piece:
    """A coefficient before a piece that needs brackets only if it is a sum."""
    negative = coefficient.negative != piece.negative
    if coefficient.text == "1":
        return replace(bracket_below(style, piece.positive, Binding.BIG) if negative else piece, negative=negative)
    if piece.text == "1":
        return replace(coefficient, negative=negative)
    inner = piece.positive
    front = bracket_below(style, coefficient.positive, Binding.PRODUCT)
    factors = [front, bracket_below(style, inner, Binding.BIG)]
    product = multiply(style, factors, between=between, loosest=Binding.BIG)
    binding = Binding.HADAMARD if inner.binding is Binding.HADAMARD else product.binding
    return replace(product, negative=negative, binding=binding)


def hadamard(style: Style, factors: Sequence[Piece], divisors: Sequence[Piece] = ()) -> Piece:
    """The elementwise product of the factors, divided elementwise by the divisors."""
    negative = sum(piece.negative for piece in (*factors, *divisors)) % 2 == 1
    above = [piece.positive for piece in factors] or [style.ones()]
    least = Binding.FRACTION
    product = above[0] if len(above) == 1 else _chain(style, above, "hadamard", least)
    if divisors:
        below = [piece.positive for piece in divisors]
        bottom = below[0] if len(below) == 1 else _chain(style, below, "hadamard", least)
        product = _chain(style, [product, bottom], "divide", least)
    return replace(product, negative=negative)


def _chain(style: Style, pieces: Sequence[Piece], sign: str, least: Binding) -> Piece:
    shown = [bracket_below(style, piece, least) for piece in pieces]
    product = multiply(style, shown, sign=style.sign(sign), loosest=least)
    return replace(product, binding=Binding.HADAMARD)


def raise_to(style: Style, base: Piece, exponent: Piece) -> Piece:
    """A power, its base in brackets unless it is an atom."""
    return style.power(bracket_below(style, base, Binding.ATOM), style.signed(exponent))


def call(style: Style, function: Piece, argument: Piece) -> Piece:
    """A function applied to an argument."""
    inside = style.enclose(style.signed(argument))
    return replace(inside.after(function.text, function.width), binding=Binding.ATOM)


def total(style: Style, signs: Sequence[Piece], body: Piece, *, linear: bool = True) -> Piece:
    """Big signs before a body, whose sign goes in front of them where they are ``linear`` as sums are."""
    if body.negative and not linear:
        body = style.enclose(style.signed(body))
    inner = bracket_below(style, body.positive, Binding.BIG)
    front = "".join(sign.text + style.signs["after sum"] for sign in signs)
    width = sum(sign.width for sign in signs)
    whole = inner.after(front, width)
    return replace(whole, binding=Binding.BIG, tall=True, negative=body.negative, compound=True, extend=False)
