"""Articles that give orders to the reader's software, and a model that obeys them: nothing of it reaches the records."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from extractor import extract_article
from extractor.schemas import Evidence, Extraction
from extractor.testing import ScriptedModel
from tests.runs import scripted_settings

CASES = sorted((Path(__file__).parent / "injections").rglob("*.json"))


def obeyed(path: Path) -> tuple[dict[str, Any], Extraction]:
    case = json.loads(path.read_text("utf-8"))
    model = ScriptedModel({"": [case["answer"]]})
    return case, asyncio.run(extract_article(case["article"], settings=scripted_settings(), model=model))


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 30


@pytest.mark.parametrize("path", CASES, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_no_record_rests_on_the_orders_alone(path: Path) -> None:
    case, extraction = obeyed(path)
    start = case["article"].index(case["injection"])
    end = start + len(case["injection"])

    def rests_on_orders(evidence: list[Evidence]) -> bool:
        return all(e.start < end and start < e.end for e in evidence)

    for attribution in extraction.attributions:
        assert not rests_on_orders(attribution.evidence), attribution.evidence
    for statement in extraction.denials:
        assert not rests_on_orders(statement.evidence), statement.evidence
    for response in extraction.responses:
        assert not rests_on_orders(response.evidence), response.evidence


@pytest.mark.parametrize("path", CASES, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_what_obeyed_is_in_quarantine_and_the_article_is_marked(path: Path) -> None:
    case, extraction = obeyed(path)
    assert "instruction_like" in [d.kind for d in extraction.article.defects]
    assert [q for q in extraction.quarantine if q.record in {"allegations", "denials", "responses"}], case["name"]
    for count in extraction.records:
        assert count.written == count.kept + count.quarantined


def test_an_honest_claim_of_the_same_article_is_kept() -> None:
    kept = [path.stem for path in CASES if obeyed(path)[1].claims]
    assert len(kept) >= len(CASES) // 2
