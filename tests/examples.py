"""One small article, and the answer that a careful model gives."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from extractor.testing import EMPTY

ARTICLE = """Dorvia sends shells to Quell, ministry says
HALVEN, May 3, 2023 — Dorvia shipped at least 40 crates of artillery shells to Quell in April, Interior Ministry spokesman Tam Oriel said on Tuesday.
Dorvia denied the charge. "We sent medicine," its envoy Ilse Brandt said.
The League of Nine urged Dorvia to stop the deliveries.
"""


def answer(**changes: Any) -> dict[str, Any]:
    """The answer to ``ARTICLE``; keyword arguments replace whole lists."""
    return deepcopy({**ANSWER, **changes})


ANSWER: dict[str, Any] = {
    **EMPTY,
    "actors": [
        {
            "id": "c1",
            "name": "Dorvia",
            "name_en": None,
            "kind": "state",
            "country": None,
            "title": None,
            "represents": None,
            "aliases": [],
        },
        {
            "id": "c2",
            "name": "Quell",
            "name_en": None,
            "kind": "state",
            "country": None,
            "title": None,
            "represents": None,
            "aliases": [],
        },
        {
            "id": "c3",
            "name": "Interior Ministry",
            "name_en": None,
            "kind": "government_body",
            "country": None,
            "title": None,
            "represents": None,
            "aliases": [],
        },
        {
            "id": "c4",
            "name": "Tam Oriel",
            "name_en": None,
            "kind": "person",
            "country": None,
            "title": "Interior Ministry spokesman",
            "represents": "c3",
            "aliases": [],
        },
        {
            "id": "c5",
            "name": "League of Nine",
            "name_en": None,
            "kind": "international_org",
            "country": None,
            "title": None,
            "represents": None,
            "aliases": [],
        },
    ],
    "weapons": [{"id": "w1", "term": "artillery shells", "category": "artillery_ammunition"}],
    "sources": [
        {"id": "s1", "actors": ["c4"], "kind": "named_official", "relies_on": None},
        {"id": "s2", "actors": ["c5"], "kind": "company_or_group", "relies_on": None},
    ],
    "allegations": [
        {
            "id": "a1",
            "summary": "Tam Oriel says Dorvia shipped at least 40 crates of artillery shells to Quell in April.",
            "stage": "shipped",
            "scope": "specific",
            "suppliers": ["c1"],
            "recipients": ["c2"],
            "participants": [],
            "items": [{"weapon": "w1", "quantity": "at least 40 crates"}],
            "in_return": [],
            "circumstances": [{"kind": "event_time", "text": "in April"}],
            "route": [],
            "part_of": None,
            "attributions": [
                {
                    "evidence": [
                        {
                            "sentence": 2,
                            "phrase": "Dorvia shipped at least 40 crates of artillery shells to Quell in April",
                        }
                    ],
                    "source": "s1",
                    "cue": "said",
                    "said_on": "on Tuesday",
                    "basis": "unstated",
                    "certainty": "certain",
                    "polarity": "positive",
                }
            ],
        }
    ],
    "denials": [
        {
            "id": "d1",
            "evidence": [{"sentence": 3, "phrase": "Dorvia denied the charge."}],
            "denier": "c1",
            "kind": "denies",
            "scope": "explicit",
            "targets": ["a1"],
            "accusers": [],
            "what_is_denied": "the charge",
            "counter_claim": "We sent medicine",
            "reported_by": [],
            "said_on": None,
        }
    ],
    "responses": [
        {
            "id": "r1",
            "evidence": [{"sentence": 5, "phrase": "urged Dorvia to stop the deliveries"}],
            "kind": "demand",
            "source": "s2",
            "actors": ["c5"],
            "about": ["a1"],
            "measure": "stop the deliveries",
            "legal_basis": None,
            "said_on": None,
        }
    ],
}
