"""``extract merge`` and ``extract decide`` as their users run them: files in, a file out, a sentence and an exit status."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from extractor import Dataset, Extraction, merge
from extractor.dataset import load, save, serialise
from tests.factory import claim, denial, extraction
from tests.test_cli import Run, extract

MAY = claim(event="2023-05-03")
WORLD = [
    extraction("one", MAY, denials=[denial("state:KP", targets=[0])]),
    extraction("two", MAY, claim(event="2023-09-03"), outlet="X"),
    extraction("three", claim(event="2023-05-03", by="state:UA"), quarantined=1),
]
SAME = [WORLD[1].claims[1].id, WORLD[0].claims[0].id]


def written(folder: Path, name: str, parts: Sequence[Extraction | Dataset]) -> str:
    save(merge(parts), folder / name)
    return name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working folder with two datasets that have an article in common."""
    written(tmp_path, "a.json", WORLD[:2])
    written(tmp_path, "b.json", WORLD[1:])
    return tmp_path


def out(folder: Path) -> Dataset:
    return load(folder / "out.json")


def test_datasets_in_one_dataset_out(folder: Path) -> None:
    run = extract("merge", "a.json", "b.json", "-o", "out.json", cwd=folder)
    assert run.returncode == 0, run.stderr
    assert (folder / "out.json").read_bytes() == serialise(merge(WORLD))
    assert "articles     3 in: 3 extracted, 0 empty, 0 failed" in run.stderr
    assert "allegations  2 (from 4 claims), 1 contested" in run.stderr
    assert "origins      1 of 2 allegations have more than one independent origin" in run.stderr
    assert "written: out.json" in run.stderr


@pytest.mark.parametrize(
    "datasets",
    [["b.json", "a.json"], ["a.json", "b.json", "a.json"], ["whole.json"], ["whole.json", "a.json"]],
)
def test_order_and_repetition_make_no_difference(folder: Path, datasets: list[str]) -> None:
    written(folder, "whole.json", WORLD)
    run = extract("merge", *datasets, "-o", "out.json", cwd=folder)
    assert run.returncode == 0, run.stderr
    assert (folder / "out.json").read_bytes() == serialise(merge(WORLD))


def test_a_dataset_may_be_merged_into_its_own_file(folder: Path) -> None:
    assert extract("merge", "a.json", "b.json", "-o", "a.json", cwd=folder).returncode == 0
    assert load(folder / "a.json") == merge(WORLD)


def test_standard_output_carries_the_dataset_and_nothing_else(folder: Path) -> None:
    run = extract("merge", "a.json", "b.json", "-o", "-", cwd=folder)
    assert run.returncode == 0
    assert run.stdout == serialise(merge(WORLD)).decode()
    assert "written" not in run.stderr


def decide(folder: Path, *arguments: object) -> Run:
    run = extract("decide", "a.json", *arguments, cwd=folder)
    assert run.returncode == 0, run.stderr
    return run


def merged(folder: Path, *arguments: object, status: int = 0) -> tuple[Dataset, str]:
    run = extract("merge", "a.json", "b.json", "-o", "out.json", *arguments, cwd=folder)
    assert run.returncode == status, run.stderr
    return out(folder), " ".join(run.stderr.split())


def test_what_is_decided_is_honoured_by_the_next_merge(folder: Path) -> None:
    run = decide(folder, "same", *SAME, "--note", "one ship", "--by", "ann")
    assert f"same {' '.join(SAME)}, written to decisions.jsonl" in run.stderr
    dataset, summary = merged(folder)
    assert len(dataset.allegations) == 1
    assert "decisions 1 applied" in summary
    (decided,) = dataset.decisions
    assert (decided.decision.note, decided.decision.by) == ("one ship", "ann")
    decide(folder, "different", *SAME, "--replaces", decided.decision.id)
    dataset, summary = merged(folder)
    assert len(dataset.allegations) == 2
    assert "decisions 1 applied, 1 replaced" in summary


def test_an_edit_is_given_by_field(folder: Path) -> None:
    decide(folder, "edit", SAME[0], "--set", "event_time=2023-05-03", "--set", 'recipients=["state:RU"]')
    dataset, _ = merged(folder)
    assert len(dataset.allegations) == 1
    assert sorted(e.field for e in dataset.allegations[0].edits) == ["event_time", "recipients"]


def test_decisions_are_kept_in_the_file_that_is_named(folder: Path) -> None:
    decide(folder, "reject", SAME[0], "--decisions", "mine.jsonl")
    assert not (folder / "decisions.jsonl").exists()
    assert merged(folder)[0].decisions == []
    dataset, _ = merged(folder, "--decisions", "mine.jsonl")
    assert [a.review for a in dataset.allegations].count("rejected") == 1
    assert extract("merge", "out.json", "-o", "again.json", cwd=folder).returncode == 0
    assert load(folder / "again.json") == dataset, "the dataset holds them"


