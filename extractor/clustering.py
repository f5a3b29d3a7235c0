"""Clusters of claims that are the same allegation, without looking at every pair.

Claims of the same parties, scope and stage family are placed one after the other, the most specific first. Anchors (a
participant, a day, an occasion …) lead to the clusters that a claim may belong to; it joins if nothing in the cluster bars
it. What fits several clusters that exclude each other waits until they are complete, and is placed nowhere if it still
does, since one wrong "same" must not invent corroboration. A cluster never holds two claims that :func:`extractor.judging.judge` calls different; to know that, it is
enough to keep what its members have in common, so the work grows with the number of claims and not of pairs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import combinations, islice, permutations
from math import inf
from typing import Literal, NamedTuple

from .anchors import WEAK, Anchor, Key, group, keys, lookups
from .candidates import Candidate
from .judging import (
    ANCHORS,
    OBVIOUS,
    Verdict,
    compatible,
    judge,
    other_episode,
    other_things,
    told_apart,
)
from .schemas.weapon import WeaponCategory

LISTED = 50
"""Allegations with a party in common of which all pairs are judged for the reader; of more, nobody would read them."""

LOOKED_AT = 8
"""Claims of an allegation that are compared with another allegation's for the reader."""

TELLING = 64
"""An anchor that leads to more clusters than this finds none of them; it still tells apart what others find."""


class Edge(NamedTuple):
    """A judgement on two claims, the smaller id first."""

    left: str
    right: str
    verdict: Verdict
    by: Literal["rule", "model", "person"]
    rule: str
    refused: bool = False


class Clusters(NamedTuple):
    """Which claims are one allegation, and why."""

    members: list[list[str]]
    """Claim ids, sorted."""
    edges: list[Edge]
    """What joined them, what was refused, and the doubtful or near pairs of clusters, sorted."""
    unlisted: int
    """Pairs of clusters with a party in common that were not judged for the reader, since they are too many."""


