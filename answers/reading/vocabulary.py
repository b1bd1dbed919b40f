"""The signs and commands of formulas: which token each of them is."""

from __future__ import annotations

import unicodedata

GREEK = {
    name: unicodedata.lookup(f"GREEK {case} LETTER {('lamda' if name.lower() == 'lambda' else name).upper()}")
    for case, names in (
        (
            "SMALL",
            "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon "
            "phi chi psi omega",
        ),
        ("CAPITAL", "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"),
    )
    for name in names.split()
}
LETTERS = {
    **GREEK, "ell": "ℓ", "varepsilon": "ε", "vartheta": "θ", "varphi": "φ", "varrho": "ρ", "varsigma": "σ",
    "varpi": "π", "eps": "ε", "imath": "i", "jmath": "j",
}  # fmt: skip
"""Commands for letters."""

ALIKE = {"ϵ": "ε", "ϕ": "φ", "ϑ": "θ", "ϱ": "ρ", "ς": "σ", "µ": "μ", "ℒ": "L", "∑": "Σ", "∏": "Π", "∆": "Δ"}
"""Characters that stand for others."""

FONTS = frozenset(
    "bm mathbf boldsymbol pmb mathcal mathscr mathfrak mathit mathnormal vec underline mathop mathbin mathrel mathord "
    "mathopen mathclose ensuremath boxed bs bold symbf symbfit symbfup symbfsf symit mathbfit overrightarrow "
    "smash cancel".split()
)
"""Commands that only change how their argument looks."""

OPEN_FONTS = frozenset(["mathbb", "mathbbm", "mathds", "mathbf", "bm", "boldsymbol", "vec", "bf", "pmb", "bs", "symbf"])
"""Fonts in which a digit 1 is a vector of ones or an indicator."""

WORD_FONTS = frozenset(
    "mathrm operatorname operatorname* mathsf mathtt textrm textsf texttt textit textbf textnormal text mbox hbox "
    "symrm textup symup mathup".split()
)
"""Fonts in which letters make one word."""

DROPPED = frozenset(
    "left right middle big Big bigg Bigg bigl bigr bigm Bigl Bigr Bigm biggl biggr biggm Biggl Biggr Biggm quad qquad "
    "displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits nonumber notag bf rm it sf tt cal bfseries "
    "boldmath unboldmath mathstrut strut allowbreak nobreak relax thinspace medspace thickspace negthinspace enspace "
    "hfill noindent centering normalsize small large Large hline protect null break newline cr "
    "dotsc".split()
)
"""Commands that say nothing about what a formula means."""

DROPPED_WITH_ARGUMENT = frozenset(
    "hspace hspace* vspace vspace* label tag tag* color textcolor colorbox phantom hphantom vphantom overset "
    "stackrel".split()
)

OPERATIONS = {
    "·": "·", "⋅": "·", "∙": "·", "×": "×", "∘": "∘", "⊙": "⊙", "⊗": "⊗", "⊘": "⊘", "⋆": "⋆", "∗": "∗", "*": "*",
    "/": "/", "÷": "/", "⊛": "⋆", "★": "⋆", "•": "·",
    "cdot": "·", "cdotp": "·", "bullet": "·", "times": "×", "circ": "∘", "odot": "⊙", "otimes": "⊗", "oslash": "⊘",
    "star": "⋆", "ast": "∗", "div": "/", "bmod": "mod", "mod": "mod", "slash": "/", "circledast": "⋆",
}  # fmt: skip

RELATIONS = {
    "=": "=", "≠": "≠", "<": "<", ">": ">", "≤": "≤", "≥": "≥", "∈": "∈", "∉": "∉", "∣": "divides", "≡": "=",
    "⩽": "≤", "⩾": "≥", "≔": "=", "≜": "=", "←": "←", "∤": "does not divide",
    "ne": "≠", "neq": "≠", "le": "≤", "leq": "≤", "leqslant": "≤", "leqq": "≤", "ge": "≥", "geq": "≥", "geqslant": "≥",
    "geqq": "≥", "lt": "<", "gt": ">", "in": "∈", "notin": "∉", "mid": "divides", "nmid": "does not divide",
    "equiv": "=", "coloneqq": "=", "triangleq": "=", "eq": "=", "coloneq": "=", "doteq": "=", "leftarrow": "←",
    "gets": "←",
}  # fmt: skip

SIGNS = {"+": "+", "-": "-", "−": "-", "–": "-", "‐": "-", "‑": "-"}

