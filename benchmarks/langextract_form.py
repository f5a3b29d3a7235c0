"""An answer of ours in langextract's form: one extraction per quote, its class as key, its attributes beside it.

langextract parses ``{"extractions": [{"actors": "Dorvia", "actors_attributes": {...}}, ...]}``; its attributes are texts or
lists of texts (``langextract.core.data.Extraction``, ``format_handler.FormatHandler``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Extracted = tuple[str, str, dict[str, Any], dict[str, Any]]
"""Class, quote, all attributes of the record, and those that no quote of it before has carried, with the id."""


def extractions(answer: dict[str, Any], *, repeat: bool = True, empty: bool = True) -> dict[str, Any]:
    """The records with all their attributes.

    With ``repeat`` every quote of a record carries its attributes, as in langextract's own examples; without, each is
    written once. With ``empty``, attributes without a value are written, as "" or [].
    """
    return {
        "extractions": [
            {kind: quote, f"{kind}_attributes": _attributes(about if repeat else new, empty)}
            for kind, quote, about, new in _extracted(answer)
        ]
    }


def _extracted(answer: dict[str, Any]) -> Iterator[Extracted]:
    for field, value in answer["publication"].items():
        if value is not None:
            yield "publication", value, {"field": field}, {"field": field}
    names = {actor["id"]: actor["name"] for actor in answer["actors"]}
    for actor in answer["actors"]:
        yield "actors", actor["name"], *_twice(_without(actor, "name"))
    for weapon in answer["weapons"]:
        yield "weapons", weapon["term"], *_twice(_without(weapon, "term"))
    for source in answer["sources"]:
        yield "sources", next((names.get(i, "") for i in source["actors"]), ""), *_twice(source)
    for allegation in answer["allegations"]:
        new = whole = _without(allegation, "attributions")
        for attribution in allegation["attributions"]:
            said = _without(attribution, "evidence")
            new = new | said
            for cited in attribution["evidence"]:
                yield "allegations", cited["phrase"], whole | said, new
                new = {"id": allegation["id"]}
    for kind in ("denials", "responses", "excluded"):
        for record in answer[kind]:
            about = new = _without(record, "evidence")
            for cited in record["evidence"]:
                yield kind, cited["phrase"], about, new
                new = {"id": record["id"]}


def _twice(attributes: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    return attributes, attributes


def _attributes(told: dict[str, Any], empty: bool) -> dict[str, Any]:
    return {k: _flat(v) for k, v in told.items() if empty or v not in (None, [])}


def _without(record: dict[str, Any], *fields: str) -> dict[str, Any]:
    return {k: v for k, v in record.items() if k not in fields}


def _flat(value: Any) -> str | list[str]:
    """What langextract takes for an attribute: objects in a list become texts."""
    match value:
        case None:
            return ""
        case list():
            return [
                " ".join(str(x) for x in v.values() if x is not None) if isinstance(v, dict) else str(v) for v in value
            ]
        case _:
            return str(value)
