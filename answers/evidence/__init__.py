"""The kinds of evidence that a text can quote, one module each; a new kind is a new module here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from answers.contract.evidence import Evidence, Found
from answers.contract.item import Context
from answers.contract.model import discover, one_of
from derive.remembering import ONE


@lru_cache(maxsize=ONE)
def evidence_kinds() -> dict[str, type[Evidence]]:
    """The kinds by the name that a homework file gives them."""
    return discover(__name__, __path__, Evidence)


if TYPE_CHECKING:
    AnyEvidence = Evidence
else:  # the kinds are found at run time, so that a new one needs no entry here
    AnyEvidence = one_of(evidence_kinds())


def collect(evidence: Mapping[str, Evidence], context: Context) -> dict[str, Found]:
    """Every piece of evidence computed, by the name that the text quotes it by."""
    return {name: piece.find(context) for name, piece in evidence.items()}
