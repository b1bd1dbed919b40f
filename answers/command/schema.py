"""``gradsheet schema``: the schema of homework files, for editors."""

from __future__ import annotations

import json

import typer


def schema() -> None:
    """Print the JSON schema of homework files.

    An editor that knows YAML completes and checks the keys with it.
    """
    from answers.homework.model import Homework

    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Homework.model_json_schema()}
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