@dataclass(slots=True, eq=False)
class _Cluster:
    """Claims that are one allegation, and what bars others from it."""

    members: list[str]
    earliest: float = -inf
    """First and last day that every dated member allows."""
    latest: float = inf
    told: set[tuple[tuple[int, int], ...]] = field(default_factory=set)
    """Days of the statements of undated members before a deal."""
    categories: set[frozenset[WeaponCategory]] = field(default_factory=set)
    episodes: set[tuple[frozenset[tuple[str, str]], frozenset[str]]] = field(default_factory=set)
    returns: set[frozenset[str]] = field(default_factory=set)
    apart: set[str] = field(default_factory=set)
    """Claims that may never join."""
    part_of: set[str] = field(default_factory=set)
    """Claims of which its members are a part."""
    found_under: dict[Key, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """Where it is found: by (article, claim) of at most two articles, so that it is found from every other article."""

    @classmethod
    def of(cls, c: Candidate, apart: Collection[str]) -> _Cluster:
        """A cluster of one."""
        cluster = cls([c.id], apart=set(apart), part_of={c.part_of} if c.part_of else set())
        if c.reach:
            cluster.earliest, cluster.latest = c.reach
        elif c.current:
            cluster.told.add(c.current)
        if c.categories:
            cluster.categories.add(c.categories)
        if c.roles:
            cluster.episodes.add((c.participants, c.roles))
        if c.returns:
            cluster.returns.add(c.returns)
        return cluster

    def fits(self, other: _Cluster) -> bool:
        """Whether no member of one is judged different from a member of the other.

        Dates need no look at pairs: stretches that all overlap in pairs have a day in common (Helly's theorem).
        """
        return (
            self.earliest <= other.latest
            and other.earliest <= self.latest
            and not any(told_apart(x, y) for x in self.told for y in other.told)
            and all(compatible(x, y) for x in self.categories for y in other.categories)
            and not any(other_episode(x, y) for x in self.episodes for y in other.episodes)
            and not any(other_things(x, y) for x in self.returns for y in other.returns)
            and (not self.apart or self.apart.isdisjoint(other.members))
            and (not other.apart or other.apart.isdisjoint(self.members))
        )

    def absorb(self, other: _Cluster) -> None:
        """Take in all members of another cluster."""
        self.members += other.members
        self.earliest, self.latest = max(self.earliest, other.earliest), min(self.latest, other.latest)
        self.told |= other.told
        self.categories |= other.categories
        self.episodes |= other.episodes
        self.returns |= other.returns
        self.apart |= other.apart
        self.part_of |= other.part_of
        for key, theirs in other.found_under.items():
            known = self.found_under.setdefault(key, theirs)
            if len(known) == 1:
                others = (found for found in theirs if found[0] != known[0][0])
                self.found_under[key] = (*known, *islice(others, 1))


class _Clustering:
    """Places claims one after the other."""

    def __init__(self, candidates: Mapping[str, Candidate], apart: Mapping[str, Collection[str]]) -> None:
        self.candidates = candidates
        self.apart = apart
        self.cluster_of: dict[str, _Cluster] = {}
        self.edges: list[Edge] = []
        self._found: defaultdict[Key, defaultdict[Key, list[str]]] = defaultdict(lambda: defaultdict(list))
        """For each group claims by anchor and time: per cluster one, as far as clusters were not joined later."""

    def place(self, c: Candidate, *, last: bool = False) -> bool:
        """Put a claim where it belongs. False if it fits several clusters that exclude each other: it may be tried again
        when they are complete; the ``last`` time it stays alone, and leads no other claim to itself."""
        mine = self.cluster_of[c.id] = _Cluster.of(c, self.apart.get(c.id, ()))
        ties = self._ties(c)
        fits = {k for k in ties if k.fits(mine)}
        strength = {k: _strength(c, k, ties[k]) for k in fits}
        ranked = sorted((k for k in ties if k in fits), key=strength.__getitem__)
        best = self._wholes([k for k in ranked if strength[k] == strength[ranked[0]]])
        several = any(not x.fits(y) for x, y in combinations(best, 2))
        if several and not last:
            del self.cluster_of[c.id]
            return False
        for k in [*best, *(k for k in ranked if k not in best)]:
            rank, claim = min((anchor[0], claim) for anchor, claim in ties[k].items())
            joined = not several and k.fits(self.cluster_of[c.id])
            if joined:
                self._join(k, self.cluster_of[c.id])
            self._judge(c.id, claim, "same", ANCHORS[rank], refused=not joined)
        self._refuse(c, [k for k in ties if k not in fits])
        if not several:
            self._register(c)
        return not several

    def _wholes(self, clusters: list[_Cluster]) -> list[_Cluster]:
        """Clusters without those that are a part of another of them."""
        within = {
            id(part)
            for part, whole in permutations(clusters, 2)
            if any(self.cluster_of.get(w) is whole for w in part.part_of)
        }
        return [k for k in clusters if id(k) not in within] or clusters

    def join_wholes(self, alone: AbstractSet[str]) -> None:
        """Join claims of which a step or part is the same: what has one part in common is one thing."""
        steps = sorted(
            c.id
            for c in self.candidates.values()
            if c.part_of in self.cluster_of and alone.isdisjoint({c.id, c.part_of})
        )
        first: dict[tuple[int, Key], str] = {}
        for step in steps:
            whole = self.candidates[step].part_of or ""
            key = id(self.cluster_of[step]), group(self.candidates[whole])
            other = first.setdefault(key, whole)
            one, two = self.cluster_of[whole], self.cluster_of[other]
            if one is not two:
                if fits := one.fits(two):
                    self._join(one, two)
                self._judge(whole, other, "same", "a part of each is the same", refused=not fits)

    def _refuse(self, c: Candidate, barred: Iterable[_Cluster]) -> None:
        """Report clusters that hold a claim which is the same and another that is different."""
        for k in barred:
            for m in k.members[: 2 * LOOKED_AT]:
                verdict, rule = judge(c, self.candidates[m])
                if verdict == "same":
                    self._judge(c.id, m, verdict, rule, refused=True)
                    break

    def _judge(self, a: str, b: str, verdict: Verdict, rule: str, *, refused: bool) -> None:
        self.edges.append(Edge(min(a, b), max(a, b), verdict, "rule", rule, refused))

    def _join(self, one: _Cluster, other: _Cluster) -> None:
        large, small = (one, other) if len(one.members) >= len(other.members) else (other, one)
        large.absorb(small)
        self.cluster_of |= dict.fromkeys(small.members, large)

    # Finding ---------------------------------------------------------------------------------------------------------

    def _ties(self, c: Candidate) -> dict[_Cluster, dict[Anchor, str]]:
        """The clusters that share an anchor with a claim: for each the anchors, and a claim that has it."""
        ties: dict[_Cluster, dict[Anchor, str]] = defaultdict(dict)
        crowded: list[tuple[Anchor, Key]] = []
        found = self._found[group(c)]
        for rank, value, key in lookups(c):
            there = found.get(key, ())
            if len(there) > TELLING:
                crowded.append(((rank, value), key))
                continue
            for claim in there:
                if rank not in WEAK or self.candidates[claim].article_id != c.article_id:
                    ties[self.cluster_of[claim]].setdefault((rank, value), claim)
        for k, shared in ties.items():
            for anchor, key in crowded:
                for article, claim in k.found_under.get(key, ()):
                    if anchor[0] not in WEAK or article != c.article_id:
                        shared.setdefault(anchor, claim)
        return ties

    def _register(self, c: Candidate) -> None:
        mine, found = self.cluster_of[c.id], self._found[group(c)]
        for key in keys(c):
            known = mine.found_under.get(key, ())
            if len(known) < 2 and all(article != c.article_id for article, _ in known):
                mine.found_under[key] = (*known, (c.article_id, c.id))
                found[key].append(c.id)


def _strength(c: Candidate, k: _Cluster, anchors: Collection[Anchor]) -> tuple[tuple[float, ...], bool]:
    """The cluster with the strongest anchors first; of equal ones, who shares more of them; then one with the same weapons."""
    return (*sorted(rank for rank, _ in anchors), inf), c.categories not in k.categories


# All clusters ----------------------------------------------------------------------------------------------------------


def cluster(
    candidates: Mapping[str, Candidate],
    *,
    told: Iterable[Edge] = (),
    alone: Collection[str] = (),
) -> Clusters:
    """Clusters of all candidates, and the edges from which they follow.

    ``told`` are judgements of people and models: a person's are stronger than every rule (those that contradict each other are
    left out before, see ``settling``), a model's only settle what the rules leave unsure. ``alone`` are claims that join nothing (rejected by a person).
    """
    told = sorted(told)
    apart = _kept_apart(candidates, told)
    clustering = _Clustering(candidates, apart)
    waiting: list[Candidate] = []
    for c in sorted(candidates.values(), key=_specificity):
        if c.id in alone:
            clustering.cluster_of[c.id] = _Cluster.of(c, apart.get(c.id, ()))
        else:
            waiting += [] if clustering.place(c) else [c]
    for c in waiting:
        clustering.place(c, last=True)
    clustering.join_wholes(frozenset(alone))
    for edge in sorted(told, key=lambda e: (e.by == "person", e)):  # people have the last word
        clustering.edges.append(_carry_out(clustering, edge, alone))
    clusters = list({id(k): k for k in clustering.cluster_of.values()}.values())
    members = sorted(sorted(k.members) for k in clusters)
    clustering.edges = [
        e._replace(refused=False)
        if e.refused and clustering.cluster_of[e.left] is clustering.cluster_of[e.right]
        else e
        for e in clustering.edges  # what one judgement could not join, a later one may have
    ]
    near, unlisted = _near(candidates, members, {(e.left, e.right) for e in clustering.edges})
    return Clusters(members, sorted({*clustering.edges, *near}), unlisted)


def _specificity(c: Candidate) -> tuple[float, int, int, int, str]:
    """The narrowest event first, then whoever names more."""
    width = c.reach[1] - c.reach[0] if c.reach else inf
    return width, -len(c.participants), -len(c.returns), -len(c.categories), c.id


def _kept_apart(candidates: Mapping[str, Candidate], told: Iterable[Edge]) -> dict[str, set[str]]:
    """Claims that may never be joined: a part and its whole, and what people judged different, with all that
    they judged the same as either. A model's "different" bars nothing: it is asked where the rules join nothing."""
    together: dict[str, set[str]] = {}
    for edge in told:
        if edge.by == "person" and edge.verdict == "same":
            both = together.get(edge.left, {edge.left}) | together.get(edge.right, {edge.right})
            together |= dict.fromkeys(both, both)
    apart: dict[str, set[str]] = defaultdict(set)
    pairs = [(c.id, c.part_of) for c in candidates.values() if c.part_of in candidates]
    pairs += [(e.left, e.right) for e in told if e.verdict == "different" and e.by == "person"]
    for a, b in pairs:
        if b is None or together.get(a, {a}) is together.get(b):
            continue
        for x in together.get(a, {a}):
            apart[x] |= together.get(b, {b})
        for y in together.get(b, {b}):
            apart[y] |= together.get(a, {a})
    return apart


def _carry_out(clustering: _Clustering, edge: Edge, alone: Collection[str]) -> Edge:
    """A judgement from outside, carried out where it joins; a model's only where the rules don't object."""
    if edge.verdict != "same":
        return edge
    candidates = clustering.candidates
    left, right = clustering.cluster_of[edge.left], clustering.cluster_of[edge.right]
    if left is right:
        return edge
    if edge.left in alone or edge.right in alone:
        return edge._replace(refused=True)
    if edge.by == "person":
        barred = not (left.apart.isdisjoint(right.members) and right.apart.isdisjoint(left.members))
    else:
        barred = not left.fits(right) or group(candidates[edge.left]) != group(candidates[edge.right])
    if not barred:
        clustering._join(left, right)  # noqa: SLF001 - one algorithm, two parts
    return edge._replace(refused=barred)


def _near(
    candidates: Mapping[str, Candidate], members: list[list[str]], judged: Collection[tuple[str, str]]
) -> tuple[list[Edge], int]:
    """The doubtful and near pairs of clusters, and how many pairs there were too many of."""
    blocks: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for number, ids in enumerate(members):
        c = candidates[ids[0]]
        names = {c.proxies.get(p, p) for p in c.suppliers | c.recipients} | {p for _, p in c.participants}
        for name in names:
            blocks[c.scope, c.family, name].append(number)
    unlisted = sum(len(b) * (len(b) - 1) // 2 for b in blocks.values() if len(b) > LISTED)
    pairs = {pair for b in blocks.values() if len(b) <= LISTED for pair in combinations(b, 2)}
    found = (_nearest(candidates, members[i], members[j]) for i, j in sorted(pairs))
    return [e for e in found if e and (e.left, e.right) not in judged], unlisted


def _nearest(candidates: Mapping[str, Candidate], left: list[str], right: list[str]) -> Edge | None:
    """The judgement on two clusters: what keeps them apart, else what leaves it open; None where it is obvious."""
    unsure = None
    for a in left[:LOOKED_AT]:
        for b in right[:LOOKED_AT]:
            verdict, rule = judge(candidates[a], candidates[b])
            edge = Edge(min(a, b), max(a, b), verdict, "rule", rule)
            if verdict == "different":
                return None if rule in OBVIOUS else edge
            if verdict == "unsure":
                unsure = unsure or edge
    return unsure
