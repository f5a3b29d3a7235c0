"""`extract diff`: what differs between two datasets, why in all likelihood, and what is only noise."""

from __future__ import annotations

import html
import json
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractor import Dataset, Difference, diff, merge, save
from extractor.decisions import decide
from extractor.errors import ModelRefused, UsageError
from extractor.rendering import COMMENT_CHARACTERS, render
from extractor.testing import ScriptedModel
from tests.examples import ARTICLE, answer
from tests.factory import claim, denial, extraction
from tests.runs import run_texts
from tests.test_cli import extract as command

STATES = ["state:KP", "state:IR", "state:RU", "state:CN"]


def run(text: str = ARTICLE, given: dict[str, Any] | None = None, name: str = "one.txt", **changes: Any) -> Dataset:
    asked: str | None = changes.pop("model", None)
    made = run_texts({name: text}, ScriptedModel({"Dorvia": [given or answer()]}), **changes)
    if asked is None:
        return made
    other = (
        made.model_dump_json()
        .replace(made.runs[0].id, f"run:{asked}")
        .replace('"model":"scripted"', f'"model":"{asked}"')
    )
    return Dataset.model_validate_json(other)


def changed(path: str, value: Any) -> dict[str, Any]:
    """The answer with one value replaced: ``allegations.0.stage``."""
    given: Any = answer()
    *way, last = [int(p) if p.isdigit() else p for p in path.split(".")]
    at = given
    for part in way:
        at = at[part]
    at[last] = value
    return given  # type: ignore[no-any-return]


def told(difference: Difference, *kinds: str) -> list[tuple[str, str, list[str], str]]:
    return [
        (c.kind, c.what, [f.field for f in c.fields], c.cause)
        for c in difference.changes
        if not kinds or c.kind in kinds
    ]


# What counts as the same ---------------------------------------------------------------------------------------------


def test_a_reworded_summary_is_a_changed_field() -> None:
    difference = diff(run(), run(given=changed("allegations.0.summary", "Tam Oriel says so.")))
    assert told(difference, "claim") == [("claim", "changed", ["summary"], "noise")]
    assert told(difference, "allegation") == []  # it says what its claim says


def test_another_stage_in_other_words_of_the_sentence_is_changed_not_lost_and_added() -> None:
    new = changed("allegations.0.stage", "delivered")
    new["allegations"][0]["attributions"][0]["evidence"][0]["phrase"] = (
        "at least 40 crates of artillery shells to Quell"
    )
    difference = diff(run(), run(given=new))
    (change,) = [c for c in difference.changes if c.kind == "claim"]
    assert change.what == "changed"
    assert change.old != change.new
    assert {f.field for f in change.fields} == {"stage", "attributions.evidence"}
    assert [(f.old, f.new) for f in change.fields if f.field == "stage"] == [("shipped", "delivered")]
    assert told(difference, "denial statement", "response") == []  # they still answer the same claim


def test_a_changed_article_keeps_the_claims_whose_words_it_keeps() -> None:
    difference = diff(run(), run(ARTICLE.replace("Dorvia denied", "The border is closed. Dorvia denied"), later(1)))
    assert told(difference, "claim", "denial statement", "response", "allegation", "denial") == []
    (article,) = [c for c in difference.changes if c.kind == "article"]
    assert (article.what, article.cause) == ("changed", "source")
    assert difference.counts["claim"].kept == 1


def later(sentences: int) -> dict[str, Any]:
    """The answer, what follows the claim so many sentences later."""
    given = answer()
    for record in (*given["denials"], *given["responses"]):
        record["evidence"][0]["sentence"] += sentences
    return given


def test_a_rewritten_sentence_is_found_again() -> None:
    new = later(0)
    new["allegations"][0]["attributions"][0]["evidence"][0]["phrase"] = (
        "Dorvia shipped some 50 crates of artillery shells to Quell in April"
    )
    new["allegations"][0]["items"][0]["quantity"] = "some 50 crates"
    difference = diff(run(), run(ARTICLE.replace("at least 40", "some 50"), new))
    ((_, what, fields, cause),) = told(difference, "claim")
    assert (what, cause) == ("changed", "source")
    assert set(fields) == {"attributions.evidence", "items"}


