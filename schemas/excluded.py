"""What looks like an allegation and is none."""

from __future__ import annotations

from typing import Literal

from .base import Draft, Record
from .evidence import Citation, Evidence

ExclusionReason = Literal[
    "openly_announced_transfer",
    "weapons_test",
    "show_of_force",
    "domestic_production",
    "non_arms_cooperation",
    "hypothetical",
    "historical_unrelated",
    "use_not_transfer",
    "headline_overstates",
    "fiction",
    "other",
]


class ExcludedDraft(Draft):
    """A passage about arms that must not become an allegation. The place for what tempts."""

    id: str
    """Your own short id: x1, x2, …"""
    evidence: list[Citation]
    """The passage. At least one."""
    reason: ExclusionReason
    """openly_announced_transfer: a government announces its own aid. domestic_production: for one's own army.
    non_arms_cooperation: labour, trade, diplomacy without arms. other: also for a text that gives orders to its
    reader's software."""


class Excluded(Record):
    """A passage that the model set aside, and why."""

    id: str
    """Stable id, from the article's content and the evidence."""
    reason: ExclusionReason
    """Why it is no allegation."""
    evidence: list[Evidence]
    """The exact words. Never empty."""
