"""Whether what the model wrote stands in the article: citations located, values supported, references resolved.

Deterministic and without a model. "The quote exists" and "the quote supports the value" are separate checks; both end in
a problem (asked for again, and quarantined if it stays) or in a finding (kept on the record).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from .articles import Document
from .grounding import Span, TextIndex
from .polarity import speaks_against
from .schemas import (
    ActorDraft,
    AllegationDraft,
    Answer,
    Citation,
    DenialDraft,
    Evidence,
    ExcludedDraft,
    Finding,
    ResponseDraft,
    SourceDraft,
    WeaponTypeDraft,
)
from .schemas.accounting import QuarantineReason, RecordType
from .schemas.evidence import Match
from .sentences import Sentence

Key = tuple[RecordType, str]
"""The list of the answer and the id in it."""

AnyDraft = ActorDraft | WeaponTypeDraft | SourceDraft | AllegationDraft | DenialDraft | ResponseDraft | ExcludedDraft

RECORD_TYPES: tuple[RecordType, ...] = (
    "actors",
    "weapons",
    "sources",
    "allegations",
    "denials",
    "responses",
    "excluded",
)
"""In the order in which they refer to each other."""

WHOLE = -1
"""Stands for the draft as a whole where 0 and above number its attributions."""

NEARBY = 1
"""Sentences before and after the cited one in which a value may stand ("in the sentences around it")."""

SECONDARY = frozenset({"headline", "deck", "summary", "caption"})
"""Parts of a page that repeat the body, and often overstate it."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a draft cannot be kept as it is."""

    reason: QuarantineReason
    detail: str
    """What does not hold, in words that the model and the analyst understand."""


class Located(NamedTuple):
    """A citation or a name that was found: what becomes evidence if the record is kept."""

    start: int
    end: int
    match: Match
    first: Sentence
    """The sentence in which it begins."""
    last: Sentence
    """The sentence in which it ends."""
    cited: int | None = None
    """The number of the sentence that the model gave."""

    @property
    def repaired(self) -> bool:
        """Whether the model gave another sentence. Any sentence that the quote touches may have been meant."""
        return self.cited is not None and not self.first.number <= self.cited <= self.last.number

    def evidence(self, document: Document) -> Evidence:
        """The record of it."""
        raw = document.raw
        return Evidence(
            article_id=document.id,
            exact=raw[self.start : self.end],
            prefix=raw[min(self.first.start, self.start) : self.start],
            suffix=raw[self.end : max(self.last.end, self.end)],
            start=self.start,
            end=self.end,
            sentence=self.first.number,
            match=self.match,
            segment=self.first.segment,
            cited_sentence=self.cited if self.repaired else None,
        )


@dataclass
class Check:
    """What became of every draft of an answer."""

    troubles: dict[Key, Trouble] = field(default_factory=dict)
    """Drafts that do not hold. The first reason found counts."""
    located: dict[tuple[RecordType, str, int], list[Located]] = field(default_factory=dict)
    """The evidence, by draft and number of the attribution (0 for other drafts)."""
    findings: dict[tuple[RecordType, str, int], list[Finding]] = field(default_factory=dict)
    """What was noticed on drafts that hold, by the same key, or WHOLE."""
    index: TextIndex | None = None
    """The article, prepared for more quotes."""


def drafts(answer: Answer) -> Iterator[tuple[Key, AnyDraft]]:
    """Every draft of an answer with its key, referred-to ones first. Keys need not be unique."""
    for record in RECORD_TYPES:
        yield from (((record, draft.id), draft) for draft in getattr(answer, record))


def check(document: Document, written: Mapping[Key, AnyDraft]) -> Check:
    """What holds of an answer's drafts, and why the rest does not."""
    return _Checker(document, written).run()


