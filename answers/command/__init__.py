"""The command ``gradsheet``: one file for each command, and what they share."""

from answers.command.application import application, main

__all__ = ["application", "main"]
