"""How fast calls go: at the provider's limit, never above the user's, and no storm whatever the server does."""

from __future__ import annotations

import asyncio
import email.utils
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor import pacing
from extractor.errors import ProviderFailed, Stopped
from extractor.pacing import NEVER_ANSWERED_S, Pace, Turns
from extractor.stopping import Stop
from extractor.waiting import TRUSTED, retry_after_s, wait_s


class Clock:
    """Time that passes only while everybody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Wait until it is so late, in order of time with all others."""
        until = self.now + max(0.0, seconds)
        while self.now < until:
            self._earliest = min(until, getattr(self, "_earliest", until))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            if self._earliest >= until - 1e-9:  # nobody wants to wake before
                self.now = until
            self._earliest = float("inf")


class TimedStop(Stop):
    """Sleeps by a clock of the test's."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    async def sleep(self, seconds: float) -> None:
        self.check()
        await self._clock.sleep(seconds)
        self.check()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(pacing.time, "monotonic", made.monotonic)
    return made


def paced(clock: Clock, most: int, **limits: Any) -> Pace:
    return Pace(most, stop=TimedStop(clock), **limits)


# The user's limits ----------------------------------------------------------------------------------------------------


def in_any_minute(times: list[float], amounts: list[float]) -> float:
    """The most that began in any 60 seconds."""
    return max(sum(a for t, a in zip(times, amounts, strict=True) if begin <= t <= begin + 60.0) for begin in times)


@pytest.mark.parametrize("rpm", [7, 60, 600])
def test_no_minute_holds_more_requests_than_allowed_and_hardly_fewer(rpm: int) -> None:
    """With sleeps that last a little longer than asked for, as real ones do."""
    began: list[float] = []
    now = 1000.0

    class Late(Stop):
        async def sleep(self, seconds: float) -> None:
            nonlocal now
            now += max(0.0, seconds) + 0.001 * (len(began) % 7)

    async def run(pace: Pace) -> None:
        for _ in range(2 * rpm):
            async with pace.slot(1000):
                began.append(now)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pacing.time, "monotonic", lambda: now)
        asyncio.run(run(Pace(8, rpm=rpm, stop=Late())))
    assert in_any_minute(began, [1] * len(began)) <= rpm
    assert (began[-1] - began[0]) / 60 == pytest.approx((len(began) - 1) / rpm, rel=0.02)


def test_no_minute_holds_more_tokens_than_allowed_once_their_number_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that counts three times as many tokens as are assumed at first."""
    tpm, size, took = 60_000, 4000, 3000
    began: list[float] = []
    now = 1000.0

    class Passes(Stop):
        async def sleep(self, seconds: float) -> None:
            nonlocal now
            now += max(0.0, seconds)

    async def run(pace: Pace) -> None:
        for _ in range(200):
            async with pace.slot(size):
                began.append(now)
            pace.answered(1.0, size=size, tokens=took)

    monkeypatch.setattr(pacing.time, "monotonic", lambda: now)
    asyncio.run(run(Pace(8, tpm=tpm, stop=Passes())))
    assert in_any_minute(began, [took] * 200) <= tpm + took
    assert 200 * took / (began[-1] - began[0]) * 60 == pytest.approx(tpm, rel=0.05)


def test_a_pause_holds_calls_that_had_their_turn_and_waited_for_the_users_limit() -> None:
    began: list[float] = []

    async def call(pace: Pace) -> None:
        async with pace.slot(1):
            began.append(time.monotonic())

    async def run() -> float:
        pace = Pace(8, rpm=600)
        calls = [asyncio.create_task(call(pace)) for _ in range(3)]
        await asyncio.sleep(0.01)
        pace.limited(time.monotonic(), 0.2)
        told = time.monotonic()
        await asyncio.gather(*calls)
        return told

    told = asyncio.run(run())
    assert [t - told >= 0.199 for t in began] == [False, True, True]


# Ours -----------------------------------------------------------------------------------------------------------------


def test_between_two_that_take_their_turn_the_event_loop_sees_to_everything_else() -> None:
    done: list[str] = []

    async def heavy(name: str) -> None:
        await turns.take()
        done.append(name)

    async def light() -> None:
        for _ in range(9):
            done.append("light")
            await asyncio.sleep(0)

    async def run() -> None:
        async with asyncio.TaskGroup() as group:
            for name in "abc":
                group.create_task(heavy(name))
            group.create_task(light())

    turns = Turns()
    asyncio.run(run())
    assert [name for name in done if name != "light"] == ["a", "b", "c"]
    assert all("light" in done[done.index(one) : done.index(other)] for one, other in ("ab", "bc"))


