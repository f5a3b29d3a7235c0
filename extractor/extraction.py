"""One article in, one extraction out: ask, check, ask again for what does not hold, quarantine the rest."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Protocol

from . import prompt
from .articles import Document
from .checking import RECORD_TYPES, WHOLE, AnyDraft, Check, Key, Trouble, check, drafts
from .errors import ArticleError, BudgetSpent, NotRecorded
from .grounding import TextIndex
from .llm import Tally
from .resolution import resolve
from .schemas import (
    ActorDraft,
    AllegationDraft,
    Answer,
    DenialDraft,
    Extraction,
    Finding,
    PublicationDraft,
    Quarantined,
    RecordCount,
    ResponseDraft,
    Run,
    SourceDraft,
)
from .schemas.dataset import RecordType


class AnswersMessages(Protocol):
    """What an extraction needs of a model; :class:`extractor.llm.Model` has it."""

    async def complete(self, messages: list[dict[str, str]], tally: Tally, *, reasks: int) -> tuple[Answer, str]:
        """A schema-valid answer, asked for again at most ``reasks`` times, and its text; ``tally`` counts every call."""
        ...


async def extract_document(document: Document, model: AnswersMessages, *, run: Run, tally: Tally) -> Extraction:
    """Everything that the model finds in one article and that holds, and what did not hold, with the reason.

    At most ``run.reasks`` times the model is asked again, whatever for; for records that do not hold, only for these. A fresh
    ``tally`` takes what the calls used, also when this raises one of the article errors of :mod:`extractor.errors`.
    """
    return (await ask(document, model, reasks=run.reasks, tally=tally)).extraction(run, tally)


async def ask(document: Document, model: AnswersMessages, *, reasks: int, tally: Tally) -> Written:
    """What the model writes about one article, after it was asked again for what does not hold: all calls that the article
    needs. Raises as :func:`extract_document` does."""
    conversation = prompt.messages(document)
    answer, text = await model.complete(conversation, tally, reasks=reasks)
    written = Written(document, answer.publication)
    written.take(answer, asked=None)
    while (left := reasks + 1 - tally.usage.calls) > 0 and (problems := written.problems()):
        conversation += [{"role": "assistant", "content": text}, prompt.reask_message(problems)]
        try:
            answer, text = await model.complete(conversation, tally, reasks=left - 1)
        except (NotRecorded, BudgetSpent):
            raise
        except ArticleError as error:  # what holds is paid for: it is kept
            written.remark = f" (asking again failed: {error})"
            break
        written.take(answer, asked={(p["record"], p["id"]) for p in problems})
    return written


@dataclass
class Written:
    """What the model has written so far, each record in its last form."""

    document: Document
    publication: PublicationDraft
    drafts: dict[Key, AnyDraft] = field(default_factory=dict)
    """Records that obey the schema."""
    rejected: dict[Key, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    """Records that do not: why, and as written."""
    quarantine: list[Quarantined] = field(default_factory=list)
    count: Counter[RecordType] = field(default_factory=Counter)
    """How many records were written; a corrected one is the same record."""
    _check: Check | None = None
    remark: str = ""
    """Why it could not be asked again, for the details of what is quarantined."""

    def take(self, answer: Answer, asked: set[Key] | None) -> None:
        """Take in an answer: all of it, or what was ``asked`` for again. Asked for and left out counts as withdrawn."""
        self._check = None
        good: dict[Key, AnyDraft] = {}
        for key, draft in drafts(answer):
            if asked is not None and key not in asked and self._has(key):
                continue  # a kept record given once more, though it was not asked for
            if key in good:
                self.count[key[0]] += 1
                self._quarantine(
                    key,
                    Trouble("invalid", f"the id {key[1]} is used for several records of one list"),
                    draft.model_dump(),
                )
            else:
                good[key] = draft
        bad: dict[Key, tuple[str, dict[str, Any]]] = {}
        for r in answer.rejected:
            bad[r.record, r.local_id] = (r.reason, r.draft)
        for key in (good.keys() | bad.keys()) - self.drafts.keys() - self.rejected.keys():
            self.count[key[0]] += 1
        for key in asked or ():
            self._forget(key, withdrawn=key not in good and key not in bad)
        self.drafts |= good
        self.rejected |= {key: r for key, r in bad.items() if key not in self.drafts}

    def problems(self) -> list[prompt.Problem]:
        """What to ask again. What rests on orders in the article is not: the model has obeyed them once already."""
        troubles = self._checked().troubles
        told = {key: t.detail for key, t in troubles.items() if t.reason != "rests_on_instructions"}
        told |= {key: reason for key, (reason, _) in self.rejected.items()}
        return [prompt.Problem(record=record, id=local, problem=problem) for (record, local), problem in told.items()]

    def extraction(self, run: Run, tally: Tally) -> Extraction:
        """The records that hold; the others in quarantine."""
        checked = self._checked()
        for key, (reason, draft) in self.rejected.items():
            self._quarantine(key, Trouble("invalid", reason), draft)
        held = self._settle(checked)
        parts: dict[str, Any] = {record: [d for key, d in held.items() if key[0] == record] for record in RECORD_TYPES}
        answer = Answer(publication=self._publication(), **parts)
        resolved = resolve(self.document, answer, checked)
        for key in resolved.repeated:
            self._quarantine(
                key, Trouble("duplicate_record", "says what an earlier record says"), held[key].model_dump()
            )
        return _identified(
            run=run,
            article=resolved.article,
            actors=resolved.actors,
            weapons=resolved.weapons,
            sources=resolved.sources,
            claims=resolved.claims,
            attributions=resolved.attributions,
            denials=resolved.denials,
            responses=resolved.responses,
            quarantine=sorted(self.quarantine, key=lambda q: (q.record, q.local_id, q.reason, q.detail)),
            records=self._counts(held.keys() - set(resolved.repeated), answer.publication),
            usage=tally.usage,
            models=sorted(tally.models),
        )

    def _checked(self) -> Check:
        self._check = self._check or check(self.document, self.drafts)
        return self._check

    def _settle(self, checked: Check) -> dict[Key, AnyDraft]:
        """The drafts that hold, without references to those that don't; a draft that cannot do without one goes too."""
        held: dict[Key, AnyDraft] = {}
        for key, draft in sorted(self.drafts.items(), key=lambda item: RECORD_TYPES.index(item[0][0])):
            trouble = checked.troubles.get(key)
            lacking = [f"{record} {i}" for record, i in _needs(draft) if (record, i) not in held]
            if trouble or lacking:
                why = trouble or Trouble("rests_on_quarantined", f"rests on {', '.join(lacking)}, which did not hold")
                self._quarantine(key, why, draft.model_dump())
            else:
                held[key] = draft
        for key, draft in list(held.items()):
            held[key], dropped = _without(draft, held)
            if not dropped:
                continue
            match held[key]:
                case DenialDraft(scope="explicit", targets=[]) | ResponseDraft(about=[]):
                    self._quarantine(
                        key, Trouble("rests_on_quarantined", "everything it answers did not hold"), draft.model_dump()
                    )
                    del held[key]
                case _:
                    number = WHOLE if key[0] == "allegations" else 0
                    finding = Finding(
                        kind="reference_dropped", detail=f"{', '.join(dropped)} did not hold and was left out"
                    )
                    checked.findings.setdefault((*key, number), []).append(finding)
        return held

    def _publication(self) -> PublicationDraft:
        """The page's facts about itself, as far as the page prints them."""
        index = TextIndex(self.document.raw)
        kept = self.publication.model_dump()
        for name, value in kept.items():
            if value is None:
                continue
            self.count["publication"] += 1
            if index.locate(value) is None:
                self._quarantine(
                    ("publication", name),
                    Trouble("value_unsupported", f"{value!r} does not stand in the article"),
                    {name: value},
                )
                kept[name] = None
        return PublicationDraft(**kept)

    def _counts(self, held: set[Key], publication: PublicationDraft) -> list[RecordCount]:
        kept: Counter[RecordType] = Counter(key[0] for key in held)
        kept["publication"] = sum(value is not None for value in publication.model_dump().values())
        quarantined = Counter(q.record for q in self.quarantine)
        return [
            RecordCount(record=record, written=self.count[record], kept=kept[record], quarantined=quarantined[record])
            for record in ("publication", *RECORD_TYPES)
        ]

    def _has(self, key: Key) -> bool:
        return key in self.drafts or key in self.rejected

    def _forget(self, key: Key, *, withdrawn: bool) -> None:
        draft = self.drafts.pop(key, None)
        _, rejected = self.rejected.pop(key, ("", {}))
        if withdrawn:
            written = draft.model_dump() if draft else rejected
            self._quarantine(key, Trouble("withdrawn", "taken back by the model when it was asked again"), written)

    def _quarantine(self, key: Key, trouble: Trouble, draft: dict[str, Any]) -> None:
        record, local = key
        self.quarantine.append(
            Quarantined(
                extraction="",
                article_id=self.document.id,
                record=record,
                local_id=local,
                reason=trouble.reason,
                detail=trouble.detail + self.remark,
                draft=draft,
            )
        )


