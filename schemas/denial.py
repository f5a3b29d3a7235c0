"""Who denies it, and what else is answered."""

from __future__ import annotations

from typing import Literal

from .base import Draft, Record
from .evidence import Citation, Evidence
from .values import DatePhrase, Finding

DenialKind = Literal[
    "denies",
    "partially_denies",
    "dismisses",
    "sidesteps",
    "pledges_not_to",
    "declines_comment",
    "acknowledges",
]

DenialScope = Literal["explicit", "generic"]

LinkStrength = Literal["explicit", "generic", "pledge", "answer"]


class DenialDraft(Draft):
    """How a party to an alleged transfer answers: one record per party, even where one sentence gives several.

    A speaker who will not say how he knows denies nothing. "No information" by a third party is neither denial nor
    confirmation. A cut-off sentence denies nothing.
    """

    id: str
    """Your own short id: d1, d2, …"""
    evidence: list[Citation]
    """The sentence that says so. At least one."""
    denier: str
    """Actor id of the party that answers."""
    kind: DenialKind
    """denies; partially_denies: admits one part; dismisses: ridicules without denying; sidesteps: speaks past it;
    pledges_not_to: promises not to do it in future; declines_comment; acknowledges: admits it."""
    scope: DenialScope
    """explicit: answers allegations that this answer lists, named in `targets`. generic: answers accusations as a
    whole ("has denied the accusations", a standing assurance)."""
    targets: list[str]
    """Allegation ids of this answer. Filled exactly if scope is explicit."""
    accusers: list[str]
    """Actor ids of those whose accusations a generic denial rejects ("denied the Dorvian allegations" → Dorvia). Empty if
    the text does not say, and for explicit ones."""
    what_is_denied: str | None
    """Copied; else null."""
    counter_claim: str | None
    """Another explanation, or an accusation back, copied; else null."""
    reported_by: list[str]
    """Source ids of those who report the denial, where it is not the outlet itself."""
    said_on: str | None
    """When it was said, copied; else null."""


class DenialStatement(Record):
    """A denial as one article reports it."""

    id: str
    """Stable id, from the article's content and the evidence."""
    article_id: str
    """The article."""
    denier: str
    """Actor id."""
    kind: DenialKind
    """What kind of answer it is."""
    scope: DenialScope
    """Whether it answers named allegations or accusations as a whole."""
    targets: list[str]
    """Claim ids that an explicit one answers."""
    accusers: list[str]
    """Actor ids whose accusations a generic one rejects."""
    what_is_denied: str | None
    """As printed."""
    counter_claim: str | None
    """As printed."""
    reported_by: list[str]
    """Source ids."""
    said_on: DatePhrase | None
    """When it was said."""
    evidence: list[Evidence]
    """The exact words. Never empty."""
    findings: list[Finding]
    """What the rules noticed."""


class DenialLink(Record):
    """An allegation that a denial answers."""

    allegation: str
    """Allegation id."""
    strength: LinkStrength
    """explicit, generic or pledge contest the allegation, in this order; an ``answer`` (sidesteps, declines to comment,
    acknowledges, dismisses) contests nothing."""


class Denial(Record):
    """How one party answered on one occasion, from every article that reports it."""

    id: str
    """The smallest id of its statements."""
    denier: str
    """Actor id of the party."""
    kind: DenialKind
    """What kind of answer it is."""
    scope: DenialScope
    """Whether it answers named allegations or accusations as a whole."""
    targets: list[DenialLink]
    """The allegations it answers."""
    what_is_denied: list[str]
    """As printed."""
    counter_claim: list[str]
    """As printed."""
    said_on: DatePhrase | None
    """When it was said."""
    review: Literal["accepted", "rejected", "open"]
    """What people decided about it; a rejected one contests nothing."""
    statements: list[DenialStatement]
    """The statements it was built from, with their evidence."""
