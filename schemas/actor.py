"""Who acts or speaks."""

from __future__ import annotations

from typing import Literal

from .base import Draft, Record
from .evidence import Evidence
from .values import Finding

ActorKind = Literal[
    "state",
    "government_body",
    "military",
    "armed_group",
    "company",
    "ngo",
    "person",
    "unnamed_person",
    "unnamed_group",
    "international_org",
    "media",
    "vessel",
]


class ActorDraft(Draft):
    """An actor that another record of this answer names. Nobody else is listed."""

    id: str
    """Your own short id: c1, c2, …"""
    name: str
    """The fullest form of the name in the text, copied; for a state its usual short name ("Dorvia", not "Republic of
    Dorvia" or "Dorvian"), if the text has it. For somebody unnamed, the words the text uses ("a Dorvian
    trader"): never a name that the text does not print."""
    name_en: str | None
    """The usual English name, only where `name` is not English; else null."""
    kind: ActorKind
    """A private military company, militia or rebel force is armed_group; an office, ministry, agency, cabinet or
    administration is government_body; unnamed_person and unnamed_group are people whom the text leaves unnamed
    ("officials", "a delegation", "two diplomats")."""
    country: str | None
    """ISO 3166-1 alpha-2 code of the country it is or belongs to, where the text makes it plain; else null."""
    title: str | None
    """Office or title, copied; else null."""
    represents: str | None
    """Id of the actor for which it speaks or of which it is part: spokesman → office, minister → state,
    office → state. Null for states, and for armed groups, which stand for themselves."""
    aliases: list[str]
    """Other names in the text, copied: short names, capitals and seats of government used for the state. No descriptions
    ("a top official")."""


class Link(Record):
    """An entity of a reference database that may be an actor."""

    id: str
    """Its id there: ``Q7747``, ``NK-…``."""
    name: str
    """Its name there."""
    database: str
    """The database, by the name under which the server offers it."""
    score: float
    """How alike the server holds them to be, 0 to 1."""
    match: bool
    """Whether the server takes them for the same."""


class Actor(Record):
    """One actor of the dataset, under one id in all articles."""

    id: str
    """Canonical id, from content: ``state:KP``, ``person:US:john-kirby``."""
    name: str
    """The usual English name of a state; else the fullest name met."""
    kind: ActorKind
    """What it is."""
    country: str | None
    """ISO 3166-1 alpha-2."""
    title: str | None
    """Office or title as printed."""
    represents: str | None
    """The actor for which it speaks or of which it is part."""
    party: str
    """The government or organisation that it belongs to: the White House, its spokesman and the Treasury belong to
    ``state:US``. Itself, where it stands for itself: an armed group, a company or a news medium never belongs to a
    state, whoever pays it."""
    canonical: str
    """The actor that stands for all records of the same one ("Shoygu", "Schoigu" → ``person:RU:sergei-shoigu``); itself, where
    none is the same. Claims keep the actor that their article names; allegations and origins name the canonical one."""
    links: list[Link]
    """Entities of a reference database that may be this actor, the likeliest first. Empty unless asked for."""
    names: list[str]
    """Every form met in the articles, as printed."""
    mentions: list[Evidence]
    """Where each article names it first."""
    findings: list[Finding]
    """What the rules noticed."""
