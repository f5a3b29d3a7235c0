"""Who is said to supply whom, as one article says it."""

from __future__ import annotations

from typing import Literal

from .base import Draft, Record
from .evidence import Citation, Evidence
from .values import DatePhrase, Finding, Quantity

Stage = Literal[
    "contact",
    "seeking",
    "planned",
    "offered",
    "brokering",
    "negotiating",
    "agreed",
    "shipped",
    "delivered",
    "used",
    "recovered",
    "diverted",
    "unspecified_support",
]

StageFamily = Literal["contact", "pre", "agreed", "post", "none"]

STAGE_FAMILY: dict[Stage, StageFamily] = {
    "contact": "contact",
    "seeking": "pre",
    "planned": "pre",
    "offered": "pre",
    "brokering": "pre",
    "negotiating": "pre",
    "agreed": "agreed",
    "shipped": "post",
    "delivered": "post",
    "used": "post",
    "recovered": "post",
    "diverted": "post",
    "unspecified_support": "none",
}
"""Two claims can only be the same allegation within one family."""

Scope = Literal["specific", "pattern"]

ParticipantRole = Literal[
    "broker",
    "transporter",
    "financier",
    "decision_maker",
    "delegation",
    "correspondent",
    "captor",
]

ReturnStatus = Literal["sought", "promised", "given"]

PlaceRole = Literal["origin", "transit", "destination"]

CircumstanceKind = Literal["event_time", "event_place", "end_use", "concealment"]

Basis = Literal["intelligence", "physical_evidence", "imagery", "document", "first_hand", "unstated"]

Certainty = Literal["certain", "probable", "possible", "unspecified"]

Polarity = Literal["positive", "negative", "no_evidence"]


class ParticipantDraft(Draft):
    """Somebody who takes part without being supplier or recipient."""

    actor: str
    """Actor id."""
    role: ParticipantRole
    """delegation: travels or visits for the purpose; correspondent: exchanges letters or messages; captor: seized or
    found the weapons; broker: arranges as a third party."""


class ItemDraft(Draft):
    """One kind of weapon in the transfer."""

    weapon: str
    """Weapon id."""
    quantity: str | None
    """The amount, copied ("thousands", "at least 300", "a shipment of"); else null."""


class ReturnDraft(Draft):
    """What the supplier is to get in return."""

    text: str
    """The thing itself, copied: "food", not "food in exchange for". One record per thing."""
    status: ReturnStatus
    """sought: the supplier asks for it; promised: the recipient offers it; given: handed over."""


class PlaceDraft(Draft):
    """A place on the way of the weapons."""

    place: str
    """Copied."""
    role: PlaceRole
    """Where on the way."""


class CircumstanceDraft(Draft):
    """A circumstance of the transfer that the text states."""

    kind: CircumstanceKind
    """event_time, at most one: when the transfer, request or visit happened, not when it was told. end_use: what the
    weapons are for. concealment: how it is hidden."""
    text: str
    """Copied, as short as it can be."""


class AttributionDraft(Draft):
    """One speaker saying it once: who said it, in which words, how certainly, on what basis."""

    evidence: list[Citation]
    """The sentence or sentences that say it. At least one."""
    source: str
    """Source id of the speaker."""
    cue: str | None
    """The reporting words, copied: "said", "has accused", "is believed to". Null where there are none."""
    said_on: str | None
    """When it was SAID, copied: "Wednesday", "in March", "earlier this year". Null where the text gives no date of the
    statement; a date of the event is no date of the statement."""
    basis: Basis
    """What the speaker says it rests on."""
    certainty: Certainty
    """How sure the SPEAKER is: certain for says, shows, determined, disclosed; probable for suggests, indicates,
    points to, believes, likely; possible for may, might, could, suspects. Words by which the outlet keeps its
    distance (claims, alleges) change nothing. unspecified only if the words give no hint."""
    polarity: Polarity
    """positive: says that it is so. negative: says that it is not so, without being a party to it (a party that
    says no is a denial). no_evidence: says that nothing shows it."""


