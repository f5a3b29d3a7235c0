"""From drafts that hold to records: canonical ids, resolved dates, parsed quantities.

Everything here follows from rules. What the model wrote stays beside what a rule made of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from . import dates, quantities, weapons
from .actors import Registry, combined, unnamed_state
from .articles import Document
from .checking import WHOLE, Check, Key, Located
from .publication import article_record
from .schemas import (
    Actor,
    Answer,
    Article,
    Attribution,
    Claim,
    DatePhrase,
    DenialStatement,
    Evidence,
    Excluded,
    Finding,
    Item,
    Participant,
    Place,
    Quantity,
    Response,
    Return,
    Source,
    SourceDraft,
    WeaponType,
    WeaponTypeDraft,
)
from .schemas.claim import AllegationDraft, CircumstanceKind

_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True)
class Resolved:
    """The records of one article."""

    article: Article
    actors: list[Actor]
    weapons: list[WeaponType]
    sources: list[Source]
    claims: list[Claim]
    attributions: list[Attribution]
    denials: list[DenialStatement]
    responses: list[Response]
    repeated: list[Key]
    """Drafts that say word for word what an earlier one says."""


def resolve(document: Document, answer: Answer, check: Check) -> Resolved:
    """The records of an answer whose drafts all hold, and whose references all resolve."""
    return _Resolver(document, answer, check).run()


class _Resolver:
    def __init__(self, document: Document, answer: Answer, check: Check) -> None:
        self._document = document
        self._answer = answer
        self._check = check
        self._source_ids: dict[str, str] = {}
        self._registry = Registry(answer.actors, document.id, document.language)
        self._article = article_record(document, answer.publication)
        self._weapons = {
            w.id: f"{w.category}:{weapons.canonical(w.term, w.category, document.language)}" for w in answer.weapons
        }

    def run(self) -> Resolved:
        self._repeated: list[Key] = []
        claims, attributions = self._claims()
        excluded = [
            Excluded(
                id=self._id("excluded", d.reason, self._located("excluded", d.id)),
                reason=d.reason,
                evidence=self._evidence("excluded", d.id),
            )
            for d in self._answer.excluded
        ]
        return Resolved(
            article=self._article.model_copy(update={"excluded": _unique(excluded)}),
            actors=self._actors(),
            weapons=self._weapon_types(),
            sources=_unique(self._source(d) for d in self._answer.sources),
            claims=claims,
            attributions=attributions,
            denials=self._denials(),
            responses=self._responses(),
            repeated=self._repeated,
        )

    # Records ---------------------------------------------------------------------------------------------------------

    def _actors(self) -> list[Actor]:
        actors: dict[str, Actor] = {}
        for d in self._answer.actors:
            findings = self._findings("actors", d.id)
            written = (*d.aliases, d.title) if findings else ()
            absent = {name for name in written if any(repr(name) in f.detail for f in findings)}
            actor = Actor(
                id=self._registry.id(d.id),
                name=d.name_en or d.name,
                kind=d.kind,
                country=self._registry.country(d.id),
                title=None if d.title in absent else d.title,
                represents=self._registry.id(d.represents) if d.represents else None,
                party=self._registry.party(d.id),
                canonical=self._registry.id(d.id),
                links=[],
                names=sorted({d.name, *d.aliases} - absent),
                mentions=self._evidence("actors", d.id),
                findings=findings,
            )
            actors[actor.id] = combined(actors[actor.id], actor) if actor.id in actors else actor
        for actor in list(actors.values()):
            if actor.party not in actors:  # the state of an organ, not named apart from it
                actors[actor.party] = unnamed_state(actor.party, actor.mentions)
        return sorted(actors.values(), key=lambda a: a.id)

    def _weapon_types(self) -> list[WeaponType]:
        named: dict[str, list[WeaponTypeDraft]] = {}
        for d in sorted(self._answer.weapons, key=lambda d: d.term):
            named.setdefault(self._weapons[d.id], []).append(d)
        return [
            WeaponType(
                id=id_,
                term=same[0].term,
                category=same[0].category,
                **weapons.crosswalk(id_.partition(":")[2], same[0].category)._asdict(),
                mentions=sorted((e for d in same for e in self._evidence("weapons", d.id)), key=lambda e: e.start),
            )
            for id_, same in sorted(named.items())
        ]

    def _source(self, d: SourceDraft) -> Source:
        return Source(
            id=self._source_id(d.id),
            actors=sorted({self._registry.id(a) for a in d.actors}),
            kind=d.kind,
            relies_on=self._source_id(d.relies_on) if d.relies_on else None,
            reliability=None,
            origins=[],
        )

    @cached_property
    def _sources(self) -> dict[str, SourceDraft]:
        return {d.id: d for d in self._answer.sources}

    def _chain(self, local: str) -> list[SourceDraft]:
        """A source and what it relies on, down to the root; a cycle ends where it closes."""
        chain = [self._sources[local]]
        while (below := chain[-1].relies_on) and self._sources[below] not in chain:
            chain.append(self._sources[below])
        return chain

    def _source_id(self, local: str) -> str:
        if local not in self._source_ids:
            self._source_ids[local] = self._source_id_of(local)
        return self._source_ids[local]

    def _source_id_of(self, local: str) -> str:
        links = []
        for d in self._chain(local):
            # without actors a source is known in its own article only
            who = "+".join(sorted({self._registry.id(a) for a in d.actors})) or self._document.id
            links.append(f"{d.kind}:{who}")
        return "source:" + "~".join(links)

    def _claims(self) -> tuple[list[Claim], list[Attribution]]:
        claims: dict[str, Claim] = {}
        attributions: list[Attribution] = []
        for d in self._answer.allegations:
            claim = self._claim(d)
            if claim.id in claims:
                self._repeated.append(("allegations", d.id))
                continue
            claims[claim.id] = claim
            attributions += [
                Attribution(
                    claim=claim.id,
                    article_id=self._document.id,
                    source=self._source_id(a.source),
                    cue=a.cue,
                    said_on=self._date(a.said_on),
                    basis=a.basis,
                    certainty=a.certainty,
                    polarity=a.polarity,
                    evidence=self._evidence("allegations", d.id, number),
                    findings=self._findings("allegations", d.id, number),
                )
                for number, a in enumerate(d.attributions)
            ]
        return list(claims.values()), attributions

    def _claim(self, d: AllegationDraft) -> Claim:
        def told(kind: CircumstanceKind) -> list[str]:
            return [c.text for c in d.circumstances if c.kind == kind]

        return Claim(
            id=self._claim_ids[d.id],
            article_id=self._document.id,
            summary=d.summary,
            stage=d.stage,
            scope=d.scope,
            suppliers=self._actor_ids(d.suppliers),
            recipients=self._actor_ids(d.recipients),
            participants=[Participant(actor=self._registry.id(p.actor), role=p.role) for p in d.participants],
            items=[Item(weapon=self._weapons[i.weapon], quantity=self._quantity(i.quantity)) for i in d.items],
            in_return=[Return(text=r.text, status=r.status) for r in d.in_return],
            event_time=next((self._date(text) for text in told("event_time")), None),
            event_place=told("event_place"),
            end_use=told("end_use"),
            concealment=told("concealment"),
            route=[Place(place=p.place, role=p.role) for p in d.route],
            part_of=self._claim_ids[d.part_of] if d.part_of and d.part_of != d.id else None,
            findings=self._findings("allegations", d.id, WHOLE),
        )

    @cached_property
    def _claim_ids(self) -> dict[str, str]:
        """Id from what is claimed of whom in which words, so that it survives another order and another wording of the
        summary."""
        ids = {}
        for d in self._answer.allegations:
            cited = [q for number in range(len(d.attributions)) for q in self._located("allegations", d.id, number)]
            items = sorted(self._weapons[i.weapon] for i in d.items)
            who = [self._actor_ids(d.suppliers), self._actor_ids(d.recipients)]
            ids[d.id] = self._id("claim", [d.stage, d.scope, who, items], cited)
        return ids

    def _denials(self) -> list[DenialStatement]:
        statements: dict[str, DenialStatement] = {}
        for d in self._answer.denials:
            statement = DenialStatement(
                id=self._denial_ids[d.id],
                article_id=self._document.id,
                denier=self._registry.id(d.denier),
                kind=d.kind,
                scope=d.scope,
                targets=sorted({self._claim_ids[t] for t in d.targets}),
                accusers=self._actor_ids(d.accusers),
                what_is_denied=d.what_is_denied,
                counter_claim=d.counter_claim,
                reported_by=[self._source_id(s) for s in d.reported_by],
                said_on=self._date(d.said_on),
                evidence=self._evidence("denials", d.id),
                findings=self._findings("denials", d.id),
            )
            if statement.id in statements:
                self._repeated.append(("denials", d.id))
            statements.setdefault(statement.id, statement)
        return list(statements.values())

    @cached_property
    def _denial_ids(self) -> dict[str, str]:
        return {
            d.id: self._id("denial", [self._registry.id(d.denier), d.kind, d.scope], self._located("denials", d.id))
            for d in self._answer.denials
        }

    def _responses(self) -> list[Response]:
        responses: dict[str, Response] = {}
        targets = self._claim_ids | self._denial_ids
        for d in self._answer.responses:
            source = self._source_id(d.source)
            response = Response(
                id=self._id("response", [d.kind, source], self._located("responses", d.id)),
                article_id=self._document.id,
                kind=d.kind,
                source=source,
                actors=self._actor_ids(d.actors),
                about=sorted({targets[i] for i in d.about}),
                targets=sorted({targets[i] for i in d.about}),
                measure=d.measure,
                legal_basis=d.legal_basis,
                said_on=self._date(d.said_on),
                evidence=self._evidence("responses", d.id),
                findings=self._findings("responses", d.id),
            )
            if response.id in responses:
                self._repeated.append(("responses", d.id))
            responses.setdefault(response.id, response)
        return list(responses.values())

    # Values ----------------------------------------------------------------------------------------------------------

    def _located(self, record: Any, local: str, number: int = 0) -> list[Located]:
        return self._check.located.get((record, local, number), [])

    def _evidence(self, record: Any, local: str, number: int = 0) -> list[Evidence]:
        return [quote.evidence(self._document) for quote in self._located(record, local, number)]

    def _findings(self, record: Any, local: str, number: int = 0) -> list[Finding]:
        return self._check.findings.get((record, local, number), [])

    def _actor_ids(self, locals_: Iterable[str]) -> list[str]:
        return sorted({self._registry.id(a) for a in locals_})

    def _date(self, text: str | None) -> DatePhrase | None:
        return dates.resolve(text, self._article.published, self._document.language) if text else None

    def _quantity(self, text: str | None) -> Quantity | None:
        return quantities.parse(text, self._document.language) if text else None

    def _id(self, kind: str, content: Any, cited: list[Located]) -> str:
        spans = sorted((quote.start, quote.end) for quote in cited)
        key = _JSON.encode([self._document.id, content, spans])
        return f"{kind}:{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def _unique(records: Iterable[Any]) -> list[Any]:
    """Records by id, the first of each, sorted."""
    return [record for _, record in sorted({r.id: r for r in reversed(list(records))}.items())]
