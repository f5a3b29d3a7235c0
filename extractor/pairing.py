"""Which records of two datasets are one: by id, else by what they say and what they rest on."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from .rows import KINDS, Kind, Row

STATEMENTS: tuple[Kind, ...] = ("claim", "denial statement", "response", "excluded")
"""Kinds with evidence of their own in one article."""

Pair = tuple[str | None, str | None]
"""Ids of one record in the old and in the new dataset; None where it isn't."""

ALIKE = 0.6
"""How alike (Levenshtein's ratio, 0 to 1) two quotes are at least to be one quote in two versions of an article."""
FUZZY_PAIRS = 1_000_000
"""Quotes of two versions of one article are compared up to so many pairs (about a second); then only equal ones are."""
_BUCKET = 256

_MERGED_IDS = frozenset({"about", "denials", "allegation"})
"""Fields that hold ids of allegations and denials, which are those of their first claim and mean something else there."""
_HOLDS_MERGED = frozenset({"about", "denials", "relations", "targets"})
_UNORDERED = frozenset({
    "about", "accusers", "actors", "attributions", "chains", "claims", "conflicts", "denials", "edits", "grades", "mentions",
    "names", "origin_ids", "origins", "recipients", "relations", "reported_by", "statements", "suppliers", "targets",
})  # fmt: skip
_ARTICLE_HASH = re.compile(r"(?<=:)[0-9a-f]{12}(?![0-9a-f])")


