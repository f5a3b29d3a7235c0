"""How long to wait before a call that failed is tried again."""

from __future__ import annotations

import email.utils
import re
import time
from collections.abc import Mapping
from typing import Any

TRUSTED = 2
"""How often in a row the server alone says how long to wait: one that says 0 for ever must not be stormed."""


def wait_s(state: Any) -> float:
    """Seconds for tenacity: what the server asks for (``wait_s`` or the response of the error), else a random time that
    grows with every attempt, 20 at most."""
    from tenacity import wait_random_exponential

    error = state.outcome.exception() if state.outcome else None
    told = getattr(error, "wait_s", None)
    if told is None:
        told = retry_after_s(getattr(getattr(error, "response", None), "headers", {}))
    if told is not None and state.attempt_number <= TRUSTED:
        return told
    return max(told or 0.0, wait_random_exponential(multiplier=0.5, max=20)(state))


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds that a server asks for: ``retry-after-ms``, or ``retry-after`` in seconds or as a date (RFC 9110, 10.2.3).
    None if it asks for nothing that can be understood."""
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        if re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", value := headers.get(name, "")):
            return float(value) / unit
    try:
        return max(0.0, email.utils.parsedate_to_datetime(headers.get("retry-after", "")).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