def test_what_shares_no_party_and_no_weapon_is_another_claim() -> None:
    old = merge([extraction("a", claim())])
    words = "nothing that they share"
    new = merge(
        [extraction("a", claim(suppliers=["state:CN"], recipients=["state:ML"], items=["uav:drone"], words=words))]
    )
    other = Dataset.model_validate_json(new.model_dump_json().replace("claim:", "claim:f"))
    assert Counter(c.what for c in diff(old, other).changes if c.kind == "claim") == {"added": 1, "lost": 1}


def test_two_speakers_who_swap_their_certainty_are_a_difference() -> None:
    given = answer()
    first = given["allegations"][0]["attributions"][0]
    second = {**first, "source": "s2", "cue": None, "said_on": None, "certainty": "possible",
              "evidence": [{"sentence": 5, "phrase": "urged Dorvia to stop the deliveries"}]}  # fmt: skip
    given["allegations"][0]["attributions"] = [first, second]
    swapped = json.loads(json.dumps(given))
    swapped["allegations"][0]["attributions"][0]["certainty"] = "possible"
    swapped["allegations"][0]["attributions"][1]["certainty"] = "certain"
    assert told(diff(run(given=given), run(given=swapped)), "claim") == [
        ("claim", "changed", ["attributions.certainty"], "noise")
    ]


def test_an_article_in_another_folder_is_the_same_and_under_another_name_is_not() -> None:
    assert not diff(run(), run())  # each in a folder of its own
    assert told(diff(run(), run(name="two.txt"))) == [("article", "changed", ["path"], "source")]


# Why -----------------------------------------------------------------------------------------------------------------


def test_a_new_article_is_a_change_of_the_source_and_so_is_what_it_brings() -> None:
    old = merge([extraction("a", claim(event="2023-05"))])
    both = merge([extraction("a", claim(event="2023-05")), extraction("b", claim(event="2023-05", by="state:JP"))])
    difference = diff(old, both)
    assert told(difference, "claim", "article") == [
        ("claim", "added", [], "source"),
        ("article", "added", [], "source"),
    ]
    ((_, what, fields, cause),) = told(difference, "allegation")
    assert (what, cause) == ("changed", "source")
    assert {"claims", "corroboration.origins", "corroboration.articles"} <= set(fields)


def test_another_model_is_a_change_of_the_configuration_and_is_named() -> None:
    difference = diff(run(), run(given=changed("allegations.0.stage", "delivered"), model="other"))
    assert {c.cause for c in difference.changes} == {"configuration"}
    assert difference.runs == {"model": (["scripted"], ["other"])}
    assert "the runs differ in model: scripted → other" in render(difference, "text")


def test_runs_that_differ_and_give_the_same_are_no_difference() -> None:
    difference = diff(run(), run(model="other", parameters={"temperature": 0}))
    assert not difference
    assert "no record differs; these parts do: runs" in render(difference, "text")


def test_a_decision_that_separates_claims_is_a_change_of_merging() -> None:
    parts = [extraction("a", claim(event="2023-05")), extraction("b", claim(event="2023-05", by="state:JP"))]
    old = merge(parts)
    (allegation,) = old.allegations
    apart = decide(old, verb="different", ids=[c.id for c in allegation.claims], by="AB")
    difference = diff(old, merge(parts, decisions=[apart]))
    assert told(difference, "claim") == []
    assert {c.cause for c in difference.changes} == {"merging"}
    assert Counter(c.what for c in difference.changes if c.kind == "allegation") == {"changed": 1, "added": 1}
    assert all("decisions" in c.why for c in difference.changes)


