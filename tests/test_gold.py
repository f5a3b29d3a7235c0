"""Merging on the development corpus: its gold, fed in as the answers of a perfect model, gives the clusters of its gold."""

from __future__ import annotations

import hashlib
import json

import pytest

from extractor.merging import merge_records
from tests import gold


@pytest.fixture(scope="module", params=[(p, s) for p in gold.MERGED for s in (True, False)], ids=str)
def part(request):
    return request.param


@pytest.fixture(scope="module")
def mapped(part):
    return gold.mapped(part[0], soft=part[1])


@pytest.fixture(scope="module")
def score(part, mapped):
    return gold.score(merge_records(mapped.extractions), mapped, gold.gold_merged(part[0]))


def test_articles_are_those_of_the_manifest():
    rows = json.loads((gold.CORPUS / "manifest.json").read_text("utf-8"))
    articles = (gold.CORPUS / "articles").iterdir()
    assert {a.name: hashlib.sha256(a.read_bytes()).hexdigest() for a in articles} == {
        r["file"]: r["sha256"] for r in rows
    }


def test_gold_passes_every_check(mapped):
    lost = [f"{e.article.path} {q.record} {q.local_id}: {q.detail}" for e in mapped.extractions for q in e.quarantine]
    assert lost == []


def test_same_allegations_are_together(score):
    assert not score.absent
    assert score.pairs.f1 >= 0.98, "\n".join(score.split + score.joined)


def test_different_allegations_are_apart(score):
    assert not score.forbidden, "\n".join(score.forbidden)


def test_unsure_allegations_are_apart(score):
    assert not score.unsure, "\n".join(score.unsure)


def test_origins_are_independent(score):
    assert not score.origins, "\n".join(score.origins)


def test_allegations_are_contested_as_strongly_as_they_are_answered(score):
    assert not score.contested, "\n".join(score.contested)


def test_denials_answer_what_they_answer(score):
    assert score.links.f1 >= 0.98, "\n".join(score.denials)
