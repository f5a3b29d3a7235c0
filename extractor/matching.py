"""Which record of a dataset is which record of the gold, article by article, and what is wrong with it.

In every article the records of each type are assigned to those of the gold, one to one, so that their similarity is
largest in sum; a pair below the threshold of its type is no match. What gold leaves free (``must`` false,
``may_merge_with``, ``X_ok``) counts neither for nor against. Merging is measured on the records that were found.

Similarity says which record is meant, not whether it is right, so every weight goes to what tells two records of one
article apart; what we want to measure on a pair has little weight in making it:

* allegations (0.6): evidence 0.4, parties 0.25, direction 0.1, stage 0.1 (half for its family), scope, items and event time
  0.05 each; parties that have nothing in common are no match. With no evidence in common all the rest must agree.
* attributions (0.5), within a pair of allegations: evidence 0.5, speaker 0.4, polarity 0.1.
* denials (0.5): evidence 0.4, denier 0.3, kind, scope and targets 0.1 each.
* responses (0.5): evidence 0.4, actors 0.3, kind 0.2, what it is about 0.1.
* items (0.6), within a pair of allegations: the same weapon 1, else category 0.7 and words 0.6, at most 0.95.
* actors (0.8): the same canonical id 1, else 0.9 times how alike their names are; a state only by its id.

Evidence counts fully where it shares words with a gold quote and half where it only shares the sentence. The better of two
views holds (the share of the record's quotes, the share of the gold's), since citing less is no other record.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import product
from typing import Any

from pydantic import BaseModel

from .assigning import Assignment, Row, overlap, plain, told
from .gold import Gold, GoldAllegation, GoldItem, GoldSource, right
from .gold_reading import Reading
from .held import Held
from .origins import chain
from .schemas import (
    STAGE_FAMILY,
    Article,
    Attribution,
    Claim,
    DatePhrase,
    Evidence,
    Item,
    Quantity,
)


class Scored(Assignment):
    """One article: its counts, its errors, and which record stands for which of the gold."""

    def __init__(self, file: str, article: Article, held: Held, gold: Gold) -> None:
        self.article = article.id
        self.held = held
        data = gold.texts.get(file)
        self.raw = data.decode("utf-8") if data and hashlib.sha256(data).hexdigest() == article.sha256 else None
        seen = {(e.start - len(e.prefix), e.prefix + e.exact + e.suffix) for _, e in held.evidence[article.id]}
        passages = sorted(seen) if self.raw is None else [(0, self.raw)]
        super().__init__(file, Reading(gold.articles[file], article, passages, whole=self.raw is not None))
        self.notes = [f"{file}: the text has no quote {q}" for q in self.gold.unlocated()]
        if self.raw is None:
            self.notes.append(
                f"{file}: the text is not beside the gold: quotes found by their words, grounding not measured"
            )
        self.same: dict[str, str] = {}
        """Canonical ids of the gold by those of the dataset."""
        self.found: dict[str, Row] = {}
        """What stands for a gold allegation or denial, by its id."""
        self._actors()
        self._claims()
        self._denials()
        self._responses()
        self._traps()
        self._kept()
        if self.article in held.checked:
            self._doubts()

    def _who(self, ids: Iterable[str]) -> frozenset[str]:
        """Parties in the terms of the gold: an actor that stands for one of the gold's belongs where that one does."""
        return frozenset(map(self._party, ids))

    def _party(self, actor: str) -> str:
        if actor in self.same:
            return self._parties[self.same[actor]]
        party = self.held.actors[actor].party if actor in self.held.actors else actor
        return self.same.get(party, party)

    @cached_property
    def _parties(self) -> dict[str, str]:
        return {self.gold.actor(a.id): self.gold.party(a.id) for a in self.gold.gold.actors}

    def _gold_who(self, locals_: Iterable[str]) -> frozenset[str]:
        return frozenset(self.gold.party(i) for i in locals_)

    # Actors

    def _actors(self) -> None:
        named: dict[str, list[Any]] = defaultdict(list)
        for a in self.gold.gold.actors:
            named[self.gold.actor(a.id)].append(a)
        gold = [
            Row(id_, same, f"{same[0].name} ({same[0].kind})", (), must=id_ in self.gold.demanded)
            for id_, same in named.items()
        ]
        predicted = [
            Row(a.id, a, f"{a.name} ({a.kind})", _sentences(self.held.mentioned[self.article][a.id]))
            for a in self.held.named_in(self.article)
        ]
        found = self._match("actors", gold, predicted, self._actor_alike)
        self.same = {p.id: g for g, p in found.items()}

    @staticmethod
    def _actor_alike(g: Row, p: Row) -> float:
        if g.id == p.id:
            return 1.0
        if p.record.kind == "state" or any(a.kind == "state" for a in g.record):
            return 0.0
        ours = {plain(n) for n in (p.record.name, *p.record.names)}
        theirs = {plain(n) for a in g.record for n in (a.name, a.name_en, *a.aliases)}
        return 0.9 * max((_named_alike(a, b) for a, b in product(theirs, ours) if a and b), default=0.0)

    # Allegations

    def _claims(self) -> None:
        gold = [
            Row(a.id, a, f"{a.stage}, {a.scope}: {a.summary}", a.evidence, a.must, merges=a.may_merge_with)
            for a in self.gold.gold.allegations
        ]
        predicted, spoken = [], []
        for claim, said in self.held.claims[self.article]:
            cited = [e for t in said for e in t.evidence]
            told = f"{claim.stage}, {claim.scope}: {claim.summary}"
            predicted.append(Row(claim.id, claim, told, _sentences(cited), evidence=cited))
            spoken.append(said)
        self.found |= self._match("allegations", gold, predicted, self._claim_alike)
        for g in gold:
            if g.must and g.id in self.found:
                self._claim_fields(g, self.found[g.id])
        self.claims = predicted
        free = {p for i, p in self.found.items() if not self.gold.allegations[i].must}
        self._attributions(gold, list(zip(predicted, spoken, strict=True)), free)
        self._items(gold, predicted, free)

    def _claim_alike(self, g: Row, p: Row) -> float:
        a, c = g.record, p.record
        ours = self._who([*c.suppliers, *c.recipients])
        theirs = [self._gold_who([*s, *r]) for s, r in product(right(a, "suppliers"), right(a, "recipients"))]
        if ours and all(theirs) and not any(ours & t for t in theirs):
            return 0.0
        stages = right(a, "stage")
        stage = 1.0 if c.stage in stages else 0.5 * (STAGE_FAMILY[c.stage] in {STAGE_FAMILY[s] for s in stages})
        listed = {i.weapon.partition(":")[0] for i in c.items}
        categories = {x for i in a.items for x in right(i, "category")}
        items = bool(listed & categories) or not (listed or any(i.must for i in a.items))
        when = self._said(c.event_time) in {self._said(self.gold.edtf(t) or t) for t in right(a, "event_time")}
        return float(
            0.4 * self._evidence(g, p)
            + 0.25 * max(_shared(ours, t) for t in theirs)
            + 0.1 * (not self._reversed(a, c))
            + 0.1 * stage
            + 0.05 * (c.scope in right(a, "scope"))
            + 0.05 * items
            + 0.05 * when
        )

    @staticmethod
    def _said(when: DatePhrase | str | None) -> str:
        return plain((when.edtf or when.text) if isinstance(when, DatePhrase) else when)

    def _reversed(self, a: GoldAllegation, c: Claim) -> bool:
        giving = self._gold_who(i for ids in right(a, "suppliers") for i in ids)
        getting = self._gold_who(i for ids in right(a, "recipients") for i in ids)
        return bool(self._who(c.suppliers) & (getting - giving) or self._who(c.recipients) & (giving - getting))

    def _claim_fields(self, g: Row, p: Row) -> None:
        a, c = g.record, p.record
        self._plain("allegations", g, p, "stage", "scope")
        families = [STAGE_FAMILY[s] for s in right(a, "stage")]
        family = STAGE_FAMILY[c.stage]
        self._field("allegations", g, p, "stage_family", family in families, families, family)
        for name in ("suppliers", "recipients"):
            says, has = [self._gold_who(ids) for ids in right(a, name)], self._who(getattr(c, name))
            self._field("allegations", g, p, name, has in says, says, has)
        if a.suppliers or a.recipients:
            way = f"{told(self._gold_who(a.suppliers))} to {told(self._gold_who(a.recipients))}"
            ours = f"{told(self._who(c.suppliers))} to {told(self._who(c.recipients))}"
            self._field("allegations", g, p, "direction", not self._reversed(a, c), [way], ours)
        self._date("allegations", g, p, "event_time")

    def _owner(self, g: Row) -> Row | None:
        return self.found.get(self.within.get(g.id, g.id))

    def _attributions(
        self, claims: list[Row], predicted: list[tuple[Row, list[Attribution]]], free: Collection[Row]
    ) -> None:
        gold = [
            Row(
                f"{g.id} attribution {n}", t, f"{t.source} {t.polarity}, {t.certainty}", t.evidence,
                must=g.must and t.must and g.id not in self.within, owner=self._owner(g),
            )
            for g in claims
            for n, t in enumerate(g.record.attributions, start=1)
        ]  # fmt: skip
        said = [
            Row(
                f"{p.id} attribution {n}", t, f"{t.source} {t.polarity}, {t.certainty}", _sentences(t.evidence),
                must=p not in free, owner=p, evidence=t.evidence,
            )
            for p, spoken in predicted
            for n, t in enumerate(spoken, start=1)
        ]  # fmt: skip
        found = self._match("attributions", gold, said, self._attribution_alike)
        for g in (g for g in gold if g.must and g.id in found):
            p = found[g.id]
            self._plain("attributions", g, p, "certainty", "basis", "polarity")
            sources = [self.gold.sources[i] for i in right(g.record, "source")]
            speaker = self.held.sources[p.record.source]
            says = [s.actor and self.gold.party(s.actor) for s in sources]
            self._field("attributions", g, p, "speaker", self._speaks(g, p), says, self._who(speaker.actors))
            kinds = [kind for s in sources for kind in right(s, "kind")]
            self._field("attributions", g, p, "speaker_kind", speaker.kind in kinds, kinds, speaker.kind)
            roots = [root for s in sources for root in self._roots(s)]
            ours = self._who(chain(p.record.source, self.held.sources)[-1].actors)
            self._field("attributions", g, p, "root", ours in roots, roots, ours)
            self._date("attributions", g, p, "said_on")

    def _speaks(self, g: Row, p: Row) -> bool:
        """Whether the speaker belongs to the right party; gold names one actor of a joint statement."""
        has = self._who(self.held.sources[p.record.source].actors)
        for source in (self.gold.sources[i] for i in right(g.record, "source")):
            says = self._gold_who([source.actor] if source.actor else [])
            if has == says or (source.kind == "joint_statement" and says <= has):
                return True
        return False

    def _roots(self, source: GoldSource, above: Collection[str] = ()) -> Iterator[frozenset[str]]:
        """Whose word it may be in the end; a circle ends where it closes."""
        for below in right(source, "relies_on"):
            if below and below not in above:
                yield from self._roots(self.gold.sources[below], {*above, source.id})
            else:
                yield self._gold_who([source.actor] if source.actor else [])

    def _attribution_alike(self, g: Row, p: Row) -> float:
        if g.owner is not p.owner:
            return 0.0
        polarity = p.record.polarity in right(g.record, "polarity")
        return 0.5 * self._evidence(g, p) + 0.4 * self._speaks(g, p) + 0.1 * polarity

    def _items(self, claims: list[Row], predicted: list[Row], free: Collection[Row]) -> None:
        gold = [
            Row(
                f"{g.id} item {n}", i, f"{i.quantity or ''} {i.term} ({i.category})".strip(), g.record.evidence,
                must=g.must and i.must and g.id not in self.within, owner=self._owner(g),
            )
            for g in claims
            for n, i in enumerate(g.record.items, start=1)
        ]  # fmt: skip
        ours = [
            Row(f"{p.id} item {n}", i, f"{_amount(i.quantity) or ''} {i.weapon}".strip(), p.sentences, p not in free, p)
            for p in predicted
            for n, i in enumerate(p.record.items, start=1)
        ]
        found = self._match("items", gold, ours, self._item_alike)
        for g in (g for g in gold if g.must and g.id in found):
            p = found[g.id]
            category = p.record.weapon.partition(":")[0]
            says = right(g.record, "category")
            self._field("items", g, p, "category", category in says, says, category)
            amounts = right(g.record, "quantity")
            ok = self._amounts_to(p.record.quantity, amounts)
            self._field("items", g, p, "quantity", ok, amounts, _amount(p.record.quantity))

    def _item_alike(self, g: Row, p: Row) -> float:
        wanted, item = g.record, p.record
        if g.owner is not p.owner:
            return 0.0
        if item.weapon in self.gold.weapons(wanted):
            return 1.0
        return min(
            0.95, 0.7 * (item.weapon.partition(":")[0] in right(wanted, "category")) + 0.6 * self._called(wanted, item)
        )

    def _called(self, wanted: GoldItem, item: Item) -> bool:
        ours = {plain(t) for t in self.held.terms(item.weapon, self.article)}
        theirs = {plain(t) for t in right(wanted, "term")}
        return any(a in b or b in a for a, b in product(theirs, ours) if a and b)

    def _amounts_to(self, quantity: Quantity | None, amounts: Collection[str | None]) -> bool:
        if plain(_amount(quantity)) in {plain(a) for a in amounts}:
            return True
        parsed = [
            q.model_copy(update={"text": ""}) for a in amounts if (q := self.gold.quantity(a)) and q.low is not None
        ]
        return quantity is not None and quantity.model_copy(update={"text": ""}) in parsed

    # Answers

    def _denials(self) -> None:
        gold = [
            Row(
                d.id, d, f"{d.denier} {d.kind}, {d.scope}", d.evidence,
                must=d.must and ("generic" in right(d, "scope") or self._stands(d, "targets")), merges=d.may_merge_with,
            )
            for d in self.gold.gold.denials
        ]  # fmt: skip
        self.denials = [
            Row(d.id, d, f"{d.denier} {d.kind}, {d.scope}", _sentences(d.evidence), evidence=d.evidence)
            for d in self.held.denials[self.article]
        ]
        found = self._match("denials", gold, self.denials, self._denial_alike)
        for g in (g for g in gold if g.must and g.id in found):
            p = found[g.id]
            self._plain("denials", g, p, "kind", "scope")
            says, has = [self.gold.actor(i) for i in right(g.record, "denier")], p.record.denier
            self._field("denials", g, p, "denier", self.same.get(has, has) in says, says, has)
            self._about("denials", g, p, "targets")
            self._date("denials", g, p, "said_on")
        self.found |= found

    def _denial_alike(self, g: Row, p: Row) -> float:
        d = g.record
        denier = self._who([p.record.denier]) & self._gold_who(right(d, "denier"))
        alike = 0.1 * (p.record.kind in right(d, "kind")) + 0.1 * (p.record.scope in right(d, "scope"))
        targets = self._aims(p.record.targets) in [self._aimed(ids) for ids in right(d, "targets")]
        return 0.4 * self._evidence(g, p) + 0.3 * bool(denier) + alike + 0.1 * targets

    def _aims(self, ids: Iterable[str]) -> frozenset[str]:
        """Records of the dataset by the gold that they stand for."""
        stands = {p.id: i for i, p in self.found.items()}
        return frozenset(stands.get(i, i) for i in ids)

    def _aimed(self, ids: Iterable[str]) -> frozenset[str]:
        """Records of the gold, as far as they were found: those that were missed count where they are missed."""
        merged = (self.within.get(i, i) for i in ids)
        return frozenset(i for i in merged if i in self.found)

    def _stands(self, record: BaseModel, name: str) -> bool:
        """Whether what it answers must be found, or was: nobody need answer what need not be there."""
        soft = {r.id for r in (*self.gold.gold.allegations, *self.gold.gold.denials) if not r.must}
        return any(i not in soft or i in self.found for ids in right(record, name) for i in ids)

    def _about(self, record: str, g: Row, p: Row, name: str) -> None:
        says = [self._aimed(ids) for ids in right(g.record, name)]
        has = self._aims(p.record.targets)
        self._field(record, g, p, name, has in says, says, has)

    def _responses(self) -> None:
        gold = [
            Row(r.id, r, f"{r.kind} by {', '.join(r.actors)}", r.evidence, r.must and self._stands(r, "about"))
            for r in self.gold.gold.responses
        ]
        self.responses = [
            Row(r.id, r, f"{r.kind} by {', '.join(r.actors)}", _sentences(r.evidence), evidence=r.evidence)
            for r in self.held.responses[self.article]
        ]
        found = self._match("responses", gold, self.responses, self._response_alike)
        for g in (g for g in gold if g.must and g.id in found):
            p = found[g.id]
            self._plain("responses", g, p, "kind")
            says, has = [self._gold_who(ids) for ids in right(g.record, "actors")], self._who(p.record.actors)
            self._field("responses", g, p, "actors", has in says, says, has)
            self._about("responses", g, p, "about")

    def _response_alike(self, g: Row, p: Row) -> float:
        r = g.record
        about = self._aims(p.record.targets) in [self._aimed(ids) for ids in right(r, "about")]
        actors = max(_shared(self._gold_who(ids), self._who(p.record.actors)) for ids in right(r, "actors"))
        return 0.4 * self._evidence(g, p) + 0.3 * actors + 0.2 * (p.record.kind in right(r, "kind")) + 0.1 * about

    # Traps, grounding, quarantine

    def _traps(self) -> None:
        """level record: a record of a barred type rests on the quote alone if all of its evidence touches the quote, and
        beside the quote no words that gold cites for that type. level field: a record that touches the quote is false, or
        has any wrong field; which field the quote tempts to is not told in the gold, so this is an upper bound."""
        rows = {"allegation": self.claims, "denial": self.denials, "response": self.responses}
        cited = {
            "allegation": [s for a in self.gold.gold.allegations for q in a.evidence for s in self._located(q)],
            "denial": [s for d in self.gold.gold.denials for q in d.evidence for s in self._located(q)],
            "response": [s for r in self.gold.gold.responses for q in r.evidence for s in self._located(q)],
        }
        for trap in self.gold.gold.traps:
            at = self._located(trap.quote)
            if trap.level == "record":
                fell = [p for kind in trap.bars for p in rows[kind] if _rests_on(p.evidence, at, cited[kind])]
            else:
                fell = [p for p in dict.fromkeys(self.faulty) if any(_touches(e, at) for e in p.evidence)]
            self.counts[f"traps.{trap.level}", "wrong" if fell else "right"] += 1
            for p in fell:
                quoted = Row(trap.trap, trap, trap.why, [trap.quote])
                self._error("trap", trap.level, quoted, p, field=trap.trap, expected=trap.why, found=p.told)

    def _kept(self) -> None:
        if self.raw is not None:
            for record, e in self.held.evidence[self.article]:
                ok = self.raw[e.start : e.end] == e.exact
                self.counts["grounding", "right" if ok else "wrong"] += 1
                if not ok:
                    there = Row(record, e, "", [e.prefix + e.exact + e.suffix])
                    values = {"expected": self.raw[e.start : e.end], "found": e.exact}
                    self._error("ungrounded", "evidence", None, there, **values)
        lost = [q for q in self.held.quarantine if q.article_id == self.article]
        self.counts["kept", "wrong"] += len(lost)
        self.counts["kept", "right"] += max(0, self.held.written[self.article] - len(lost))
        for q in lost:
            draft = Row(q.local_id, q, "", [])
            self._error("quarantined", q.record, None, draft, field=q.reason, found=q.detail)

    def _doubts(self) -> None:
        """Of claims and denials that gold leaves free, only those count that are wrong all the same."""
        wrong = {p.owner or p for p in self.faulty}
        soft = {r.id for r in (*self.gold.gold.allegations, *self.gold.gold.denials) if not r.must}
        free = {p for i, p in self.found.items() if i in soft}
        for p in (*self.claims, *self.denials):
            doubted = any(f.kind == "support_doubted" for f in p.record.findings)
            if p in wrong:
                self.counts["doubts", "right" if doubted else "missed"] += 1
            elif doubted and p not in free:
                self.counts["doubts", "wrong"] += 1


