"""Whether two claims are the same allegation: pairwise rules, each with a name, and the clusters that follow.

Same parties in the same direction, same scope, same stage family, compatible weapons, no disjoint dates, no other
episode, and at least one shared anchor. The rules are those of the domain model; whatever they leave open is "unsure".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Literal, NamedTuple, get_args

from . import edtf
from .ledger import Candidate
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
    "same episode: a participant",
    "same episode: the thing in return",
    "same episode: a non-state recipient",
    "overlapping event dates",
    "same statement occasion",
    "same pattern",
)
"""Rules that make two claims the same, the strongest first."""


class Edge(NamedTuple):
    """A judgement on two claims, the smaller id first."""

    left: str
    right: str
    verdict: Verdict
    rule: str


def edges(candidates: Iterable[Candidate]) -> list[Edge]:
    """The judgements on all pairs that could be the same: claims of one scope and stage family with a state, a party or a
    participant in common. Sorted."""
    blocks: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    known = {c.claim.id: c for c in candidates}
    for c in known.values():
        names = {c.proxies.get(p, p) for p in c.suppliers | c.recipients} | {p for _, p in c.participants}
        for name in names:
            blocks[c.claim.scope, c.family, name].add(c.claim.id)
    pairs = {pair for block in blocks.values() for pair in combinations(sorted(block), 2)}
    return [Edge(a, b, *judge(known[a], known[b])) for a, b in sorted(pairs)]


def judge(a: Candidate, b: Candidate) -> tuple[Verdict, str]:
    """Whether two claims are the same allegation, and the rule that says so. Symmetric."""
    if a.claim.scope != b.claim.scope:
        return "different", "another scope"
    if a.family != b.family:
        return "different", "another stage family"
    parties = _parties(a, b)
    if parties[0] == "different":
        return parties
    if a.categories and b.categories and not any(_compatible(x, y) for x in a.categories for y in b.categories):
        return "different", "other weapons"
    if _apart(a, b):
        return "different", "disjoint dates"
    if (
        a.roles
        and b.roles
        and not (a.participants & b.participants)
        and (a.roles.isdisjoint(b.roles) or (a.participants and b.participants))
    ):
        return "different", "another episode: other participants"
    if a.returns and b.returns and a.returns.isdisjoint(b.returns):
        return "different", "another episode: other things in return"
    if a.claim.scope == "pattern":
        return parties if parties[0] == "unsure" else ("same", "same pattern")
    anchor = _anchor(a, b)
    if anchor is None:
        return "unsure", "no shared anchor"
    return parties if parties[0] == "unsure" else ("same", anchor)


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


def _compatible(x: WeaponCategory, y: WeaponCategory) -> bool:
    return x == y or x in BROADER.get(y, ()) or y in BROADER.get(x, ())


def _apart(a: Candidate, b: Candidate) -> bool:
    """Whether the dates exclude each other. Talks are reported as current, so before a deal the date of the statement
    stands in for an event without one; after it never does."""
    if a.event and b.event:
        return edtf.disjoint(a.event, b.event)
    if a.family != "pre" or a.event or b.event or not (a.said and b.said):
        return False
    return all(edtf.disjoint(x, y) for x in a.said for y in b.said)


def _anchor(a: Candidate, b: Candidate) -> str | None:
    """What ties two claims to one episode, the strongest first."""
    if a.participants & b.participants:
        return "same episode: a participant"
    if a.returns & b.returns:
        return "same episode: the thing in return"
    if any(not p.startswith("state:") for p in a.recipients & b.recipients):
        return "same episode: a non-state recipient"
    if max(edtf.covers(a.event), edtf.covers(b.event)) <= SHARP_DAYS and edtf.overlap(a.event, b.event):
        return "overlapping event dates"
    if any(x.overlaps(y) for x in a.occasions for y in b.occasions):
        return "same statement occasion"
    return None


def cluster(claims: Iterable[str], judged: Iterable[Edge]) -> tuple[list[list[str]], set[Edge]]:
    """Clusters of claims joined by "same", strongest rule first, and the "same" edges that a "different" refused.

    A union is carried out only if no pair across it is judged different: one wrong "same" cannot chain two clusters.
    """
    cannot: dict[str, set[str]] = defaultdict(set)
    for edge in judged:
        if edge.verdict == "different":
            cannot[edge.left].add(edge.right)
            cannot[edge.right].add(edge.left)
    cluster_of = {claim: {claim} for claim in claims}
    refused: set[Edge] = set()
    same = sorted((e for e in judged if e.verdict == "same"), key=lambda e: (ANCHORS.index(e.rule), e))
    for edge in same:
        left, right = cluster_of[edge.left], cluster_of[edge.right]
        if left is right:
            continue
        if any(cannot[x] & right for x in left):
            refused.add(edge)
            continue
        left |= right
        cluster_of |= dict.fromkeys(right, left)
    return [sorted(c) for c in {id(c): c for c in cluster_of.values()}.values()], refused
