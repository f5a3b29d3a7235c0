"""`extract verify`: an untouched dataset is clean, and whatever was touched is found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor import Dataset, extract, save, verify
from extractor.testing import ScriptedModel
from tests.examples import ARTICLE, answer
from tests.runs import scripted_settings
from tests.test_cli import extract as command


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("verify")
    (path / "articles").mkdir()
    (path / "articles" / "one.txt").write_text(ARTICLE, "utf-8")
    model = ScriptedModel({"Dorvia": [answer()]})
    save(extract([path / "articles"], settings=scripted_settings(), model=model), path / "out.json")
    return path


def content(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "out.json").read_text("utf-8"))  # type: ignore[no-any-return]


def unchecked(changed: dict[str, Any]) -> Dataset:
    return Dataset.model_validate(changed, context={"unchecked": True})


def test_an_untouched_dataset_is_clean(folder: Path) -> None:
    assert verify(unchecked(content(folder)), [folder / "articles"]) == []
    run = command("verify", folder / "out.json", folder / "articles", cwd=folder)
    assert run.returncode == 0
    assert "all hold" in run.stderr


def test_a_renamed_article_is_known_by_its_content(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "renamed.txt").write_text(ARTICLE, "utf-8")
    assert verify(unchecked(content(folder)), [tmp_path]) == []


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("exact", "Dorvia shipped at least 90 crates of artillery shells to Quell in April", "quote_differs"),
        ("start", 1, "quote_differs"),
        ("prefix", "Nobody said that ", "surroundings_differ"),
        ("suffix", ", and it is true.", "surroundings_differ"),
    ],
)
def test_an_edited_quote_is_found(folder: Path, field: str, value: Any, kind: str) -> None:
    changed = content(folder)
    changed["allegations"][0]["attributions"][0]["evidence"][0][field] = value
    (folder / "edited.json").write_text(json.dumps(changed), "utf-8")
    assert kind in {d.kind for d in verify(unchecked(changed), [folder / "articles"])}
    run = command("verify", folder / "edited.json", folder / "articles", cwd=folder)
    assert run.returncode == 1
    assert kind in run.stdout


def test_a_broken_reference_is_found(folder: Path) -> None:
    changed = content(folder)
    changed["actors"] = [a for a in changed["actors"] if a["id"] != "state:quell"]
    (folder / "edited.json").write_text(json.dumps(changed), "utf-8")
    run = command("verify", folder / "edited.json", folder / "articles", cwd=folder)
    assert run.returncode == 1
    assert "state:quell, which is not in the dataset" in run.stdout


def test_a_changed_article_is_found_and_says_how_much_of_it_is_lost(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(ARTICLE.replace("40 crates", "90 crates"), "utf-8")
    (found,) = verify(unchecked(content(folder)), [tmp_path])
    assert found.kind == "article_changed"
    assert "1 of its" in found.detail


def test_a_missing_article_is_found(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("Something else.", "utf-8")
    assert [d.kind for d in verify(unchecked(content(folder)), [tmp_path])] == ["article_missing"]


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "not JSON"), ("[]", "schema version None"), ('{"schema_version": "0"}', "schema version '0'")],
)
def test_what_is_no_dataset_is_wrong_use(folder: Path, tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "x.json").write_text(text)
    run = command("verify", tmp_path / "x.json", folder / "articles", cwd=folder)
    assert run.returncode == 2
    assert message in run.stderr


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_changed_character_of_a_quote_is_found(folder: Path, data: st.DataObject) -> None:
    changed = content(folder)
    dataset = unchecked(changed)
    places = [e for _, e in dataset.evidence()]
    evidence = data.draw(st.sampled_from(places))
    at = data.draw(st.integers(0, len(evidence.exact) - 1))
    other = data.draw(st.characters().filter(lambda c: c != evidence.exact[at]))
    text = json.dumps(changed)
    old, new = (
        evidence.model_dump(),
        {**evidence.model_dump(), "exact": evidence.exact[:at] + other + evidence.exact[at + 1 :]},
    )
    edited = json.loads(text.replace(json.dumps(old), json.dumps(new)))
    assert verify(unchecked(edited), [folder / "articles"])


@settings(max_examples=80, deadline=None)
@given(st.integers(0, len(ARTICLE) - 1), st.characters(codec="utf-8"))
def test_any_changed_character_of_an_article_is_found(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, at: int, other: str
) -> None:
    text = ARTICLE[:at] + other + ARTICLE[at + 1 :]
    if text == ARTICLE:
        return
    path = tmp_path_factory.mktemp("changed")
    (path / "one.txt").write_bytes(text.encode())
    assert [d.kind for d in verify(unchecked(content(folder)), [path])] == ["article_changed"]
