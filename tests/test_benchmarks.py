"""What the benchmarks rest on: synthetic answers that hold, in every form in which they are given."""

from __future__ import annotations

import asyncio

import pytest

from benchmarks import synthetic
from benchmarks.langextract_form import extractions
from extractor import build, extract_article
from extractor.schemas import Extraction
from extractor.testing import ScriptedModel

NUMBERS = (0, 1, 17, 4_242)


def extracted(number: int) -> tuple[Extraction, ScriptedModel]:
    model = ScriptedModel({"ZQ": [synthetic.answer(number)]})
    settings = build(model="scripted", base_url="http://unused")
    return asyncio.run(extract_article(synthetic.article(number), settings=settings, model=model)), model


@pytest.mark.parametrize("number", NUMBERS)
def test_a_synthetic_answer_holds_as_it_is(number: int) -> None:
    """Nothing is asked again, quarantined or found elsewhere than cited."""
    found, model = extracted(number)
    assert (len(model.conversations), found.quarantine) == (1, [])
    records = [*found.actors, *found.claims, *found.attributions, *found.denials, *found.responses]
    assert [f for r in records for f in r.findings] == []
    assert sum(len(r.evidence) for r in [*found.attributions, *found.denials, *found.responses]) == 22
    assert len(found.article.excluded) == 15


def test_articles_and_answers_have_the_size_of_real_ones() -> None:
    """About 5 KB of text; the answer is about 7 KB with 37 citations, and no two articles are one file."""
    texts = {
        synthetic.article(number) for number in (*range(100), *range(synthetic.VARIANTS, synthetic.VARIANTS + 100))
    }
    assert len(texts) == 200
    assert all(4_500 < len(text) < 5_300 for text in texts)
    answers = [synthetic.compact(synthetic.answer(number)) for number in range(20)]
    assert all(6_500 < len(text) < 7_500 and text.count('"phrase"') == 37 for text in answers)


def test_the_forms_for_peers_carry_every_quote() -> None:
    ours = synthetic.answer(3)
    quotes = synthetic.compact(ours).count('"phrase"')
    assert synthetic.compact(synthetic.nested(3)).count('"phrase"') == quotes
    named = sum(len(ours[k]) for k in ("actors", "weapons", "sources")) + 1  # the outlet
    assert len(extractions(ours)["extractions"]) == quotes + named
