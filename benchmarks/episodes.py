"""Episodes of arms supply that never were, and what claims in articles tell of them: made up from a fixed seed, so that it is
known which claims are the same.

Truth, where a claim leaves out too much: a claim that gives no anchor (no date, name, thing in return, occasion or
non-state recipient), or whose every word holds of a second episode of the same parties and stage family as well, as far as
any claim tells it, is alone in truth too, since nobody could know. It counts as an error if it is joined to anything. What a claim says is compared
with the episodes themselves, never with the rules under test; a day or a stretch of days holds of the episode that has
exactly these days. The share of such claims is printed.

The rates of noise below were written down before anything was measured. Claims leave things out, and don't contradict one
another by the rules of the domain model: that a day, a name or a weapon differs is there what tells episodes apart.
What a few claims do that contradict their own episode is a table of its own. No article has wholes and parts here, and
parties are named alike by all.
"""

from __future__ import annotations

import random
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from hashlib import blake2b
from itertools import accumulate, count
from typing import Any, NamedTuple

import pycountry

from extractor import edtf
from extractor.candidates import Candidate, Occasion
from extractor.judging import BROADER

SEED = 11

# The world -------------------------------------------------------------------------------------------------------------

STATES, GROUPS = 200, 500
PAIRS = 12_400
"""Pairs of parties by Zipf's law: the first has a tenth of all claims, since 1 + 1/2 + … + 1/12,400 is 10."""
KINDS_OF_PAIR = {("state", "state"): 75, ("state", "org"): 20, ("org", "state"): 3, ("org", "org"): 2}
LARGEST = 0.05
"""Share of all claims that tell the largest episode, which is one of the first pair's: 50,000 of a million."""
FIRST, LAST = date(2012, 1, 2), date(2023, 12, 24)
WEEKS = (LAST - FIRST).days // 7
TOLD = 8
"""Claims per episode, on average and by Zipf's law among the episodes of a pair; more where an episode a week is reached."""
PATTERNS = 0.06
"""Share of claims that tell of no single transfer ("has been supplying for years")."""
FAMILIES = {"post": 60, "pre": 20, "agreed": 10, "contact": 10}
"""Most of what is printed about transfers is about deliveries. A family has an episode a week at most, on any day of it."""
SPANS = [(1, 1, 70), (2, 4, 25), (5, 10, 5)]
"""Days that an episode lasts, at least and at most: mostly one; a few reach into the next week's."""
ARSENAL = (
    "artillery_ammunition", "missiles_rockets", "uav", "small_arms_light_weapons", "armoured_vehicles", "air_defence",
    "aircraft_helicopters", "artillery_systems", "explosives_mines", "components_materials", "naval", "wmd_related",
)  # fmt: skip
KINDS_OF_WEAPONS = 4
"""What one party gives another, by Zipf's law: the same things again and again. A sixth of the episodes has two kinds."""
NAMED, IN_RETURN = 0.6, 0.25
"""Shares of episodes with one to three people that have names, and with something in return."""
RETURNS = (
    "oil", "food", "satellite technology", "commercial aircraft", "gold", "fertiliser", "grain", "coal", "cash",
    "air defence systems", "nuclear know-how", "fighter jets", "timber", "diamonds", "port access", "loans", "uranium",
    "medicine", "spare parts", "basing rights", "training", "debt relief", "cement", "phosphate", "fishing rights",
)  # fmt: skip
"""By Zipf's law too, so that most episodes with something in return have it in common with others."""
ACCUSERS = 4
"""Governments that speak about a pair."""
TOLD_FOR = 60
"""Days after an episode within which it is spoken of, on as many occasions as its claims have binary digits. Talks are
told as current, and by the domain model on another day they are other talks: all who speak of one round do so on one day."""

# What a claim leaves out -----------------------------------------------------------------------------------------------

DATED = {"day": 50, "month": 20, "quarter": 5, "none": 25}
"""News stories give the day, those that look back the month; a quarter is for those who count; many presuppose it."""
WEAPONS = {"narrow": 65, "broad": 25, "none": 10}
"""A headline says "munitions" or "arms" and the story says which; reactions say neither."""
PEOPLE = {"all": 35, "first": 25, "unnamed": 10, "none": 30}
"""Who leaves people out keeps the best known, as headlines do; or says "a delegation"."""
GIVEN = {"all": 40, "first": 15, "none": 45}
"""Things in return are background: half of the stories leave them out."""
SPOKEN = {"day": 58, "week": 8, "weekday": 4, "none": 30}
"""Most stories say who said it and when; some "this week"; "on Wednesday" without a date of publication is rare."""

CONTRADICTIONS = {
    "another day of a longer episode, or the next": "day",
    "only another of the people": "people",
    "one of two kinds of weapons, or another one": "weapons",
    "another thing in return": "returns",
}
CONTRADICTING = 0.01


