"""``module.py``: layers with ``_forward`` given and ``_backward`` to write."""

from answers.code.templates.module.template import ModuleFile

__all__ = ["ModuleFile"]
