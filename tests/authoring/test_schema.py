import json
from pathlib import Path

from lms.authoring.schema import bundle_schema, schema_text

CONTENT = Path(__file__).parents[2] / "content"


def test_the_schema_for_editors_is_that_of_the_model():
    assert (CONTENT / "schema.json").read_text(encoding="utf-8") == schema_text()


def test_what_comes_from_folders_and_file_names_is_no_key_of_a_file():
    definitions = bundle_schema()["$defs"]
    assert "modules" not in definitions["Course"]["properties"]
    assert "lessons" not in definitions["Module"]["properties"]
    assert "text" not in definitions["Reading"]["properties"]
    assert definitions["Reading"]["required"] == ["title", "kind"]
    assert definitions["Practice"]["required"] == ["title", "kind", "confirmed_by", "evidence"]
    assert definitions["Reading"]["properties"].keys() == {
        "key",
        "title",
        "minutes",
        "refresher",
        "kind",
        "confirm",
    }


def test_every_reference_of_the_schema_leads_somewhere():
    schema = bundle_schema()
    text = json.dumps(schema)
    used = {part.split('"')[0] for part in text.split("#/$defs/")[1:]}
    assert used == set(schema["$defs"])