def test_an_article_that_failed_in_one_run_is_a_failure() -> None:
    model = ScriptedModel({"Dorvia": [ModelRefused("one.txt: refused")]})
    difference = diff(run(), run_texts({"one.txt": ARTICLE}, model))
    assert ("claim", "lost", [], "failure") in told(difference)
    assert {c.cause for c in difference.changes if c.kind != "source"} == {"failure"}


def test_a_new_date_of_publication_explains_new_dates() -> None:
    text = ARTICLE.replace("May 3, 2023", "Halven")
    old = run_texts({"one.txt": text}, ScriptedModel({"Dorvia": [answer()]}), {"one.txt": {"published": "2023-05-03"}})
    new = run_texts({"one.txt": text}, ScriptedModel({"Dorvia": [answer()]}), {"one.txt": {"published": "2022-05-04"}})
    difference = diff(old, new)
    assert {c.cause for c in difference.changes if c.kind in {"claim", "article"}} == {"source"}
    assert {f.field for c in difference.changes if c.kind == "claim" for f in c.fields} == {
        "event_time",
        "attributions.said_on",
    }


# The noise floor -----------------------------------------------------------------------------------------------------


def test_what_repeated_runs_differ_in_is_marked_and_counted_apart() -> None:
    wordings = [changed("allegations.0.summary", f"Wording {n}.") for n in range(3)]
    repeats = [run(given=w) for w in wordings]
    new = changed("allegations.0.summary", "Another wording.")
    quiet = diff(repeats[0], run(given=new, model="other"), repeats)
    assert [c.within_floor for c in quiet.changes] == [True]
    assert quiet.beyond_floor == ()
    assert quiet.changes[0].fields[0].noise == 1
    new["allegations"][0]["stage"] = "delivered"
    loud = diff(repeats[0], run(given=new, model="other"), repeats)
    (claim_,) = [c for c in loud.changes if c.kind == "claim"]
    assert not claim_.within_floor
    assert {f.field: f.noise for f in claim_.fields} == {"summary": 1, "stage": 0}
    assert loud.floor is not None
    assert loud.floor.differing == {"claim": 1}
    assert "3 repeated runs; two of them differ, on average: claim 1" in render(loud, "text")


def test_a_value_that_no_repeat_gave_is_beyond_the_floor_though_the_field_varies() -> None:
    stages = ["shipped", "delivered", "shipped"]
    repeats = [run(given=changed("allegations.0.stage", s)) for s in stages]
    for stage, within in (("delivered", True), ("offered", False)):
        difference = diff(repeats[0], run(given=changed("allegations.0.stage", stage), model="other"), repeats)
        (claim_,) = [c for c in difference.changes if c.kind == "claim"]
        assert claim_.within_floor is within
        assert [f.noise for f in claim_.fields] == [pytest.approx(2 / 3, abs=0.001)]


def test_a_record_that_comes_and_goes_among_the_repeats_is_noise() -> None:
    without = answer(responses=[])
    repeats = [run(), run(given=without), run()]
    assert [
        c.within_floor for c in diff(run(), run(given=without, model="m"), repeats).changes if c.kind == "response"
    ] == [True]
    steady = [run(), run()]
    assert [
        c.within_floor for c in diff(run(), run(given=without, model="m"), steady).changes if c.kind == "response"
    ] == [False]


def test_without_repeats_the_floor_is_unknown() -> None:
    difference = diff(run(), run(given=changed("allegations.0.summary", "New.")))
    assert difference.floor is None
    assert "noise floor: unknown" in render(difference, "text")
    assert "noise floor: unknown" in render(difference, "markdown")


def test_repeats_must_be_several_and_of_one_configuration() -> None:
    with pytest.raises(UsageError, match="takes 2 repeated runs or more"):
        diff(run(), run(), [run()])
    with pytest.raises(UsageError, match="different configurations"):
        diff(run(), run(), [run(), run(model="other")])


# What always holds ---------------------------------------------------------------------------------------------------

