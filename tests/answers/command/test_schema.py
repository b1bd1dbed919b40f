from __future__ import annotations

import json

from answers.evidence import evidence_kinds
from answers.kinds import kinds
from tests.answers.command.runner import run


def test_the_schema_is_one_json_document_that_knows_every_kind() -> None:
    outcome = run("schema")
    assert outcome.code == 0
    schema = json.loads(outcome.out)
    assert {"title", "networks", "questions"} <= set(schema["properties"])
    assert schema["additionalProperties"] is False
    found = {
        definition["properties"]["kind"].get("const")
        for definition in schema["$defs"].values()
        if "kind" in definition.get("properties", {})
    }
    assert {*kinds(), "code", *evidence_kinds()} <= found


def test_every_reference_of_the_schema_leads_somewhere() -> None:
    text = run("schema").out
    schema = json.loads(text)
    names = {line.split("#/$defs/")[1].split('"')[0] for line in text.splitlines() if "#/$defs/" in line}
    assert names
    assert names <= set(schema["$defs"])