class Episode(NamedTuple):
    """What is so, whoever tells it."""

    number: int
    scope: str
    family: str
    suppliers: frozenset[str]
    recipients: frozenset[str]
    first: int
    last: int
    weapons: frozenset[str]
    people: tuple[tuple[str, str], ...]
    """Role and actor, the best known first."""
    returns: tuple[str, ...]
    occasions: tuple[tuple[str, int], ...]
    """Who spoke, on what day; the most quoted first."""
    told: int
    """By how many claims."""


class Telling(NamedTuple):
    """What one claim says of an episode."""

    event: str | None
    weapons: frozenset[str]
    people: frozenset[tuple[str, str]]
    roles: frozenset[str]
    returns: frozenset[str]
    occasion: Occasion | None


def episodes(claims: int) -> Iterator[list[Episode]]:
    """The truth behind as many claims, in lists of episodes that claims may confuse."""
    chance = random.Random(SEED)
    numbers = count()
    for rank, (pair, told) in enumerate(zip(pairs(chance), shares(claims, PAIRS), strict=True)):
        if told:
            yield from of_pair(*pair, told, int(claims * LARGEST) if rank == 0 else 0, numbers, chance)


def pairs(chance: random.Random) -> list[tuple[str, str]]:
    codes = sorted(c.alpha_2 for c in pycountry.countries)
    parties = {
        "state": [f"state:{c}" for c in chance.sample(codes, STATES)],
        "org": [f"org:{name(chance)}" for _ in range(GROUPS)],
    }
    found = {("state", "state"): (parties["state"][0], parties["state"][1])}
    found = dict.fromkeys(found.values())
    while len(found) < PAIRS:
        kinds = pick(KINDS_OF_PAIR, chance)
        supplier, recipient = (often(parties[kind], chance) for kind in kinds)
        if supplier != recipient:
            found.setdefault((supplier, recipient))
    return list(found)


