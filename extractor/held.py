"""What a dataset holds, article by article, as it is compared with gold."""

from __future__ import annotations

from collections import Counter, defaultdict

from .schemas import Actor, Attribution, Claim, Dataset, DenialStatement, Evidence, Response


class Held:
    """What a dataset holds, by article."""

    def __init__(self, dataset: Dataset) -> None:
        self.actors = {a.id: a for a in dataset.actors}
        self.sources = {s.id: s for s in dataset.sources}
        self.weapons = {w.id: w for w in dataset.weapons}
        self.claims: dict[str, list[tuple[Claim, list[Attribution]]]] = defaultdict(list)
        self.denials: dict[str, list[DenialStatement]] = defaultdict(list)
        self.responses: dict[str, list[Response]] = defaultdict(list)
        self.mentioned: dict[str, dict[str, list[Evidence]]] = defaultdict(lambda: defaultdict(list))
        self.evidence: dict[str, list[tuple[str, Evidence]]] = defaultdict(list)
        self.quarantine = dataset.quarantine
        self.written: Counter[str] = Counter()
        for allegation in dataset.allegations:
            said: dict[str, list[Attribution]] = defaultdict(list)
            for t in allegation.attributions:
                said[t.claim].append(t)
            for claim in allegation.claims:
                self.claims[claim.article_id].append((claim, said[claim.id]))
        for denial in dataset.denials:
            for statement in denial.statements:
                self.denials[statement.article_id].append(statement)
        for response in dataset.responses:
            self.responses[response.article_id].append(response)
        for actor in dataset.actors:
            for e in actor.mentions:
                self.mentioned[e.article_id][actor.id].append(e)
        for record, e in dataset.evidence():
            self.evidence[e.article_id].append((record, e))
        for account in dataset.accounting.extractions:
            self.written[account.article_id] += sum(count.written for count in account.records)
        self.checked = {a.article_id for a in dataset.accounting.extractions if a.support}

    def named_in(self, article: str) -> list[Actor]:
        """The actors that an article names: not the states that rules put behind an organ, at the organ's own words."""
        spans = {i: {(e.start, e.end) for e in found} for i, found in self.mentioned[article].items()}
        derived = {
            self.actors[i].party
            for i, at in spans.items()
            if self.actors[i].party != i and spans.get(self.actors[i].party) == at
        }
        return [self.actors[i] for i in sorted(spans.keys() - derived)]

    def terms(self, weapon: str, article: str) -> set[str]:
        """The words for a weapon, those of the article first of all."""
        known = self.weapons[weapon]
        return {e.exact for e in known.mentions if e.article_id == article} or {known.term}
