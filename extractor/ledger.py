"""Everything that many extractions hold, by id: the tables that judging and merging look things up in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from . import dates, edtf
from .actors import slug
from .resolution import combined
from .schemas import STAGE_FAMILY, Actor, Attribution, Claim, Extraction, Source, WeaponType
from .schemas.allegation import ParticipantRole
from .schemas.weapon import WeaponCategory

EPISODE_ROLES: frozenset[ParticipantRole] = frozenset(
    {"delegation", "correspondent", "broker", "transporter", "captor"}
)
"""Roles that tell one episode from another."""

VAGUE_GOODS = frozenset(
    {"commodities", "materials", "raw-materials", "goods", "aid", "support", "money", "cash", "payment", "technology"}
)
"""Things in return that are too common to identify an episode."""

OCCASION_DAYS = 7
"""A statement date that covers more days than a week is no occasion."""


ANY_DAY = "2020-06-17"
"""Stands in for an unknown date of publication, to tell "Wednesday" from "in March" and from "Thursday"."""


class Occasion(NamedTuple):
    """Somebody spoke on some day."""

    origin: str
    """The government or organisation that spoke."""
    day: str
    """EDTF, a week at most."""
    from_any_day: bool
    """The date of publication is unknown, so the day is counted from ``ANY_DAY``. Two articles that print the same weekday
    for the same speaker mean, for want of better, the same day."""

    def overlaps(self, other: Occasion) -> bool:
        """Whether both may be one occasion."""
        alike = (self.origin, self.from_any_day) == (other.origin, other.from_any_day)
        return alike and edtf.overlap(self.day, other.day)


@dataclass(frozen=True)
class Candidate:
    """A claim with what the rules look at."""

    claim: Claim
    suppliers: frozenset[str]
    """Parties: state organs rolled up to their state."""
    recipients: frozenset[str]
    proxies: Mapping[str, str]
    """Non-state parties and the state of their country, where it is known."""
    categories: frozenset[WeaponCategory]
    participants: frozenset[tuple[str, str]]
    """Role and actor, in roles that identify an episode; nameless actors left out."""
    roles: frozenset[str]
    """The roles of the above, nameless actors included."""
    returns: frozenset[str]
    """Things in return that identify an episode."""
    occasions: frozenset[Occasion]
    """On which occasions it was said."""
    said: tuple[str, ...]
    """Dates of the statements, EDTF."""

    @property
    def event(self) -> str | None:
        """When it happened, EDTF."""
        return self.claim.event_time.edtf if self.claim.event_time else None

    @property
    def family(self) -> str:
        """Contact, before the deal, deal, after the deal, or no step named."""
        return STAGE_FAMILY[self.claim.stage]


class Ledger:
    """The extractions' records by id, claims beside their attributions. Equal extractions count once."""

    def __init__(self, extractions: Iterable[Extraction]) -> None:
        latest = {e.article.id: e for e in sorted(extractions, key=lambda e: e.model_dump_json(), reverse=True)}
        self.extractions = [latest[i] for i in sorted(latest)]
        self.articles = {e.article.id: e.article for e in self.extractions}
        self.actors = _actors(self.extractions)
        self.weapons = _weapons(self.extractions)
        self.sources = _sources(self.extractions, self.actors)
        self.claims = {c.id: c for e in self.extractions for c in e.claims}
        self.denials = {d.id: d for e in self.extractions for d in e.denials}
        self.attributions: dict[str, list[Attribution]] = defaultdict(list)
        for attribution in (t for e in self.extractions for t in e.attributions):
            self.attributions[attribution.claim].append(attribution)
        self.candidates = {c.id: self._candidate(c) for c in self.claims.values()}

    def _candidate(self, claim: Claim) -> Candidate:
        def parties(ids: list[str]) -> frozenset[str]:
            return frozenset(self.actors[i].party for i in ids)

        episode = [p for p in claim.participants if p.role in EPISODE_ROLES]
        suppliers, recipients = parties(claim.suppliers), parties(claim.recipients)
        attributions = self.attributions[claim.id]
        weapons = [self.weapons[i.weapon] for i in claim.items]
        return Candidate(
            claim=claim,
            suppliers=suppliers,
            recipients=recipients,
            proxies={
                p: f"state:{self.actors[p].country}"
                for p in suppliers | recipients
                if not p.startswith("state:") and self.actors[p].country
            },
            categories=frozenset(w.category for w in weapons),
            participants=frozenset((p.role, p.actor) for p in episode if not p.actor.startswith("unnamed:")),
            roles=frozenset(p.role for p in episode),
            returns=frozenset(slug(r.text) for r in claim.in_return) - VAGUE_GOODS,
            occasions=frozenset(o for t in attributions for o in self._occasions(t)),
            said=tuple(t.said_on.edtf for t in attributions if t.said_on and t.said_on.edtf),
        )

    def _occasions(self, attribution: Attribution) -> Iterator[Occasion]:
        said, language = attribution.said_on, self.articles[attribution.article_id].language
        if said is None:
            return
        counted_from_any_day = said.edtf is None
        day = dates.resolve(said.text, ANY_DAY, language).edtf if counted_from_any_day else said.edtf
        if day and edtf.covers(day) <= OCCASION_DAYS:
            yield from (Occasion(o, day, counted_from_any_day) for o in self.sources[attribution.source].origins)


def _actors(extractions: list[Extraction]) -> dict[str, Actor]:
    actors: dict[str, Actor] = {}
    for actor in (a for e in extractions for a in e.actors):
        actors[actor.id] = combined(actors[actor.id], actor) if actor.id in actors else actor
    return actors


def _weapons(extractions: list[Extraction]) -> dict[str, WeaponType]:
    known: dict[str, list[WeaponType]] = defaultdict(list)
    for weapon in (w for e in extractions for w in e.weapons):
        known[weapon.id].append(weapon)
    return {
        i: min(same, key=lambda w: w.term).model_copy(
            update={
                "mentions": sorted(
                    {e.model_dump_json(): e for w in same for e in w.mentions}.values(),
                    key=lambda e: (e.article_id, e.start),
                )
            }
        )
        for i, same in known.items()
    }


def _sources(extractions: list[Extraction], actors: Mapping[str, Actor]) -> dict[str, Source]:
    """Sources with their origins as all articles together know them: one may leave open whom a spokesman represents."""
    known = {s.id: s for e in extractions for s in e.sources}

    def origins(source: Source) -> list[str]:
        return sorted({actors[o].party if o in actors else o for o in source.origins})

    return {i: s.model_copy(update={"origins": origins(s)}) for i, s in known.items()}
