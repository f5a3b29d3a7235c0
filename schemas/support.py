"""What a second model says of the records that a first one wrote: whether the article says what they say."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from .answer import bare
from .base import Draft


class SupportVerdict(Draft):
    """Whether one record is supported by the sentences that it cites."""

    record: Literal["allegations", "denials"]
    """The list it stands in."""
    id: str
    """Its id."""
    reason: str
    """One short sentence: which words of the article carry it, or which value of the record they do not."""
    verdict: Literal["supported", "partly", "unsupported"]
    """partly: the claim or answer stands there, but not all that the record says of it. unsupported: it does not."""


class SupportAnswer(Draft):
    """One verdict for every record that was shown."""

    verdicts: list[SupportVerdict]
    """In the order of the records."""


@cache
def support_schema() -> dict[str, Any]:
    """The JSON Schema that constrains it: structure only, as in the schema of an answer. Do not change it."""
    schema: dict[str, Any] = bare(SupportAnswer.model_json_schema())
    return schema
