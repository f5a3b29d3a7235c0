"""What people decide about records: kept beside what was extracted, never in its place."""

from __future__ import annotations

from typing import Any, Literal

from .base import Record

Verb = Literal["same", "different", "accept", "reject", "edit", "grade", "note"]

Reliability = Literal["A", "B", "C", "D", "E", "F"]
"""Of a source, by the Admiralty code (NATO AJP-2.1): A completely reliable … E unreliable, F cannot be judged."""

Credibility = Literal["1", "2", "3", "4", "5", "6"]
"""Of a piece of information, by the same code: 1 confirmed by other sources … 5 improbable, 6 cannot be judged."""

Status = Literal["applied", "replaced", "contradictory", "refused", "invalid", "extraction_changed", "not_here"]


class Subject(Record):
    """A record that is decided about, and its content, by which it is known again."""

    id: str
    """Id of a claim, a denial statement, an actor or a source."""
    path: str | None
    """Path of its article, for messages; None for actors and sources."""
    article_id: str | None
    """Its article; None for actors and sources."""
    content: str | None
    """Hash of what the record says and of the words it rests on, without their place: it survives a changed article."""


class Decision(Record):
    """One line of a decisions file. Lines are only ever added; a later one may replace an earlier one by naming it."""

    id: str
    """``decision:`` and a hash of the fields below."""
    verb: Verb
    """same, different: two claims, or two actors. accept, reject: claims or denial statements. edit: one claim.
    grade: one claim (both grades) or one source (its reliability). note: anything."""
    subjects: list[Subject]
    """What it is about."""
    edit: dict[str, Any]
    """New values by field, for ``edit``: stage, scope, suppliers, recipients, event_time (EDTF), summary."""
    reliability: Reliability | None
    """For ``grade``."""
    credibility: Credibility | None
    """For ``grade``, of a claim."""
    note: str | None
    """Why, in free words."""
    by: str | None
    """Who decided."""
    at: str | None
    """When, as written (ISO 8601)."""
    replaces: str | None
    """Id of an earlier decision that no longer holds."""


class Decided(Record):
    """A decision and what became of it."""

    decision: Decision
    """As written."""
    status: Status
    """applied; replaced by a later one; contradictory: it and others exclude each other, and none of them is applied;
    refused: it would join what can never be one (a state and its proxy); invalid: the new values are no values;
    extraction_changed: its article is here, and the record is not; not_here: its article is not among those merged."""
    detail: str
    """In words: why it was not applied, or that it was carried over to a changed article."""


class Grade(Record):
    """How a person grades a claim."""

    claim: str
    """The claim."""
    reliability: Reliability | None
    """Of who says it."""
    credibility: Credibility | None
    """Of what is said."""
    by: str | None
    """Who graded."""
    decision: str
    """The decision's id."""
