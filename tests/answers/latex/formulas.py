"""Formulas as users write them, at random."""

from __future__ import annotations

import string

from hypothesis import strategies as st

from answers.latex.commands import COMMANDS, REFERENCES, SIGNS

PLAIN = sorted(COMMANDS - REFERENCES - {"begin", "end", "left", "right"})

_pieces = (
    st.text(alphabet=string.ascii_letters + string.digits + "+-*/=<>|~'\"_[]", min_size=1, max_size=4)
    | st.sampled_from(PLAIN).map(lambda name: f"\\{name} ")
    | st.sampled_from(sorted(SIGNS - set("() \n"))).map(lambda sign: f"\\{sign}")
    | st.just(r"\begin{matrix}a & b \\ c & d\end{matrix}")
    | st.just(r"\left( x \right)")
)

formulas = (
    st.recursive(
        st.lists(_pieces, min_size=1, max_size=5).map("".join),
        lambda inner: st.lists(inner | inner.map(lambda text: f"{{{text}}}"), min_size=1, max_size=3).map("".join),
        max_leaves=6,
    )
    .map(str.strip)
    .filter(lambda text: text != "" and not text.endswith("\\"))
)
