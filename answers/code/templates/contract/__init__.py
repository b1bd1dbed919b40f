"""Contracts: files of any form, described by what is called in which order and what each result is."""

from answers.code.templates.contract.template import Contract

__all__ = ["Contract"]