def of_pair(
    supplier: str, recipient: str, told: int, largest: int, numbers: Iterator[int], chance: random.Random
) -> Iterator[list[Episode]]:
    arsenal = chance.sample(ARSENAL, KINDS_OF_WEAPONS)
    accusers = [f"state:{c.alpha_2}" for c in chance.sample(list(pycountry.countries), ACCUSERS)]
    cast = [("delegation", f"person:{name(chance)}") for _ in range(4 + told // (4 * TOLD))]
    cast = [(chance.choice(["delegation", "delegation", "correspondent", "broker", "transporter"]), p) for _, p in cast]
    patterns = sum(chance.random() < PATTERNS for _ in range(told - largest))
    families = Counter(chance.choices([*FAMILIES], [*FAMILIES.values()], k=told - largest - patterns))
    sides = frozenset({supplier}), frozenset({recipient})

    def episode(scope: str, family: str, week: int, weapons: Iterable[str], size: int) -> Episode:
        low, high, _ = chance.choices(SPANS, [s[2] for s in SPANS])[0]
        first = FIRST.toordinal() + 7 * week + chance.randrange(7)
        last = first + chance.randint(low, high) - 1
        specific = scope == "specific"
        people = {often(cast, chance) for _ in range(chance.randint(1, 3))} if chance.random() < NAMED else ()
        given = {often(RETURNS, chance) for _ in range(chance.randint(1, 2))} if chance.random() < IN_RETURN else ()
        lasting = range(last, last + 1) if family == "pre" else range(first, last + TOLD_FOR)
        occasions = dict.fromkeys((often(accusers, chance), chance.choice(lasting)) for _ in range(size.bit_length()))
        return Episode(
            next(numbers), scope, family, *sides, first, last, frozenset(weapons),
            tuple(sorted(people)) if specific else (), tuple(sorted(given)) if specific else (), tuple(occasions), size,
        )  # fmt: skip

    for family, told_of in sorted(families.items()):
        sizes = list(shares(told_of, min(WEEKS, max(1, told_of // TOLD))))
        if family == "post" and largest:
            sizes[-1:] = [sizes[-1] + largest]
        weeks = chance.sample(range(WEEKS), len(sizes))
        kinds = (
            {often(arsenal, chance) for _ in range(2 if chance.random() < 1 / 3 else 1)} for _ in sizes
        )  # the same one twice as often as not
        yield [episode("specific", family, *of, size) for *of, size in zip(weeks, kinds, sizes, strict=True) if size]
    for family in ("post", "none"):
        sizes = list(shares(patterns // 2 if family == "post" else patterns - patterns // 2, KINDS_OF_WEAPONS))
        yield [episode("pattern", family, 0, {w}, size) for w, size in zip(arsenal, sizes, strict=True) if size]


# Telling ---------------------------------------------------------------------------------------------------------------


def tellings(claims: int, contradicting: str = "") -> Iterator[tuple[Episode, Telling, int]]:
    """Claims with the episodes they tell, and which they belong to in truth: a number for each that is told from others,
    a negative one for each that is not."""
    chance = random.Random(SEED + 1)
    alone = count(-1, -1)
    for alike in episodes(claims):
        told = [(e, tell(e, chance)) for e in alike for _ in range(e.told)]
        known = _Alike(printed(alike, told))
        for e, telling in told:
            truth = e.number if known.told_from_others(e, telling) else next(alone)
            wrong_at = contradicting and chance.random() < CONTRADICTING
            yield e, contradict(e, telling, contradicting, chance) if wrong_at else telling, truth


def printed(alike: Iterable[Episode], told: Iterable[tuple[Episode, Telling]]) -> list[Episode]:
    """Episodes with those names, things in return and occasions that some claim tells."""
    people, returns, occasions = defaultdict(set), defaultdict(set), defaultdict(set)
    for e, telling in told:
        people[e.number] |= telling.people
        returns[e.number] |= telling.returns
        occasions[e.number] |= {telling.occasion}
    return [
        e._replace(
            people=tuple(p for p in e.people if p in people[e.number]),
            returns=tuple(r for r in e.returns if r in returns[e.number]),
            occasions=tuple(o for o in e.occasions if not occasions[e.number].isdisjoint(spoken(*o, k) for k in ("day", "week"))),
        )
        for e in alike
    ]  # fmt: skip


def tell(e: Episode, chance: random.Random) -> Telling:
    specific = e.scope == "specific"
    people = pick(PEOPLE, chance) if e.people else "none"
    named = {"all": e.people, "first": e.people[:1]}.get(people, ())
    given = {"all": e.returns, "first": e.returns[:1]}.get(pick(GIVEN, chance), ())
    roles = e.people[:1] if people == "unnamed" else named
    return Telling(
        when(pick(DATED, chance), *chance.choice([(e.first, e.last), (e.last, e.first)])) if specific else None,
        {"narrow": e.weapons, "broad": broader(e.weapons)}.get(pick(WEAPONS, chance), frozenset()),
        shared(frozenset(named)),
        shared(frozenset(role for role, _ in roles)),
        shared(frozenset(given)),
        spoken(*often(e.occasions, chance), pick(SPOKEN, chance)),
    )


def contradict(e: Episode, told: Telling, kind: str, chance: random.Random) -> Telling:
    """The same with something that no other claim of the episode says."""
    if kind == "day":
        day = chance.choice([d for d in range(e.first, e.last + 2) if d != e.first])
        return told._replace(event=when("day", day, day))
    if kind == "people":
        other = chance.choice(e.people[1:] or [("delegation", f"person:{name(chance)}")])
        return told._replace(people=frozenset({other}), roles=frozenset({other[0]}))
    if kind == "weapons":
        other = frozenset({chance.choice(sorted(e.weapons)[1:] or ARSENAL)})
        return told._replace(weapons=other)
    return told._replace(returns=frozenset({chance.choice(RETURNS)}))


@cache
def when(precision: str, one: int, other: int) -> str | None:
    """EDTF of an episode's days, as a claim gives them; ``one`` is the day whose month or quarter is given."""
    day, (first, last) = date.fromordinal(one), (date.fromordinal(d).isoformat() for d in sorted((one, other)))
    if precision == "day":
        return first if first == last else f"{first}/{last}"
    if precision == "month":
        return f"{day:%Y-%m}"
    if precision == "quarter":
        begin = (day.month - 1) // 3 * 3 + 1
        return f"{day.year}-{begin:02}/{day.year}-{begin + 2:02}"
    return None


@cache
def broader(weapons: frozenset[str]) -> frozenset[str]:
    for broad in ("munitions_unspecified", "arms_unspecified"):
        if weapons <= BROADER[broad]:
            return frozenset({broad})
    return frozenset()


@cache
def spoken(origin: str, day: int, known: str) -> Occasion | None:
    weekday = date.fromordinal(day).weekday()
    if known == "day":
        return Occasion(origin, day, day, False, weekday)
    if known == "week":
        return Occasion(origin, day - weekday, day - weekday + 6, False, None)
    if known == "weekday":
        wednesday = date(2020, 6, 17).toordinal()
        return Occasion(origin, *[wednesday - (2 - weekday) % 7] * 2, True, weekday)
    return None


class _Alike:
    """Episodes of the same parties, scope and stage family."""

    def __init__(self, alike: list[Episode]) -> None:
        self.alike = alike
        self.by: dict[Any, dict[int, Episode]] = defaultdict(dict)
        """By month, name, thing in return and occasion, then by number."""
        for e in alike:
            for key in (*range(e.first // 30, e.last // 30 + 1), *e.people, *e.returns, *e.occasions):
                self.by[key][e.number] = e
        self.known: dict[tuple[int, Telling], bool] = {}

    def told_from_others(self, e: Episode, told: Telling) -> bool:
        """Whether a claim has an anchor, and no second episode is such as it says."""
        key = e.number, told
        if key not in self.known:
            anchored = e.scope == "pattern" or any(not r.startswith("state:") for r in e.recipients)
            anchored = anchored or bool(told.event or told.people or told.returns or told.occasion)
            self.known[key] = anchored and not any(o.number != e.number and holds(told, o) for o in self._at(told))
        return self.known[key]

    def _at(self, told: Telling) -> Iterable[Episode]:
        """All episodes of which a claim can hold, and some more."""
        keys: Iterable[Any] = [*sorted(told.people), *sorted(told.returns)][:1]
        if days := reach(told.event):
            keys = range(days[0] // 30, days[1] // 30 + 1)
        elif not keys and told.occasion and not told.occasion.from_any_day:
            keys = [(told.occasion.origin, day) for day in range(told.occasion.first, told.occasion.last + 1)]
        return {n: e for key in keys for n, e in self.by.get(key, {}).items()}.values() if keys else self.alike


def holds(told: Telling, e: Episode) -> bool:
    """Whether everything a claim says is so of an episode."""
    days = reach(told.event)
    if days and days[1] - days[0] < 27 and days != (e.first, e.last):
        return False
    if days and (days[1] < e.first or e.last < days[0]):
        return False
    if told.weapons and told.weapons not in (e.weapons, broader(e.weapons)):
        return False
    if not (told.people <= {*e.people} and told.roles <= {r for r, _ in e.people} and told.returns <= {*e.returns}):
        return False
    return told.occasion is None or any(told.occasion.overlaps(spoken_on(*o)) for o in e.occasions)


@cache
def spoken_on(origin: str, day: int) -> Occasion:
    return Occasion(origin, day, day, False, date.fromordinal(day).weekday())


# Claims ----------------------------------------------------------------------------------------------------------------


def candidates(claims: int, contradicting: str = "") -> tuple[dict[str, Candidate], dict[str, int]]:
    """Claims as the rules see them, and the truth; both by id, in the order of ids, which tells nothing."""
    made: list[tuple[str, Candidate, int]] = []
    for n, (e, told, truth) in enumerate(tellings(claims, contradicting)):
        i = f"claim:{blake2b(n.to_bytes(4), digest_size=6).hexdigest()}"
        made.append((i, candidate(i, e, told), truth))
    made.sort(key=lambda m: m[0])
    return {i: c for i, c, _ in made}, {i: truth for i, _, truth in made}


NOBODY: Mapping[str, str] = {}


def candidate(i: str, e: Episode, told: Telling) -> Candidate:
    occasion = told.occasion
    current = ((occasion.first, occasion.last),) if e.family == "pre" and occasion and not occasion.from_any_day else ()
    return Candidate(
        id=i, article_id=i, scope=e.scope, family=e.family, suppliers=e.suppliers, recipients=e.recipients, proxies=NOBODY,
        categories=told.weapons, event=told.event, reach=reach(told.event), current=shared(current),
        participants=told.people, roles=told.roles, returns=told.returns,
        occasions=shared(frozenset({occasion} if occasion else ())), part_of=None, systems=shared(frozenset()), sentences=shared(frozenset()),
        origins=shared(frozenset({occasion.origin} if occasion else ())),
    )  # fmt: skip


@cache
def shared(value: Any) -> Any:
    """One object for equal ones."""
    return value


reach = cache(edtf.reach)


# Chance ----------------------------------------------------------------------------------------------------------------


def shares(total: int, ranks: int) -> Iterator[int]:
    """A number parted by Zipf's law, the largest part first; exactly as much in sum."""
    whole = sum(1 / r for r in range(1, ranks + 1))
    before = 0
    for upto in accumulate(total / whole / r for r in range(1, ranks + 1)):
        yield round(upto) - before
        before = round(upto)


@cache
def _sums(ranks: int) -> list[float]:
    return list(accumulate(1 / r for r in range(1, ranks + 1)))


def often(values: Sequence[Any], chance: random.Random) -> Any:
    """One of them by Zipf's law, mostly the first."""
    sums = _sums(len(values))
    return values[min(bisect(sums, chance.random() * sums[-1]), len(values) - 1)]


def pick(weights: Mapping[Any, int], chance: random.Random) -> Any:
    at = chance.random() * 100
    for value, weight in weights.items():
        at -= weight
        if at < 0:
            return value
    raise AssertionError("weights are percentages")


def name(chance: random.Random) -> str:
    return "-".join(
        "".join(chance.choice("bdfgklmnprstvz") + chance.choice("aeiou") for _ in range(chance.randint(2, 4)))
        for _ in range(2)
    )
