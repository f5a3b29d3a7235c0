"""What others do about it: demands, condemnations, sanctions."""

from __future__ import annotations

from typing import Literal

from .base import Draft, Record
from .evidence import Citation, Evidence
from .values import DatePhrase, Finding

ResponseKind = Literal[
    "demand",
    "condemnation",
    "legal_assessment",
    "sanction_threatened",
    "sanction_imposed",
    "investigation",
    "disputes_denial",
]


class ResponseDraft(Draft):
    """A reaction of somebody other than the accused to an allegation or a denial of this answer."""

    id: str
    """Your own short id: r1, r2, …"""
    evidence: list[Citation]
    """The sentence that says so. At least one."""
    kind: ResponseKind
    """legal_assessment: says what law or resolution it would breach. disputes_denial: rejects a party's answer."""
    source: str
    """Source id of the speaker."""
    actors: list[str]
    """Actor ids of those who demand, condemn, sanction. One record for a joint statement."""
    about: list[str]
    """Ids of the allegations or denials it reacts to. At least one."""
    measure: str | None
    """The measure demanded, threatened or taken, copied; else null."""
    legal_basis: str | None
    """The law, treaty or resolution, copied as far as the text prints it; else null."""
    said_on: str | None
    """When, copied; else null."""


class Response(Record):
    """A reaction, as one article reports it."""

    id: str
    """Stable id, from the article's content and the evidence."""
    article_id: str
    """The article."""
    kind: ResponseKind
    """What kind of reaction."""
    source: str
    """Source id of the speaker."""
    actors: list[str]
    """Actor ids of those who react."""
    about: list[str]
    """Ids of the allegations and denials of the dataset that it reacts to."""
    targets: list[str]
    """The claims and denial statements of its own article among them."""
    measure: str | None
    """As printed."""
    legal_basis: str | None
    """As printed."""
    said_on: DatePhrase | None
    """When it was said."""
    evidence: list[Evidence]
    """The exact words. Never empty."""
    findings: list[Finding]
    """What the rules noticed."""
