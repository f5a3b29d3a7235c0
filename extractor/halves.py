"""An article in two parts, for an answer that does not fit in one: where to part it, and how to make one of both answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .actors import slug
from .articles import Document
from .checking import AnyDraft, Key
from .schemas import ActorDraft, AllegationDraft, DenialDraft, PublicationDraft, ResponseDraft, SourceDraft

_MARK = "/2"
"""Ends the ids of the second part: each part numbers its records from 1."""


def halves(document: Document) -> tuple[range, range] | None:
    """The numbers of the sentences of both halves: the border lies between two paragraphs, as near to the middle as can be; in
    an article of one paragraph, between two sentences. None for a single sentence."""
    sentences = document.sentences
    places = range(1, len(sentences))
    borders = [n for n in places if sentences[n].paragraph != sentences[n - 1].paragraph] or places
    if not borders:
        return None
    middle = (sentences[0].start + sentences[-1].end) / 2
    border = min(borders, key=lambda n: abs(sentences[n].start - middle))
    return range(1, border + 1), range(border + 1, len(sentences) + 1)


@dataclass(frozen=True)
class Joint:
    """How the records of the second part are named beside those of the first."""

    mark: str
    """What their ids end in."""
    same: Mapping[str, str]
    """Actors of the second part that the first one names too, and their ids there."""

    def key(self, key: Key) -> Key:
        """The key of a record of the second part."""
        return key[0], self._id(*key)

    def draft(self, key: Key, draft: AnyDraft) -> AnyDraft:
        """A record of the second part. No reference in it can meet a record of the first by chance."""
        update: dict[str, Any]
        match draft:
            case ActorDraft():
                update = {"represents": self._actor(draft.represents)}
            case SourceDraft():
                update = {
                    "actors": self._actors(draft.actors),
                    "relies_on": self._marked(draft.relies_on) if draft.relies_on else None,
                }
            case AllegationDraft():
                update = {
                    "suppliers": self._actors(draft.suppliers),
                    "recipients": self._actors(draft.recipients),
                    "participants": [
                        p.model_copy(update={"actor": self._id("actors", p.actor)}) for p in draft.participants
                    ],
                    "items": [i.model_copy(update={"weapon": self._marked(i.weapon)}) for i in draft.items],
                    "part_of": self._marked(draft.part_of) if draft.part_of else None,
                    "attributions": [
                        a.model_copy(update={"source": self._marked(a.source)}) for a in draft.attributions
                    ],
                }
            case DenialDraft():
                update = {
                    "denier": self._id("actors", draft.denier),
                    "targets": [self._marked(i) for i in draft.targets],
                    "accusers": self._actors(draft.accusers),
                    "reported_by": [self._marked(i) for i in draft.reported_by],
                }
            case ResponseDraft():
                update = {
                    "source": self._marked(draft.source),
                    "actors": self._actors(draft.actors),
                    "about": [self._marked(i) for i in draft.about],
                }
            case _:
                update = {}
        return draft.model_copy(update={"id": self.key(key)[1], **update})

    def actor(self, first: ActorDraft, second: ActorDraft) -> ActorDraft:
        """One record of an actor that both parts name."""
        names = dict.fromkeys([*first.aliases, *second.aliases, second.name])
        update = {
            "name_en": first.name_en or second.name_en,
            "country": first.country or second.country,
            "title": first.title or second.title,
            "represents": first.represents or self._actor(second.represents),
            "aliases": [n for n in names if n != first.name],
        }
        return first.model_copy(update=update)

    def _marked(self, local: str) -> str:
        return f"{local}{self.mark}"

    def _id(self, record: str, local: str) -> str:
        return self.same.get(local, self._marked(local)) if record == "actors" else self._marked(local)

    def _actor(self, local: str | None) -> str | None:
        return self._id("actors", local) if local else None

    def _actors(self, locals_: list[str]) -> list[str]:
        return list(dict.fromkeys(self._id("actors", i) for i in locals_))


def joint(first: Mapping[Key, AnyDraft], second: Mapping[Key, AnyDraft]) -> Joint:
    """How two parts fit together."""
    mark = _MARK
    while any((record, f"{local}{mark}") in first for record, local in second):
        mark += _MARK
    known = [d for d in first.values() if isinstance(d, ActorDraft)]
    found = {d.id: _known(d, known) for d in second.values() if isinstance(d, ActorDraft)}
    return Joint(mark, {local: actor.id for local, actor in found.items() if actor})


def publication(first: PublicationDraft, second: PublicationDraft) -> PublicationDraft:
    """What the page says about itself: the first part has its head, the second one its foot."""
    told = second.model_dump() | {name: value for name, value in first.model_dump().items() if value is not None}
    return PublicationDraft(**told)


def _known(actor: ActorDraft, others: list[ActorDraft]) -> ActorDraft | None:
    """The actor of the other part that this is: the same kind under the same name, or, for a person, the only one with that
    last name."""
    alike = [o for o in others if o.kind == actor.kind]
    names = {slug(n) for n in (actor.name, actor.name_en) if n}
    for other in alike:
        if names & {slug(n) for n in (other.name, other.name_en, *other.aliases) if n}:
            return other
        if {slug(a) for a in actor.aliases} & {slug(n) for n in (other.name, other.name_en) if n}:
            return other
    if actor.kind == "person" and len(actor.name.split()) == 1:
        called = [o for o in alike if slug(o.name.split()[-1] if o.name.split() else "") in names]
        return called[0] if len(called) == 1 else None
    return None
