"""What is measured: the names of all measures, and how they and every error are told."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

SEED = 0
SAMPLES = 1000

STATEMENTS = ("allegations", "attributions", "denials", "responses")
"""What ``precision``, ``recall`` and ``f1`` without a record type are about."""
RECORDS = (*STATEMENTS, "items", "actors")
FIELDS = {
    "allegations": (
        "stage", "stage_family", "scope", "direction", "suppliers", "recipients", "event_time", "event_time_edtf",
    ),
    "attributions": ("speaker", "speaker_kind", "root", "certainty", "basis", "polarity", "said_on", "said_on_edtf"),
    "denials": ("denier", "kind", "scope", "targets", "said_on", "said_on_edtf"),
    "responses": ("kind", "actors", "about"),
    "items": ("category", "quantity"),
}  # fmt: skip
RATES = ("grounding", "kept", "traps.record", "traps.field", "coverage")
MERGING = ("pairs", "links")
MERGE_RATES = ("merge.kept_apart", "merge.unsure_apart", "merge.origins", "merge.contested")
COUNTED = {
    "precision": {"right": 1, "wrong": 1},
    "recall": {"right": 1, "missed": 1},
    "f1": {"right": 2, "wrong": 1, "missed": 1},
}
MEASURES = (
    *COUNTED,
    *(f"{record}.{rate}" for record in RECORDS for rate in COUNTED),
    *(f"{record}.{name}" for record, names in FIELDS.items() for name in names),
    *RATES,
    *(f"merge.{part}.{rate}" for part in MERGING for rate in COUNTED),
    *MERGE_RATES,
)
"""The names of all measures. Each is a share: 1 is perfect."""

CHECK_MEASURES = tuple(f"doubts.{rate}" for rate in COUNTED)
"""Further measures of a dataset whose records a second model checked: whether it doubted the claims and denials that are
false or have a wrong field, and no others."""

THRESHOLD = {"allegations": 0.6, "attributions": 0.5, "denials": 0.5, "responses": 0.5, "items": 0.6, "actors": 0.8}
ANSWERS = frozenset({"sidesteps", "acknowledges", "declines_comment", "dismisses"})
"""Kinds of denials whose link is an ``answer`` that contests nothing; gold lists them with the scope of their words."""

Key = tuple[str, str]
"""File name of the article, and the id that its gold gives a record."""


class Result(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Measure(Result):
    """A share, with the counts behind it."""

    value: float | None
    """``right`` of ``of``; None where there is nothing to measure."""
    low: float | None
    """Lower end of the 95 % interval, from resampling articles. None for merging, whose pairs lie across articles."""
    high: float | None
    """Its upper end."""
    right: int
    """What is right. F1 counts it twice, as it is defined."""
    of: int
    """Of how many."""


class Error(Result):
    """One thing that differs from the gold."""

    kind: Literal["missed", "false", "wrong_field", "trap", "ungrounded", "quarantined", "merge"]
    record: str
    """The type of record, or the part of merging."""
    article: str
    """File name; for merging the cluster."""
    gold: str | None
    """Id of the gold record."""
    predicted: str | None
    """Id of the record in the dataset."""
    field: str | None
    """The field that is wrong; the finer name of a trap."""
    expected: str | None
    """What gold says, with what is as right."""
    found: str | None
    """What the dataset says."""
    sentences: list[str]
    """The words concerned: gold quotes, then the sentences of the record."""


class Evaluation(Result):
    """How a dataset agrees with gold."""

    schema_version: str
    """Version of the schema of dataset and gold."""
    seed: int
    """Of the resampling."""
    articles: list[str]
    """Articles that were measured, by the file name that gold gives them."""
    failed: list[str]
    """Those of them that gave no extraction; all their records count as missed."""
    changed: list[str]
    """Articles whose text is not the one of the gold: not measured."""
    without_gold: list[str]
    """Articles of the dataset that no gold is about: not measured."""
    without_article: list[str]
    """Gold whose article is not in the dataset: not measured, but ``coverage`` counts it."""
    notes: list[str]
    """What is odd about the gold."""
    measures: dict[str, Measure]
    """By name, e.g. ``f1``, ``denials.recall``, ``attributions.certainty``, ``merge.pairs.f1``."""
    errors: list[Error]
    """Everything that differs, by kind, record and article."""
