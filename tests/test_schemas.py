"""The answer's schema is one that every constrained decoder takes; the dataset validates itself."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from extractor.schemas import Answer, Dataset, Skipped, answer_schema
from extractor.testing import EMPTY, ScriptedModel
from tests.examples import ARTICLE, answer
from tests.runs import run_texts

PORTABLE_KEYS = {"type", "properties", "required", "additionalProperties", "items", "enum", "anyOf", "$ref", "$defs"}
"""All that the constrained decoders tried agree on; everything else is ignored in silence by some, or an error."""


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema object, the names of properties and definitions left out."""
    match schema:
        case {"$ref": _}:
            yield schema
        case dict():
            yield schema
            for key in ("properties", "$defs"):
                for part in schema.get(key, {}).values():
                    yield from nodes(part)
            for part in [schema["items"]] if "items" in schema else schema.get("anyOf", []):
                yield from nodes(part)


def test_the_answer_schema_uses_only_what_every_decoder_takes() -> None:
    for node in nodes(answer_schema()):
        assert set(node) <= PORTABLE_KEYS, node


def test_every_object_forbids_other_keys_and_requires_all_of_its_own() -> None:
    objects = [n for n in nodes(answer_schema()) if n.get("type") == "object"]
    assert len(objects) >= 15
    for node in objects:
        assert node["additionalProperties"] is False
        assert set(node["required"]) == set(node["properties"])


def test_a_union_is_only_ever_a_scalar_or_null() -> None:
    for node in nodes(answer_schema()):
        if "anyOf" in node:
            assert [set(part) for part in node["anyOf"]] == [{"type"}, {"type"}], node
            assert node["anyOf"][1] == {"type": "null"}


def test_objects_nest_no_deeper_than_five_levels_and_never_recur() -> None:
    definitions = answer_schema()["$defs"]

    def depth(node: Any, above: tuple[str, ...] = ()) -> int:
        match node:
            case {"$ref": ref}:
                name = ref.removeprefix("#/$defs/")
                assert name not in above, f"{name} holds itself"
                return depth(definitions[name], (*above, name))
            case {"type": "object", "properties": properties}:
                return 1 + max(depth(part, above) for part in properties.values())
            case {"items": items}:
                return depth(items, above)
            case _:
                return 0

    assert depth({k: v for k, v in answer_schema().items() if k != "$defs"}) <= 5


def test_the_answer_schema_stays_within_strict_mode_limits() -> None:
    """OpenAI: 5,000 properties and 1,000 enum values in all."""
    assert sum(len(n.get("properties", {})) for n in nodes(answer_schema())) <= 5_000
    assert sum(len(n.get("enum", [])) for n in nodes(answer_schema())) <= 1_000


def test_keys_are_generated_with_the_evidence_before_the_verdict() -> None:
    """Constrained decoders write keys in the order of declaration."""
    properties = list(answer_schema()["$defs"]["AttributionDraft"]["properties"])
    assert properties.index("evidence") < properties.index("certainty")


def test_one_bad_item_of_a_list_costs_only_itself() -> None:
    written = answer()
    written["allegations"].append({**written["allegations"][0], "id": "a2", "stage": "rumoured"})
    written["denials"].append("not even an object")
    read = Answer.model_validate_json(json.dumps(written), strict=True)
    assert [a.id for a in read.allegations] == ["a1"]
    assert [(r.record, r.local_id) for r in read.rejected] == [("allegations", "a2"), ("denials", "#1")]
    assert "stage" in read.rejected[0].reason
    assert read.rejected[0].draft["stage"] == "rumoured"


@pytest.mark.parametrize(
    "broken", ["{}", '"text"', "[]", json.dumps({**EMPTY, "extra": 1}), json.dumps({**EMPTY, "actors": None})]
)
def test_an_answer_that_is_broken_as_a_whole_is_refused(broken: str) -> None:
    with pytest.raises(ValidationError):
        Answer.model_validate_json(broken, strict=True)


def test_the_committed_json_schema_of_the_dataset_is_current(root: Path) -> None:
    """Run `make schema` after a change of the schemas, and read the diff."""
    committed = json.loads((root / "dataset.schema.json").read_text("utf-8"))
    assert committed == Dataset.model_json_schema()


@pytest.fixture(scope="module")
def dataset() -> dict[str, Any]:
    return run_texts({"one.txt": ARTICLE}, ScriptedModel({"Dorvia": [answer()]})).model_dump()


@pytest.mark.parametrize(
    ("where", "value", "message"),
    [
        (("allegations", 0, "suppliers"), ["state:nowhere"], "state:nowhere, which is not in the dataset"),
        (
            ("allegations", 0, "attributions", 0, "source"),
            "source:nobody",
            "source:nobody, which is not in the dataset",
        ),
        (("allegations", 0, "attributions", 0, "evidence"), [], "has no evidence"),
        (("allegations", 0, "attributions"), [], "has no attribution"),
        (("denials", 0, "targets", 0, "allegation"), "claim:gone", "claim:gone, which is not in the dataset"),
        (("responses", 0, "about"), ["claim:gone"], "claim:gone, which is not in the dataset"),
        (("actors", 0, "mentions"), [], "has no evidence"),
        (("responses", 0, "evidence", 0, "end"), 3, "offsets do not fit"),
        (("accounting", "articles", "failed"), 1, "the articles do not add up"),
        (("accounting", "records", 1, "kept"), 77, "the actors do not add up"),
    ],
)
def test_a_dataset_that_does_not_hold_together_is_refused(
    dataset: dict[str, Any], where: tuple[Any, ...], value: Any, message: str
) -> None:
    broken = json.loads(json.dumps(dataset))
    target = broken
    for step in where[:-1]:
        target = target[step]
    target[where[-1]] = value
    with pytest.raises(ValidationError, match=message):
        Dataset.model_validate(broken)


def test_records_share_one_empty_set_of_given_fields_which_no_copy_changes() -> None:
    """Sets of their own would take more than half of a dataset's memory."""
    one, other = (Skipped(path=name, reason="not a .txt file") for name in ("a", "b"))
    assert one.model_copy(update={"path": "b"}) == other
    assert pickle.loads(pickle.dumps(one)) == one
    assert one.__pydantic_fields_set__ is other.__pydantic_fields_set__
    assert not one.model_fields_set