claims = st.builds(
    claim,
    suppliers=st.sampled_from([[s] for s in STATES]),
    recipients=st.sampled_from([[s] for s in STATES]),
    stage=st.sampled_from(["delivered", "shipped", "negotiating"]),
    event=st.sampled_from([None, "2023-05", "2023-06"]),
    by=st.sampled_from(["state:US", "state:JP"]),
    words=st.sampled_from(["words", "other words", "nothing alike here"]),
    items=st.sampled_from([["uav:drone"], ["artillery_ammunition:shells"]]),
)
parts = st.dictionaries(
    st.sampled_from("abc"),
    st.tuples(st.lists(claims, max_size=3), st.booleans(), st.sampled_from(["", "2"])),
    max_size=3,
)


def dataset(given: dict[str, tuple[list[dict[str, Any]], bool, str]]) -> Dataset:
    """Articles by name: what they claim, whether they deny, which version of their text."""
    return merge(
        extraction(name + version, *found, denials=[denial("state:KP", targets=[0] if found else [])] if denies else [],
                   path=f"{name}.txt")
        for name, (found, denies, version) in given.items()
    )  # fmt: skip


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(parts, parts)
def test_every_record_is_accounted_for_once_and_the_way_back_is_the_mirror_image(a: Any, b: Any) -> None:
    old, new = dataset(a), dataset(b)
    assert not diff(old, old)
    there, back = diff(old, new), diff(new, old)
    ids = [[c.id for x in d.allegations for c in x.claims] for d in (old, new)]
    for side, at in ((0, "old"), (1, "new")):
        kept = [k[1 + side] for k in there.kept if k[0] == "claim"]
        told_ = [getattr(c, at) for c in there.changes if c.kind == "claim" and getattr(c, at)]
        assert Counter(kept + told_) == Counter(ids[side])
        assert len(set(ids[side])) == len(ids[side])
    for kind, n in there.counts.items():
        mirrored = back.counts[kind]
        assert (n.kept, n.changed, n.added, n.lost) == (mirrored.kept, mirrored.changed, mirrored.lost, mirrored.added)
    mirror = {"added": "lost", "lost": "added", "changed": "changed"}
    forth = {
        (c.kind, c.what, c.old, c.new, c.cause, repr([(f.field, f.old, f.new) for f in c.fields]))
        for c in there.changes
    }
    assert forth == {
        (c.kind, mirror[c.what], c.new, c.old, c.cause, repr([(f.field, f.new, f.old) for f in c.fields]))
        for c in back.changes
    }


# How it is told ------------------------------------------------------------------------------------------------------

HOSTILE = (
    "@octocat `code` | cell <img src=x onerror=alert(1)> [l](https://evil.example) https://evil.example www.evil.example "
    "a@evil.example #12 org/repo#3 **bold** </details> <!-- \x1b[31mred \u202egnp.exe\nnew line\r| x | ~~s~~ :tada: &lt; \\"
)


def test_nothing_that_an_article_says_acts_in_markdown_or_steers_a_terminal() -> None:
    old = run(name="a|b <i>@x.txt")
    new = Dataset.model_validate(
        json.loads(old.model_dump_json().replace("Tam Oriel says Dorvia", json.dumps(HOSTILE)[1:-1]))
    )
    difference = diff(old, new)
    assert difference
    text = render(difference, "markdown")
    listing = text[text.index("<details>") :]
    quoted = re.findall(r"<code>(.*?)</code>", listing)
    assert any("octocat" in q for q in quoted)
    for q in quoted:
        assert not re.search(r"www\.|[|`<>@#\[\]()*_~:\\\x1b\u202e\n]", re.sub(r"&#\d+;", "", q)), q
        assert not re.search(r"@[A-Za-z]|#\d", html.unescape(q)), q
    outside = re.sub(r"<code>.*?</code>", "", listing)
    assert "octocat" not in outside
    assert "evil" not in outside
    assert outside.count("</details>") == 1
    plain = render(difference, "text")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e]", plain)