class Pairing:
    """The records of two datasets side by side: every one of both stands in exactly one pair of its kind.

    ``Pairing(a, b)`` is the mirror image of ``Pairing(b, a)``.
    """

    def __init__(self, old: Mapping[Kind, Mapping[str, Row]], new: Mapping[Kind, Mapping[str, Row]]) -> None:
        self.old, self.new = old, new
        self.partner: dict[Kind, dict[str, str]] = {}
        """New ids by old ones."""
        self._rename: dict[str, str] = {}
        self._rename_merged: dict[str, str] = {}
        self.partner["article"] = self._pair_articles()
        renamed = [(old["article"][o], new["article"][n]) for o, n in self.partner["article"].items()]
        ids = {next(iter(o.articles)): next(iter(n.articles)) for o, n in renamed}
        self._hash = {o.split(":")[1]: n.split(":")[1] for o, n in ids.items() if o != n}
        self.changed = {i for pair in ids.items() if pair[0] != pair[1] for i in pair}
        """Ids of articles whose text is another in the other dataset."""
        for kind in STATEMENTS:
            self.partner[kind] = self._pair_statements(kind)
            self._rename |= {o: self.partner[kind].get(o, f"{o} (old)") for o in old[kind]}
        for kind in ("allegation", "denial"):
            self.partner[kind] = self._pair_clusters(kind)
            self._rename_merged |= {o: self.partner[kind].get(o, f"{o} (old)") for o in old[kind]}
        for kind in KINDS:
            self.partner.setdefault(kind, self._pair_names(kind))

    def pairs(self, kind: Kind) -> list[Pair]:
        """Every record of a kind, once."""
        partner = self.partner[kind]
        taken = set(partner.values())
        both: list[Pair] = [(o, partner.get(o)) for o in sorted(self.old[kind])]
        return both + [(None, n) for n in sorted(self.new[kind]) if n not in taken]

    def differing(self, kind: Kind, old: str, new: str) -> list[tuple[str, Any, Any]]:
        """The fields in which two records differ, with both values as they stand."""
        o, n = self.old[kind][old].values, self.new[kind][new].values
        found: list[tuple[str, Any, Any]] = []
        for name in sorted(o.keys() | n.keys()):
            if name not in _HOLDS_MERGED and o.get(name) == n.get(name):  # such ids mean the same on both sides
                continue
            left, right = self.canonical(o.get(name), name, old=True), self.canonical(n.get(name), name, old=False)
            if left == right:
                continue
            if name == "attributions":
                found += self._attributions(o[name], n[name])
            else:
                found.append((name, o.get(name), n.get(name)))
        return found

    def _attributions(self, old: list[Any], new: list[Any]) -> Iterator[tuple[str, Any, Any]]:
        """The parts in which those attributions differ that are not the same in both."""
        left = sorted((_said(self.canonical(a, "", old=True)), i) for i, a in enumerate(old))
        right = sorted((_said(self.canonical(a, "", old=False)), i) for i, a in enumerate(new))
        o = [old[i] for key, i in left if key not in {k for k, _ in right}]
        n = [new[i] for key, i in right if key not in {k for k, _ in left}]
        if len(o) != len(n) or not o:
            yield "attributions", o or old, n or new
            return
        for part in o[0]:
            mine = [self.canonical(a[part], part, old=True) for a in o]
            theirs = [self.canonical(a[part], part, old=False) for a in n]
            if mine != theirs:
                yield f"attributions.{part}", [a[part] for a in o], [a[part] for a in n]

    def canonical(self, value: Any, name: str, *, old: bool) -> Any:
        """A value that is equal on both sides if it means the same: ids of the old side are replaced by their partners',
        places in a text that changed count by their words alone."""
        match value:
            case str() if old:
                names = self._rename_merged if name in _MERGED_IDS else self._rename
                if value in names:
                    return names[value]
                return _ARTICLE_HASH.sub(lambda m: self._hash.get(m[0], m[0]), value) if self._hash else value
            case {"exact": words, "article_id": article, "match": match_} if article in self.changed:
                return {"article_id": self.canonical(article, name, old=old), "exact": words, "match": match_}
            case dict():
                return {k: self.canonical(v, k, old=old) for k, v in value.items()}
            case list():
                inside = [self.canonical(v, name, old=old) for v in value]
                return sorted(inside, key=_key) if name in _UNORDERED else inside
            case _:
                return value

    # Who is whose partner --------------------------------------------------------------------------------------------

    def _pair_articles(self) -> dict[str, str]:
        """By content, then by path, then by a file name that only one has on either side."""
        partner = {i: i for i in self.old["article"] if i in self.new["article"]}
        for key in (str, lambda path: PurePosixPath(path).name):
            sides = []
            for side, taken in ((self.old, set(partner)), (self.new, set(partner.values()))):
                by_key: dict[str, list[str]] = defaultdict(list)
                for i, row in side["article"].items():
                    if i not in taken and row.values["duplicate_of"] is None:
                        by_key[key(row.label)].append(i)
                sides.append({k: ids[0] for k, ids in by_key.items() if len(ids) == 1})
            partner |= {o: sides[1][k] for k, o in sides[0].items() if k in sides[1]}
        return partner

    def _pair_statements(self, kind: Kind) -> dict[str, str]:
        old, new = self.old[kind], self.new[kind]
        same = {i: i for i in old if i in new}
        sides: tuple[dict[str, list[Row]], dict[str, list[Row]]] = (defaultdict(list), defaultdict(list))
        for row in (r for i, r in old.items() if i not in same):
            sides[0][self.canonical(min(row.articles), "", old=True)].append(row)
        for row in (r for i, r in new.items() if i not in same):
            sides[1][min(row.articles)].append(row)
        scored = [
            found for article in sides[0] if article in sides[1]
            for found in self._scored(sides[0][article], sides[1][article], changed=article in self.changed)
        ]  # fmt: skip
        return same | _best(scored)

    def _scored(self, old: list[Row], new: list[Row], *, changed: bool) -> Iterator[tuple[float, str, str]]:
        for o, n, overlap in _alike(old, new) if changed else _overlapping(old, new):
            core = self.canonical(sorted(o.core), "", old=True)
            agree = len(n.core.intersection(core)) / (len(n.core.union(core)) or 1)
            if overlap >= 1 or agree > 0:
                yield overlap + agree + 0.5 * (o.kin == n.kin), o.id, n.id

    def _pair_clusters(self, kind: Kind) -> dict[str, str]:
        """By the share of members in common."""
        holder = {m: row for row in self.new[kind].values() for m in row.members}
        scored = set()
        for o in self.old[kind].values():
            members = {self._rename[m] for m in o.members}
            for n in (holder[m] for m in members if m in holder):
                scored.add((len(members.intersection(n.members)) / len(members.union(n.members)), o.id, n.id))
        return _best(scored)

    def _pair_names(self, kind: Kind) -> dict[str, str]:
        """By id, once everything in it bears the other side's names."""

        def named(key: str) -> str:
            return " ".join(str(self.canonical(part, "", old=True)) for part in key.split(" "))

        if kind not in {"judgement", "identity"}:
            found = ((i, named(i)) for i in self.old[kind])
            return {o: n for o, n in found if n in self.new[kind]}
        ends = {frozenset(i.split(" ")): i for i in self.new[kind]}
        edges = ((i, frozenset(str(self.canonical(p, "", old=True)) for p in i.split(" "))) for i in self.old[kind])
        return {o: ends[e] for o, e in edges if e in ends}


