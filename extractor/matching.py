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
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from pydantic import BaseModel

from .errors import UsageError
from .gold import Gold, GoldAllegation, GoldItem, Reading, right
from .schemas import (
    STAGE_FAMILY,
    Actor,
    Article,
    Attribution,
    Claim,
    Dataset,
    DatePhrase,
    DenialStatement,
    Evidence,
    Item,
    Quantity,
    Response,
)
from .scores import THRESHOLD, Error


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


# One article ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Row:
    """A record of either side, as assignment and error listing need it."""

    id: str
    record: Any
    told: str
    """In a few words."""
    sentences: Sequence[str]
    must: bool = True
    """False: neither its presence nor its absence counts."""
    owner: Row | None = None
    """The predicted claim that it belongs to; for gold the one that stands for its allegation."""
    merges: Sequence[str] = ()
    evidence: Sequence[Evidence] = ()


Alike = Callable[[Row, Row], float]


def assign(similarity: Sequence[Sequence[float]], threshold: float) -> list[tuple[int, int]]:
    """Pairs of row and column, each used once, with the largest sum; pairs below the threshold left out.

    Raises UsageError without scipy.
    """
    try:
        import numpy as np
        from scipy.optimize import linear_sum_assignment
    except ImportError as error:
        raise UsageError("evaluating needs scipy: pip install 'armsledger[evaluate]'") from error
    if not similarity or not similarity[0]:
        return []
    table = np.array(similarity)
    table[table < threshold - 1e-9] = 0.0
    rows, columns = linear_sum_assignment(table, maximize=True)
    return [(int(r), int(c)) for r, c in zip(rows, columns, strict=True) if table[r, c] > 0]


class Scored:
    """One article: its counts, its errors, and which record stands for which of the gold."""

    def __init__(self, file: str, article: Article, held: Held, gold: Gold) -> None:
        self.file = file
        self.article = article.id
        self.held = held
        data = gold.texts.get(file)
        self.raw = data.decode("utf-8") if data and hashlib.sha256(data).hexdigest() == article.sha256 else None
        seen = {(e.start - len(e.prefix), e.prefix + e.exact + e.suffix) for _, e in held.evidence[article.id]}
        passages = sorted(seen) if self.raw is None else [(0, self.raw)]
        self.gold = Reading(gold.articles[file], article, passages, whole=self.raw is not None)
        self.notes = [f"{file}: the text has no quote {q}" for q in self.gold.unlocated()]
        if self.raw is None:
            self.notes.append(
                f"{file}: the text is not beside the gold: quotes found by their words, grounding not measured"
            )
        self.counts: Counter[tuple[str, str]] = Counter()
        self.errors: list[Error] = []
        self.faulty: list[Row] = []
        self._spans: dict[str, list[tuple[int, int]]] = {}
        self.same: dict[str, str] = {}
        """Canonical ids of the gold by those of the dataset."""
        self.found: dict[str, Row] = {}
        """What stands for a gold allegation or denial, by its id."""
        self.within: dict[str, str] = {}
        """Gold that is found as a part of other gold."""
        self._actors()
        self._claims()
        self._denials()
        self._responses()
        self._traps()
        self._kept()
        if self.article in held.checked:
            self._doubts()

    # Assignment

    def _match(self, record: str, gold: list[Row], predicted: list[Row], alike: Alike) -> dict[str, Row]:
        """Assigns, counts and lists: what stands for which gold row, by the id of the row."""
        bound = THRESHOLD[record]
        # of two that are equally alike, the one that must be found
        table = [[alike(g, p) * (1 if g.must else 0.999) for p in predicted] for g in gold]
        found = {gold[g].id: predicted[p] for g, p in assign(table, bound * 0.999)}
        for g in (g for g in gold if g.must and g.id not in found):
            for h in (h for h in gold if g.id in h.merges and h.id in found and alike(g, found[h.id]) >= bound):
                found[g.id] = found.pop(h.id)
                break
        for g in (g for g in gold if g.id not in found):
            if part := next((i for i in g.merges if i in found), None):
                self.within[g.id] = part
        self._tally(record, gold, predicted, found)
        return found

    def _tally(self, record: str, gold: list[Row], predicted: list[Row], found: Mapping[str, Row]) -> None:
        used = set(found.values())
        for g in (g for g in gold if g.must):
            if g.id in found:
                self.counts[record, "right"] += 1
            elif g.id not in self.within:
                self.counts[record, "missed"] += 1
                self._error("missed", record, g, None, expected=g.told)
        for p in (p for p in predicted if p.must and p not in used):
            self.counts[record, "wrong"] += 1
            self._error("false", record, None, p, found=p.told)

    def _field(self, record: str, g: Row, p: Row, name: str, ok: bool, expected: Iterable[Any], found: Any) -> None:
        self.counts[f"{record}.{name}", "right" if ok else "wrong"] += 1
        if not ok:
            says = " or ".join(dict.fromkeys(map(_told, expected)))
            self._error("wrong_field", record, g, p, field=name, expected=says, found=_told(found))

    def _plain(self, record: str, g: Row, p: Row, *names: str) -> None:
        """Fields that are right if they are one of the values that gold has."""
        for name in names:
            says, has = right(g.record, name), getattr(p.record, name)
            self._field(record, g, p, name, has in says, says, has)

    def _date(self, record: str, g: Row, p: Row, name: str) -> None:
        says, has = right(g.record, name), getattr(p.record, name)
        text, edtf = (has.text, has.edtf) if has else (None, None)
        self._field(record, g, p, name, _plain(text) in {_plain(s) for s in says}, says, text)
        dated = [self.gold.edtf(s) for s in says]
        self._field(record, g, p, f"{name}_edtf", edtf in dated, dated, edtf)

    def _error(self, kind: Any, record: str, g: Row | None, p: Row | None, **values: Any) -> None:
        if p and kind in {"false", "wrong_field"}:
            self.faulty.append(p)
        sentences = dict.fromkeys((*(g.sentences if g else ()), *(p.sentences if p else ())))
        ids = {"gold": g.id if g else None, "predicted": p.id if p else None}
        blank: dict[str, Any] = {"field": None, "expected": None, "found": None}
        self.errors.append(
            Error(kind=kind, record=record, article=self.file, sentences=list(sentences), **ids, **blank | values)
        )

    # Similarity

    def _evidence(self, g: Row, p: Row) -> float:
        quotes = [spans for quote in g.sentences if (spans := self._located(quote))]
        grades = [[max(_grade(e, span) for span in spans) for spans in quotes] for e in p.evidence]
        if not quotes or not grades:
            return 0.0
        theirs = [max(column) for column in zip(*grades, strict=True)]
        return float(max(sum(map(max, grades)) / len(grades), sum(theirs) / len(theirs)))

    def _located(self, quote: str) -> list[tuple[int, int]]:
        if quote not in self._spans:
            self._spans[quote] = self.gold.spans([quote])
        return self._spans[quote]

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
        ours = {_plain(n) for n in (p.record.name, *p.record.names)}
        theirs = {_plain(n) for a in g.record for n in (a.name, a.name_en, *a.aliases)}
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
        return _plain((when.edtf or when.text) if isinstance(when, DatePhrase) else when)

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
            way = f"{_told(self._gold_who(a.suppliers))} to {_told(self._gold_who(a.recipients))}"
            ours = f"{_told(self._who(c.suppliers))} to {_told(self._who(c.recipients))}"
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
            self._date("attributions", g, p, "said_on")

    def _speaks(self, g: Row, p: Row) -> bool:
        """Whether the speaker belongs to the right party; gold names one actor of a joint statement."""
        has = self._who(self.held.sources[p.record.source].actors)
        for source in (self.gold.sources[i] for i in right(g.record, "source")):
            says = self._gold_who([source.actor] if source.actor else [])
            if has == says or (source.kind == "joint_statement" and says <= has):
                return True
        return False

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
        ours = {_plain(t) for t in self.held.terms(item.weapon, self.article)}
        theirs = {_plain(t) for t in right(wanted, "term")}
        return any(a in b or b in a for a, b in product(theirs, ours) if a and b)

    def _amounts_to(self, quantity: Quantity | None, amounts: Collection[str | None]) -> bool:
        if _plain(_amount(quantity)) in {_plain(a) for a in amounts}:
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


