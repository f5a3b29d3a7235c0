"""What a model has written about one article so far, and what becomes of it: kept, asked for again, or quarantined."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from . import prompt, support
from .articles import Document
from .checking import RECORD_TYPES, WHOLE, AnyDraft, Check, Key, Trouble, check, drafts
from .errors import ArticleError, NotRecorded
from .grounding import TextIndex
from .halves import joint, publication
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
    Support,
)
from .schemas.accounting import RecordType
from .support import GivesVerdicts, Verdicts

STATEMENTS = frozenset({"allegations", "denials", "responses"})
"""The lists that a further pass is about; the others only serve them."""


@contextmanager
def counted(whole: Tally) -> Iterator[Tally]:
    """A tally of some calls, counted in the whole in the end. An answer that is invalid makes the store forget the replies of
    its tally, and must not take earlier ones along."""
    part = Tally(article=whole.article)
    try:
        yield part
    finally:
        whole.usage += part.usage
        whole.models |= part.models
        whole.keys += part.keys
        whole.stored += part.stored


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
    lapses: list[str] = field(default_factory=list)
    """What else was asked for and failed, in words."""
    support: Support | None = None
    """What a second reading says, where there was one."""
    _verdicts: Verdicts | None = None

    @property
    def complete(self) -> bool:
        """Whether everything that was asked for went well."""
        return not (self.remark or self.lapses)

    @property
    def keys(self) -> set[Key]:
        """The records that stand, whether they obey the schema or not."""
        return {*self.drafts, *self.rejected}

    @property
    def used(self) -> dict[str, list[str]]:
        """Every id that was given, by list."""
        withdrawn: set[Key] = {(q.record, q.local_id) for q in self.quarantine}
        given = {*self.keys, *withdrawn}
        return {record: sorted(i for r, i in given if r == record) for record in RECORD_TYPES}

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
        self.rejected |= {key: r for key, r in bad.items() if not self._has(key)}

    def take_more(self, answer: Answer) -> None:
        """Take in what a further pass found. A record under an id that is in use is no new one: one that says something else
        goes into quarantine, where it is seen."""
        strange = [(key, draft.model_dump()) for key, draft in drafts(answer) if self._differs(key, draft)]
        strange += [((r.record, r.local_id), r.draft) for r in answer.rejected if self._has((r.record, r.local_id))]
        for key, draft in strange:
            self.count[key[0]] += 1
            why = f"the id {key[1]} belongs to an earlier record; a further pass takes new records only"
            self._quarantine(key, Trouble("invalid", why), draft)
        self.take(answer, asked=set())

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
        settled = self._settled(checked)
        held = settled.held
        for key, why in settled.lost:
            self._quarantine(key, why, self.drafts[key].model_dump())
        for place, finding in (*settled.findings, *(self._verdicts.findings() if self._verdicts else ())):
            checked.findings.setdefault(place, []).append(finding)
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
            support=self.support,
            lapses=self.lapses,
        )

    async def check_support(self, checker: GivesVerdicts, tally: Tally, reasks: int) -> None:
        """Ask whether the claims and denials that hold are supported. Raises NotRecorded; another failure is a lapse."""
        checked = self._checked()
        held = self._settled(checked).held
        asked = support.judged(held)
        counts: Counter[str] = Counter()
        with counted(tally) as own:
            try:
                if asked:
                    self._verdicts = await support.judge(self.document, held, checked, checker, own, reasks=reasks)
                    counts.update(v.verdict for v in self._verdicts.given.values())
            except NotRecorded:
                raise
            except ArticleError as error:
                self.lapses.append(f"the check failed: {error}")
        self.support = Support(
            supported=counts["supported"],
            partly=counts["partly"],
            unsupported=counts["unsupported"],
            unjudged=len(asked) - counts.total(),
            usage=own.usage,
        )

    def joined(self, other: Written) -> Written:
        """The records of two parts of the article as those of one: the ids of the other change wherever they stand."""
        joint_ = joint(self.drafts, other.drafts)
        whole = Written(
            self.document,
            publication(self.publication, other.publication),
            drafts=dict(self.drafts),
            rejected=self.rejected | {joint_.key(key): told for key, told in other.rejected.items()},
            quarantine=[
                *self.quarantine,
                *(q.model_copy(update={"local_id": joint_.key((q.record, q.local_id))[1]}) for q in other.quarantine),
            ],
            count=self.count + other.count,
            remark=self.remark + other.remark,
            lapses=[*self.lapses, *other.lapses],
        )
        for key, draft in other.drafts.items():
            if isinstance(draft, ActorDraft) and draft.id in joint_.same:
                known = whole.drafts[joint_.key(key)]
                assert isinstance(known, ActorDraft)  # noqa: S101 - of the same list
                whole.drafts[joint_.key(key)] = joint_.actor(known, draft)
                whole.count["actors"] -= 1
            else:
                whole.drafts[joint_.key(key)] = joint_.draft(key, draft)
        return whole

    def _checked(self) -> Check:
        self._check = self._check or check(self.document, self.drafts)
        return self._check

    def _settled(self, checked: Check) -> _Settled:
        """The drafts that hold, without references to those that don't; a draft that cannot do without one goes too."""
        settled = _Settled()
        held = settled.held
        for key, draft in sorted(self.drafts.items(), key=lambda item: RECORD_TYPES.index(item[0][0])):
            trouble = checked.troubles.get(key)
            lacking = [f"{record} {i}" for record, i in _needs(draft) if (record, i) not in held]
            if trouble or lacking:
                why = trouble or Trouble("rests_on_quarantined", f"rests on {', '.join(lacking)}, which did not hold")
                settled.lost.append((key, why))
            else:
                held[key] = draft
        for key, draft in list(held.items()):
            held[key], dropped = _without(draft, held)
            if not dropped:
                continue
            match held[key]:
                case DenialDraft(scope="explicit", targets=[]) | ResponseDraft(about=[]):
                    settled.lost.append((key, Trouble("rests_on_quarantined", "everything it answers did not hold")))
                    del held[key]
                case _:
                    number = WHOLE if key[0] == "allegations" else 0
                    finding = Finding(
                        kind="reference_dropped", detail=f"{', '.join(dropped)} did not hold and was left out"
                    )
                    settled.findings.append(((*key, number), finding))
        return settled

    def _publication(self) -> PublicationDraft:
        """The page's facts about itself, as far as the page prints them."""
        index = self._checked().index or TextIndex(self.document.raw)
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

    def _differs(self, key: Key, draft: AnyDraft) -> bool:
        """Whether a statement says something else than the one that stands under its id."""
        kept = self.drafts.get(key)
        return key[0] in STATEMENTS and kept is not None and _content(draft) != _content(kept)

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


@dataclass
class _Settled:
    """What becomes of the drafts in the end."""

    held: dict[Key, AnyDraft] = field(default_factory=dict)
    lost: list[tuple[Key, Trouble]] = field(default_factory=list)
    findings: list[tuple[tuple[RecordType, str, int], Finding]] = field(default_factory=list)
    """What was noticed, by draft and number of the attribution (as in :class:`Check`)."""


def _identified(**parts: Any) -> Extraction:
    """An extraction with an id from its content, which everything in quarantine names."""
    unnamed = Extraction(id="", **parts)
    content = unnamed.model_dump_json(exclude={"usage", "models", "support", "lapses"}).encode()
    name = f"extraction:{hashlib.sha256(content).hexdigest()[:12]}"
    quarantine = [q.model_copy(update={"extraction": name}) for q in unnamed.quarantine]
    return unnamed.model_copy(update={"id": name, "quarantine": quarantine})


def _content(draft: AnyDraft) -> dict[str, Any]:
    """What a draft says, without the model's own words."""
    return draft.model_dump(exclude={"summary"})


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
    return draft.model_copy(update=update) if dropped else draft, dropped