def test_contradictory_decisions_are_told_and_none_is_applied(folder: Path) -> None:
    decide(folder, "same", *SAME)
    decide(folder, "different", *SAME)
    decide(folder, "accept", SAME[0])
    dataset, summary = merged(folder)
    assert "decisions 1 applied, 2 contradictory" in summary
    assert summary.count("contradictory: excludes decision:") == 2
    assert len(dataset.allegations) == 2


def test_a_broken_line_is_told_and_makes_the_status_1(folder: Path) -> None:
    decide(folder, "reject", SAME[0])
    with (folder / "decisions.jsonl").open("a") as file:
        file.write("oops\n")
    dataset, summary = merged(folder, status=1)
    assert "decisions.jsonl, line 2: no decision (Invalid JSON" in summary
    assert len(dataset.decisions) == 1


def test_a_decision_about_something_else_is_told(folder: Path) -> None:
    (folder / "decisions.jsonl").write_text(json.dumps({"verb": "reject", "subjects": ["claim:gone"]}))
    dataset, summary = merged(folder)
    assert [d.status for d in dataset.decisions] == ["not_here"]
    assert "(reject): not here: claim:gone is not among what was merged" in summary


WRONG_USE = {
    "no such dataset": (["merge", "gone.json", "-o", "out.json"], "gone.json: cannot be read"),
    "a folder": (["merge", ".", "-o", "out.json"], "cannot be read (Is a directory)"),
    "no dataset": (["merge", "text.txt", "-o", "out.json"], "text.txt: not JSON"),
    "an old dataset": (["merge", "a.json", "old.json", "-o", "out.json"], "old.json: schema version '1'"),
    "an altered dataset": (["merge", "a.json", "altered.json", "-o", "out.json"], "bear one id"),
    "no output": (["merge", "a.json"], "Missing option"),
    "a folder as output": (["merge", "a.json", "-o", "."], "is a folder; give a file name"),
    "no output folder": (["merge", "a.json", "-o", "no/out.json"], "no: no such folder; create it first"),
    "no decisions": (["merge", "a.json", "-o", "out.json", "--decisions", "gone.jsonl"], "gone.jsonl: cannot be read"),
    "names in a circle": (
        ["merge", "a.json", "-o", "out.json", "--aliases", "circle.csv"],
        "circle.csv, line 3: the names go round in a circle (a → b → a)",
    ),
    "no such record": (["decide", "a.json", "reject", "claim:gone"], "claim:gone: no claim, denial statement"),
    "an unknown verb": (["decide", "a.json", "join", SAME[0]], "verb: Input should be"),
    "one record for two": (["decide", "a.json", "same", SAME[0]], "same is about two different records"),
    "no value": (["decide", "a.json", "edit", SAME[0], "--set", "stage"], "--set stage: give FIELD=VALUE"),
    "a wrong value": (["decide", "a.json", "edit", SAME[0], "--set", "stage=sent"], "stage: Input should be"),
    "a number for a list": (
        ["decide", "a.json", "edit", SAME[0], "--set", "suppliers=5"],
        "suppliers: Input should be",
    ),
    "no grade": (["decide", "a.json", "grade", SAME[0], "--reliability", "G"], "reliability: Input should be"),
    "nowhere to write": (
        ["decide", "a.json", "reject", SAME[0], "--decisions", "no/d.jsonl"],
        "no/d.jsonl: cannot be written",
    ),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG_USE.values(), ids=WRONG_USE)
def test_wrong_use_is_said_in_a_sentence_and_writes_nothing(folder: Path, arguments: list[str], message: str) -> None:
    content = (folder / "a.json").read_text("utf-8")
    (folder / "old.json").write_text(content.replace('"schema_version": "2"', '"schema_version": "1"'), "utf-8")
    (folder / "altered.json").write_text(content.replace(WORLD[0].article.sha256, "f" * 64), "utf-8")
    (folder / "text.txt").write_text("text")
    (folder / "circle.csv").write_text("name,same_as\na,b\nb,a\n")
    before = sorted(p.name for p in folder.iterdir())
    run = extract(*arguments, cwd=folder)
    assert run.returncode == 2, run.stderr
    assert message in " ".join(run.stderr.split())
    assert "Traceback" not in run.stderr
    assert sorted(p.name for p in folder.iterdir()) == before


def test_names_of_an_analyst_join_actors(folder: Path) -> None:
    (folder / "names.csv").write_text("name,same_as\nUS,the accusers\nUA,the accusers\n")
    dataset, _ = merged(folder, "--aliases", "names.csv")
    refused = [j for j in dataset.identities if j.refused]
    assert [(j.left, j.right) for j in refused] == [("state:UA", "state:US")], "two states are never one"
    assert max(a.corroboration.origins for a in dataset.allegations) == 2