# Words and places ----------------------------------------------------------------------------------------------------


def _sentences(evidence: Iterable[Evidence]) -> list[str]:
    return list(dict.fromkeys(e.prefix + e.exact + e.suffix for e in evidence))


def _overlap(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def _grade(e: Evidence, span: tuple[int, int]) -> float:
    """1: words in common; 0.5: only the sentence."""
    if _overlap((e.start, e.end), span):
        return 1.0
    return 0.5 * _overlap((e.start - len(e.prefix), e.end + len(e.suffix)), span)


def _touches(e: Evidence, spans: Iterable[tuple[int, int]]) -> bool:
    return any(_overlap((e.start, e.end), span) for span in spans)


def _rests_on(evidence: Sequence[Evidence], trap: Sequence[tuple[int, int]], cited: Sequence[tuple[int, int]]) -> bool:
    return bool(evidence) and all(any(_within(e, at, cited) for at in trap) for e in evidence)


def _within(e: Evidence, trap: tuple[int, int], cited: Sequence[tuple[int, int]]) -> bool:
    beside = [(e.start, min(e.end, trap[0])), (max(e.start, trap[1]), e.end)]
    return _overlap((e.start, e.end), trap) and not any(_overlap(b, c) for b in beside if b[0] < b[1] for c in cited)


def _shared(a: Collection[str], b: Collection[str]) -> float:
    """Jaccard's index; 1 for two empty sets."""
    both = {*a, *b}
    return len(set(a) & set(b)) / len(both) if both else 1.0


def _plain(text: str | None) -> str:
    """Words without case, quote marks and surrounding punctuation."""
    return " ".join((text or "").casefold().translate(_QUOTES).split()).strip(" .,;:")


_QUOTES = dict.fromkeys(map(ord, "\"'“”„«»‘’`"))


def _named_alike(a: str, b: str) -> float:
    from rapidfuzz import fuzz

    one, other = set(a.split()), set(b.split())
    return 1.0 if one <= other or other <= one else fuzz.token_sort_ratio(a, b) / 100


def _amount(quantity: Quantity | None) -> str | None:
    return quantity.text if quantity else None


def _told(value: Any) -> str:
    if isinstance(value, frozenset | set | list):
        return ", ".join(sorted(map(str, value))) or "nobody"
    return "none" if value is None else str(value)
