"""One article in, one extraction out: ask, ask again for what does not hold and for what was missed, have it checked."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from . import prompt
from .articles import Document
from .checking import Key
from .errors import AnswerTruncated, ArticleError, BudgetSpent, NotRecorded
from .halves import halves
from .llm import Tally
from .replies import Message
from .schemas import Answer, Extraction, Run
from .support import GivesVerdicts
from .written import STATEMENTS, Written, counted


class AnswersMessages(Protocol):
    """What an extraction needs of a model; :class:`extractor.llm.Model` has it."""

    async def complete(self, messages: list[dict[str, str]], tally: Tally, *, reasks: int) -> tuple[Answer, str]:
        """A schema-valid answer, asked for again at most ``reasks`` times, and its text; ``tally`` counts every call."""
        ...


async def extract_document(
    document: Document, model: AnswersMessages, *, run: Run, tally: Tally, checker: GivesVerdicts | None = None
) -> Extraction:
    """Everything that the model finds in one article and that holds, and what did not hold, with the reason.

    At most ``run.reasks`` times in a pass the model is asked again, whatever for; for records that do not hold, only for these.
    A fresh ``tally`` takes what the calls used, also when this raises one of the article errors of :mod:`extractor.errors`.
    """
    written = await ask(
        document, model, reasks=run.reasks, tally=tally, passes=run.passes or 1, checker=checker if run.check else None
    )
    return written.extraction(run, tally)


async def ask(
    document: Document,
    model: AnswersMessages,
    *,
    reasks: int,
    tally: Tally,
    passes: int = 1,
    checker: GivesVerdicts | None = None,
) -> Written:
    """What the model writes about one article, after it was asked again for what does not hold: all calls that the article
    needs.

    ``passes`` is how often the article is read at most: all but the first ask for what the records miss, each with re-asks of
    its own, until one finds nothing. ``checker`` is then asked whether each claim and denial is supported. Where the first answer
    is cut off, the article is asked about in two parts, each in a conversation of its own. Raises as :func:`extract_document`
    does; a further pass or a check that fails costs nothing that was found.
    """
    try:
        written = await _Reading(document, model, reasks, tally).all(passes)
    except AnswerTruncated:
        parts = halves(document)
        if parts is None:
            raise
        first, second = [await _Reading(document, model, reasks, tally, part).all(passes) for part in parts]
        written = first.joined(second)
    if checker:
        await written.check_support(checker, tally, reasks)
    return written


class _Reading:
    """One conversation about an article, or a part of it."""

    def __init__(
        self, document: Document, model: AnswersMessages, reasks: int, tally: Tally, part: range | None = None
    ) -> None:
        self._document, self._model, self._reasks, self._tally = document, model, reasks, tally
        self._messages = prompt.messages(document, part)
        self._text = ""

    async def all(self, passes: int) -> Written:
        """The records of all passes. Raises what the first call raises."""
        with counted(self._tally) as tally:
            answer = await self._answer(None, tally, self._reasks)
            written = Written(self._document, answer.publication)
            written.take(answer, asked=None)
            await self._settle(written, tally, old=frozenset())
        for number in range(2, passes + 1):
            name = f"pass {number} of {passes}"
            if written.remark:
                written.lapses.append(f"{name} was not made{written.remark}")
                break
            try:
                if not await self._once_more(written):
                    break
            except NotRecorded:
                raise
            except ArticleError as error:  # what was found is paid for
                written.lapses.append(f"{name} failed: {error}")
                break
        return written

    async def _once_more(self, written: Written) -> bool:
        """Ask for what the records miss; whether any statement came."""
        old = frozenset(written.keys)
        with counted(self._tally) as tally:
            answer = await self._answer(prompt.more_message(written.used), tally, self._reasks)
            written.take_more(answer)
            await self._settle(written, tally, old=old)
        return any(record in STATEMENTS for record, _ in written.keys - old)

    async def _settle(self, written: Written, tally: Tally, *, old: Collection[Key]) -> None:
        """Ask again for what does not hold, beside what did not hold before."""
        while (left := self._reasks + 1 - tally.usage.calls) > 0:
            problems = [p for p in written.problems() if (p["record"], p["id"]) not in old]
            if not problems:
                break
            try:
                with counted(tally) as again:
                    answer = await self._answer(prompt.reask_message(problems), again, left - 1)
            except (NotRecorded, BudgetSpent):
                raise
            except ArticleError as error:  # what holds is paid for: it is kept
                written.remark = f" (asking again failed: {error})"
                break
            written.take(answer, asked={(p["record"], p["id"]) for p in problems})

    async def _answer(self, message: Message | None, tally: Tally, reasks: int) -> Answer:
        """The answer to the conversation so far and one more message."""
        if message:
            self._messages += [{"role": "assistant", "content": self._text}, message]
        answer, self._text = await self._model.complete(self._messages, tally, reasks=reasks)
        return answer
