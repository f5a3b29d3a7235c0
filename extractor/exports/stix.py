"""STIX 2.1: identities, a report per allegation, notes for who says and who denies it.

Ids are UUIDv5 of ours, so that two exports of one dataset are the same objects. Times of creation are those of the
newest publication, never of the clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from extractor.schemas import Actor, Allegation, Article, Dataset, Evidence

from .tables import attribution_ids, days
from .writing import as_json, storable

NAMESPACE = UUID("8d8f1a0e-6f3e-5d5b-9a43-2f0f0c1f7c11")
"""Of all ids that this module makes."""
EXTENSION = f"extension-definition--{uuid5(NAMESPACE, 'extension')}"
"""Carries what STIX has no property for."""
_EPOCH = "2000-01-01"

_CLASS = {
    "state": "organization", "government_body": "organization", "military": "organization", "armed_group": "group",
    "company": "organization", "ngo": "organization", "person": "individual", "unnamed_person": "individual",
    "unnamed_group": "group", "international_org": "organization", "media": "organization", "vessel": "system",
}  # fmt: skip
"""STIX ``identity-class-ov`` for each kind of actor."""


def bundle(dataset: Dataset, path: Path) -> None:
    """One bundle."""
    objects = sorted(_Bundle(dataset).objects(), key=lambda o: (o["type"], o["id"]))
    whole = {"type": "bundle", "id": _id("bundle", " ".join(o["id"] for o in objects)), "objects": objects}
    path.write_text(storable(as_json(whole)) + "\n", "utf-8")


def _id(kind: str, ours: str) -> str:
    return f"{kind}--{uuid5(NAMESPACE, f'{kind} {storable(ours)}')}"


class _Bundle:
    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.articles: Mapping[str, Article] = {a.id: a for a in reversed(dataset.articles)}
        self.names = {a.id: a.name for a in dataset.actors}
        self.sources = {s.id: s for s in dataset.sources}
        newest = max((days(a.published)[0] or _EPOCH for a in dataset.articles), default=_EPOCH)
        self.time = f"{max(newest, _EPOCH)}T00:00:00.000Z"
        self.author = _id("identity", "armsledger")

    def objects(self) -> Iterator[dict[str, Any]]:
        """Every object once."""
        yield self._object("identity", "armsledger", name="armsledger", identity_class="system") | {"id": self.author}
        yield self._object(
            "extension-definition", "extension", name="armsledger",
            description="What news articles allege about arms transfers: fields of the armsledger dataset.",
            schema="https://json-schema.org/draft/2020-12/schema", version="1.0.0",
            extension_types=["property-extension"],
        ) | {"id": EXTENSION}  # fmt: skip
        yield from map(self._actor, self.dataset.actors)
        for a in self.dataset.allegations:
            links = list(self._relationships(a))
            yield from links
            yield self._report(a, [link["id"] for link in links])
        yield from self._attributions()
        yield from self._denials()
        yield from self._responses()

    def _object(self, kind: str, ours: str, **values: Any) -> dict[str, Any]:
        extra = values.pop("extra", None)
        made = {
            "type": kind, "spec_version": "2.1", "id": _id(kind, ours), "created_by_ref": self.author,
            "created": self.time, "modified": self.time, **{k: v for k, v in values.items() if v not in (None, [], "")},
        }  # fmt: skip
        if extra:
            kept = {k: v for k, v in extra.items() if v not in (None, [], "")}
            made["extensions"] = {EXTENSION: {"extension_type": "property-extension", **kept}}
        return made

    def _actor(self, a: Actor) -> dict[str, Any]:
        return self._object(
            "identity", a.id, name=a.name, identity_class=_CLASS[a.kind], roles=[a.title] if a.title else None,
            extra={"id": a.id, "kind": a.kind, "country": a.country, "party": a.party, "canonical": a.canonical,
                   "names": a.names},
        )  # fmt: skip

    def _references(self, ids: list[str]) -> list[dict[str, Any]]:
        """Articles as external references."""
        found = []
        for article in (self.articles[i] for i in dict.fromkeys(ids)):
            reference: dict[str, Any] = {
                "source_name": article.outlet or "article", "external_id": article.id,
                "description": article.title or article.path,
            }  # fmt: skip
            if article.url:
                # the hash is that of our file, not of what the address serves
                reference["url"] = article.url
            found.append(reference)
        return found

    def _relationships(self, a: Allegation) -> Iterator[dict[str, Any]]:
        for supplier in a.suppliers:
            for recipient in a.recipients:
                yield self._object(
                    "relationship", f"{a.id} {supplier} {recipient}", relationship_type="alleged-supplier-of",
                    description=a.summary, source_ref=_id("identity", supplier), target_ref=_id("identity", recipient),
                    external_references=self._references([t.article_id for t in a.attributions]),
                    extra={"allegation": a.id, "stage": a.stage, "contested": a.contested,
                           "origins": a.corroboration.origins},
                )  # fmt: skip

    def _report(self, a: Allegation, links: list[str]) -> dict[str, Any]:
        parties = [*a.suppliers, *a.recipients, *(p.actor for p in a.participants)]
        published = [p for t in a.attributions if (p := days(self.articles[t.article_id].published)[0])]
        earliest, latest = days(a.event_time)
        return self._object(
            "report", a.id, name=a.summary,
            published=f"{min(published)}T00:00:00.000Z" if published else self.time,
            object_refs=[*dict.fromkeys(_id("identity", p) for p in parties), *links] or [self.author],
            external_references=self._references([t.article_id for t in a.attributions]),
            extra={
                "id": a.id, "stage": a.stage, "scope": a.scope, "contested": a.contested, "review": a.review,
                "suppliers": a.suppliers, "recipients": a.recipients, "items": [i.model_dump() for i in a.items],
                "event_time": a.event_time and a.event_time.text, "event_edtf": a.event_time and a.event_time.edtf,
                "event_earliest": earliest, "event_latest": latest, "articles": a.corroboration.articles,
                "outlets": a.corroboration.outlets, "origins": a.corroboration.origins,
                "origin_ids": a.corroboration.origin_ids, "conflicts": [c.model_dump() for c in a.conflicts],
            },
        )  # fmt: skip

    def _note(self, ours: str, abstract: str, evidence: list[Evidence], refs: list[str], extra: Any) -> dict[str, Any]:
        return self._object(
            "note", ours, abstract=abstract, content="\n".join(e.exact for e in evidence), object_refs=refs,
            external_references=self._references([e.article_id for e in evidence]),
            extra=extra | {"quotes": [e.model_dump() for e in evidence]},
        )  # fmt: skip

    def _speaker(self, source: str) -> str:
        s = self.sources[source]
        return "; ".join(self.names[i] for i in s.actors) or s.kind

    def _attributions(self) -> Iterator[dict[str, Any]]:
        for id_, a, t in attribution_ids(self.dataset):
            refs = [_id("report", a.id), *(_id("identity", i) for i in self.sources[t.source].actors)]
            extra = {
                "record": "attribution", "id": id_, "claim": t.claim, "source": t.source, "cue": t.cue,
                "said_on": t.said_on and t.said_on.text, "said_on_edtf": t.said_on and t.said_on.edtf,
                "basis": t.basis, "certainty": t.certainty, "polarity": t.polarity,
            }  # fmt: skip
            yield self._note(id_, f"{self._speaker(t.source)}: {a.summary}", t.evidence, refs, extra)

    def _denials(self) -> Iterator[dict[str, Any]]:
        for d in self.dataset.denials:
            for s in d.statements:
                refs = [_id("identity", s.denier), *(_id("report", link.allegation) for link in d.targets)]
                extra = {
                    "record": "denial", "id": s.id, "denial": d.id, "kind": s.kind, "scope": s.scope,
                    "links": [link.model_dump() for link in d.targets], "what_is_denied": s.what_is_denied,
                    "counter_claim": s.counter_claim, "said_on": s.said_on and s.said_on.text,
                    "said_on_edtf": s.said_on and s.said_on.edtf, "review": d.review,
                }  # fmt: skip
                yield self._note(s.id, f"{self.names[s.denier]}: {s.kind}", s.evidence, refs, extra)

    def _responses(self) -> Iterator[dict[str, Any]]:
        about = {a.id: [_id("report", a.id)] for a in self.dataset.allegations}
        about |= {d.id: [_id("note", s.id) for s in d.statements] for d in self.dataset.denials}
        for r in self.dataset.responses:
            refs = [*(_id("identity", i) for i in r.actors), *(ref for i in r.about for ref in about[i])]
            extra = {
                "record": "response", "id": r.id, "kind": r.kind, "source": r.source, "about": r.about,
                "measure": r.measure, "legal_basis": r.legal_basis, "said_on": r.said_on and r.said_on.text,
                "said_on_edtf": r.said_on and r.said_on.edtf,
            }  # fmt: skip
            speaker = "; ".join(self.names[i] for i in r.actors) or self._speaker(r.source)
            yield self._note(r.id, f"{speaker}: {r.kind}", r.evidence, refs or [self.author], extra)
