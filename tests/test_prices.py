"""Money: what calls cost, and a budget that no sequence of calls passes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.errors import BudgetSpent, ProviderFailed, UsageError
from extractor.prices import OUTPUT_LIMIT, Prices, Spending
from extractor.replies import CallFailed, Finish, Reply, Request
from extractor.schemas import Answer, Usage
from extractor.settings import Price

OWN = Price(10.0, 20.0)
PRICES = Prices("nobody-knows-it", OWN)


def request(words: int = 1, limit: int | None = 100, **parameters: object) -> Request:
    return Request("m", [{"role": "user", "content": "word " * words}], Answer, parameters, limit)


def usage(sent: int, answered: int, cached: int = 0, calls: int = 1) -> Usage:
    return Usage(calls=calls, prompt_tokens=sent, cached_tokens=cached, completion_tokens=answered)


def usd(sent: int, answered: int) -> float:
    found = PRICES.usd(usage(sent, answered))
    assert found is not None
    return found


def test_an_own_price_counts_per_million_and_cached_tokens_in_full() -> None:
    assert Prices("x", Price(0.75, 4.5)).usd(usage(1_000_000, 1_000_000, cached=900_000)) == pytest.approx(5.25)
    assert PRICES.source == "by the price given"


def test_a_listed_model_has_a_price_with_its_date_and_an_unlisted_one_has_none() -> None:
    listed = Prices("gpt-4o-mini")
    assert listed.usd(usage(1_000_000, 0)) == pytest.approx(0.15)
    cached = listed.usd(usage(1_000_000, 0, cached=1_000_000))
    assert cached is not None
    assert cached < 0.15
    assert "price list of genai-prices" in listed.source
    assert Prices("nobody-knows-it").usd(usage(1, 1)) is None
    assert Prices("nobody-knows-it").usd(usage(0, 0, calls=0)) == 0


def test_what_is_written_into_a_cache_costs_what_the_provider_asks_for_it() -> None:
    sent = Usage(calls=1, prompt_tokens=10_000, cached_tokens=2_000, completion_tokens=0, cache_written_tokens=7_000)
    assert Prices("claude-sonnet-4-5").usd(sent) == pytest.approx((1_000 * 3 + 2_000 * 0.3 + 7_000 * 3.75) / 1e6)
    assert Prices("gpt-4o-mini").usd(sent) == Prices("gpt-4o-mini").usd(
        sent.model_copy(update={"cache_written_tokens": 0})
    )


def test_the_price_of_many_calls_is_the_sum_of_each() -> None:
    """Also where long prompts are dearer: many short ones are not one long one."""
    listed = Prices("gemini-2.5-pro")
    one, many = listed.usd(usage(3_000, 500)), listed.usd(usage(3_000_000, 500_000, calls=1000))
    assert one is not None
    assert many == pytest.approx(1000 * one)
    long = listed.usd(usage(250_000, 500))
    assert long is not None
    assert long > 250 * (listed.usd(usage(1_000, 2)) or 0)
    assert listed.usd(usage(500_000, 1_000, calls=2)) == pytest.approx(2 * long)


def test_a_budget_needs_a_price() -> None:
    with pytest.raises(UsageError, match="price of nobody-knows-it is unknown.*--price"):
        Spending(Prices("nobody-knows-it"), 1.0)
    with pytest.raises(UsageError, match="price of nobody-knows-it, which checks, is unknown"):
        Spending(Prices("gpt-4o-mini"), 1.0, checker="nobody-knows-it")
    assert Spending(Prices("nobody-knows-it")).usd == 0


@dataclass(frozen=True)
class Step:
    """A call: what comes of it, and after how many turns of the loop."""

    words: int
    limit: int | None
    share: float
    """Of what it can cost at most, what it costs."""
    written: float
    """Of what it sent, what the provider's cache takes up, for which Anthropic asks more."""
    outcome: str
    turns: int


_steps = st.builds(
    Step,
    words=st.integers(1, 2000),
    limit=st.sampled_from([10, 1000, None]),
    share=st.floats(0, 1),
    written=st.floats(0, 1),
    outcome=st.sampled_from(["stop", "length", "refused", "failed", "billed", "silent", "cancelled"]),
    turns=st.integers(0, 4),
)


