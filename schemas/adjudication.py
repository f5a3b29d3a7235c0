"""What a model says about two claims of which no rule knows whether they are the same allegation."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from .base import Draft


class PairVerdict(Draft):
    """Whether two reports are about one episode."""

    reason: str
    """One short sentence: what in the two texts shows it, or what is missing."""
    verdict: Literal["same", "different", "unsure"]
    """same: the texts themselves show one episode. different: they show two. unsure: anything else."""


@cache
def pair_verdict_schema() -> dict[str, Any]:
    """The JSON Schema that constrains a verdict: structure only, as in the schema of an answer. Do not change it."""
    schema = PairVerdict.model_json_schema()
    kept = {name: {k: v for k, v in p.items() if k in {"type", "enum"}} for name, p in schema["properties"].items()}
    return {
        "type": "object",
        "properties": kept,
        "required": list(kept),
        "additionalProperties": False,
    }