def test_a_turn_is_not_lost_with_a_task_that_is_cancelled() -> None:
    async def run() -> None:
        turns = Turns()
        await turns.take()
        waiting = asyncio.create_task(turns.take())
        waiting.cancel()
        async with asyncio.timeout(1):
            await turns.take()

    asyncio.run(run())


# The server's ---------------------------------------------------------------------------------------------------------


def grown(most: int, steps: Callable[[Pace], Any]) -> int:
    pace = Pace(most)
    steps(pace)
    return pace.limit


def test_a_run_begins_with_half_of_many_and_grows_by_one_with_each_reply_while_latency_holds() -> None:
    assert grown(1024, lambda pace: None) == 512
    assert grown(1024, lambda pace: [pace.answered(1.0) for _ in range(10)]) == 522
    assert grown(1024, lambda pace: [pace.answered(1.0) for _ in range(600)]) == 1024
    assert grown(64, lambda pace: None) == 64
    assert grown(1, lambda pace: [pace.answered(1.0) for _ in range(9)]) == 1


def test_replies_that_take_twice_as_long_stop_the_growth() -> None:
    def slower(pace: Pace) -> None:
        for _ in range(5):
            pace.answered(1.0)
        for _ in range(100):
            pace.answered(3.0)

    assert grown(1024, slower) < 512 + 5 + 10


def test_a_round_of_429s_halves_once_and_growth_is_by_one_a_round_after_that(clock: Clock) -> None:
    pace = paced(clock, 64)
    began = clock.now
    clock.now += 2
    for _ in range(20):
        pace.limited(began, 1.0)
    assert pace.limit == 32
    clock.now += 2
    for _ in range(40):
        pace.answered(1.0)
    assert pace.limit == 33
    pace.limited(clock.now, 1.0)
    assert pace.limit == 16


@pytest.mark.parametrize("tell", ["limited", "answered"])
def test_a_server_that_wants_to_be_left_alone_is(clock: Clock, tell: str) -> None:
    """By Retry-After of a 429, or by the x-ratelimit-* headers of an answer."""
    pace = paced(clock, 8)
    if tell == "limited":
        pace.limited(clock.now, 7.0)
    else:
        pace.answered(1.0, wait_s=7.0)
    told = clock.now

    async def call() -> float:
        async with pace.slot(1):
            return clock.now - told

    assert 7.0 <= asyncio.run(call()) <= 7.8


def test_who_asks_for_a_day_gets_a_plain_answer_instead(clock: Clock) -> None:
    pace = paced(clock, 8, patience_s=600)
    pace.limited(clock.now, 86_400.0)
    with pytest.raises(ProviderFailed, match="takes no calls for 86400 s"):
        asyncio.run(pace._enter())


_events = st.lists(
    st.tuples(st.sampled_from(["answered", "slow", "limited", "failed", "cancelled", "stop"]), st.integers(0, 5)),
    max_size=60,
)


@settings(max_examples=40, deadline=None)
@given(_events, st.integers(1, 12))
def test_never_more_in_flight_than_the_limit_and_nobody_waits_for_ever(
    events: list[tuple[str, int]], most: int
) -> None:
    async def run() -> None:
        stop, running = Stop(), 0
        pace = Pace(most, patience_s=0.01, stop=stop)
        pace._pause = lambda seconds: None  # type: ignore[method-assign]

        async def call(number: int, what: str, turns: int) -> None:
            nonlocal running
            async with pace.slot(100):
                running += 1
                assert running <= pace.limit <= most
                began = time.monotonic()
                try:
                    for _ in range(turns):
                        await asyncio.sleep(0)
                    if what == "limited":
                        pace.limited(began, 0.0)
                    elif what == "failed":
                        pace.failed(str(number))
                    elif what == "stop":
                        stop.set()
                    elif what != "cancelled":
                        pace.answered(5.0 if what == "slow" else 1.0, size=100, tokens=25)
                finally:
                    running -= 1

        calls = [asyncio.create_task(call(n, *event)) for n, event in enumerate(events)]
        await asyncio.sleep(0)
        for task, (what, _) in zip(calls, events, strict=True):
            if what == "cancelled":
                task.cancel()
        async with asyncio.timeout(5):
            ended = await asyncio.gather(*calls, return_exceptions=True)
        for error in ended:
            assert error is None or isinstance(error, ProviderFailed | Stopped | asyncio.CancelledError), error
        assert pace._in_flight == 0

    asyncio.run(run())