def _key(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _said(attribution: dict[str, Any]) -> str:
    """Orders attributions by what they quote and whom."""
    return _key([attribution["evidence"], attribution["source"], attribution])


def _best(scored: Iterable[tuple[float, str, str]]) -> dict[str, str]:
    """Each record with the one that suits it best, the best pairs first; the same whichever side is called old."""
    partner: dict[str, str] = {}
    taken: set[str] = set()
    for _, o, n in sorted(scored, key=lambda s: (-s[0], s[1] != s[2], min(s[1:]), max(s[1:]))):
        if o not in partner and n not in taken:
            partner[o] = n
            taken.add(n)
    return partner


def _spans(row: Row) -> list[tuple[int, int, int, int]]:
    """Of every quote: first and last character of it, and of its sentence."""
    return [(e["start"], e["end"], e["start"] - len(e["prefix"]), e["end"] + len(e["suffix"])) for e in row.evidence]


def _overlapping(old: list[Row], new: list[Row]) -> Iterator[tuple[Row, Row, float]]:
    """Pairs that quote the same characters (so many of all that either quotes) or at least the same sentence."""
    near: dict[int, list[int]] = defaultdict(list)
    for n, row in enumerate(new):
        for _, _, low, high in _spans(row):
            for bucket in range(low // _BUCKET, high // _BUCKET + 1):
                near[bucket].append(n)
    for o in old:
        mine = _spans(o)
        buckets = {b for _, _, low, high in mine for b in range(low // _BUCKET, high // _BUCKET + 1)}
        for n in sorted({n for b in buckets for n in near.get(b, ())}):
            theirs = _spans(new[n])
            left = {c for s in mine for c in range(s[0], s[1])}
            right = {c for s in theirs for c in range(s[0], s[1])}
            if left & right:
                yield o, new[n], len(left & right) / len(left | right)
            elif any(a[2] < b[3] and b[2] < a[3] for a in mine for b in theirs):
                yield o, new[n], 0.1


def _alike(old: list[Row], new: list[Row]) -> Iterator[tuple[Row, Row, float]]:
    """Pairs that quote the same words, or nearly the same, in two versions of an article."""
    from rapidfuzz import fuzz

    by_words: dict[str, list[Row]] = defaultdict(list)
    for n in new:
        for words in {e["exact"] for e in n.evidence}:
            by_words[words].append(n)
    equal: set[tuple[str, str]] = set()
    for o in old:
        for n in (n for words in sorted({e["exact"] for e in o.evidence}) for n in by_words.get(words, ())):
            if (o.id, n.id) not in equal:
                equal.add((o.id, n.id))
                yield o, n, 1.0
    if len(old) * len(new) > FUZZY_PAIRS:
        return
    for o in old:
        for n in new:
            if (o.id, n.id) not in equal:
                quotes = ((a["exact"], b["exact"]) for a in o.evidence for b in n.evidence)
                alike = max((fuzz.ratio(a, b) / 100 for a, b in quotes), default=0.0)
                if alike >= ALIKE:
                    yield o, n, min(alike, 0.99)