class _Checker:
    def __init__(self, document: Document, written: Mapping[Key, AnyDraft]) -> None:
        self._document = document
        self._drafts = written
        self._index = TextIndex(document.raw)
        self._result = Check(index=self._index)
        self._starts = [sentence.start for sentence in document.sentences]

    def run(self) -> Check:
        checks: dict[type[AnyDraft], Callable[[Key, Any], None]] = {
            ActorDraft: self._actor,
            WeaponTypeDraft: self._weapon,
            SourceDraft: self._source,
            AllegationDraft: self._allegation,
            DenialDraft: self._denial,
            ResponseDraft: self._response,
            ExcludedDraft: self._excluded,
        }
        for key, draft in self._drafts.items():
            checks[type(draft)](key, draft)
        return self._result

    # One kind of draft each ------------------------------------------------------------------------------------------

    def _actor(self, key: Key, draft: ActorDraft) -> None:
        self._mention(key, draft.name)
        for name in (*draft.aliases, *([draft.title] if draft.title else [])):
            if self._index.locate(name) is None:
                self._finding(key, 0, "value_unsupported", f"{name!r} does not stand in the article and was left out")

    def _weapon(self, key: Key, draft: WeaponTypeDraft) -> None:
        self._mention(key, draft.term)

    def _source(self, key: Key, draft: SourceDraft) -> None:
        self._refer(key, "actors", draft.actors)

    def _excluded(self, key: Key, draft: ExcludedDraft) -> None:
        self._cite(key, 0, draft.evidence, may_rest_on_instructions=True)

    def _allegation(self, key: Key, draft: AllegationDraft) -> None:
        participants = [p.actor for p in draft.participants]
        self._refer(key, "actors", [*draft.suppliers, *draft.recipients, *participants])
        self._refer(key, "weapons", [i.weapon for i in draft.items])
        self._refer(key, "sources", [a.source for a in draft.attributions])
        if not (draft.suppliers or draft.recipients or participants):
            self._trouble(key, "invalid", "names no supplier, no recipient and no participant")
        if both := set(draft.suppliers) & set(draft.recipients):
            self._trouble(key, "invalid", f"{', '.join(sorted(both))} stands as supplier and as recipient")
        if not draft.attributions:
            self._trouble(key, "invalid", "has no attribution: who says it?")
        anywhere: list[tuple[int, int]] = []
        for number, attribution in enumerate(draft.attributions):
            cited = self._cite(key, number, attribution.evidence)
            near = self._around(cited)
            anywhere += near
            self._value(key, number, "said_on", attribution.said_on, near)
            self._value(key, number, "cue", attribution.cue, near)
            words = (self._document.raw[quote.start : quote.end] for quote in cited)
            if attribution.polarity == "positive" and cited and all(map(speaks_against, words)):
                self._finding(key, number, "polarity_doubtful", "marked positive, but the evidence denies or negates")
        for item in draft.items:
            self._value(key, WHOLE, "quantity", item.quantity, anywhere, must_be_near=True)
        for circumstance in draft.circumstances:
            self._value(key, WHOLE, circumstance.kind, circumstance.text, anywhere)
        if [c.kind for c in draft.circumstances].count("event_time") > 1:
            self._trouble(key, "invalid", "two event times: give one, or two allegations")
        for name, values in (
            ("in_return", [r.text for r in draft.in_return]),
            ("route", [p.place for p in draft.route]),
        ):
            for value in values:
                self._value(key, WHOLE, name, value, anywhere)

    def _denial(self, key: Key, draft: DenialDraft) -> None:
        self._refer(key, "actors", [draft.denier, *draft.accusers])
        self._refer(key, "allegations", draft.targets)
        self._refer(key, "sources", draft.reported_by)
        if (draft.scope == "explicit") != bool(draft.targets):
            self._trouble(key, "invalid", "an explicit denial names its targets, a generic one has none")
        near = self._around(self._cite(key, 0, draft.evidence))
        for name in ("what_is_denied", "counter_claim", "said_on"):
            self._value(key, 0, name, getattr(draft, name), near)

    def _response(self, key: Key, draft: ResponseDraft) -> None:
        self._refer(key, "actors", draft.actors)
        self._refer(key, "sources", [draft.source])
        if not draft.about:
            self._trouble(key, "invalid", "reacts to no allegation and no denial")
        for unknown in (i for i in draft.about if not {("allegations", i), ("denials", i)} & self._drafts.keys()):
            self._trouble(key, "unknown_reference", f"{unknown} is no allegation or denial of this answer")
        near = self._around(self._cite(key, 0, draft.evidence))
        for name in ("measure", "legal_basis", "said_on"):
            self._value(key, 0, name, getattr(draft, name), near)

    # Checks ----------------------------------------------------------------------------------------------------------

    def _refer(self, key: Key, record: RecordType, ids: Iterable[str]) -> None:
        for unknown in (i for i in ids if (record, i) not in self._drafts):
            self._trouble(key, "unknown_reference", f"{unknown} is not in the list {record}")

    def _mention(self, key: Key, words: str) -> None:
        """An actor or a weapon must be named in the text; where, is its evidence."""
        found, best = False, None
        for span in self._index.occurrences(words):
            found = True
            named = self._locate(span)
            if self._is_suspect(named):
                continue
            best = best or named
            if named.first.segment == "body":
                best = named
                break
        if best:
            self._result.located[*key, 0] = [best]
        elif found:
            self._trouble(
                key, "rests_on_instructions", f"{words!r} stands only in a passage that gives orders to software"
            )
        else:
            self._trouble(key, "value_unsupported", self._not_found(words))

    def _cite(
        self, key: Key, number: int, citations: list[Citation], *, may_rest_on_instructions: bool = False
    ) -> list[Located]:
        """The citations that could be located. A draft with one that could not is in trouble."""
        if not citations:
            self._trouble(key, "invalid", "has no evidence")
        located = []
        for citation in citations:
            sentence = self._numbered(citation.sentence)
            near = (sentence.start, sentence.end) if sentence else None
            span = self._index.locate(citation.phrase, near)
            if span is None:
                self._trouble(key, "quote_not_found", self._not_found(citation.phrase, near))
                continue
            quote = self._locate(span, citation.sentence, sentence)
            if quote.repaired:
                detail = f"cited as sentence {citation.sentence}, stands in sentence {quote.first.number}"
                self._finding(key, number, "sentence_repaired", detail)
            located.append(quote)
        if located and not may_rest_on_instructions and all(map(self._is_suspect, located)):
            self._trouble(key, "rests_on_instructions", "its only evidence is a passage that gives orders to software")
        if located and all(quote.first.segment in SECONDARY for quote in located) and key[0] == "allegations":
            self._finding(key, number, "rests_on_headline", f"its only evidence is {located[0].first.segment} text")
        self._result.located[*key, number] = located
        return located

    def _value(
        self,
        key: Key,
        number: int,
        name: str,
        value: str | None,
        near: Collection[tuple[int, int]],
        *,
        must_be_near: bool = False,
    ) -> None:
        """A copied value must stand in the article; a number next to its evidence, anything else is noted if it doesn't."""
        if value is None or not near:
            return
        if self._index.stands_in(value, near):
            return
        far = next(self._index.occurrences(value), None) is not None
        if not far or must_be_near:
            where = "does not stand in or next to the evidence" if far else "does not stand in the article"
            self._trouble(
                key, "value_unsupported", f"{name} {value!r} {where}: copy it letter for letter, or give null"
            )
        else:
            self._finding(
                key, number, "value_unsupported", f"{name} {value!r} stands in the article, but not near the evidence"
            )

    # Places ----------------------------------------------------------------------------------------------------------

    def _locate(self, span: Span, cited: int | None = None, likely: Sentence | None = None) -> Located:
        """``likely``: the sentence that it mostly stands in, which need not be looked for then."""
        if likely and likely.start <= span.start and span.end <= likely.end:
            return Located(*span, likely, likely, cited)
        first = self._sentence_at(span.start)
        last = first if span.end <= first.end else self._sentence_at(span.end - 1)
        return Located(*span, first, last, cited)

    def _sentence_at(self, position: int) -> Sentence:
        """The sentence that holds a position; between two sentences, the one before."""
        return self._document.sentences[max(0, bisect_right(self._starts, position) - 1)]

    def _numbered(self, number: int) -> Sentence | None:
        sentences = self._document.sentences
        return sentences[number - 1] if 1 <= number <= len(sentences) else None

    def _around(self, cited: Iterable[Located]) -> list[tuple[int, int]]:
        """The sentences that each citation stands in, and those next to them."""
        sentences = self._document.sentences
        return [
            (
                sentences[max(quote.first.number - NEARBY, 1) - 1].start,
                sentences[min(quote.last.number + NEARBY, len(sentences)) - 1].end,
            )
            for quote in cited
        ]

    def _is_suspect(self, quote: Located) -> bool:
        return not self._document.suspect.isdisjoint(range(quote.first.number, quote.last.number + 1))

    def _not_found(self, words: str, near: tuple[int, int] | None = None) -> str:
        closest = self._index.closest(words, near)
        hint = f"; the closest passage is {self._document.raw[slice(*closest)]!r}" if closest else ""
        return f"{words!r} does not stand in the article{hint}"

    # Results ---------------------------------------------------------------------------------------------------------

    def _trouble(self, key: Key, reason: QuarantineReason, detail: str) -> None:
        self._result.troubles.setdefault(key, Trouble(reason, detail))

    def _finding(
        self,
        key: Key,
        number: int,
        kind: Literal["value_unsupported", "sentence_repaired", "polarity_doubtful", "rests_on_headline"],
        detail: str,
    ) -> None:
        self._result.findings.setdefault((*key, number), []).append(Finding(kind=kind, detail=detail))
