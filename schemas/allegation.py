"""Who is said to supply whom, as the claims of several articles say it together."""

from __future__ import annotations

from typing import Any, Literal

from .base import Record
from .claim import Attribution, Claim, Item, Participant, Place, Return, Scope, Stage
from .decision import Grade
from .values import DatePhrase


class Relation(Record):
    """How an allegation stands to another one."""

    kind: Literal["part_of", "narrower"]
    """part_of: a step or a part of it, as an article says. narrower: the same parties, scope and stage family, and a time
    and weapons that lie within the other's."""
    allegation: str
    """The larger or broader one."""


class OriginChain(Record):
    """The way from an outlet to the root of what it reports, for one attribution."""

    claim: str
    """The claim that is attributed."""
    article_id: str
    """The article that carries it."""
    outlet: str | None
    """Its outlet."""
    agency: str | None
    """The agency whose copy it is."""
    sources: list[str]
    """Source ids, from the speaker down to what it relies on in the end."""
    origins: list[str]
    """What the root counts as: governments or organisations, or the root itself. Empty if it counts as none."""
    rule: str
    """Why it counts, or why not."""


class Corroboration(Record):
    """How many stand behind an allegation."""

    articles: int
    """Articles that carry it, identical copies counted once."""
    texts: int
    """Different texts among them: syndicated copies (near-identical text, or one agency's copy) count once."""
    outlets: int
    """Different outlets among them; articles whose outlet is unknown count as one outlet together."""
    origins: int
    """Independent origins: governments or organisations at the root of the attributions that affirm it."""
    origin_ids: list[str]
    """Those origins: actor ids, or the id of a source that names no actor. Sorted."""
    chains: list[OriginChain]
    """How the number comes about: one chain for every attribution and what it rests on."""


class ConflictValue(Record):
    """One of the values that differ."""

    value: str
    """The value, as printed or as the vocabulary has it."""
    claim: str
    """The claim that has it; its attributions carry the evidence."""


class Conflict(Record):
    """Claims of one allegation that differ in a field. Every value is kept."""

    field: str
    """The field."""
    kind: Literal["refinement", "disagreement"]
    """refinement: one value is narrower than, or a step beyond, the other. disagreement: they exclude each other."""
    values: list[ConflictValue]
    """All values, sorted."""
    preferred: str | None
    """The narrower or furthest value of a refinement; always None for a disagreement."""


class Edit(Record):
    """A value that a person put in the place of an extracted one."""

    claim: str
    """The claim, which keeps the extracted value."""
    field: str
    """The field."""
    extracted: Any
    """The value as extracted."""
    edited: Any
    """The value that holds for the allegation."""
    decision: str
    """The decision's id."""


Verdict = Literal["accepted", "rejected", "open"]
"""What people decided about a record; open: nothing, or both."""


Contested = Literal["explicit", "generic", "pledge", "none"]
"""The strongest answer that a party has given to an allegation."""


class Allegation(Record):
    """What the claims of one or more articles say in common: who says that who supplies which weapons to whom.

    It is never a finding of fact. Values of single claims stand in ``claims``; where they differ, in ``conflicts``.
    """

    id: str
    """The smallest id of its claims."""
    summary: str
    """The summary of its first claim."""
    stage: Stage
    """The furthest stage among its claims (all of one family)."""
    scope: Scope
    """One transfer, or a habit."""
    suppliers: list[str]
    """Actor ids of the supplying parties, state organs rolled up to their state."""
    recipients: list[str]
    """Actor ids of the receiving parties, state organs rolled up to their state."""
    participants: list[Participant]
    """Others who take part, from all claims."""
    items: list[Item]
    """What is supplied, from all claims."""
    in_return: list[Return]
    """What the supplier is to get for it, from all claims."""
    event_time: DatePhrase | None
    """The narrowest event time of its claims; None where they disagree."""
    event_place: list[str]
    """Places of the event, as printed."""
    end_use: list[str]
    """End uses, as printed."""
    concealment: list[str]
    """Concealment, as printed."""
    route: list[Place]
    """Places on the way, from all claims."""
    attributions: list[Attribution]
    """Who says it, in which article, in which words. Every statement stands in exactly one allegation."""
    corroboration: Corroboration
    """How many articles, outlets and independent origins."""
    contested: Contested
    """The strongest answer by a party."""
    denials: list[str]
    """Denials that answer it, whatever their kind."""
    conflicts: list[Conflict]
    """Where its claims differ."""
    relations: list[Relation]
    """Other allegations that this one is a part of or says more narrowly."""
    review: Verdict
    """What people decided about it. A rejected claim is never joined with others and corroborates nothing."""
    grades: list[Grade]
    """How people grade its claims."""
    edits: list[Edit]
    """What people corrected; the claims keep what was extracted."""
    claims: list[Claim]
    """The claims it was built from, one or more per article, as extracted."""
