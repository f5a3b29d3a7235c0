"""How well claims were merged: the clusters of the gold against the allegations of a dataset."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from itertools import combinations, product
from typing import Any

from .gold import GoldMerged, Member, right
from .matching import Scored
from .schemas import (
    Dataset,
)
from .scores import ANSWERS, Error, Key


class MergeScored:
    """The clusters of the gold and the allegations of the dataset, over the records that were found."""

    def __init__(self, gold: GoldMerged, scored: Mapping[str, Scored], dataset: Dataset) -> None:
        self.gold = gold
        self.scored = {file: s for file, s in scored.items() if file in gold.files}
        self.known = {s.article for s in self.scored.values()}
        self.told_in = {d.id: {s.article_id for s in d.statements} for d in dataset.denials}
        self.counts: Counter[tuple[str, str]] = Counter()
        self.errors: list[Error] = []
        allegations = {c.id: a for a in dataset.allegations for c in a.claims}
        self.found = {
            (file, i): allegations[p.id]
            for file, s in scored.items()
            for i, p in s.found.items()
            if p.id in allegations
        }
        self.members = {c.id: [(m.file, m.allegation) for m in c.members] for c in gold.clusters}
        self.cluster_of = {key: c for c, keys in self.members.items() for key in keys}
        self.must = {(m.file, m.allegation) for c in gold.clusters for m in c.members if m.must}
        self._pairs()
        for name, listed in (("kept_apart", gold.must_not_merge), ("unsure_apart", gold.unsure)):
            for pair in listed:
                self._apart(name, pair.a, pair.b, pair.reason)
        for cluster in gold.clusters:
            self._values(cluster)
        self._links(dataset)

    def _pairs(self) -> None:
        for a, b in combinations(sorted(self.must & self.found.keys()), 2):
            belong, together = self.cluster_of[a] == self.cluster_of[b], self._together(a, b)
            if belong or together:
                outcome = "right" if belong == together else "missed" if belong else "wrong"
                self.counts["merge.pairs", outcome] += 1
            if belong != together:
                told = ("together", "apart") if belong else ("apart", "together")
                self._error("pairs", self.cluster_of[a], a, b, *told)

    def _together(self, a: Key, b: Key) -> bool:
        return self.found[a].id == self.found[b].id

    def _apart(self, name: str, left: Member, other: Member, reason: str) -> None:
        named = [(m.file, m.allegation) for m in (left, other)]
        if any(key not in self.cluster_of for key in named):
            return
        for a, b in product(*(self.members[self.cluster_of[key]] for key in named)):
            if a in self.found and b in self.found:
                together = self._together(a, b)
                self.counts[f"merge.{name}", "wrong" if together else "right"] += 1
                if together:
                    self._error(name, self.cluster_of[a], a, b, f"apart: {reason}", "together")

    def _values(self, cluster: Any) -> None:
        """Origins and answers, where everything was found that they come from, and nothing of articles that the clusters
        do not know has joined it."""
        keys = self.members[cluster.id]
        unheard = [d for d in cluster.denials if d.denial not in self._heard(d.file)]
        whole = [k for k in keys if k in self.must] or keys
        if unheard or not all(k in self.found for k in whole):
            return
        held = [self.found[k] for k in whole]
        ours = max(held, key=lambda a: sum(a.id == x.id for x in held))
        texts = {c.article_id for c in ours.claims} | {i for d in ours.denials for i in self.told_in.get(d, ())}
        if not texts <= self.known:
            return
        for name, has in (("origins", ours.corroboration.origins), ("contested", ours.contested)):
            says = right(cluster, name)
            self.counts[f"merge.{name}", "right" if has in says else "wrong"] += 1
            if has not in says:
                self._error(name, cluster.id, whole[0], None, " or ".join(map(str, says)), str(has))

    def _heard(self, file: str) -> set[str]:
        scored = self.scored.get(file)
        return scored.found.keys() | scored.within.keys() if scored else set()

    def _links(self, dataset: Dataset) -> None:
        """Denial and cluster, with the strength that it has; every strength that fits a right kind is right."""
        wanted: dict[tuple[str, Key], set[str]] = {}
        free: set[tuple[str, Key]] = set()
        for cluster in self.gold.clusters:
            for d in cluster.denials:
                link = cluster.id, (d.file, d.denial)
                if d.file not in self.scored:
                    continue
                record = next(r for r in self.scored[d.file].gold.gold.denials if r.id == d.denial)
                named = {(d.file, t) for t in record.targets} & {*self.members[cluster.id]} or self.members[cluster.id]
                if not any(k in self.found for k in named):
                    continue
                wanted[link] = {"answer" if kind in ANSWERS else d.link for kind in right(record, "kind")}
                if not record.must or "none" in cluster.contested_ok:
                    free.add(link)
        statements = {p.id: (f, i) for f, s in self.scored.items() for i, p in s.found.items() if p in s.denials}
        clusters: dict[str, set[str]] = defaultdict(set)
        for key, allegation in self.found.items():
            clusters[allegation.id] |= {self.cluster_of[key]} if key in self.cluster_of else set()
        said = {
            (cluster, statements[s.id]): link.strength
            for d in dataset.denials
            for s in d.statements
            for link in d.targets
            for cluster in clusters[link.allegation]
            if s.id in statements
        }
        for link in sorted(wanted.keys() | said.keys()):
            if link in free or link[1] not in statements.values():
                continue
            says, has = wanted.get(link, set()), said.get(link)
            if has in says:
                self.counts["merge.links", "right"] += 1
                continue
            self.counts["merge.links", "wrong"] += has is not None
            self.counts["merge.links", "missed"] += bool(says)
            self._error("links", link[0], link[1], None, " or ".join(sorted(says)) or "no link", has or "no link")

    def _error(self, part: str, cluster: str, a: Key, b: Key | None, expected: str, found: str) -> None:
        keys = [k for k in (a, b) if k]
        rows = [self.scored[f].found[i] for f, i in keys if f in self.scored and i in self.scored[f].found]
        self.errors.append(
            Error(
                kind="merge", record=part, article=cluster, gold=" + ".join(f"{f}/{i}" for f, i in keys),
                predicted=" + ".join(p.id for p in rows), field=None, expected=expected, found=found,
                sentences=[p.told for p in rows],
            )
        )  # fmt: skip