def test_two_long_texts_are_shown_where_they_differ() -> None:
    long = "The ministry said again and again that nothing of the kind had ever been shipped. " * 5
    difference = diff(
        run(given=changed("allegations.0.summary", long + "first")),
        run(given=changed("allegations.0.summary", long + "second")),
    )
    shown = render(difference, "text")
    assert 'first" → "' in shown
    assert 'second"' in shown


def test_ten_thousand_differences_are_cut_with_a_count_and_complete_as_json() -> None:
    parts = [extraction(f"{n}", *[claim(event=f"{1900 + m}") for m in range(20)], quarantined=980) for n in range(10)]
    old = merge(parts)
    text = old.model_dump_json().replace('"certainty":"certain"', '"certainty":"possible"')
    new = Dataset.model_validate_json(text.replace('"reason":"invalid"', '"reason":"withdrawn"'))
    start = time.monotonic()
    difference = diff(old, new)
    took = time.monotonic() - start
    assert (difference.counts["claim"].changed, difference.counts["quarantined"].changed) == (200, 9_800)
    assert took < 60, took
    plain, markdown = render(difference, "text"), render(difference, "markdown")
    assert "… and 9,800 more" in plain
    assert len(markdown.encode()) < 65_536
    assert len(markdown) <= COMMENT_CHARACTERS + 200
    assert re.search(r"… and [\d,]+ more; the JSON form lists all", markdown)
    assert len(json.loads(render(difference, "json"))["changes"]) == len(difference.changes) >= 10_000


# The command ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(run(), tmp_path / "old.json")
    save(run(given=changed("allegations.0.summary", "New wording.")), tmp_path / "new.json")
    save(run(given=changed("allegations.0.summary", "A third wording.")), tmp_path / "third.json")
    return tmp_path


def test_the_status_tells_whether_they_differ(folder: Path) -> None:
    same = command("diff", "old.json", "old.json", cwd=folder)
    assert (same.returncode, same.stdout) == (0, "no difference\n")
    differs = command("diff", "old.json", "new.json", cwd=folder)
    assert differs.returncode == 1
    assert "changed claim" in differs.stdout
    assert "New wording." in differs.stdout
    assert command("diff", "old.json", "new.json", "--exit-zero", cwd=folder).returncode == 0


def test_several_repeats_follow_one_option(folder: Path) -> None:
    for arguments in (
        ["old.json", "new.json", "--noise", "old.json", "third.json"],
        ["old.json", "new.json", "--noise", "old.json", "--noise", "third.json"],
        ["--noise", "old.json", "third.json", "--format", "text", "old.json", "new.json"],
    ):
        done = command("diff", *arguments, cwd=folder)
        assert "1 within" in done.stdout, done.stderr
        assert done.returncode == 0  # none beyond the floor


def test_json_is_on_standard_output(folder: Path) -> None:
    done = command("diff", "old.json", "new.json", "--format", "json", cwd=folder)
    content = json.loads(done.stdout)
    assert content["counts"]["claim"] == {"kept": 0, "changed": 1, "added": 0, "lost": 0, "within_floor": 0}
    assert content["changes"][0]["fields"][0]["new"] == "New wording."
    assert content["floor"] is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        ("{", "not JSON"),
        ("[]", "schema version None"),
        ('{"schema_version": "0"}', "schema version '0'"),
        ('{"schema_version": "2"}', "do not hold"),
    ],
)
def test_what_is_no_dataset_is_wrong_use(folder: Path, content: str | None, message: str) -> None:
    if content is not None:
        (folder / "bad.json").write_text(content)
    for arguments in (
        ["bad.json", "old.json"],
        ["old.json", "bad.json"],
        ["old.json", "new.json", "--noise", "bad.json"],
    ):
        done = command("diff", *arguments, cwd=folder)
        assert done.returncode == 2
        assert message in done.stderr
        assert "bad.json" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments", [["old.json"], ["old.json", "new.json", "third.json"], ["old.json", "new.json", "--format", "xml"]]
)
def test_wrong_arguments_are_wrong_use(folder: Path, arguments: list[str]) -> None:
    assert command("diff", *arguments, cwd=folder).returncode == 2