def test_a_turn_that_is_given_up_goes_to_the_next() -> None:
    async def run() -> None:
        pace = Pace(1)
        entered: list[str] = []

        async def call(name: str) -> None:
            async with pace.slot(1):
                entered.append(name)

        async with pace.slot(1):
            first, second = asyncio.create_task(call("first")), asyncio.create_task(call("second"))
            await asyncio.sleep(0)
        first.cancel()  # it has just been given the turn
        async with asyncio.timeout(1):
            await second
        assert entered == ["second"]

    asyncio.run(run())


# Outages --------------------------------------------------------------------------------------------------------------


async def outage(clock: Clock, pace: Pace, calls: int, ends_at: float) -> tuple[list[float], int]:
    """Times at which calls went out while the server did not answer, and how many went well in the end."""
    sent: list[float] = []
    well = 0

    async def call(number: int) -> None:
        nonlocal well
        while True:
            try:
                async with pace.slot(1):
                    sent.append(clock.now)
                    await clock.sleep(0.1)
                    if clock.now >= ends_at:
                        pace.answered(0.1)
                        well += 1
                        return
                    pace.failed(str(number))
            except ProviderFailed:
                return

    await asyncio.gather(*(call(n) for n in range(calls)))
    return [t for t in sent if t < ends_at], well


def test_an_outage_ends_without_a_storm(clock: Clock) -> None:
    pace = paced(clock, 32)
    pace.answered(0.1)
    tries, well = asyncio.run(outage(clock, pace, 60, clock.now + 300))
    assert well == 60
    assert len(tries) <= 32 + 20  # those that were in flight, and then one at a time, ever more rarely


@pytest.mark.parametrize(("answered", "patience_s"), [(True, 600.0), (True, 5.0), (False, NEVER_ANSWERED_S)])
def test_a_server_that_never_comes_back_is_given_up_when_patience_ends(
    clock: Clock, answered: bool, patience_s: float
) -> None:
    pace = paced(clock, 32, patience_s=patience_s if answered else 600.0)
    if answered:
        pace.answered(0.1)
    began = clock.now
    tries, well = asyncio.run(outage(clock, pace, 60, float("inf")))
    assert well == 0
    assert len(tries) <= 32 + 30
    assert clock.now - began <= 1.1 * patience_s + 1


def test_a_server_that_takes_no_call_for_longer_than_patience_is_given_up(clock: Clock) -> None:
    pace = paced(clock, 8, patience_s=100)
    for _ in range(10):
        pace.limited(clock.now, 1.0)
        clock.now += 11
    with pytest.raises(ProviderFailed, match=r"has taken no call for 100 s \(429\)"):
        asyncio.run(pace._enter())
    pace.answered(1.0)
    asyncio.run(pace._enter())


def test_a_stopped_run_lets_no_call_begin(clock: Clock) -> None:
    async def run() -> None:
        pace = paced(clock, 1)

        async def call() -> None:
            async with pace.slot(1):
                raise AssertionError

        async with pace.slot(1):
            waiting = [asyncio.create_task(call()) for _ in range(3)]
            await asyncio.sleep(0)
            pace._stop.set("enough")
        ended = await asyncio.gather(*waiting, return_exceptions=True)
        assert [str(e) for e in ended] == ["enough"] * 3

    asyncio.run(run())


def test_a_sleeper_notices_that_it_should_stop() -> None:
    async def run() -> float:
        stop = Stop()
        asyncio.get_running_loop().call_later(0.02, stop.set)
        began = time.monotonic()
        with pytest.raises(Stopped):
            await stop.sleep(60)
        return time.monotonic() - began

    assert asyncio.run(run()) < 1


# Retry-After ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_what_a_server_asks_for(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers) == seconds


def test_a_server_may_name_the_time() -> None:
    date = email.utils.formatdate(time.time() + 90, usegmt=True)
    assert retry_after_s({"retry-after": date}) == pytest.approx(90, abs=2)


def test_a_server_that_says_at_once_for_ever_is_asked_ever_more_rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    import tenacity

    monkeypatch.setattr(tenacity, "wait_random_exponential", lambda **_: lambda state: 5.0)

    def waits(told: float | None, attempt: int) -> float:
        error = SimpleNamespace(wait_s=told)
        return wait_s(SimpleNamespace(outcome=SimpleNamespace(exception=lambda: error), attempt_number=attempt))

    assert [waits(0.0, n) for n in range(1, TRUSTED + 3)] == [0.0] * TRUSTED + [5.0] * 2
    assert [waits(30.0, n) for n in range(1, TRUSTED + 3)] == [30.0] * (TRUSTED + 2)
    assert waits(None, 1) == 5.0
