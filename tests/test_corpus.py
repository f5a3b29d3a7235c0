"""The whole way on the corpus: its recorded answers, replayed offline, against its gold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from extractor import build, evaluate, extract
from extractor.articles import load_metadata
from extractor.schemas import Dataset
from extractor.scores import Evaluation

CORPUS = Path(__file__).parent / "corpus"


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    settings = build(model="gpt-5.4-mini", replay=CORPUS / "cassettes", concurrency=4)
    return extract([CORPUS / "articles"], settings=settings, metadata=load_metadata(CORPUS / "manifest.json"))


@pytest.fixture(scope="module")
def evaluation(dataset: Dataset) -> Evaluation:
    return evaluate(dataset, CORPUS)


def test_every_article_has_a_recorded_answer(dataset: Dataset) -> None:
    files = json.loads((CORPUS / "manifest.json").read_text("utf-8"))
    assert dataset.accounting.articles.failed == 0, [f.message for f in dataset.accounting.failures]
    assert dataset.accounting.articles.extracted + dataset.accounting.articles.empty == len(files)
    assert all(model.startswith("relay/") for model in dataset.accounting.models_answering)


@pytest.mark.parametrize(
    ("measure", "least"),
    [
        ("coverage", 1.0),
        ("grounding", 1.0),
        ("allegations.f1", 0.95),
        ("denials.f1", 0.95),
        ("attributions.f1", 0.9),
        ("allegations.direction", 0.99),
        ("allegations.stage_family", 0.95),
        ("attributions.speaker", 0.95),
        ("traps.record", 1.0),
        ("merge.pairs.f1", 0.9),
        ("merge.kept_apart", 1.0),
        ("merge.unsure_apart", 1.0),
        ("merge.origins", 0.95),
    ],
)
def test_quality_is_what_it_was(evaluation: Evaluation, measure: str, least: float) -> None:
    """The figures of docs/evaluation.md, less what one record more or less moves them."""
    value = evaluation.measures[measure].value
    assert value is not None
    assert value >= least
