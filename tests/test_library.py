"""The package as other people's code uses it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

import extractor
from extractor import Dataset, Progress, aextract, extract, extract_article, load, merge, save, verify
from extractor.errors import NoModel, UsageError
from extractor.testing import ScriptedModel
from tests.examples import ARTICLE, answer
from tests.runs import run_texts, scripted_settings

MODEL = {"Dorvia": [answer()]}


def test_every_public_name_is_there_and_none_is_forgotten() -> None:
    assert list(extractor.__all__) == sorted(extractor.__all__)
    assert set(extractor.__all__) == set(extractor._HOME)
    for name in extractor.__all__:
        assert getattr(extractor, name).__doc__, name
    with pytest.raises(AttributeError):
        extractor.nonsense  # noqa: B018


def test_importing_the_package_loads_none_of_its_libraries() -> None:
    code = "import sys, extractor; print(sorted(m for m in ('pydantic', 'openai', 'vcr', 'babel', 'rich') if m in sys.modules))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True).stdout
        == "[]\n"
    )


def test_progress_is_told_as_each_article_ends(tmp_path: Path) -> None:
    for name, text in {"a.txt": ARTICLE, "b.txt": "Nothing.", "c.txt": ARTICLE, "d.txt": ""}.items():
        (tmp_path / name).write_text(text, "utf-8")
    seen: list[Progress] = []
    run = aextract(
        [tmp_path], settings=scripted_settings(concurrency=1), model=ScriptedModel(MODEL), progress=seen.append
    )
    dataset = asyncio.run(run)
    assert seen[0].outcome == "started"
    assert sorted((Path(p.path).name, p.outcome) for p in seen) == [
        ("", "started"),
        ("a.txt", "extracted"),
        ("b.txt", "empty"),
        ("c.txt", "duplicate"),
        ("d.txt", "failed"),
    ]
    assert [(p.done, p.total) for p in seen] == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    assert seen[-1].usage.calls == dataset.accounting.usage.calls == 2
    copy = next(a for a in dataset.articles if a.path.endswith("c.txt"))
    assert copy.duplicate_of is not None
    assert copy.duplicate_of.endswith("a.txt")
    assert dataset.allegations[0].corroboration.articles == 1


def test_the_synchronous_door_says_what_to_do_inside_an_event_loop(tmp_path: Path) -> None:
    async def inside() -> None:
        extract([tmp_path], settings=scripted_settings())

    with pytest.raises(UsageError, match="await aextract"):
        asyncio.run(inside())


def test_merging_extractions_gives_what_extracting_together_gives() -> None:
    other = ARTICLE.replace("HALVEN, May 3, 2023", "OST, May 3, 2023")
    together = run_texts({"a.txt": ARTICLE, "b.txt": other}, ScriptedModel(MODEL))
    settings = scripted_settings()

    def one(text: str) -> extractor.Extraction:
        return asyncio.run(extract_article(text, settings=settings, model=ScriptedModel(MODEL)))

    merged = merge([one(other), one(ARTICLE)], settings=settings)
    for field in ("actors", "weapons", "sources", "allegations", "denials", "responses", "judgements", "quarantine"):
        assert getattr(merged, field) == getattr(together, field), field
    assert len(merged.allegations) == 1
    assert merged.allegations[0].corroboration.articles == 2


def test_a_saved_dataset_is_loaded_as_it_was(tmp_path: Path) -> None:
    dataset = run_texts({"a.txt": ARTICLE}, ScriptedModel(MODEL))
    save(dataset, tmp_path / "out.json")
    assert load(tmp_path / "out.json") == dataset
    assert Dataset.model_validate_json((tmp_path / "out.json").read_text("utf-8")) == dataset


def test_a_dataset_shows_itself_by_what_it_holds_and_not_by_all_of_it() -> None:
    shown = repr(run_texts({"a.txt": ARTICLE, "b.txt": "Nothing."}, ScriptedModel(MODEL)))
    assert shown.startswith("Dataset(runs=1, articles=2, actors=")
    assert "allegations=1" in shown
    assert len(shown) < 300


def test_without_settings_they_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text(ARTICLE, "utf-8")
    monkeypatch.setenv("EXTRACT_MODEL", "m")
    with pytest.raises(NoModel):
        extract([tmp_path])
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    assert len(extract([tmp_path], model=ScriptedModel(MODEL)).allegations) == 1


def test_articles_of_unusual_characters_are_saved_as_any_json_reader_reads_them(tmp_path: Path) -> None:
    text = ARTICLE + '\u202e\x07 🚀 \u2028\x7f"\\/\b\f'
    dataset = run_texts({"a.txt": text}, ScriptedModel(MODEL))
    save(dataset, tmp_path / "out.json")
    assert load(tmp_path / "out.json") == dataset
    written = json.dumps(dataset.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"
    assert (tmp_path / "out.json").read_bytes() == written.encode()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_file_whose_name_is_no_utf8_is_an_article_like_others(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "caf\udce9.txt").write_text(ARTICLE, "utf-8")
    (folder / "\udcff.pdf").touch()
    known = {"caf\udce9.txt": {"title": "Half a pair: \ud83d"}}
    dataset = extract([folder], settings=scripted_settings(), metadata=known, model=ScriptedModel(MODEL))
    save(dataset, tmp_path / "out.json")
    assert load(tmp_path / "out.json") == dataset
    (article,) = dataset.articles
    assert (article.path, article.title) == (f"{folder}/caf\\xe9.txt", "Half a pair: \ufffd")
    assert [s.path for s in dataset.accounting.skipped] == [f"{folder}/\\xff.pdf"]
    assert len(dataset.allegations) == 1
    assert verify(dataset, [folder]) == []
    (folder / "caf\udce9.txt").write_text(ARTICLE.replace("40 crates", "50 crates"), "utf-8")
    assert [d.kind for d in verify(dataset, [folder])] == ["article_changed"]


def test_a_text_with_half_a_surrogate_pair_keeps_its_offsets() -> None:
    text = "\ud83d " + ARTICLE + " \udc00"
    found = asyncio.run(extract_article(text, path="\ud800", settings=scripted_settings(), model=ScriptedModel(MODEL)))
    evidence = [e for t in found.attributions for e in t.evidence]
    assert evidence
    assert all(text[e.start : e.end] == e.exact for e in evidence)
    assert found.article.path == "\ufffd"
    assert [d.kind for d in found.article.defects] == ["mojibake"]
    assert type(found).model_validate_json(found.model_dump_json()) == found
