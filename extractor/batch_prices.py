"""What batches cost: what a request will, and what it can at most."""

from __future__ import annotations

from .errors import UsageError
from .pacing import BYTES_PER_TOKEN
from .prices import BATCH_SHARE, OUTPUT_LIMIT, Prices
from .replies import Request
from .schemas import Usage
from .settings import Settings

ANSWERED_SHARE = 1.2
"""Bytes of an answer for each of its article, for estimates: 6 KB on 5 KB in the benchmark."""


def prices(settings: Settings, model: str) -> Prices:
    """What a model costs outside batches: the settings' own price is for their own model only."""
    return Prices(model, settings.price if model == settings.model else None)


def most_usd(settings: Settings, request: Request) -> float:
    """What a request can cost at most, in a batch. Raises UsageError where nobody knows its price."""
    usage = Usage(
        calls=1, prompt_tokens=request.size, cached_tokens=0, completion_tokens=request.longest or OUTPUT_LIMIT
    )
    usd = prices(settings, request.model).usd(usage)
    if usd is None:
        raise UsageError(f"the price of {request.model} is unknown, so no budget can be kept: give --price IN,OUT")
    return usd * BATCH_SHARE


def estimated(request: Request) -> Usage:
    """The tokens that a request will take, as a guess from its length."""
    article = len(request.messages[1]["content"].encode("utf-8", "surrogatepass"))
    return Usage(
        calls=1,
        prompt_tokens=round(request.size / BYTES_PER_TOKEN),
        cached_tokens=0,
        completion_tokens=round(ANSWERED_SHARE * article / BYTES_PER_TOKEN),
    )
