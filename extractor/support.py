"""Records of one article, put to a second model: does the article say what they say?

It sees the article and the records, and not how the first model came to them. Sentences that give orders to software are not
shown, and nothing is deleted for a verdict: a doubt is a finding on the record, which analysts see.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable

from . import prompt
from .articles import Document
from .checking import WHOLE, AnyDraft, Check, Key
from .defects import find_defects
from .llm import Tally
from .schemas import (
    ActorDraft,
    AllegationDraft,
    DenialDraft,
    Draft,
    Finding,
    SourceDraft,
    SupportAnswer,
    SupportVerdict,
    WeaponTypeDraft,
)

T = TypeVar("T", bound=Draft)

LONGEST_REASON = 300
"""Characters of a reason that are kept; of a longer one, an ellipsis tells."""


@runtime_checkable
class GivesVerdicts(Protocol):
    """What a check needs of a model; :class:`extractor.llm.Model` has it."""

    async def complete_as(
        self, kind: type[T], messages: list[dict[str, str]], tally: Tally, *, reasks: int
    ) -> tuple[T, str]:
        """A valid answer of that kind, asked for again at most ``reasks`` times, and its text; ``tally`` counts all calls."""
        ...


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What a model says of the records of an article."""

    given: Mapping[Key, SupportVerdict]
    """By record; a record may lack one."""
    model: str
    """Who says so."""

    def findings(self) -> Iterator[tuple[tuple[Any, str, int], Finding]]:
        """A finding for every record that is not supported, with the place it belongs to (as in :class:`Check`)."""
        for (record, local), v in self.given.items():
            if v.verdict != "supported":
                detail = f"{self.model}: {v.verdict}: {_cut(v.reason)}"
                number = WHOLE if record == "allegations" else 0
                yield (record, local, number), Finding(kind="support_doubted", detail=detail)


async def judge(
    document: Document, held: Mapping[Key, AnyDraft], check: Check, model: GivesVerdicts, tally: Tally, *, reasks: int
) -> Verdicts:
    """What the model says of every claim and denial among the drafts that hold; one call. Of two verdicts on one record the
    first counts, and one on anything else does not. Raises what the model raises."""
    messages = prompt.support_messages(document, (_shown(document, held, check, key) for key in judged(held)))
    answer, _ = await model.complete_as(SupportAnswer, messages, tally, reasks=reasks)
    asked = set(judged(held))
    given: dict[Key, SupportVerdict] = {}
    for verdict in answer.verdicts:
        key: Key = (verdict.record, verdict.id)
        if key in asked:
            given.setdefault(key, verdict)
    return Verdicts(given, ", ".join(sorted(tally.models)))


def judged(held: Mapping[Key, AnyDraft]) -> list[Key]:
    """The drafts that are put to a model."""
    return [key for key in held if key[0] in {"allegations", "denials"}]


# What is shown -------------------------------------------------------------------------------------------------------


def _shown(document: Document, held: Mapping[Key, AnyDraft], check: Check, key: Key) -> dict[str, Any]:
    """A draft with names in place of ids, and its citations as they were located."""
    suspect = document.suspect

    def cited(number: int) -> list[dict[str, Any]]:
        quotes = [q for q in check.located.get((*key, number), []) if q.first.number not in suspect]
        return [{"sentence": q.first.number, "phrase": document.raw[q.start : q.end]} for q in quotes]

    def actors(ids: list[str]) -> list[str | None]:
        return [_words(d.name_en or d.name) for i in ids if isinstance(d := held.get(("actors", i)), ActorDraft)]

    def speaker(local: str | None) -> dict[str, Any]:
        d = held.get(("sources", local or ""))
        return {"kind": d.kind, "names": actors(d.actors)} if isinstance(d, SourceDraft) else {}

    def relied_on(local: str) -> dict[str, Any]:
        d = held.get(("sources", local))
        return speaker(d.relies_on) if isinstance(d, SourceDraft) else {}

    def weapon(local: str) -> str | None:
        d = held.get(("weapons", local))
        return _words(d.term) if isinstance(d, WeaponTypeDraft) else None

    draft = held[key]
    told: dict[str, Any] = {"record": key[0], "id": key[1]}
    match draft:
        case AllegationDraft():
            told |= {
                "summary": _words(draft.summary),
                "stage": draft.stage,
                "scope": draft.scope,
                "suppliers": actors(draft.suppliers),
                "recipients": actors(draft.recipients),
                "participants": [{"role": p.role, "names": actors([p.actor])} for p in draft.participants],
                "items": [{"weapon": weapon(i.weapon), "amount": _words(i.quantity)} for i in draft.items],
                "in_return": [{"what": _words(r.text), "status": r.status} for r in draft.in_return],
                "circumstances": [{"kind": c.kind, "words": _words(c.text)} for c in draft.circumstances],
                "route": [{"role": p.role, "place": _words(p.place)} for p in draft.route],
                "said": [
                    {
                        "speaker": speaker(a.source),
                        "relies_on": relied_on(a.source),
                        "said_on": _words(a.said_on),
                        "basis": a.basis,
                        "certainty": a.certainty,
                        "polarity": a.polarity,
                        "evidence": cited(number),
                    }
                    for number, a in enumerate(draft.attributions)
                ],
            }
        case DenialDraft():
            told |= {
                "denier": actors([draft.denier]),
                "kind": draft.kind,
                "scope": draft.scope,
                "targets": draft.targets,
                "accusers": actors(draft.accusers),
                "what_is_denied": _words(draft.what_is_denied),
                "counter_claim": _words(draft.counter_claim),
                "reported_by": [speaker(s) for s in draft.reported_by],
                "said_on": _words(draft.said_on),
                "evidence": cited(0),
            }
    return told


def _words(text: str | None) -> str | None:
    """A value that the first model wrote; None for one that gives orders to software."""
    if text is None or any(d.kind == "instruction_like" for d in find_defects(text)):
        return None
    return text


def _cut(reason: str) -> str:
    shown = prompt.plain(reason)
    return shown if len(shown) <= LONGEST_REASON else f"{shown[: LONGEST_REASON - 1]}…"
