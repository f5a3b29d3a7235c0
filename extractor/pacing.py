"""How many calls are in flight, and when the next one may begin: at the provider's limit, not at ours.

Slow start and halving are TCP's (Jacobson, "Congestion Avoidance and Control", 1988): the number in flight grows by one
with each reply while latency holds, halves when the server says 429, and grows by one a round after that. Where the
server does not answer at all, all calls pause and one of them tries (Nygard's circuit breaker, "Release It!", 2007), so
that an outage ends without a storm.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from .errors import ExtractorError, ProviderFailed
from .stopping import Stop

SLOWER = 2.0
"""Replies that take so many times as long as at best are the server's way to say that it has enough."""
OUTAGE_CALLS = 5
"""Calls that fail one after the other, of two requests at least, before it counts as an outage."""
LONGEST_PAUSE_S = 60.0
"""Between two tries in an outage; and a server may always ask for as much."""
NEVER_ANSWERED_S = 30.0
"""How long a server is waited for that has not answered once: its address is likely wrong."""
BYTES_PER_TOKEN = 4.0
"""A first guess, corrected by every reply."""
CATCH_UP_S = 0.05
"""How much later than planned a call may begin without delaying those after it: timers are not exact."""
MINUTE_S = 60.0 + 2 * CATCH_UP_S
""""In any minute" must hold all the same."""
FIRST = 256
"""Calls that begin at once, or half of what is allowed if that is more: what vLLM takes at once (``max_num_seqs``). Whoever
is slower says so, and it costs a halving; a call that is held back costs the time of a reply."""


class Turns:
    """Lets what takes time on our side begin one at a time, with a round of the event loop in between.

    However many replies come at once, sockets and calls that are ready to begin wait for one article and not for all.
    """

    def __init__(self) -> None:
        self._busy = asyncio.Lock()

    async def take(self) -> None:
        """Returns when it is one's turn."""
        await self._busy.acquire()
        asyncio.get_running_loop().call_soon(self._busy.release)


