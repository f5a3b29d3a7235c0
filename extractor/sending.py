"""How a request gets its reply: from the store if it was paid for once, else sent at the right pace, within the budget, and
tried again where the network or the server fails.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import Any, Protocol

from .errors import ArticleError, ExtractorError
from .pacing import Pace, Turns
from .prices import Bill, Spending
from .replies import CallFailed, Reply, Request
from .settings import Settings
from .stopping import Stop
from .store import Call, Outcome, Store
from .telemetry import call_span
from .waiting import wait_s

log = logging.getLogger(__name__)

_OUTCOMES: dict[str, Outcome] = {"stop": "answered", "length": "truncated", "refused": "refused"}


class Provider(Protocol):
    """Sends a request somewhere; :class:`extractor.chat_api.ChatServer` does."""

    async def send(self, request: Request) -> tuple[Reply, float]:
        """The reply, and the seconds that the server wants to be left alone after it. Raises CallFailed, or an error of
        :mod:`extractor.errors`."""
        ...

    async def close(self) -> None:
        """Give back what it holds."""
        ...


class Sender:
    """Gets replies. One for all calls of a run to one server."""

    def __init__(
        self, settings: Settings, provider: Provider, spending: Spending, *, store: Store | None, stop: Stop
    ) -> None:
        self.settings = settings
        self.provider = provider
        self.spending = spending
        self.store = store
        self.stop = stop
        self._turns = Turns()
        self.pace = Pace(
            settings.concurrency,
            rpm=settings.rpm,
            tpm=settings.tpm,
            patience_s=settings.patience_s,
            stop=stop,
        )

    async def reply(self, request: Request, article: str) -> tuple[str, Reply, bool]:
        """The request's key, its reply, and whether that was there already. ``article`` is for the records.

        Raises ProviderFailed, BudgetSpent, NotRecorded, ProviderRejected, StoreUnusable or Stopped.
        """
        key = request.key(self.settings.server)
        if self.store is None:
            reply = await self._ask(request, key, article)
            await self._turns.take()
            return key, reply, False
        if found := self._kept(key, request):
            return *found, True
        async with self.store.asking(key, self.stop.sleep):
            if found := self._kept(key, request):  # another run has asked meanwhile
                return *found, True
            reply = await self._ask(request, key, article)
            place = _cut_place(key, request) if reply.finish == "length" else key
            await self.store.keep(place, reply, article=article, asked=request.model)
        await self._turns.take()
        return place, reply, False

    def _kept(self, key: str, request: Request) -> tuple[str, Reply] | None:
        """The reply that was paid for, and where it is kept. A whole one is the same under any limit; one that was cut off
        comes first, so that the same calls are counted again."""
        assert self.store  # noqa: S101 - the caller has looked
        cut = _cut_place(key, request)
        if found := self.store.reply(cut):
            return cut, found
        found = self.store.reply(key) if cut != key else None
        return (key, found) if found and found.finish != "length" else None

    def forget(self, keys: Iterable[str]) -> None:
        """Drop the replies of an article that ended without a valid answer, so that another run asks again."""
        if self.store:
            self.store.forget(keys)

    async def _ask(self, request: Request, key: str, article: str) -> Reply:
        attempts = _Attempts(self, request, key, article)
        try:
            return await attempts.one()
        except CallFailed as first:
            return await attempts.more(first)


def _cut_place(key: str, request: Request) -> str:
    """Where an answer is kept that was cut off: the key leaves out the limit that a budget sets."""
    return f"{key}-{request.output_limit}" if request.output_limit else key


class _Attempts:
    """One request, sent until a reply comes."""

    def __init__(self, sender: Sender, request: Request, key: str, article: str) -> None:
        self._sender = sender
        self._request, self._key, self._article = request, key, article
        self._sent = 0
        self._counted = 0

    async def more(self, first: CallFailed) -> Reply:
        """Try again as often as the settings say; a server that says 429, or an outage, is waited for instead."""
        from tenacity import AsyncRetrying, retry_if_exception_type

        failed: CallFailed | None = first

        async def again() -> Reply:
            nonlocal failed
            if failed:
                error, failed = failed, None
                raise error
            return await self.one()

        retrying = AsyncRetrying(
            stop=self._is_enough,
            wait=wait_s,
            retry=retry_if_exception_type(CallFailed),
            sleep=self._sender.stop.sleep,
            reraise=True,
        )
        try:
            return await retrying(again)
        except CallFailed as error:
            raise error.final from None

    def _is_enough(self, state: Any) -> bool:
        error = state.outcome.exception()
        if error.limited or self._sender.pace.outage:
            return bool(state.seconds_since_start + state.upcoming_sleep > self._sender.settings.patience_s)
        self._counted += 1
        return self._counted >= self._sender.settings.attempts

    async def one(self) -> Reply:
        """Send it, when it is its turn. Raises CallFailed, or what cannot be mended by trying again."""
        # the money first: a call that waits for it takes no turn, and goes at the pace that holds then
        async with self._sender.spending.reserved(self._request) as bill, self._sender.pace.slot(self._request.size):
            self._sent += 1
            began = time.monotonic()
            try:
                with call_span(self._request, self._article, self._sender.settings.server) as span:
                    reply, pause_s = await self._sender.provider.send(self._request)
                    span.replied(reply)
            except CallFailed as error:
                self._failed(error, bill, began)
                raise
            except ArticleError:
                self._record("failed", began)
                raise
            except ExtractorError as error:
                self._sender.stop.set(str(error))  # before the next one gets this slot
                self._record("rejected", began)
                raise
            bill.reply = reply
            self._sender.pace.answered(
                time.monotonic() - began,
                size=self._request.size,
                tokens=reply.prompt_tokens + reply.completion_tokens,
                wait_s=pause_s,
            )
            self._record(_OUTCOMES[reply.finish], began, reply)
            return reply

    def _failed(self, error: CallFailed, bill: Bill, began: float) -> None:
        bill.failed(error)
        if error.limited:
            self._sender.pace.limited(began, error.wait_s)
        else:
            self._sender.pace.failed(self._key)
        self._record("limited" if error.limited else "failed", began)

    def _record(self, outcome: Outcome, began: float, reply: Reply | None = None) -> None:
        call = Call(
            article=self._article,
            key=self._key,
            attempt=self._sent,
            outcome=outcome,
            latency_s=round(time.monotonic() - began, 4),
            model=reply.model if reply else self._request.model,
            prompt_tokens=reply.prompt_tokens if reply else 0,
            cached_tokens=reply.cached_tokens if reply else 0,
            completion_tokens=reply.completion_tokens if reply else 0,
        )
        log.info("call", extra={"call": call})
        if self._sender.store:
            self._sender.store.note(call)
