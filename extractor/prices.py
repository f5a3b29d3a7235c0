"""What calls cost, and the limit that a user sets to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache

from .errors import BudgetSpent, UsageError
from .modelnames import parse
from .replies import CallFailed, Reply, Request
from .schemas import NO_USAGE, Usage
from .settings import Price

BATCH_SHARE = 0.5
"""What a provider asks for a batch, as a share of its price (OpenAI's, Anthropic's and Google's price lists)."""

OUTPUT_LIMIT = 16_384
"""Tokens of an answer where a budget must hold and nothing else limits them; the longest recorded answer has 7,000."""

PLAIN_TOKENS = 30_000
"""Tokens of a prompt below which every listed model has one price for a token; the lowest step known is at 32,000."""

DIGITS = 6
"""Decimal places of a dollar that are told."""


@dataclass(frozen=True)
class Prices:
    """What a model costs: by the user's own price, else by the public list of genai-prices."""

    model: str | None
    own: Price | None = None

    def usd(self, usage: Usage) -> float | None:
        """US dollars; None where the model's price is unknown."""
        if not usage.calls:
            return 0.0
        if self.own:
            return (usage.prompt_tokens * self.own.sent + usage.completion_tokens * self.own.answered) / 1_000_000
        # dearer rates for long prompts count for each call, so the sum of many must not be priced as one
        n = usage.calls
        if usage.prompt_tokens > n * PLAIN_TOKENS:
            tokens = (usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens, usage.cache_written_tokens)
            one = _listed(self.model, *(count // n for count in tokens))
            return None if one is None else n * one
        if (rates := _rates(self.model)) is None:
            return None
        sent, cached, answered, written = rates
        plain = usage.prompt_tokens - usage.cached_tokens - usage.cache_written_tokens
        prompt = plain * sent + usage.cached_tokens * cached + usage.cache_written_tokens * written
        return prompt + usage.completion_tokens * answered

    @property
    def source(self) -> str:
        """Where the price is from, for people."""
        if self.own:
            return "by the price given"
        from importlib.metadata import version

        return f"by the price list of genai-prices {version('genai-prices')}"


@cache
def _rates(model: str | None) -> tuple[float, float, float, float] | None:
    """US dollars for one token sent, read from the cache, answered, written into the cache, in prompts of ordinary length."""
    n = 1000
    sent, cached, answered, written = (
        _listed(model, *tokens) for tokens in ((n, 0, 0, 0), (n, n, 0, 0), (0, 0, n, 0), (n, 0, 0, n))
    )
    if sent is None or cached is None or answered is None or written is None:
        return None
    return sent / n, cached / n, answered / n, written / n


def _listed(model: str | None, prompt: int, cached: int, answered: int, cache_written: int) -> float | None:
    if model is None:
        return None
    from genai_prices import Usage as Tokens
    from genai_prices import calc_price  # half a second to import

    tokens = Tokens(
        input_tokens=prompt, cache_read_tokens=cached, cache_write_tokens=cache_written, output_tokens=answered
    )
    try:
        return float(calc_price(tokens, model_ref=parse(model).name).total_price)
    except LookupError:
        return None


_ONE = Usage(calls=1, prompt_tokens=1, cached_tokens=0, completion_tokens=1)


class Spending:
    """What a run has spent, and the budget that it never passes. One for all calls of a run."""

    def __init__(self, prices: Prices, budget_usd: float | None = None, *, checker: str | None = None) -> None:
        """``prices`` are those of the model that writes. ``checker`` is another model that checks, at its listed price."""
        if budget_usd is not None and prices.usd(_ONE) is None:
            raise UsageError(f"the price of {prices.model} is unknown, so no budget can be kept: give --price IN,OUT")
        self._prices = prices
        self._checker = Prices(checker) if checker not in {None, prices.model} else None
        if budget_usd is not None and self._checker and self._checker.usd(_ONE) is None:
            raise UsageError(
                f"the price of {checker}, which checks, is unknown, so no budget can be kept: check with a model that is "
                "listed, or leave --budget or --check out"
            )
        self._checked = NO_USAGE
        self._budget_usd = budget_usd
        self._reserved_usd = 0.0
        self._reserving = 0
        self._settled = asyncio.Condition()
        self._unknown_usd = 0.0
        self.usage = NO_USAGE
        """What all calls took that were paid for in this run."""

    @property
    def usd(self) -> float | None:
        """Spent so far; None where the price is unknown. Under a budget, a call that broke off counts as what it can have
        cost."""
        written = self._prices.usd(self.usage - self._checked)
        checked = self._checker.usd(self._checked) if self._checker else 0.0
        return None if written is None or checked is None else written + checked + self._unknown_usd

    @asynccontextmanager
    async def reserved(self, request: Request) -> AsyncIterator[Bill]:
        """Within the block, the most that the call can cost is put aside. Raises BudgetSpent if that is not there."""
        bill = Bill()
        if self._budget_usd is None:
            try:
                yield bill
            finally:
                self._pay(request, bill, 0.0)
            return
        most = self._most(request)
        await self._put_aside(most, self._budget_usd)
        try:
            yield bill
        finally:
            self._reserving -= 1
            # sums of fractions leave a rest, for which nobody must wait
            self._reserved_usd = self._reserved_usd - most if self._reserving else 0.0
            self._pay(request, bill, most)
            async with self._settled:
                self._settled.notify_all()

    async def _put_aside(self, most: float, budget_usd: float) -> None:
        async with self._settled:
            while (self.usd or 0.0) + self._reserved_usd + most > budget_usd:
                if not self._reserving:
                    raise BudgetSpent(
                        f"not sent: it could cost up to {most:.4f} USD, and {self.usd or 0.0:.4f} of the budget of "
                        f"{budget_usd:g} USD are spent; raise --budget and run the same command again"
                    )
                await self._settled.wait()  # calls in flight mostly cost less than was put aside for them
            self._reserved_usd += most
            self._reserving += 1

    def _most(self, request: Request) -> float:
        answers = max(1, int(request.parameters.get("n") or 1))
        longest = answers * (request.longest or OUTPUT_LIMIT)
        usage = Usage(
            calls=1,
            prompt_tokens=request.size,
            cached_tokens=0,
            completion_tokens=longest,
            cache_written_tokens=request.size,  # the dearest that they can be
        )
        prices = self._checker if self._is_checker(request) else self._prices
        return (prices.usd(usage) if prices else None) or 0.0

    def _is_checker(self, request: Request) -> bool:
        return self._checker is not None and request.model == self._checker.model

    def _pay(self, request: Request, bill: Bill, most: float) -> None:
        if reply := bill.reply:
            self.usage += reply.usage
            if self._is_checker(request):
                self._checked += reply.usage
            if not reply.prompt_tokens and reply.finish != "refused":  # the server does not say what it took
                self._unknown_usd += most
        elif bill.unknown:
            self._unknown_usd += most


@dataclass
class Bill:
    """What a call turns out to cost."""

    reply: Reply | None = None
    """What came back."""
    unknown: bool = False
    """Nothing came back, and the provider may charge for it all the same."""

    def failed(self, failure: CallFailed) -> None:
        """Nothing came back."""
        self.unknown = failure.billed
