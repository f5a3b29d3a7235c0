"""FollowTheMoney entities, one per line.

An allegation is an Event and, for every pair of its parties, an UnknownLink; what is said about it are Notes. There is
no ClaimReview and no verdict. What the library's model would drop stands in notes: its dates know no uncertainty, so an
interval goes out as startDate and endDate and the EDTF beside them; its ``Event.involved`` takes no Territory, so a
state is a PublicBody with its country.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from extractor.schemas import Actor, Allegation, Dataset, DatePhrase, Evidence

from .tables import article_keys, attribution_ids, days
from .writing import as_json, legible, need, write_lines

_SCHEMA = {
    "state": "PublicBody", "government_body": "PublicBody", "military": "PublicBody", "armed_group": "Organization",
    "company": "Company", "ngo": "Organization", "person": "Person", "unnamed_person": "LegalEntity",
    "unnamed_group": "LegalEntity", "international_org": "Organization", "media": "Organization", "vessel": "Vessel",
}  # fmt: skip


def entities(dataset: Dataset, path: Path) -> None:
    """All entities, made and checked by the library. A value that it will not take stands in ``notes``."""
    need("followthemoney", "ftm")
    write_lines(path, (as_json(entity) for entity in _Entities(dataset).all()))


def entity_id(kind: str, ours: str) -> str:
    """The id of an entity: ours hold characters that theirs may not."""
    return f"al-{sha256(f'{kind} {legible(ours)}'.encode()).hexdigest()[:32]}"


class _Entities:
    def __init__(self, dataset: Dataset) -> None:
        from followthemoney import model

        self.model = model
        self.dataset = dataset
        self.actors = {a.id: a for a in dataset.actors}
        self.sources = {s.id: s for s in dataset.sources}
        self.terms = {w.id: w.term for w in dataset.weapons}

    def all(self) -> Iterator[dict[str, Any]]:
        """Every entity once."""
        yield from self._articles()
        yield from map(self._actor, self.dataset.actors)
        for a in self.dataset.allegations:
            yield self._event(a)
            yield from self._links(a)
        yield from self._attributions()
        yield from self._denials()
        yield from self._responses()

    def _entity(
        self, schema: str, id_: str, values: dict[str, Any], notes: Iterable[str | None] = ()
    ) -> dict[str, Any]:
        entity = self.model.make_entity(schema)
        entity.id = id_
        spare = "notes" if "notes" in entity.schema.properties else "description"
        for name, given in values.items():
            for value in given if isinstance(given, list) else [given]:
                if value is None or value == "":
                    continue
                text = legible(value)
                longest = entity.schema.properties[name].type.max_length
                if len(text) > longest:
                    entity.add(spare, f"{name}: {text}")
                    text = f"{text[: longest - 2]} …"
                entity.add(name, text)
                if text not in entity.get(name):
                    # the library cleaned it, or took it for no value of this type
                    entity.add(spare, f"{name}: {text}")
        entity.add(spare, [legible(n) for n in notes if n])
        return {
            "id": id_,
            "schema": schema,
            "properties": {k: sorted(v) for k, v in sorted(entity.to_dict()["properties"].items())},
        }

    def _articles(self) -> Iterator[dict[str, Any]]:
        for key, a in article_keys(self.dataset):
            values = {
                "title": a.title, "name": a.title or a.path, "fileName": a.path, "author": a.byline, "publisher": a.outlet,
                "sourceUrl": a.url, "publishedAt": days(a.published)[0], "recordId": a.id,
            }  # fmt: skip
            values.pop("recordId")
            notes = [
                f"id: {key}",
                f"SHA-256: {a.sha256}",
                a.agency and f"agency: {a.agency}",
                f"language: {a.language}",
            ]
            notes += [a.published and f"published (EDTF): {a.published} ({a.published_basis})"]
            yield self._entity("Article", entity_id("article", key), values, notes)

    def _actor(self, a: Actor) -> dict[str, Any]:
        schema = _SCHEMA[a.kind]
        values = {"name": a.name, "alias": [n for n in a.names if n != a.name], "country": a.country}
        if schema == "Person":
            values["position"] = a.title
        notes = [f"id: {a.id}", f"kind: {a.kind}", f"party: {a.party}", a.title and f"title: {a.title}"]
        notes += [f"the same as: {a.canonical}" if a.canonical != a.id else None]
        return self._entity(schema, entity_id("actor", a.id), values, notes)

    def _proof(self, ids: Iterable[str]) -> list[str]:
        return [entity_id("article", i) for i in dict.fromkeys(ids)]

    def _event(self, a: Allegation) -> dict[str, Any]:
        parties = dict.fromkeys((*a.suppliers, *a.recipients, *(p.actor for p in a.participants)))
        legal = [p for p in parties if self.actors[p].kind != "vessel"]  # a Vessel is no LegalEntity
        c = a.corroboration
        values = {
            "name": a.summary, "summary": a.summary, **_span(a.event_time), "recordId": a.id,
            "location": a.event_place, "involved": [entity_id("actor", p) for p in legal],
            "proof": self._proof(t.article_id for t in a.attributions),
            "keywords": [a.stage, a.scope, f"contested:{a.contested}", *(self.terms[i.weapon] for i in a.items)],
        }  # fmt: skip
        notes = [
            "An allegation as news articles report it, not a finding of fact.", f"stage: {a.stage}", f"scope: {a.scope}",
            f"contested: {a.contested}", f"review: {a.review}", f"independent origins: {c.origins}",
            f"articles: {c.articles}", f"outlets: {c.outlets}", _when("event time", a.event_time),
            *(f"supplier: {i}" for i in a.suppliers), *(f"recipient: {i}" for i in a.recipients),
            *(f"{p.role}: {p.actor}" for p in a.participants),
            *(f"item: {i.weapon}" + (f" ({i.quantity.text})" if i.quantity else "") for i in a.items),
            *(f"conflict: {v.field}: {'; '.join(x.value for x in v.values)}" for v in a.conflicts),
        ]  # fmt: skip
        return self._entity("Event", entity_id("allegation", a.id), values, notes)

    def _links(self, a: Allegation) -> Iterator[dict[str, Any]]:
        for supplier in a.suppliers:
            for recipient in a.recipients:
                values = {
                    "subject": entity_id("actor", supplier), "object": entity_id("actor", recipient),
                    "role": f"alleged supplier ({a.stage})", "status": f"contested: {a.contested}", **_span(a.event_time),
                    "summary": a.summary, "recordId": a.id,
                    "proof": self._proof(t.article_id for t in a.attributions),
                }  # fmt: skip
                id_ = entity_id("link", f"{a.id} {supplier} {recipient}")
                yield self._entity("UnknownLink", id_, values, [_when("event time", a.event_time)])

    def _note(
        self, id_: str, about: list[str], name: str, evidence: list[Evidence], notes: list[Any]
    ) -> dict[str, Any]:
        values = {
            "name": name, "entity": about, "proof": self._proof(e.article_id for e in evidence),
        }  # fmt: skip
        # the place in front, since the library keeps equal values once
        quoted = [f"[{e.article_id} {e.start}-{e.end}] {e.exact}" for e in evidence]
        return self._entity("Note", entity_id("note", id_), values | {"description": quoted}, [f"id: {id_}", *notes])

    def _speaker(self, source: str) -> str:
        s = self.sources[source]
        return "; ".join(self.actors[i].name for i in s.actors) or s.kind

    def _attributions(self) -> Iterator[dict[str, Any]]:
        for id_, a, t in attribution_ids(self.dataset):
            about = [entity_id("allegation", a.id), *(entity_id("actor", i) for i in self.sources[t.source].actors)]
            notes = [
                f"source: {t.source}", t.cue and f"cue: {t.cue}", _when("said on", t.said_on), f"basis: {t.basis}",
                f"certainty: {t.certainty}", f"polarity: {t.polarity}",
            ]  # fmt: skip
            yield self._note(id_, about, f"attribution: {self._speaker(t.source)}", t.evidence, notes)

    def _denials(self) -> Iterator[dict[str, Any]]:
        for d in self.dataset.denials:
            about = [entity_id("actor", d.denier), *(entity_id("allegation", link.allegation) for link in d.targets)]
            for s in d.statements:
                notes = [
                    f"denial: {d.id}", f"kind: {s.kind}", f"scope: {s.scope}", _when("said on", s.said_on),
                    s.what_is_denied and f"what is denied: {s.what_is_denied}",
                    s.counter_claim and f"counter claim: {s.counter_claim}",
                    *(f"answers: {link.allegation} ({link.strength})" for link in d.targets),
                ]  # fmt: skip
                yield self._note(s.id, about, f"denial: {self.actors[s.denier].name}: {s.kind}", s.evidence, notes)

    def _responses(self) -> Iterator[dict[str, Any]]:
        events = {a.id: [entity_id("allegation", a.id)] for a in self.dataset.allegations}
        answers = {d.id: [entity_id("note", s.id) for s in d.statements] for d in self.dataset.denials}
        for r in self.dataset.responses:
            about = [i for target in r.about for i in (events | answers)[target]]
            speaker = "; ".join(self.actors[i].name for i in r.actors) or self._speaker(r.source)
            notes = [
                f"kind: {r.kind}", f"source: {r.source}", _when("said on", r.said_on),
                r.measure and f"measure: {r.measure}", r.legal_basis and f"legal basis: {r.legal_basis}",
            ]  # fmt: skip
            yield self._note(r.id, about, f"response: {speaker}: {r.kind}", r.evidence, notes)
            if r.kind == "sanction_imposed":
                # the record doesn't say who is sanctioned: the sanction is one over what is alleged
                values = {
                    "entity": about, "authority": speaker, "reason": r.legal_basis, "provisions": r.measure,
                    "proof": self._proof([r.article_id]), "recordId": r.id, "summary": [e.exact for e in r.evidence],
                }  # fmt: skip
                yield self._entity("Sanction", entity_id("sanction", r.id), values, [_when("said on", r.said_on)])


def _span(date: DatePhrase | None) -> dict[str, str | None]:
    earliest, latest = days(date)
    return {"startDate": earliest, "endDate": latest}


def _when(name: str, date: DatePhrase | None) -> str | None:
    if date is None:
        return None
    return f"{name}: {date.text}" + (f" (EDTF {date.edtf})" if date.edtf else " (not resolved)")
