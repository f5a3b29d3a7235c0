"""Who says so."""

from __future__ import annotations

from typing import Literal

from .base import Draft, Record
from .decision import Reliability

SourceKind = Literal[
    "named_official",
    "unnamed_official",
    "government_institution",
    "un_body",
    "joint_statement",
    "intelligence",
    "document",
    "combatant",
    "company_or_group",
    "media_report",
    "expert_ngo",
    "outlet_narration",
    "unknown",
]


class SourceDraft(Draft):
    """A speaker, institution or document to which the text attributes something. One record per speaker."""

    id: str
    """Your own short id: s1, s2, …"""
    actors: list[str]
    """Ids of the actors who speak; several for a joint statement; empty only for the outlet's own voice and for an
    unknown source."""
    kind: SourceKind
    """A spokesman with a name is named_official; "officials said" is unnamed_official; "the White House said", "Washington
    accuses" is government_institution; what the article says in its own voice, naming nobody, is outlet_narration."""
    relies_on: str | None
    """Id of the source from which this one says to have it: the official citing intelligence → the intelligence;
    the newspaper citing officials → the officials. Else null."""


class Source(Record):
    """A speaker of the dataset: the same actors in the same role, with the same source of their own."""

    id: str
    """Canonical id, from content."""
    actors: list[str]
    """Ids of the actors who speak."""
    kind: SourceKind
    """The role in which they speak."""
    relies_on: str | None
    """The source from which they say to have it (W3C PROV ``hadPrimarySource``)."""
    reliability: Reliability | None
    """Grade that a person gave it (Admiralty code)."""
    origins: list[str]
    """What stands at the root of ``relies_on``: the governments or organisations (actor ids) to which the speakers belong,
    or the document itself (source id). Empty for the outlet's own voice, unknown sources and joint statements, which
    are no independent origin."""
