"""Which actors of different articles are one: judgements on pairs, and the actor that stands for each.

A wrong "same" would invent corroboration. So a rule joins only what agrees in kind and does not differ in country, and a part of
a name only where one actor alone can be meant; a state and what is not that state are never joined, whoever wishes it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, combinations, pairwise, product
from typing import Literal, NamedTuple

from . import names
from .actors import slug, state
from .aliases import NO_ALIASES, Aliases, is_id
from .schemas import Actor, Judgement

Verdict = Literal["same", "different", "unsure"]
Decision = tuple[str, str, Literal["same", "different"]]

DECIDED, ALIAS, LINKED = "decided by a person", "the analyst's own names", "one entry in the reference database"
UNSURE = "one name, but not surely one kind or country"
_BODIES = frozenset({"government_body", "military"})
_FAMILIES = {
    "state": "state",
    "person": "person",
    "vessel": "vessel",
    "unnamed_person": "unnamed",
    "unnamed_group": "unnamed",
}
_CROWD = 64
"""Actors that share a key, beyond which only neighbours in the order of names are compared: 100,000 stay near-linear."""
_NEIGHBOURS = 16
_FORMS = 6
"""Forms of a name that are compared at most, the longest first."""


@dataclass(frozen=True)
class Identities:
    """Who is who. Every actor of the input has a canonical one, which stands for itself."""

    canonical: dict[str, str]
    """The id that stands for an actor: a state's, else that of the record with the most mentions, then the longest name, then
    the smallest id. It need not be in the input where the analyst's own names point to a state."""
    judgements: list[Judgement]
    """Joins that were made, were refused, or need a person; sorted."""


class _Edge(NamedTuple):
    """One actor may be another: ``left`` has the part of the name, ``right`` the whole, unless ``mutual``."""

    left: str
    right: str
    rule: str
    agreeing: bool = False
    """Country, party or title must agree."""
    mutual: bool = False


def identities(
    actors: Iterable[Actor], *, aliases: Aliases = NO_ALIASES, decided: Iterable[Decision] = ()
) -> Identities:
    """Who is who among the actors of all articles, which are distinct by id. Independent of their order."""
    known = {a.id: _Node(a) for a in sorted(actors, key=lambda a: a.id)}
    decisions = sorted({(*sorted((left, right)), verdict) for left, right, verdict in decided if left != right})
    clusters = _Clusters(known, [(x, y) for x, y, verdict in decisions if verdict == "different"])
    clusters.record((x, y, "different", DECIDED) for x, y, v in decisions if v == "different" and {x, y} <= set(known))
    clusters.join(_Edge(x, y, DECIDED) for x, y, v in decisions if v == "same" and {x, y} & set(known))
    clusters.join(_aliased(known, aliases))
    clusters.join(_linked(known))
    clusters.join(_states(known))
    compared = list(_compared(known))
    clusters.join(e for level, e in compared if level == 0)
    for step in (1, 2, 3):
        clusters.attach([e for level, e in compared if level == step])
    clusters.attach(list(_parts_of_names(known)))
    return Identities(clusters.canonical(), clusters.judgements())


# Actors --------------------------------------------------------------------------------------------------------------


