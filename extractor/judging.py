"""Whether two claims are the same allegation: pairwise rules, each with a name.

Same parties in the same direction, same scope, same stage family, compatible weapons, no disjoint dates, no other
episode, and at least one shared anchor. The rules are those of the domain model; whatever they leave open is "unsure".
Clusters are derived elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, get_args

from . import edtf
from .candidates import Candidate
from .schemas.weapon import WeaponCategory

Verdict = Literal["same", "different", "unsure"]

NO_ARMS: frozenset[WeaponCategory] = frozenset({"components_materials", "wmd_related", "other"})
"""What "arms" and "weapons" do not mean by themselves."""

BROADER: Mapping[WeaponCategory, frozenset[WeaponCategory]] = {
    "munitions_unspecified": frozenset(
        {"artillery_ammunition", "missiles_rockets", "explosives_mines", "small_arms_light_weapons"}
    ),
    "arms_unspecified": frozenset(get_args(WeaponCategory)) - NO_ARMS - {"arms_unspecified"},
}
"""Categories that a broader one may mean."""

SHARP_DAYS = 92
"""An event date that covers more days than a quarter is no anchor: too much happens in a year."""

OBVIOUS = frozenset({"another scope", "another stage family", "other parties"})
"""Rules whose "different" anybody sees at once."""

ANCHORS = (
    "the same sentence in print",
    "same episode: a participant",
    "same episode: the thing in return",
    "same episode: a non-state recipient, by the same accuser or of the same system",
    "overlapping event dates",
    "same statement occasion",
    "same weekday of a statement, one of them undated",
    "same pattern",
)
"""Rules that make two claims the same, the strongest first."""

BETWEEN_ARTICLES = frozenset({ANCHORS[0], ANCHORS[3], *ANCHORS[5:]})
"""Rules that count between articles only: who wrote two records of one article read two episodes there."""


OPEN = "no shared anchor"
"""The rule that leaves a pair unsure for want of an anchor alone."""


def judge(a: Candidate, b: Candidate) -> tuple[Verdict, str]:
    """Whether two claims are the same allegation, and the rule that says so. Symmetric."""
    if a.scope != b.scope:
        return "different", "another scope"
    if a.family != b.family:
        return "different", "another stage family"
    parties = _parties(a, b)
    if parties[0] == "different":
        return parties
    if (barred := bar(a, b)) is not None:
        return "different", barred
    if a.part_of == b.id or b.part_of == a.id:
        return "unsure", "one is part of the other"
    anchor = shared_anchor(a, b)
    if anchor is None:
        return "unsure", OPEN
    return parties if parties[0] == "unsure" else ("same", anchor)


def bar(a: Candidate, b: Candidate) -> str | None:
    """What keeps two claims of the same parties, scope and stage family apart; None if nothing does."""
    if not compatible(a.categories, b.categories):
        return "other weapons"
    if _apart(a, b):
        return "disjoint dates"
    if other_episode((a.participants, a.roles), (b.participants, b.roles)):
        return "another episode: other participants"
    if other_things(a.returns, b.returns):
        return "another episode: other things in return"
    return None


def _parties(a: Candidate, b: Candidate) -> tuple[Verdict, str]:
    if a.suppliers == b.suppliers and a.recipients == b.recipients:
        return "same", "same parties"
    if a.suppliers & b.recipients and b.suppliers & a.recipients:
        return "different", "the direction is reversed"
    sides = [_side(a.suppliers, b.suppliers, a, b), _side(a.recipients, b.recipients, a, b)]
    if "different" in sides:
        return "different", "other parties"
    return "unsure", "state and proxy, or one party more"


def _side(x: frozenset[str], y: frozenset[str], a: Candidate, b: Candidate) -> Verdict:
    """Suppliers against suppliers, or recipients against recipients."""
    if x == y:
        return "same"
    if x & y or not x or not y:
        return "unsure"
    states = {a.proxies.get(p, p) for p in x} & {b.proxies.get(p, p) for p in y}
    return "unsure" if states else "different"


@lru_cache(65536)
def compatible(x: frozenset[WeaponCategory], y: frozenset[WeaponCategory]) -> bool:
    """Whether two sets of weapon categories can describe one transfer: some are equal, or one broader than the other; what
    is not named can be anything."""
    return not x or not y or any(_narrows(a, b) or _narrows(b, a) for a in x for b in y)


def _narrows(a: WeaponCategory, b: WeaponCategory) -> bool:
    return a == b or a in BROADER.get(b, ())


def narrower(x: frozenset[WeaponCategory], y: frozenset[WeaponCategory]) -> bool:
    """Whether every category of ``x`` lies within one of ``y``."""
    return bool(x) and all(not y or any(_narrows(a, b) for b in y) for a in x)


def other_episode(
    x: tuple[frozenset[tuple[str, str]], frozenset[str]], y: tuple[frozenset[tuple[str, str]], frozenset[str]]
) -> bool:
    """Whether (participants, roles) tell two episodes apart: nobody in common, and either other roles or other people."""
    (people, roles), (others, other_roles) = x, y
    if not roles or not other_roles or people & others:
        return False
    return roles.isdisjoint(other_roles) or bool(people and others)


def other_things(x: frozenset[str], y: frozenset[str]) -> bool:
    """Whether the things in return tell two episodes apart."""
    return bool(x and y) and x.isdisjoint(y)


def _apart(a: Candidate, b: Candidate) -> bool:
    """Whether the dates exclude each other. Talks are reported as current, so before a deal the date of the statement
    stands in for an event without one; after it never does."""
    if a.reach and b.reach:
        return a.reach[1] < b.reach[0] or b.reach[1] < a.reach[0]
    if a.reach or b.reach:
        return False
    return told_apart(a.current, b.current)


def told_apart(x: tuple[tuple[int, int], ...], y: tuple[tuple[int, int], ...]) -> bool:
    """Whether no day of one tuple of stretches is a day of the other; two unknown ones are not apart."""
    return bool(x and y) and all(q < r or s < p for p, q in x for r, s in y)


def shared_anchor(a: Candidate, b: Candidate) -> str | None:
    """What ties two claims to one episode, the strongest first."""
    apart = a.article_id != b.article_id
    if apart and a.sentences & b.sentences:
        return "the same sentence in print"
    if a.scope == "pattern":
        return "same pattern" if apart else None
    if a.participants & b.participants:
        return "same episode: a participant"
    if a.returns & b.returns:
        return "same episode: the thing in return"
    if apart and a.unofficial & b.unofficial and (a.origins & b.origins or a.systems & b.systems):
        return ANCHORS[3]
    if max(edtf.covers(a.event), edtf.covers(b.event)) <= SHARP_DAYS and edtf.overlap(a.event, b.event):
        return "overlapping event dates"
    if apart and any(x.overlaps(y) for x in a.occasions for y in b.occasions):
        return "same statement occasion"
    if apart and any(x.same_weekday(y) for x in a.occasions for y in b.occasions):
        return ANCHORS[6]
    return None
