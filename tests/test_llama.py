"""The whole path against a real constrained decoder: llama.cpp's own server, with a model of random weights."""

from __future__ import annotations

import pytest

from extractor import Dataset, extract
from tests.examples import ARTICLE
from tests.runs import scripted_settings

pytest.importorskip("xllamacpp", reason="the `local` extra is not installed")
pytestmark = pytest.mark.llama


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    from tests.llama import llama_server, write_random_model

    folder = tmp_path_factory.mktemp("llama")
    write_random_model(folder / "random.gguf")
    (folder / "one.txt").write_text(ARTICLE, "utf-8")
    with llama_server(folder / "random.gguf") as url:
        settings = scripted_settings(
            model="random", base_url=url, reasks=0, attempts=1, parameters={"max_completion_tokens": 4000, "seed": 1}
        )
        return extract([folder / "one.txt"], settings=settings)


def test_a_real_decoder_takes_our_schema_and_its_answer_obeys_it(dataset: Dataset) -> None:
    """Nonsense, but of the right form: no failure, and no record that breaks the schema."""
    assert dataset.accounting.failures == []
    assert dataset.accounting.usage.calls == 1
    assert dataset.accounting.usage.completion_tokens > 50
    schema_errors = [q for q in dataset.quarantine if "Input should be" in q.detail or "Field required" in q.detail]
    assert schema_errors == []


def test_nothing_of_what_it_made_up_is_kept(dataset: Dataset) -> None:
    written = sum(r.written for r in dataset.accounting.records)
    assert written > 0
    assert dataset.allegations == []
    assert written == len(dataset.quarantine) + sum(r.kept for r in dataset.accounting.records)
