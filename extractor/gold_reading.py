"""Gold in the terms of a dataset: the ids, dates, amounts and offsets that an extraction of the same article would have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from . import dates, quantities, weapons
from .actors import Registry
from .gold import GoldActor, GoldArticle, GoldItem, right
from .schemas import ActorDraft, Article, Quantity


class Reading:
    """The gold of one article: canonical ids, EDTF, offsets."""

    def __init__(
        self, gold: GoldArticle, article: Article, passages: Sequence[tuple[int, str]], *, whole: bool
    ) -> None:
        """``passages``: parts of the raw text with their offsets; ``whole``: it is all of the text in one."""
        self.gold = gold
        self._language = article.language
        self._published = gold.published or article.published
        self._passages = passages
        self._whole = whole
        drafts = [_draft(a, english=gold.language == "en") for a in gold.actors]
        self._registry = Registry(drafts, article.id, article.language)
        self.sources = {s.id: s for s in gold.sources}
        self.allegations = {a.id: a for a in gold.allegations}

    def actor(self, local: str) -> str:
        """The canonical id."""
        return self._registry.id(local)

    def party(self, local: str) -> str:
        """The canonical id of the government or organisation that it belongs to."""
        return self._registry.party(local)

    def weapons(self, item: GoldItem) -> set[str]:
        """The canonical ids that are right for an item."""
        return {
            f"{category}:{weapons.canonical(term, category, self._language)}"
            for category in right(item, "category")
            for term in right(item, "term")
        }

    def edtf(self, text: str | None) -> str | None:
        """What a printed date comes to."""
        return dates.resolve(text, self._published, self._language).edtf if text else None

    def quantity(self, text: str | None) -> Quantity | None:
        """What a printed amount comes to."""
        return quantities.parse(text, self._language) if text else None

    def spans(self, quotes: Iterable[str]) -> list[tuple[int, int]]:
        """Where quotes stand, every time. Without the whole text: as far as the known passages show it."""
        return sorted({span for quote in quotes for span in self._found(quote)})

    def _found(self, quote: str) -> Iterator[tuple[int, int]]:
        for offset, text in self._passages:
            at = text.find(quote)
            while at >= 0:
                yield offset + at, offset + at + len(quote)
                at = text.find(quote, at + 1)
            if not self._whole and text in quote:
                yield offset, offset + len(text)

    def unlocated(self) -> list[str]:
        """Quotes that the text does not have, each with what rests on it; none without the whole text."""
        return [f"{who}: {q!r}" for who, q in self.gold.quotes() if self._whole and not self.spans([q])]

    @cached_property
    def demanded(self) -> set[str]:
        """Canonical ids of the actors whom records name that must be found, where no other value is as right."""
        gold = self.gold
        values: list[list[Any]] = [
            *(right(a, name) for a in gold.allegations if a.must for name in ("suppliers", "recipients")),
            *([p.actor] for a in gold.allegations if a.must for p in a.participants if p.must),
            *(right(t, "source") for a in gold.allegations if a.must for t in a.attributions if t.must),
            *(right(d, "denier") for d in gold.denials if d.must),
            *(right(r, name) for r in gold.responses if r.must for name in ("source", "actors")),
        ]
        only = (i for v in values if len(v) == 1 for i in (v[0] if isinstance(v[0], list) else v))
        names = {self.sources[i].actor if i in self.sources else i for i in only}
        return {self.actor(i) for i in names if i}


def _draft(a: GoldActor, *, english: bool) -> ActorDraft:
    return ActorDraft(
        id=a.id,
        name=a.name,
        name_en=None if english or a.name == a.name_en else a.name_en,
        kind=a.kind,
        country=a.country,
        title=a.title,
        represents=a.represents,
        aliases=a.aliases,
    )
