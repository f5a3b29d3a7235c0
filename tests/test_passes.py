"""A further pass asks what the records miss, adds what is new, and costs nothing that was found."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from extractor import Dataset, extract, extract_article, load
from extractor.dataset import run_record, serialise
from extractor.errors import BudgetSpent, NotRecorded, ProviderFailed
from extractor.prompt import more_message
from extractor.schemas import Extraction
from extractor.testing import EMPTY, ScriptedModel
from tests.examples import ARTICLE, answer
from tests.runs import run_texts, scripted_settings
from tests.server import BAD, Reply, serving
from tests.test_cli import extract as extract_command

FIRST = answer(denials=[], responses=[])
"""The answer without the denial and the response."""

MISSED = {**EMPTY, "denials": answer()["denials"], "responses": answer()["responses"]}


def passed(*found: Any, first: Any = FIRST, passes: int = 3, reasks: int = 2) -> tuple[Extraction, ScriptedModel]:
    model = ScriptedModel({"Dorvia": [first]}, passes={"Dorvia": found})
    settings = scripted_settings(passes=passes, reasks=reasks)
    return asyncio.run(extract_article(ARTICLE, settings=settings, model=model)), model


def reasons(extraction: Extraction) -> dict[str, str]:
    return {f"{q.record} {q.local_id}": q.reason for q in extraction.quarantine}


def assert_adds_up(extraction: Extraction) -> None:
    for count in extraction.records:
        assert count.written == count.kept + count.quarantined
        assert count.quarantined == sum(q.record == count.record for q in extraction.quarantine)


def test_what_a_further_pass_finds_is_added_and_may_refer_to_what_was_there() -> None:
    extraction, model = passed(MISSED, EMPTY)
    (claim,) = extraction.claims
    assert extraction.denials[0].targets == extraction.responses[0].about == [claim.id]
    assert extraction.quarantine == []
    assert extraction.usage.calls == len(model.conversations) == 3
    assert_adds_up(extraction)


def test_in_the_end_the_records_are_those_of_one_answer_that_missed_nothing() -> None:
    whole = asyncio.run(
        extract_article(ARTICLE, settings=scripted_settings(), model=ScriptedModel({"Dorvia": [answer()]}))
    )
    extraction, _ = passed(MISSED, EMPTY)
    for part in ("actors", "weapons", "sources", "claims", "attributions", "denials", "responses", "records"):
        assert getattr(extraction, part) == getattr(whole, part)


def test_a_pass_goes_on_in_the_same_conversation_so_that_its_beginning_stays_cached() -> None:
    _, model = passed(MISSED, EMPTY)
    one, two, three = model.conversations
    assert two[: len(one)] == one
    assert three[: len(two)] == two
    assert [m["role"] for m in three[2:]] == ["assistant", "user", "assistant", "user"]
    assert json.loads(three[2]["content"]) == FIRST
    assert 'allegations: ["a1"]\n' in two[-1]["content"]
    assert 'denials: ["d1"]\n' in three[-1]["content"]


def test_a_pass_that_finds_nothing_is_the_last() -> None:
    extraction, model = passed(EMPTY, MISSED, passes=5)
    assert len(model.conversations) == 2
    assert extraction.denials == []
    assert extraction.lapses == []


def test_an_article_that_alleges_nothing_is_read_again_too() -> None:
    extraction, _ = passed(answer(), EMPTY, first=EMPTY)
    assert len(extraction.claims) == 1


def test_without_the_option_nothing_is_asked_and_nothing_tells_of_it() -> None:
    extraction, model = passed(MISSED, passes=1)
    assert len(model.conversations) == 1
    kept = json.loads(extraction.model_dump_json())
    assert kept.keys().isdisjoint({"support", "lapses"})
    assert kept["run"].keys().isdisjoint({"passes", "check"})


def test_what_is_given_once_more_under_its_id_is_ignored() -> None:
    extraction, model = passed(answer(), EMPTY, first=answer())
    assert len(model.conversations) == 2
    assert len(extraction.claims) == len(extraction.denials) == 1
    assert extraction.quarantine == []
    assert_adds_up(extraction)


def test_what_says_the_same_under_a_new_id_is_dropped_as_a_duplicate() -> None:
    again = {**EMPTY, "allegations": [{**answer()["allegations"][0], "id": "a2"}]}
    extraction, _ = passed(again, EMPTY)
    assert len(extraction.claims) == 1
    assert reasons(extraction) == {"allegations a2": "duplicate_record"}
    assert_adds_up(extraction)


def test_another_claim_under_an_id_in_use_is_seen_in_quarantine_and_changes_nothing() -> None:
    other = {**EMPTY, "allegations": [{**answer()["allegations"][0], "stage": "delivered"}]}
    extraction, model = passed(other)
    assert [c.stage for c in extraction.claims] == ["shipped"]
    assert reasons(extraction) == {"allegations a1": "invalid"}
    assert "belongs to an earlier record" in extraction.quarantine[0].detail
    assert len(model.conversations) == 2
    assert_adds_up(extraction)


def test_new_records_that_do_not_hold_are_asked_for_again_alone() -> None:
    wrong = {**EMPTY, "denials": [{**answer()["denials"][0], "evidence": [{"sentence": 3, "phrase": "Dorvia agreed"}]}]}
    extraction, model = passed(wrong, MISSED, EMPTY)
    asked = model.conversations[2][-1]["content"]
    assert asked.count('"record": ') == 1
    assert "Dorvia agreed" in asked
    assert len(extraction.denials) == 1
    assert extraction.quarantine == []
    assert_adds_up(extraction)


def test_records_that_were_given_up_are_not_asked_for_again_in_a_later_pass() -> None:
    bad = answer(responses=[])
    bad["denials"][0]["evidence"][0]["phrase"] = "Dorvia admitted the charge"
    extraction, model = passed({**EMPTY, "responses": answer()["responses"]}, EMPTY, first=bad, reasks=1)
    asked_again = [c for c in model.conversations if "Dorvia admitted the charge" in c[-1]["content"]]
    assert len(asked_again) == 1
    assert reasons(extraction) == {"denials d1": "quote_not_found"}
    assert len(extraction.responses) == 1
    assert_adds_up(extraction)


def test_each_pass_has_its_own_reasks() -> None:
    wrong = {**EMPTY, "denials": [{**answer()["denials"][0], "evidence": [{"sentence": 3, "phrase": "Dorvia agreed"}]}]}
    _, model = passed(wrong, first=wrong, reasks=1, passes=2)
    assert len(model.conversations) == 3  # first, asked again, one pass: its denial has an id that is in use
    other = {**EMPTY, "denials": [{**wrong["denials"][0], "id": "d2"}]}
    _, model = passed(other, first=wrong, reasks=1, passes=2)
    assert len(model.conversations) == 4


@pytest.mark.parametrize("error", [ProviderFailed("the server went away"), BudgetSpent("not sent")], ids=type)
def test_a_pass_that_fails_costs_nothing_that_was_found_and_is_told(error: Exception) -> None:
    extraction, _ = passed(MISSED, error)
    assert len(extraction.claims) == len(extraction.denials) == 1
    assert extraction.lapses == [f"pass 3 of 3 failed: {error}"]
    assert extraction.quarantine == []


def test_after_a_reask_that_failed_no_further_pass_is_made_and_that_is_told() -> None:
    bad = answer()
    bad["denials"][0]["evidence"][0]["phrase"] = "Dorvia admitted the charge"
    model = ScriptedModel({"Dorvia": [bad, ProviderFailed("gone")]})
    extraction = asyncio.run(extract_article(ARTICLE, settings=scripted_settings(passes=2), model=model))
    assert extraction.lapses == ["pass 2 of 2 was not made (asking again failed: gone)"]
    assert len(extraction.claims) == 1


def test_a_pass_that_was_not_recorded_is_no_result() -> None:
    with pytest.raises(NotRecorded):
        passed(NotRecorded("no recording"))


def test_a_lapse_stands_in_the_accounting_of_the_dataset() -> None:
    model = ScriptedModel({"Dorvia": [FIRST]}, passes={"Dorvia": [ProviderFailed("gone")]})
    dataset = run_texts({"a.txt": ARTICLE, "b.txt": "Nothing."}, model, passes=2)
    assert sorted(a.lapses for a in dataset.accounting.extractions) == [[], ["pass 2 of 2 failed: gone"]]
    assert Dataset.model_validate_json(serialise(dataset)) == dataset


def test_a_run_with_passes_is_another_run_and_says_how_many() -> None:
    plain, twice, thrice = (run_record(scripted_settings(passes=n)) for n in (1, 2, 3))
    assert len({plain.id, twice.id, thrice.id}) == 3
    assert plain.prompt_sha256 != twice.prompt_sha256 == thrice.prompt_sha256
    assert (plain.passes, twice.passes, thrice.passes) == (None, 2, 3)


def test_an_invalid_pass_leaves_what_was_paid_before_in_the_store(tmp_path: Path) -> None:
    """The next run asks for the pass alone."""
    text, settings = ARTICLE, {"passes": 2, "reasks": 0, "store": tmp_path / "store"}
    (tmp_path / "a.txt").write_text(text, "utf-8")
    first, missed = (Reply(content=json.dumps(said)) for said in (FIRST, MISSED))
    with serving(first, BAD, missed) as server:
        told = scripted_settings(base_url=server.url, **settings)
        one = extract([tmp_path / "a.txt"], settings=told)
        assert "pass 2 of 2 failed" in one.accounting.extractions[0].lapses[0]
        assert len(one.allegations) == 1
        two = extract([tmp_path / "a.txt"], settings=told)
        assert two.accounting.extractions[0].lapses == []
        assert len(two.denials) == 1
        three = extract([tmp_path / "a.txt"], settings=told)
        assert serialise(three) == serialise(two)
    asked = [r["messages"][-1]["content"].startswith(more_message({})["content"]) for r in server.requests]
    assert asked == [False, True, True]


def test_a_record_that_breaks_the_schema_under_an_id_in_use_is_seen_in_quarantine_too() -> None:
    broken = {**EMPTY, "allegations": [{**answer()["allegations"][0], "stage": "rumoured"}]}
    extraction, _ = passed(broken, EMPTY)
    assert [c.stage for c in extraction.claims] == ["shipped"]
    assert reasons(extraction) == {"allegations a1": "invalid"}
    assert extraction.quarantine[0].draft["stage"] == "rumoured"
    assert_adds_up(extraction)


def test_an_invalid_reask_leaves_the_first_answer_in_the_store(tmp_path: Path) -> None:
    bad = answer()
    bad["denials"][0]["evidence"][0]["phrase"] = "Dorvia admitted the charge"
    (tmp_path / "a.txt").write_text(ARTICLE, "utf-8")
    mended = Reply(content=json.dumps({**EMPTY, "denials": answer()["denials"]}))
    with serving(Reply(content=json.dumps(bad)), BAD, mended) as server:
        settings = scripted_settings(base_url=server.url, reasks=1, store=tmp_path / "store")
        assert len(extract([tmp_path / "a.txt"], settings=settings).denials) == 0
        assert len(extract([tmp_path / "a.txt"], settings=settings).denials) == 1
    assert [len(r["messages"]) for r in server.requests] == [2, 4, 4]


def test_the_option_says_how_often_an_article_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE, "utf-8")
    said = [Reply(content=json.dumps(a)) for a in (FIRST, MISSED, EMPTY)]
    with serving(*said) as server:
        command = ["a.txt", "-o", "o.json", "--model", "m", "--base-url", server.url, "--passes", 5]
        assert extract_command(*command, cwd=tmp_path).returncode == 0
    assert len(server.requests) == 3
    dataset = load(tmp_path / "o.json")
    assert (len(dataset.denials), dataset.runs[0].passes) == (1, 5)
    assert "--passes" not in extract_command("merge", "--help", cwd=tmp_path).stdout


@pytest.mark.parametrize("passes", ["0", "11", "two"])
def test_a_number_of_passes_that_is_none_starts_nothing(tmp_path: Path, passes: str) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE, "utf-8")
    with serving() as server:
        command = ["a.txt", "-o", "o.json", "--model", "m", "--base-url", server.url, "--passes", passes]
        assert extract_command(*command, cwd=tmp_path).returncode == 2
    assert server.requests == []


def test_what_a_run_without_the_option_has_paid_is_not_paid_again_with_it(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE, "utf-8")
    with serving(*(Reply(content=json.dumps(a)) for a in (FIRST, MISSED))) as server:
        for passes in (1, 2, 1):
            extract(
                [tmp_path / "a.txt"],
                settings=scripted_settings(base_url=server.url, store=tmp_path / "store", passes=passes),
            )
    assert [len(r["messages"]) for r in server.requests] == [2, 4]