class Pace:
    """Lets calls begin. One for all that share a server."""

    def __init__(
        self,
        most: int,
        *,
        rpm: int | None = None,
        tpm: int | None = None,
        patience_s: float = 600.0,
        stop: Stop | None = None,
    ) -> None:
        self._most = most
        self._rpm, self._tpm = rpm, tpm
        self._patience_s = patience_s
        self._stop = stop or Stop()
        self._limit = float(max(min(most, FIRST), most // 2))
        self._steep_below = float(most)  # slow start up to here
        self._in_flight = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._resume_at = 0.0
        self._next_at = 0.0
        self._spacing = asyncio.Lock()
        self._cut_at = 0.0
        self._failures = 0
        self._failing: set[str] = set()
        self._limits = 0
        self._fruitless_since: float | None = None
        self._pauses = 0
        self._answered = False
        self._latency_s = self._best_s = 0.0
        self._tokens_per_byte = 1 / BYTES_PER_TOKEN

    @property
    def limit(self) -> int:
        """Calls that may be in flight now."""
        return max(1, int(self._limit))

    @property
    def outage(self) -> bool:
        """Whether the server does not answer at all at present."""
        return self._failures >= OUTAGE_CALLS and len(self._failing) > 1

    @asynccontextmanager
    async def slot(self, size: int) -> AsyncIterator[None]:
        """Within the block, one call of ``size`` bytes may be in flight.

        Raises ProviderFailed where no call has gone well for longer than anybody waits, and Stopped.
        """
        await self._enter()
        try:
            await self._spread(size)
            yield
        finally:
            self._in_flight -= 1
            self._wake()

    async def _enter(self) -> None:
        while True:
            try:
                self._stop.check()
                self._give_up()
            except ExtractorError:
                self._wake(everybody=True)  # nobody else will get a turn either
                raise
            if (delay := self._resume_at - time.monotonic()) > 0:
                await self._stop.sleep(delay * random.uniform(1.0, 1.1))  # noqa: S311 - so that not all wake at once
            elif self._in_flight < self.limit:
                self._in_flight += 1
                return
            else:
                await self._turn()

    async def _turn(self) -> None:
        """Wait until a call ends."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._wake()  # the turn is another's
            raise

    async def _spread(self, size: int) -> None:
        """Space calls so that no minute holds more requests or tokens than the user allows."""
        if not (self._rpm or self._tpm):
            return
        async with self._spacing:
            while (delay := max(self._next_at, self._resume_at) - time.monotonic()) > 0:
                await self._stop.sleep(delay)
                self._give_up()
            self._stop.check()
            seconds = max(
                MINUTE_S / self._rpm if self._rpm else 0.0,
                MINUTE_S * size * self._tokens_per_byte / self._tpm if self._tpm else 0.0,
            )
            self._next_at = max(self._next_at, time.monotonic() - CATCH_UP_S) + seconds

    def _wake(self, *, everybody: bool = False) -> None:
        free = len(self._waiting) if everybody else self.limit - self._in_flight
        while free > 0 and self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                free -= 1

    # What became of a call ----------------------------------------------------------------------------------------

    def answered(self, latency_s: float, *, size: int = 0, tokens: int = 0, wait_s: float = 0.0) -> None:
        """A call went well; ``wait_s``: how long the server wants to be left alone, by its headers."""
        if self.outage:
            self._steep_below = max(1.0, self._most / 2)
        self._answers()
        self._pauses = self._limits = 0
        self._fruitless_since = None
        if size and tokens:
            if self._tpm:  # what it took beyond what it was taken for
                self._next_at += MINUTE_S * (tokens - size * self._tokens_per_byte) / self._tpm
            self._tokens_per_byte += (tokens / size - self._tokens_per_byte) / 10
        self._latency_s += (latency_s - self._latency_s) / (10 if self._latency_s else 1)
        self._best_s = min(self._best_s or self._latency_s, self._latency_s)
        if self._latency_s <= SLOWER * self._best_s:
            step = 1.0 if self._limit < self._steep_below else 1 / self._limit
            self._limit = min(float(self._most), self._limit + step)
        if wait_s:
            self._pause(wait_s)
        self._wake()

    def limited(self, began_at: float, wait_s: float | None) -> None:
        """The server said that it is too much (429). ``began_at``: monotonic time at which the call began."""
        self._answers()
        self._limits += 1
        self._fruitless_since = self._fruitless_since or time.monotonic()
        if began_at >= self._cut_at:  # one halving for all calls that were in flight together
            self._cut_at = time.monotonic()
            self._limit = self._steep_below = max(1.0, self._limit / 2)
        self._pause(wait_s if wait_s is not None else random.uniform(0.5, 1.0))  # noqa: S311

    def failed(self, key: str) -> None:
        """The server did not answer a request, or failed (5xx)."""
        now = time.monotonic()
        self._fruitless_since = self._fruitless_since or now
        self._failures += 1
        self._failing.add(key)
        if self.outage and now >= self._resume_at:
            self._limit = 1.0
            left_s = max(0.0, self._fruitless_since + self._waits_s - now)
            self._pause(min(left_s, LONGEST_PAUSE_S, 2.0**self._pauses) * random.uniform(0.5, 1.0))  # noqa: S311
            self._pauses += 1

    def _answers(self) -> None:
        self._answered = True
        self._failures = 0
        self._failing.clear()

    def _pause(self, seconds: float) -> None:
        self._resume_at = max(self._resume_at, time.monotonic() + seconds)

    @property
    def _waits_s(self) -> float:
        """How long calls wait for a server with which none goes well."""
        return self._patience_s if self._answered else min(self._patience_s, NEVER_ANSWERED_S)

    def _give_up(self) -> None:
        now = time.monotonic()
        again = "then run the same command again"
        if self._fruitless_since and now - self._fruitless_since > self._waits_s:
            if self.outage:
                raise ProviderFailed(
                    f"not sent: the server has not answered for {self._waits_s:.0f} s; check --base-url and the network, {again}"
                )
            if self._limits >= OUTAGE_CALLS:
                raise ProviderFailed(
                    f"not sent: the server has taken no call for {self._waits_s:.0f} s (429); see what the account's limits "
                    f"are, {again}"
                )
        if (left_s := self._resume_at - now) > max(self._patience_s, LONGEST_PAUSE_S):
            raise ProviderFailed(f"not sent: the server takes no calls for {left_s:.0f} s; wait so long, {again}")