OTHERS = {
    "_": ("SUB", "_"), "^": ("SUP", "^"), "'": ("PRIME", "'"), "′": ("PRIME", "'"), "’": ("PRIME", "'"),
    "(": ("LPAR", "("), ")": ("RPAR", ")"), "[": ("LBRA", "["), "]": ("RBRA", "]"), ",": ("SEP", ","),
    ";": ("SEP", ";"), ":": ("SEP", ":"), "&": ("AMP", "&"), "∞": ("INFINITY", "∞"), "∂": ("PARTIAL", "∂"),
    "∇": ("NABLA", "∇"), "⌊": ("LFLOOR", "⌊"), "⌋": ("RFLOOR", "⌋"), "⌈": ("LCEIL", "⌈"), "⌉": ("RCEIL", "⌉"),
    "√": ("SQRT", ""), "Σ": ("BIG", "sum"), "Π": ("BIG", "product"), "…": ("DOTS", "…"), "⋯": ("DOTS", "…"),
    "⋮": ("DOTS", "…"), "⋱": ("DOTS", "…"), "⊤": ("TRANSPOSE", "⊤"), "⟨": ("LANGLE", "⟨"), "⟩": ("RANGLE", "⟩"),
    "∧": ("SEP", "and"), "∨": ("SEP", "or"), "¬": ("NOT", "not"), "⟙": ("TRANSPOSE", "⊤"), "⊺": ("TRANSPOSE", "⊤"),
    "∀": ("IF", "for all"), "forall": ("IF", "for all"),
    "partial": ("PARTIAL", "∂"), "nabla": ("NABLA", "∇"), "infty": ("INFINITY", "∞"), "prime": ("PRIME", "'"),
    "lfloor": ("LFLOOR", "⌊"), "rfloor": ("RFLOOR", "⌋"), "lceil": ("LCEIL", "⌈"), "rceil": ("RCEIL", "⌉"),
    "sum": ("BIG", "sum"), "prod": ("BIG", "product"), "top": ("TRANSPOSE", "⊤"), "intercal": ("TRANSPOSE", "⊤"),
    "transpose": ("TRANSPOSE", "⊤"), "trans": ("TRANSPOSE", "⊤"),
    "ldots": ("DOTS", "…"), "cdots": ("DOTS", "…"), "dots": ("DOTS", "…"), "vdots": ("DOTS", "…"),
    "ddots": ("DOTS", "…"), "langle": ("LANGLE", "⟨"), "rangle": ("RANGLE", "⟩"), "lbrace": ("LSET", "{"),
    "rbrace": ("RSET", "}"), "lbrack": ("LBRA", "["), "rbrack": ("RBRA", "]"), "lparen": ("LPAR", "("),
    "rparen": ("RPAR", ")"), "land": ("SEP", "and"), "wedge": ("SEP", "and"), "lor": ("SEP", "or"),
    "vee": ("SEP", "or"),
    "lnot": ("NOT", "not"), "neg": ("NOT", "not"), "lvert": ("LBAR", "|"), "rvert": ("RBAR", "|"),
    "lVert": ("LNORM", "‖"), "rVert": ("RNORM", "‖"), "colon": ("SEP", ":"),
    "frac": ("FRAC", ""), "dfrac": ("FRAC", ""), "tfrac": ("FRAC", ""), "cfrac": ("FRAC", ""), "nicefrac": ("FRAC", ""),
    "sfrac": ("FRAC", ""), "flatfrac": ("FRAC", ""), "sqrt": ("SQRT", ""),
}  # fmt: skip

ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303", "bar": "\u0304",
    "overline": "\u0304", "dot": "\u0307", "ddot": "\u0308", "check": "\u030c", "breve": "\u0306",
}  # fmt: skip

KEYWORDS = {
    "if": "IF", "for": "IF", "when": "IF", "where": "IF", "whenever": "IF", "else": "ELSE", "otherwise": "ELSE",
    "elsewhere": "ELSE", "and": "and", "or": "or", "ow": "ELSE", "elif": "ELSEIF",
}  # fmt: skip

POWERS = {"ᵀ": "T", "⁺": "+", "⁻": "-", **dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True))}
BELOW = {
    **dict(zip("₋₀₁₂₃₄₅₆₇₈₉", "-0123456789", strict=True)),
    "ᵢ": "i",
    "ⱼ": "j",
    "ₖ": "k",
    "ₘ": "m",
    "ₙ": "n",
    "ₜ": "t",
}
VULGAR = {"½": 1 / 2, "⅓": 1 / 3, "⅔": 2 / 3, "¼": 1 / 4, "¾": 3 / 4, "⅛": 1 / 8}

MATRICES = frozenset("matrix bmatrix pmatrix Bmatrix smallmatrix vmatrix bsmallmatrix psmallmatrix".split())
CASES = frozenset("cases dcases cases* dcases* rcases numcases".split())
LINES = frozenset(
    "aligned align align* split gathered gather gather* equation equation* multline multline* displaymath math "
    "eqnarray eqnarray* alignedat flalign flalign*".split()
)
LARGEST = {"max": "max", "min": "min", "argmax": "argmax", "argmin": "argmin", "sup": "max", "inf": "min"}
