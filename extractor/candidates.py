"""Claims as the merge rules see them: parties, dates, weapons and episode, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from zlib import crc32

from . import dates, edtf
from .actors import slug
from .schemas import STAGE_FAMILY, Article, Attribution, Claim, Evidence, WeaponType
from .schemas.claim import ParticipantRole, Scope, StageFamily
from .schemas.weapon import WeaponCategory
from .weapons import canonical, named_systems

EPISODE_ROLES: frozenset[ParticipantRole] = frozenset(
    {"delegation", "correspondent", "broker", "transporter", "captor"}
)
"""Roles that tell one episode from another."""

VAGUE_GOODS = frozenset(
    {"commodity", "material", "raw-material", "good", "aid", "support", "money", "cash", "payment", "technology"}
)
"""Things in return that are too common to identify an episode, in the form that names of weapons take."""

TELLING_WORDS = 8
"""Words of a sentence that two writers do not find by chance."""

OCCASION_DAYS = 7
"""A statement date that covers more days than a week is no occasion."""

ANY_DAY, NEXT_DAY = "2020-06-17", "2020-06-18"
"""Stand in for an unknown date of publication, to tell "Wednesday" from "in March" and from "Thursday"; counted from either,
a named weekday stays what it is, and "yesterday" doesn't."""


class Occasion(NamedTuple):
    """Somebody spoke on some day."""

    origin: str
    """The government or organisation that spoke."""
    first: int
    """First day, as a proleptic Gregorian ordinal."""
    last: int
    """Last day, a week later at most."""
    from_any_day: bool
    """The date of publication is unknown, so the day is counted from ``ANY_DAY``. Two articles that print the same weekday
    for the same speaker mean, for want of better, the same day."""
    weekday: int | None
    """0 to 6, if it is one day that is known, or that the article names by its weekday."""

    def overlaps(self, other: Occasion) -> bool:
        """Whether both may be one occasion by their days."""
        alike = (self.origin, self.from_any_day) == (other.origin, other.from_any_day)
        return alike and self.first <= other.last and other.first <= self.last

    def same_weekday(self, other: Occasion) -> bool:
        """Whether one is dated and the other undated, and both are the same weekday."""
        alike = self.origin == other.origin and self.from_any_day != other.from_any_day
        return alike and self.weekday is not None and self.weekday == other.weekday


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the rules look at."""

    id: str
    """The claim's id."""
    article_id: str
    scope: Scope
    family: StageFamily
    suppliers: frozenset[str]
    """Parties: state organs rolled up to their state."""
    recipients: frozenset[str]
    proxies: Mapping[str, str]
    """Non-state parties and the state of their country, where it is known."""
    categories: frozenset[WeaponCategory]
    event: str | None
    """When it happened, EDTF."""
    reach: tuple[int, int] | None
    """First and last day on which it can have happened, with the slack of an approximate date; ordinals."""
    current: tuple[tuple[int, int], ...]
    """The same of the statements, where they stand in for the event: talks and offers are reported as current."""
    participants: frozenset[tuple[str, str]]
    """Role and actor, in roles that identify an episode; nameless actors left out."""
    roles: frozenset[str]
    """The roles of the above, nameless actors included."""
    returns: frozenset[str]
    """Things in return that identify an episode."""
    occasions: frozenset[Occasion]
    """On which occasions it was said."""
    part_of: str | None
    """The larger claim of the same article."""
    systems: frozenset[str] = frozenset()
    """Weapon systems that it names: "ah-4"."""
    sentences: frozenset[int] = frozenset()
    """The sentences it rests on, as hashes of their words: in a copy of the text they stand again."""
    origins: frozenset[str] = frozenset()
    """The governments and organisations that stand behind it."""

    @property
    def unofficial(self) -> frozenset[str]:
        """Recipients that are no states."""
        return frozenset(p for p in self.recipients if not p.startswith("state:"))


class World(NamedTuple):
    """What a claim must be looked up in."""

    articles: Mapping[str, Article]
    weapons: Mapping[str, WeaponType]
    party: Mapping[str, str]
    """The government or organisation of an actor, by actor id."""
    canonical: Mapping[str, str]
    """The actor that stands for an actor, by actor id."""
    country: Mapping[str, str | None]
    """The country of a party, by actor id."""
    origins: Mapping[str, frozenset[str]]
    """The governments and organisations at the root of a source, by source id."""


def candidate(claim: Claim, attributions: Iterable[Attribution], world: World) -> Candidate:
    """A claim as the rules see it."""
    spoken = list(attributions)
    suppliers = frozenset(world.party[i] for i in claim.suppliers)
    recipients = frozenset(world.party[i] for i in claim.recipients)
    episode = [(p.role, world.canonical[p.actor]) for p in claim.participants if p.role in EPISODE_ROLES]
    family = STAGE_FAMILY[claim.stage]
    language = world.articles[claim.article_id].language
    event = claim.event_time.edtf if claim.event_time else None
    said = (t.said_on.edtf for t in spoken if t.said_on)
    return Candidate(
        id=claim.id,
        article_id=claim.article_id,
        scope=claim.scope,
        family=family,
        suppliers=suppliers,
        recipients=recipients,
        proxies={p: f"state:{c}" for p in suppliers | recipients if p[:6] != "state:" and (c := world.country[p])},
        categories=frozenset(world.weapons[i.weapon].category for i in claim.items),
        systems=frozenset(s for i in claim.items for s in named_systems(world.weapons[i.weapon].term)),
        event=event,
        reach=edtf.reach(event),
        current=tuple(sorted({r for s in said if (r := edtf.reach(s))})) if family == "pre" else (),
        participants=frozenset((role, actor) for role, actor in episode if not actor.startswith("unnamed:")),
        roles=frozenset(role for role, _ in episode),
        returns=frozenset(canonical(r.text, "other", language) for r in claim.in_return) - VAGUE_GOODS,
        occasions=frozenset(o for t in spoken for o in _occasions(t, world)),
        part_of=claim.part_of,
        sentences=frozenset(h for t in spoken for e in t.evidence if (h := _sentence(e))),
        origins=frozenset(o for t in spoken for o in world.origins[t.source]),
    )


def _sentence(evidence: Evidence) -> int | None:
    """Hash of the sentence that a piece of evidence stands in; None for one so short that it can stand anywhere."""
    words = slug(evidence.prefix + evidence.exact + evidence.suffix)
    return (
        crc32(words.encode("utf-8", "surrogatepass")) if words.count("-") >= TELLING_WORDS or len(words) > 60 else None
    )


def _occasions(attribution: Attribution, world: World) -> Iterator[Occasion]:
    said = attribution.said_on
    if said is None:
        return
    from_any_day = said.edtf is None
    language = world.articles[attribution.article_id].language
    day = dates.resolve(said.text, ANY_DAY, language).edtf if from_any_day else said.edtf
    covered = edtf.bounds(day)
    if covered and edtf.covers(day) <= OCCASION_DAYS:
        first, last = covered[0].toordinal(), covered[1].toordinal()
        weekday = covered[0].weekday() if first == last else None
        if from_any_day:
            later = edtf.bounds(dates.resolve(said.text, NEXT_DAY, language).edtf)
            weekday = weekday if later and later[0].weekday() == weekday else None
        yield from (Occasion(o, first, last, from_any_day, weekday) for o in world.origins[attribution.source])
