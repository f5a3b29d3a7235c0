"""Doubtful pairs of claims, put to a model: those that the rules leave open for want of an anchor, and nothing else.

Which pairs are asked about follows from the claims, the rules and what people decided, never from what a model said before,
so merging in steps comes to what merging at once comes to. A request holds nothing but what the two claims' own articles
say: its recording replays whatever else is merged. A verdict joins no more than the rules allow, and what was not asked or
not answered stays "unsure" and says why.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple, Protocol, TypeVar, runtime_checkable

from . import prompt
from .candidates import Candidate
from .defects import find_defects
from .errors import ArticleError, ProviderRejected, UsageError
from .judging import OPEN
from .ledger import Ledger, digest
from .llm import Tally
from .merging import Merged
from .replies import Message, schema_sha256
from .schemas import ArticleAccount, Attribution, Claim, DatePhrase, Draft, Evidence, Judgement, PairVerdict, Run

T = TypeVar("T", bound=Draft)

Pair = tuple[str, str]
"""Claim ids, the smaller one first."""

SENTENCES = 12
"""Sentences of a claim that are shown."""

LONGEST = {"sentence": 1200, "value": 200, "reason": 300}
"""Characters that are shown or kept; of more, an ellipsis tells."""


@runtime_checkable
class AnswersAs(Protocol):
    """What this needs of a model; :class:`extractor.llm.Model` has it."""

    async def complete_as(
        self, kind: type[T], messages: list[dict[str, str]], tally: Tally, *, reasks: int
    ) -> tuple[T, str]:
        """A valid answer of that kind, asked for again at most ``reasks`` times, and its text; ``tally`` counts all calls."""
        ...


class Adjudicated(NamedTuple):
    """What a model says about the doubtful pairs."""

    judgements: list[Judgement]
    """Its verdicts, earlier ones included. One on a pair that the rules know by now how to settle has lapsed."""
    accounts: list[ArticleAccount]
    """What each new call took."""
    run: Run
    """What asked."""
    unsettled: Mapping[Pair, str]
    """Pairs without a verdict, and why."""


async def adjudicate(
    ledger: Ledger, merged: Merged, model: object, run: Run, *, concurrency: int = 8, limit: int = 200
) -> Adjudicated:
    """Ask about every pair in doubt that no model has judged: ``limit`` pairs at most, ``concurrency`` at once.

    ``merged`` is the ledger by rules and people alone. A call that fails leaves its pair unsure, and so does a server
    that refuses all of them. Raises UsageError for a model that answers articles only.
    """
    if not isinstance(model, AnswersAs):
        raise UsageError(
            f"{type(model).__name__} cannot judge pairs of claims: it has no complete_as() (see extractor.llm.Model); "
            "leave `adjudicate` out, or use another model"
        )
    doubtful = doubts(merged)
    overruled = {(j.left, j.right) for j in merged.judgements if j.by == "person"}
    earlier = [j for j in ledger.judged if (j.left, j.right) in {*doubtful, *overruled}]
    asking = _Asking(ledger, _claims(ledger, merged), model, _pair_run(run))
    waiting = asking.prepare(sorted({*doubtful} - {(j.left, j.right) for j in earlier}), limit)
    try:
        async with asyncio.TaskGroup() as workers:
            for _ in range(concurrency):
                workers.create_task(asking.work(waiting))
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None  # the first one stopped the others
    return Adjudicated([*earlier, *asking.judgements], asking.accounts, asking.run, asking.unsettled)


def doubts(merged: Merged) -> list[Pair]:
    """Pairs that the rules leave unsure for want of an anchor alone: the same parties, no claim that people rejected."""
    rejected = {c.id for a in merged.allegations if a.review == "rejected" for c in a.claims}
    return sorted(
        (j.left, j.right)
        for j in merged.judgements
        if (j.verdict, j.by, j.rule) == ("unsure", "rule", OPEN)
        and _parties(merged.candidates[j.left]) == _parties(merged.candidates[j.right])
        and rejected.isdisjoint({j.left, j.right})
    )


def reported(merged: Merged, unsettled: Mapping[Pair, str]) -> Merged:
    """The result with a judgement on every pair that is left without a verdict and still apart, saying why."""
    allegation_of = {c.id: a.id for a in merged.allegations for c in a.claims}
    told = {
        (left, right): Judgement(
            left=left, right=right, verdict="unsure", by="rule", rule=f"{OPEN}; {why}", refused=False
        )
        for (left, right), why in unsettled.items()
        if allegation_of[left] != allegation_of[right]
    }
    others = (j for j in merged.judgements if (j.left, j.right, j.rule) not in {(*pair, OPEN) for pair in told})
    judgements = sorted([*others, *told.values()], key=lambda j: (j.left, j.right, j.verdict, j.by, j.rule, j.refused))
    return replace(merged, judgements=judgements)


def _claims(ledger: Ledger, merged: Merged) -> dict[str, Claim]:
    """All claims, with what people corrected: the rules compared them so."""
    edits: dict[str, dict[str, Any]] = defaultdict(dict)
    for edit in (e for a in merged.allegations for e in a.edits):
        edits[edit.claim][edit.field] = edit.edited
    corrected = {i: Claim.model_validate(ledger.claims[i].model_dump() | values) for i, values in edits.items()}
    return {**ledger.claims, **corrected}


def _parties(c: Candidate) -> tuple[Any, ...]:
    return c.scope, c.family, c.suppliers, c.recipients


def _pair_run(run: Run) -> Run:
    """The same run with the prompt and the schema that are used here."""
    choices = {
        **run.model_dump(exclude={"id"}),
        "prompt_sha256": prompt.pair_prompt_sha256(),
        "schema_sha256": schema_sha256(PairVerdict),
    }
    return Run(id=f"run:{digest(choices)}", **choices)


# Asking --------------------------------------------------------------------------------------------------------------


class _Asking:
    def __init__(self, ledger: Ledger, claims: Mapping[str, Claim], model: AnswersAs, run: Run) -> None:
        self.run = run
        self.judgements: list[Judgement] = []
        self.accounts: list[ArticleAccount] = []
        self.unsettled: dict[Pair, str] = {}
        self._ledger = ledger
        self._claims = claims
        self._model = model

    def prepare(self, pairs: Iterable[Pair], limit: int) -> Iterator[tuple[Pair, list[Message]]]:
        """The requests to send; a pair that gets none is unsettled."""
        requests: list[tuple[Pair, list[Message]]] = []
        for left, right in pairs:
            one, other = (report(self._ledger, self._claims[i]) for i in (left, right))
            if one is None or other is None:
                self.unsettled[left, right] = "not put to the model, since its sentences give orders to software"
            elif len(requests) == limit:
                self.unsettled[left, right] = f"not put to the model, which was asked about {limit} pairs in this run"
            else:
                requests.append(((left, right), prompt.pair_messages(one, other)))
        return iter(requests)

    async def work(self, waiting: Iterator[tuple[Pair, list[Message]]]) -> None:
        """Ask one after the other; ``waiting`` is shared by all workers."""
        for pair, messages in waiting:
            tally = Tally()
            try:
                answer, _ = await self._model.complete_as(PairVerdict, messages, tally, reasks=self.run.reasks)
            except ArticleError as error:
                self.unsettled[pair] = f"the model gave no verdict ({_cut(str(error), 'reason')})"
                self._account(pair, tally, None)
                continue
            except ProviderRejected as error:  # nobody will be answered; what was extracted is paid for and stays
                for left_out in (pair, *(other for other, _ in waiting)):
                    self.unsettled[left_out] = f"the server refused to judge it ({_cut(str(error), 'reason')})"
                return
            self._account(pair, tally, answer)
            name = ", ".join(sorted(tally.models)) or str(self.run.model)
            rule = f"{_cut(name, 'value')}: {_cut(answer.reason, 'reason')}"
            self.judgements.append(
                Judgement(left=pair[0], right=pair[1], verdict=answer.verdict, by="model", rule=rule, refused=False)
            )

    def _account(self, pair: Pair, tally: Tally, answer: PairVerdict | None) -> None:
        key = digest([self.run.id, *pair, answer and [answer.verdict, answer.reason]])
        self.accounts.append(
            ArticleAccount(
                id=f"adjudication:{key}" if answer else f"failure:{key}",
                article_id=self._claims[pair[0]].article_id,
                run=self.run.id,
                outcome="adjudicated" if answer else "failed",
                records=[],
                usage=tally.usage,
                models=sorted(tally.models),
            )
        )


# What is shown -------------------------------------------------------------------------------------------------------


def report(ledger: Ledger, claim: Claim) -> list[prompt.Field] | None:
    """A claim as the model sees it; None if it rests on nothing but sentences that give orders to software.

    Of actors and weapons it holds the ids: their names in the ledger depend on what else was merged.
    """
    spoken, article = ledger.attributions[claim.id], ledger.articles[claim.article_id]
    orders = [(d.start, d.end) for d in article.defects if d.kind == "instruction_like"]
    sentences = _sentences(spoken, orders)
    if not sentences:
        return None
    return [
        ("outlet", _printed(article.outlet)),
        ("published", article.published),
        ("stage", claim.stage),
        ("scope", claim.scope),
        ("suppliers", claim.suppliers),
        ("recipients", claim.recipients),
        ("items", _items(claim)),
        ("event_time", _date(claim.event_time)),
        ("said_on", _dates(spoken)),
        *(("sentence", s) for s in sentences[:SENTENCES]),
        *([("sentences not shown", len(sentences) - SENTENCES)] if len(sentences) > SENTENCES else []),
    ]


def _sentences(spoken: Iterable[Attribution], orders: Collection[tuple[int, int]]) -> list[str]:
    """The sentences of the evidence, each once, in order; without those that give orders to software, and without what
    stands right before or behind such a one."""
    found: dict[tuple[int, int], Evidence] = {}
    for e in (e for t in spoken for e in t.evidence):
        found[e.start - len(e.prefix), e.end + len(e.suffix)] = e
    return [
        _cut(e.prefix + e.exact + e.suffix, "sentence")
        for (first, last), e in sorted(found.items(), key=lambda item: item[0])
        if not any(start <= last + 1 and first - 1 <= end for start, end in orders)
    ]


def _items(claim: Claim) -> list[dict[str, str | None]]:
    items = [{"weapon": i.weapon, "amount": _printed(i.quantity.text if i.quantity else None)} for i in claim.items]
    return sorted(items, key=lambda item: (str(item["weapon"]), item["amount"] or ""))


def _dates(spoken: Iterable[Attribution]) -> list[dict[str, str | None]]:
    known = {(d.text, d.edtf or ""): d for t in spoken if (d := t.said_on)}
    return [told for _, d in sorted(known.items(), key=lambda item: item[0]) if (told := _date(d))]


def _date(date: DatePhrase | None) -> dict[str, str | None] | None:
    return {"printed": _printed(date.text), "edtf": date.edtf} if date else None


def _printed(text: str | None) -> str | None:
    """A copied value; None for one that gives orders to software."""
    if text is None or any(d.kind == "instruction_like" for d in find_defects(text)):
        return None
    return _cut(text, "value")


def _cut(text: str, kind: str) -> str:
    shown, longest = prompt.plain(text), LONGEST[kind]
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"