def _identified(**parts: Any) -> Extraction:
    """An extraction with an id from its content, which everything in quarantine names."""
    unnamed = Extraction(id="", **parts)
    content = unnamed.model_dump_json(exclude={"usage", "models"}).encode("utf-8", "surrogatepass")
    name = f"extraction:{hashlib.sha256(content).hexdigest()[:12]}"
    quarantine = [q.model_copy(update={"extraction": name}) for q in unnamed.quarantine]
    return unnamed.model_copy(update={"id": name, "quarantine": quarantine})


def _needs(draft: AnyDraft) -> list[Key]:
    """What a draft cannot do without: who gives, who gets, who says it, who denies it."""
    match draft:
        case SourceDraft():
            return [("actors", i) for i in draft.actors]
        case AllegationDraft():
            parties: list[Key] = [("actors", i) for i in (*draft.suppliers, *draft.recipients)]
            return parties + [("sources", a.source) for a in draft.attributions]
        case DenialDraft():
            return [("actors", draft.denier)]
        case ResponseDraft():
            return [("sources", draft.source)]
        case _:
            return []


def _without(draft: AnyDraft, held: dict[Key, AnyDraft]) -> tuple[AnyDraft, list[str]]:
    """A draft without its references to what did not hold, and what was dropped."""
    dropped: list[str] = []

    def keep(record: RecordType, ids: list[str]) -> list[str]:
        dropped.extend(f"{record} {i}" for i in ids if (record, i) not in held)
        return [i for i in ids if (record, i) in held]

    def keep_one(record: RecordType, local: str | None) -> str | None:
        return next(iter(keep(record, [local])), None) if local else None

    update: dict[str, Any]
    match draft:
        case ActorDraft():
            update = {"represents": keep_one("actors", draft.represents)}
        case SourceDraft():
            update = {"relies_on": keep_one("sources", draft.relies_on)}
        case AllegationDraft():
            actors = keep("actors", [p.actor for p in draft.participants])
            weapons = keep("weapons", [i.weapon for i in draft.items])
            update = {
                "participants": [p for p in draft.participants if p.actor in actors],
                "items": [i for i in draft.items if i.weapon in weapons],
                "part_of": keep_one("allegations", draft.part_of),
            }
        case DenialDraft():
            update = {
                "targets": keep("allegations", draft.targets),
                "accusers": keep("actors", draft.accusers),
                "reported_by": keep("sources", draft.reported_by),
            }
        case ResponseDraft():
            gone = [i for i in draft.about if not {("allegations", i), ("denials", i)} & held.keys()]
            dropped += [f"about {i}" for i in gone]
            update = {"about": [i for i in draft.about if i not in gone], "actors": keep("actors", draft.actors)}
        case _:
            update = {}
    return draft.model_copy(update=update), dropped