# Words and places -----------------------------------------------------------------------------------------------------


def _sentences(evidence: Iterable[Evidence]) -> list[str]:
    return list(dict.fromkeys(e.prefix + e.exact + e.suffix for e in evidence))


def _touches(e: Evidence, spans: Iterable[tuple[int, int]]) -> bool:
    return any(overlap((e.start, e.end), span) for span in spans)


def _rests_on(evidence: Sequence[Evidence], trap: Sequence[tuple[int, int]], cited: Sequence[tuple[int, int]]) -> bool:
    return bool(evidence) and all(any(_within(e, at, cited) for at in trap) for e in evidence)


def _within(e: Evidence, trap: tuple[int, int], cited: Sequence[tuple[int, int]]) -> bool:
    beside = [(e.start, min(e.end, trap[0])), (max(e.start, trap[1]), e.end)]
    return overlap((e.start, e.end), trap) and not any(overlap(b, c) for b in beside if b[0] < b[1] for c in cited)


def _shared(a: Collection[str], b: Collection[str]) -> float:
    """Jaccard's index; 1 for two empty sets."""
    both = {*a, *b}
    return len(set(a) & set(b)) / len(both) if both else 1.0


def _named_alike(a: str, b: str) -> float:
    from rapidfuzz import fuzz

    one, other = set(a.split()), set(b.split())
    return 1.0 if one <= other or other <= one else fuzz.token_sort_ratio(a, b) / 100


def _amount(quantity: Quantity | None) -> str | None:
    return quantity.text if quantity else None