class _Node:
    """What the rules look at in an actor."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.family = _FAMILIES.get(actor.kind, "organisation")
        party = actor.party.removeprefix("state:")
        self.home = actor.country or (party if re.fullmatch("[A-Z]{2}", party) else None)
        self.evidence = {actor.party} - {actor.id} | ({slug(actor.title)} if actor.title else set())

    @cached_property
    def forms(self) -> list[str]:
        """The names by which it can be known: the fullest, and what is no mere description beside it."""
        from rigour.names import remove_obj_prefixes

        others = {n for n in self.actor.names if n != self.actor.name and self._telling(n)}
        forms = dict.fromkeys([self.actor.name, *sorted(others, key=lambda n: (-len(n), n))])
        if self.family == "vessel":
            forms = dict.fromkeys(map(remove_obj_prefixes, forms))
        bare = [self._abroad(n) if self.family == "organisation" and self.home else n for n in forms]
        full = [n for n in bare if self.family != "person" or names.is_full(n)]
        return list(dict.fromkeys(full or bare))[:_FORMS]

    @cached_property
    def bare(self) -> bool:
        """Whether only one part of the name of this person is known."""
        return self.family == "person" and not any(map(names.is_full, self.forms))

    @cached_property
    def keys(self) -> frozenset[str]:
        if self.family in {"state", "unnamed"}:
            return frozenset()
        of = names.person_keys if self.family == "person" else names.organisation_keys
        return frozenset(chain.from_iterable(map(of, self.forms)))

    @cached_property
    def lossy(self) -> bool:
        return any(map(names.is_lossy, self.forms))

    def block(self, key: str) -> bool:
        """Whether a key of this actor is one by which it is compared."""
        if self.family == "person":
            return key[-1] != "." and (self.bare or "+" in key)
        return self.family in {"organisation", "vessel"}

    def _telling(self, name: str) -> bool:
        """ "the army" and "the group" name nobody apart from their article."""
        return self.family == "person" or len(slug(name).removeprefix("the-").split("-")) > 1 or name.isupper()

    def _abroad(self, name: str) -> str:
        """A name without its country: "the Russian Defence Ministry"."""
        words = name.split()
        for size, start in ((s, i) for s in (2, 1) for i in range(len(words) - s + 1)):
            if len(words) > size and state(" ".join(words[start : start + size]).removesuffix("'s")) == self.home:
                return " ".join(words[:start] + words[start + size :])
        return name


def _family(id_: str, known: Mapping[str, _Node]) -> str:
    if id_ in known:
        return known[id_].family
    return {"state": "state", "person": "person", "unnamed": "unnamed"}.get(id_.partition(":")[0], "organisation")


# Rules ---------------------------------------------------------------------------------------------------------------


def _aliased(known: Mapping[str, _Node], aliases: Aliases) -> Iterator[_Edge]:
    groups: dict[str, list[str]] = defaultdict(list)
    for id_, node in known.items() if aliases.targets else ():
        for target in sorted(aliases.of((node.actor.name, *node.actor.names))):
            groups[target].append(id_)
    for target, ids in sorted(groups.items()):
        there = is_id(target) and (target in known or target.startswith("state:"))
        yield from (_Edge(id_, target, ALIAS) for id_ in ids if there and id_ != target)
        yield from (_Edge(x, y, ALIAS) for x, y in pairwise(ids) if not there)


def _linked(known: Mapping[str, _Node]) -> Iterator[_Edge]:
    entries: dict[tuple[str, str], list[str]] = defaultdict(list)
    for id_, node in known.items():
        for entry in sorted({(link.database, link.id) for link in node.actor.links if link.match}):
            entries[entry].append(id_)
    yield from (_Edge(x, y, LINKED) for ids in entries.values() for x, y in pairwise(ids))


def _states(known: Mapping[str, _Node]) -> Iterator[_Edge]:
    """States whose article spells them in a way that the tables know."""
    for id_, node in known.items():
        if node.family == "state" and not node.home:
            codes = {code for n in (node.actor.name, *node.actor.names) if (code := state(n))}
            yield from (_Edge(id_, f"state:{code}", "one state") for code in codes if f"state:{code}" in known)


def _compared(known: Mapping[str, _Node]) -> Iterator[tuple[int, _Edge]]:
    """What the names of two actors say, with the step at which it counts."""
    blocks: dict[tuple[str, str], list[str]] = defaultdict(list)
    rough = {key for node in known.values() if node.lossy for key in node.keys if key.startswith(names.ROUGH)}
    for id_, node in known.items():
        for key in node.keys:
            if node.block(key) and (key in rough or not key.startswith(names.ROUGH)):
                blocks[node.family, key].append(id_)
    pairs = {pair for (_, key), block in blocks.items() for pair in _pairs(key, block, known)}
    for x, y in sorted(pairs):
        if found := _compare(known[x], known[y]):
            yield found


def _pairs(key: str, block: Sequence[str], known: Mapping[str, _Node]) -> Iterator[tuple[str, str]]:
    lossy = [i for i in block if known[i].lossy]
    if key.startswith(names.ROUGH) and len(lossy) * len(block) <= _CROWD**2:
        yield from ((min(x, y), max(x, y)) for x, y in product(lossy, block) if x != y)
    elif len(block) <= _CROWD:
        yield from combinations(sorted(block), 2)
    else:
        ordered = sorted(block, key=lambda i: (sorted(slug(known[i].forms[0]).split("-")), i))
        for n, x in enumerate(ordered):
            yield from ((min(x, y), max(x, y)) for y in ordered[n + 1 : n + 1 + _NEIGHBOURS])


def _compare(a: _Node, b: _Node) -> tuple[int, _Edge] | None:
    """The step and the edge for two actors of one family, or None if nothing speaks for their being one."""
    if a.home and b.home and a.home != b.home:
        return None
    if a.family == "person":
        return None if a.bare != b.bare else _compare_people(a, b)
    found = {
        (names.organisation(x, y), names.is_acronym(x) and names.is_acronym(y)) for x, y in product(a.forms, b.forms)
    }
    likeness = _best(f for f, _ in found)
    organs = [n.actor.kind in _BODIES for n in (a, b)]
    sure = organs[0] == organs[1] and (bool(a.home and b.home) or not (organs[0] or a.family == "vessel"))
    if likeness == "no" or (likeness == "perhaps" and not sure):
        return None
    if not sure:
        return 3, _edge(a, b, UNSURE, agreeing=True, mutual=True)
    if likeness == "perhaps":
        short, whole = sorted((a, b), key=lambda n: (min(map(len, n.forms)), n.actor.id))
        return 3, _edge(short, whole, "an acronym, or another legal form", agreeing=a.actor.kind != b.actor.kind)
    if ("same", False) not in found or a.actor.kind != b.actor.kind:
        return 3, _edge(a, b, "one name, for another kind, or an acronym", agreeing=True, mutual=True)
    return _by_home(a, b, "one name")


def _compare_people(a: _Node, b: _Node) -> tuple[int, _Edge] | None:
    found = [(names.person(x, y), x, y) for x, y in product(a.forms, b.forms)]
    likeness = _best(f for f, _, _ in found)
    if likeness == "no":
        return None
    sizes = {tuple(len(names.parts(n)) for n in (x, y)) for f, x, y in found if f == likeness}
    if any(m == n for m, n in sizes):
        if likeness == "same" and not a.bare:
            return _by_home(a, b, "one name")
        return 3, _edge(a, b, "one name in another order, script or with initials", agreeing=True, mutual=True)
    m, n = min(sizes)
    short, whole = (a, b) if m < n else (b, a)
    return 2, _edge(short, whole, "a name without its middle or last part", agreeing=likeness == "perhaps")


def _by_home(a: _Node, b: _Node, rule: str) -> tuple[int, _Edge]:
    """A record without a country waits until those that have one are joined: it may be either of two."""
    if bool(a.home) == bool(b.home):
        return 0, _edge(a, b, rule)
    return 1, _edge(a, b, rule) if b.home else _edge(b, a, rule)


def _edge(a: _Node, b: _Node, rule: str, *, agreeing: bool = False, mutual: bool = False) -> _Edge:
    return _Edge(a.actor.id, b.actor.id, rule, agreeing, mutual)


def _best(found: Iterable[names.Likeness]) -> names.Likeness:
    return min(found, key=("same", "perhaps", "no").index, default="no")


def _parts_of_names(known: Mapping[str, _Node]) -> Iterator[_Edge]:
    """A bare surname and the full names that hold it."""
    bare: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for id_, node in known.items():
        for key in node.keys if node.bare else ():
            bare[key, node.lossy].append(id_)
    for id_, node in known.items():
        if node.family == "person" and not node.bare:
            single = [key for key in node.keys if key[-1] not in "+."]
            wanted = [
                (k, lossy) for k in single for lossy in (True, False) if node.lossy or lossy or k[0] != names.ROUGH
            ]
            for short in sorted({short for key in wanted for short in bare.get(key, ())}):
                if _surname(known[short], node):
                    yield _Edge(short, id_, "a surname, and one person who bears it", agreeing=True)


def _surname(short: _Node, whole: _Node) -> bool:
    if short.home and whole.home and short.home != whole.home:
        return False
    return any(names.person(x, y) != "no" for x, y in product(short.forms, whole.forms))


# Clusters ------------------------------------------------------------------------------------------------------------


class _Clusters:
    """Actors joined, and the judgements that did or did not join them."""

    def __init__(self, known: Mapping[str, _Node], apart: Iterable[tuple[str, str]]) -> None:
        self._known = known
        self._of = {id_: {id_} for id_ in known}
        self._apart: dict[str, set[str]] = defaultdict(set)
        for x, y in apart:
            self._apart[x].add(y)
            self._apart[y].add(x)
        self._judged: dict[tuple[str, str], Judgement] = {}

    def record(self, verdicts: Iterable[tuple[str, str, Verdict, str]], *, refused: bool = False) -> None:
        for x, y, verdict, rule in verdicts:
            left, right = sorted((x, y))
            by: Literal["person", "rule"] = "person" if rule.startswith((DECIDED, ALIAS)) else "rule"
            judgement = Judgement(left=left, right=right, verdict=verdict, by=by, rule=rule, refused=refused)
            self._judged.setdefault((left, right), judgement)

    def join(self, edges: Iterable[_Edge]) -> None:
        for x, y, rule, *_ in sorted(edges, key=lambda e: (*sorted(e[:2]), e.rule)):
            left, right = self._cluster(x), self._cluster(y)
            if left is right:
                continue
            obstacle = self._obstacle(left, right, by_hand=rule == DECIDED)
            self.record([(x, y, "same", f"{rule}; refused: {obstacle}" if obstacle else rule)], refused=bool(obstacle))
            if not obstacle:
                left |= right
                self._of |= dict.fromkeys(right, left)

    def attach(self, edges: Sequence[_Edge]) -> None:
        """Joins a part to the whole where one cluster alone can be meant, seen before any of these edges is carried out."""
        candidates: dict[int, dict[int, _Edge]] = defaultdict(dict)
        for e in sorted(edges):
            for x, y in ((e.left, e.right), (e.right, e.left))[: 1 + e.mutual]:
                left, right = self._cluster(x), self._cluster(y)
                if left is not right and not self._obstacle(left, right):
                    candidates[id(left)].setdefault(id(right), e)
        sure: list[_Edge] = []
        unsure: list[_Edge] = []
        for part, found in candidates.items():
            agreed = {r: e for r, e in found.items() if not e.agreeing or self._agree(e)}
            alone = len(agreed) == 1 and all(self._alone(candidates, part, r, e) for r, e in agreed.items())
            (sure if alone else unsure).extend(list((agreed or found).values())[: 1 if alone else 2])
        self.join(sure)
        open_ = [e for e in unsure if self._cluster(e.left) is not self._cluster(e.right)]
        self.record((e.left, e.right, "unsure", e.rule) for e in open_)

    def _alone(self, candidates: Mapping[int, Mapping[int, _Edge]], left: int, right: int, edge: _Edge) -> bool:
        back = [r for r, e in candidates.get(right, {}).items() if not e.agreeing or self._agree(e)]
        return edge.rule != UNSURE and (not edge.mutual or back == [left])

    def _agree(self, edge: _Edge) -> bool:
        a, b = ([self._known[i] for i in self._cluster(x) if i in self._known] for x in edge[:2])
        homes = {n.home for n in a if n.home} & {n.home for n in b}
        return bool(homes or set().union(*(n.evidence for n in a)) & set().union(*(n.evidence for n in b)))

    def _cluster(self, id_: str) -> set[str]:
        return self._of.setdefault(id_, {id_})

    def _obstacle(self, left: set[str], right: set[str], *, by_hand: bool = False) -> str | None:
        """Why two clusters cannot be one, or None. A person's decision gives way to the first two only."""
        families = [{_family(i, self._known) for i in c} for c in (left, right)]
        if ("state" in families[0] | families[1]) and families[0] != families[1]:
            return "a state is nobody else"
        if "state" in families[0] and sum(bool(re.fullmatch("state:[A-Z]{2}", i)) for i in left | right) > 1:
            return "two states"
        if any(self._apart.get(x, set()) & right for x in left):
            return "a person decided that they differ"
        if by_hand:
            return None
        if families[0] != families[1] or len(families[0]) > 1:
            return "of another kind"
        if "unnamed" in families[0]:
            return "nobody unnamed is known from another article"
        homes = {n.home for i in left | right if (n := self._known.get(i)) and n.home}
        return "of different countries" if len(homes) > 1 and "state" not in families[0] else None

    def canonical(self) -> dict[str, str]:
        return {id_: min(self._of[id_], key=self._standing) for id_ in self._known}

    def _standing(self, id_: str) -> tuple[bool, int, int, str]:
        node = self._known.get(id_)
        mentions, length = (len(node.actor.mentions), len(node.actor.name)) if node else (0, 0)
        return not re.fullmatch("state:[A-Z]{2}", id_), -mentions, -length, id_

    def judgements(self) -> list[Judgement]:
        return [j for _, j in sorted(self._judged.items())]