class AllegationDraft(Draft):
    """One transfer (or one step towards it) that somebody says happened, is happening or is prepared.

    Claims with other parties, another direction, another stage, another time or another episode are records of
    their own; several speakers saying the same are several attributions of one record.
    """

    id: str
    """Your own short id: a1, a2, …"""
    summary: str
    """One neutral English sentence that names the speaker: "The White House says …"."""
    stage: Stage
    """The furthest point that the words assert as having happened:
    contact: a visit, letter or delegation said to further a transfer;
    seeking: the would-be recipient asks or wants, also where it offers something in return;
    planned: the supplier decided or ordered it, on its own so far;
    offered: the supplier offers;
    brokering: a third party (not the recipient) tries to arrange it;
    negotiating: both sides are in talks ("potential deals" are not more than this);
    agreed: a deal or order is concluded, or buying is under way;
    shipped: sent off, arrival not asserted;
    delivered: the recipient has it;
    used: the recipient uses what this transfer brought;
    recovered: a third party captured, seized or documented it;
    diverted: it reached an end user for whom it was not meant;
    unspecified_support: "relies on", "arms", "supports": no step named."""
    scope: Scope
    """specific: one transfer, request, deal or episode. pattern: a habit, a dependence, a general accusation."""
    suppliers: list[str]
    """Actor ids of those who give the weapons. Empty: the text does not say."""
    recipients: list[str]
    """Actor ids of those who get the weapons. Empty: the text does not say."""
    participants: list[ParticipantDraft]
    """Others who take part."""
    items: list[ItemDraft]
    """What is supplied. Empty where this claim names nothing (letters, visits)."""
    in_return: list[ReturnDraft]
    """What the supplier is to get for it."""
    circumstances: list[CircumstanceDraft]
    """Time, place, end use, concealment, where stated."""
    route: list[PlaceDraft]
    """Places on the way of the weapons."""
    part_of: str | None
    """Id of the larger allegation of this answer of which this is a step or a part; else null."""
    attributions: list[AttributionDraft]
    """Who says it. At least one."""


class Participant(Record):
    """Somebody who takes part without being supplier or recipient."""

    actor: str
    """Actor id."""
    role: ParticipantRole
    """In which role."""


class Item(Record):
    """One kind of weapon in the transfer."""

    weapon: str
    """Weapon id."""
    quantity: Quantity | None
    """How much, as printed and parsed."""


class Return(Record):
    """What the supplier is to get in return."""

    text: str
    """As printed."""
    status: ReturnStatus
    """How far it has come."""


class Place(Record):
    """A place on the way of the weapons."""

    place: str
    """As printed."""
    role: PlaceRole
    """Where on the way."""


class Attribution(Record):
    """One speaker saying it once, in one article."""

    claim: str
    """The claim to which it belongs."""
    article_id: str
    """The article that reports it."""
    source: str
    """Source id of the speaker."""
    cue: str | None
    """The reporting words."""
    said_on: DatePhrase | None
    """When it was said."""
    basis: Basis
    """What the speaker says it rests on."""
    certainty: Certainty
    """How sure the speaker is."""
    polarity: Polarity
    """Whether the speaker says it is so, is not so, or that nothing shows it."""
    evidence: list[Evidence]
    """The exact words. Never empty."""
    findings: list[Finding]
    """What the rules noticed."""


class Claim(Record):
    """What one article carries of an allegation: the statement-level record, never overwritten by merging.

    Its attributions stand in the allegation (or the extraction) that holds it and bear its id.
    """

    id: str
    """Stable id, from the article's content and the evidence."""
    article_id: str
    """The article."""
    summary: str
    """One neutral sentence."""
    stage: Stage
    """The furthest point asserted as having happened."""
    scope: Scope
    """One transfer, or a habit."""
    suppliers: list[str]
    """Actor ids, sorted. Empty: unknown."""
    recipients: list[str]
    """Actor ids, sorted. Empty: unknown."""
    participants: list[Participant]
    """Others who take part."""
    items: list[Item]
    """What is supplied."""
    in_return: list[Return]
    """What the supplier is to get for it."""
    event_time: DatePhrase | None
    """When it happened."""
    event_place: list[str]
    """Where, as printed."""
    end_use: list[str]
    """What the weapons are for, as printed."""
    concealment: list[str]
    """How it is hidden, as printed."""
    route: list[Place]
    """Places on the way."""
    part_of: str | None
    """The larger claim of the same article."""
    findings: list[Finding]
    """What the rules noticed."""