PER_MILLION = {PRICES: (OWN.sent, OWN.sent, OWN.answered), Prices("claude-sonnet-4-5"): (3.0, 3.75, 15.0)}
"""What is charged for tokens sent, sent and written into the cache, answered."""


def charge(prices: Prices, sent: int, answered: int, written: int) -> float:
    each = PER_MILLION[prices]
    return ((sent - written) * each[0] + written * each[1] + answered * each[2]) / 1e6


async def spend(spending: Spending, prices: Prices, step: Step, charged: list[float]) -> bool:
    """Whether it was sent; ``charged`` takes what the server charges."""
    asked = request(step.words, step.limit)
    sent, answered = int(step.share * asked.size), int(step.share * (step.limit or OUTPUT_LIMIT))
    written = int(step.written * sent)
    bill_usd = charge(prices, sent, answered, written)
    try:
        async with spending.reserved(asked) as bill:
            for _ in range(step.turns):
                await asyncio.sleep(0)
            if step.outcome == "cancelled":
                raise asyncio.CancelledError  # noqa: TRY301 - in place of the loop, which raises it here
            if step.outcome in {"failed", "billed"}:
                error = CallFailed(ProviderFailed("x"), billed=step.outcome == "billed")
                charged.append(bill_usd if error.billed else 0.0)
                bill.failed(error)
                raise error
            charged.append(bill_usd)
            silent = step.outcome == "silent"
            finish: Finish = "stop" if silent else step.outcome  # type: ignore[assignment]
            told = (0, 0, 0) if silent else (max(1, sent), answered, written)
            bill.reply = Reply("", "m", told[0], 0, told[1], finish, cache_written_tokens=told[2])
    except CallFailed:
        pass
    except asyncio.CancelledError:
        charged.append(0.0)
    except BudgetSpent:
        return False
    return True


@settings(max_examples=60, deadline=None)
@given(st.lists(_steps, max_size=30), st.floats(0.001, 3.0), st.sampled_from(list(PER_MILLION)))
def test_no_sequence_of_calls_passes_the_budget_and_none_waits_for_ever(
    steps: list[Step], budget: float, prices: Prices
) -> None:
    async def run() -> tuple[Spending, list[bool], list[float]]:
        spending, charged = Spending(prices, budget), list[float]()
        async with asyncio.timeout(5):
            sent = await asyncio.gather(*(spend(spending, prices, step, charged) for step in steps))
        return spending, sent, charged

    spending, sent, charged = asyncio.run(run())
    assert sum(charged) <= budget + 1e-9
    assert spending.usd is not None
    assert sum(charged) - 1e-4 <= spending.usd <= budget + 1e-9
    assert spending._reserved_usd == 0
    if not all(sent):
        dearest = max(
            charge(prices, size := request(s.words).size, s.limit or OUTPUT_LIMIT, size)
            for s, was in zip(steps, sent, strict=True)
            if not was
        )
        assert spending.usd + dearest > budget


def test_a_budget_that_is_nearly_spent_waits_for_what_is_in_flight() -> None:
    """Calls mostly cost less than the most they can, so a call that does not fit now may fit in a moment."""
    most = usd(request().size, 100)

    async def run(share: float) -> list[bool]:
        spending = Spending(PRICES, 1.5 * most)
        steps = [Step(1, 100, share, 0.0, "stop", 3) for _ in range(2)]
        return list(await asyncio.gather(*(spend(spending, PRICES, step, []) for step in steps)))

    assert asyncio.run(run(0.1)) == [True, True]
    assert asyncio.run(run(0.9)) == [True, False]


def test_what_is_not_sent_says_what_it_could_cost_and_what_to_do() -> None:
    async def run() -> None:
        async with Spending(PRICES, 0.001).reserved(request(1000, None)):
            pass

    with pytest.raises(
        BudgetSpent, match=r"could cost up to 0\.\d{4} USD, and 0\.0000 of the budget of 0\.001 USD.*raise --budget"
    ):
        asyncio.run(run())


def test_several_answers_to_one_request_are_put_aside_for() -> None:
    spending = Spending(PRICES, 1.0)
    one, three = (spending._most(request(1, 100, **more)) for more in ({}, {"n": 3}))
    assert three - one == pytest.approx(200 * OWN.answered / 1e6)
