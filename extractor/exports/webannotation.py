"""Every quote as a W3C Web Annotation (https://www.w3.org/TR/annotation-model/), in one JSON-LD collection."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from extractor.schemas import Dataset

from .tables import attribution_ids, quotes
from .writing import as_json

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
"""The context that the model prescribes."""


def collection(dataset: Dataset, path: Path) -> None:
    """An AnnotationCollection with a single page: an annotation for each piece of evidence."""
    items = list(_annotations(dataset))
    base = "urn:armsledger:annotations"
    page = {"id": f"{base}:1", "type": "AnnotationPage", "startIndex": 0, "partOf": base, "items": items}
    whole = {
        "@context": CONTEXT, "id": base, "type": "AnnotationCollection", "label": "armsledger dataset",
        "total": len(items), "first": page, "last": f"{base}:1",
    }  # fmt: skip
    path.write_text(as_json(whole) + "\n", "utf-8")


def _annotations(dataset: Dataset) -> Iterator[dict[str, Any]]:
    articles = {a.id: a for a in reversed(dataset.articles)}
    words = _words(dataset)
    for number, (kind, id_, e) in enumerate(quotes(dataset), 1):
        article = articles[e.article_id]
        yield {
            "id": f"urn:armsledger:annotation:{number}",
            "type": "Annotation",
            "motivation": "describing",
            "body": [
                {"type": "TextualBody", "purpose": "describing", "format": "text/plain", "value": words[kind, id_]},
                {"type": "TextualBody", "purpose": "classifying", "format": "text/plain", "value": kind},
                {"type": "SpecificResource", "purpose": "linking", "source": _urn(id_)},
            ],
            "target": {
                # the offsets hold for the text that was read, not for the web page it came from
                "source": {"id": _urn(e.article_id), "type": "Text", "language": article.language}
                | ({"via": article.url} if article.url else {}),
                "selector": [
                    {"type": "TextQuoteSelector", "exact": e.exact, "prefix": e.prefix, "suffix": e.suffix},
                    {"type": "TextPositionSelector", "start": e.start, "end": e.end},
                ],
            },
        }


def _urn(id_: str) -> str:
    """A record's id as a URI."""
    return f"urn:armsledger:{quote(id_.encode('utf-8', 'replace'), safe=':')}"


def _words(d: Dataset) -> dict[tuple[str, str], str]:
    """What each record says, in words."""
    claims = {c.id: c.summary for a in d.allegations for c in a.claims}
    words = {("attribution", id_): claims[t.claim] for id_, _, t in attribution_ids(d)}
    words |= {("denial_statement", s.id): f"{s.denier}: {s.kind}" for n in d.denials for s in n.statements}
    words |= {("response", r.id): r.kind for r in d.responses}
    words |= {("actor", a.id): a.name for a in d.actors} | {("weapon", w.id): w.term for w in d.weapons}
    return words | {("excluded", x.id): x.reason for a in d.articles for x in a.excluded}
