"""How finely a homework file asks for a derivation to be told: its result, as in a lecture, or in full."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator

Steps = Literal["result", "lecture", "full"]


def _in_words(value: object) -> object:
    """``true`` and ``false`` as they are meant: the steps of a lecture, or none."""
    return {True: "lecture", False: "result"}[value] if isinstance(value, bool) else value


StepsField = Annotated[Steps | None, BeforeValidator(_in_words, json_schema_input_type=Steps | bool | None)]
"""A field for the steps of an answer: one of the grains, ``true`` for a lecture's, ``false`` for the result alone."""
