"""`extract check`: recorded answers give what they gave, or it is said what changed and what to do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from extractor import Dataset, check
from extractor.dataset import load, serialise
from extractor.regression import replayed_only
from tests.examples import ARTICLE, answer
from tests.server import Reply, serving
from tests.test_cli import Run
from tests.test_cli import extract as command

CHECK = ("check", "articles", "--cassettes", "kept", "--expect", "expected.json")


def content(**changes: Any) -> Reply:
    return Reply(content=json.dumps(answer(**changes)))


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "articles").mkdir()
    (folder / "articles" / "one.txt").write_text(ARTICLE, "utf-8")
    (folder / "extractor.toml").write_text("[parameters]\ntemperature = 0\n")
    with serving(content()) as script:
        done = command(
            "articles", "-o", "expected.json", "--model", "m", "--record", "kept", "--base-url", script.url, cwd=folder
        )
    assert done.returncode == 0, done.stderr
    (folder / "extractor.toml").unlink()
    return folder


@pytest.fixture
def folder(recorded: Path, tmp_path: Path) -> Path:
    shutil.copytree(recorded, tmp_path, dirs_exist_ok=True)
    return tmp_path


def checked(folder: Path, *more: object, **variables: str) -> Run:
    return command(*CHECK, *more, cwd=folder, **variables)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_the_same_answers_give_the_same_without_any_settings(folder: Path) -> None:
    """Model and parameters are those of the expected run."""
    before = (folder / "expected.json").read_bytes()
    done = checked(folder, "--output", "now.json")
    assert (done.returncode, done.stdout) == (0, "expected.json: same (1 article, 1 claim, 1 denial, 1 response)\n")
    assert (folder / "now.json").read_bytes() == before == (folder / "expected.json").read_bytes()


def test_settings_and_environment_have_no_say(folder: Path) -> None:
    (folder / "extractor.toml").write_text('model = "another"\nlink = "http://127.0.0.1:9"\nnonsense = [')
    assert (
        checked(folder, EXTRACT_MODEL="third", OPENAI_API_KEY="sk-x", EXTRACT_LINK="http://127.0.0.1:9").returncode == 0
    )


def test_the_seeds_give_what_they_gave(root: Path, tmp_path: Path) -> None:
    made = command("seeds/", "-o", tmp_path / "expected.json", cwd=root)
    assert made.returncode == 0, made.stderr
    done = command(
        "check", "seeds/", "--cassettes", "tests/cassettes", "--expect", tmp_path / "expected.json", cwd=root
    )
    assert done.returncode == 0, done.stdout


def test_another_answer_in_the_recordings_is_a_readable_difference(folder: Path) -> None:
    (file,) = (folder / "kept").glob("*.json")
    edit(file, 'stage\\": \\"shipped', 'stage\\": \\"delivered')
    done = checked(folder)
    assert done.returncode == 1
    assert "expected.json: " in done.stdout
    assert 'stage: "shipped" → "delivered"' in done.stdout
    assert "rules: same article, same run: the recordings, the metadata or the rules" in done.stdout
    assert "noise:" not in done.stdout  # recorded answers don't vary


def test_update_takes_what_there_is_as_expected(folder: Path) -> None:
    (file,) = (folder / "kept").glob("*.json")
    edit(file, 'stage\\": \\"shipped', 'stage\\": \\"delivered')
    done = checked(folder, "--update")
    assert done.returncode == 0
    assert "expected.json: written" in done.stdout
    assert load(folder / "expected.json").allegations[0].stage == "delivered"
    assert checked(folder).returncode == 0


def test_the_first_expected_dataset_is_written_by_update(folder: Path) -> None:
    (folder / "expected.json").rename(folder / "old.json")
    assert checked(folder).returncode == 2
    (folder / "extractor.toml").write_text('model = "m"\n[parameters]\ntemperature = 0\n')
    done = checked(folder, "--update")
    assert done.returncode == 0, done.stderr
    assert (folder / "expected.json").read_bytes() == (folder / "old.json").read_bytes()


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("prompt_sha256", "0" * 64, "prompt_sha256 differs from the expected run's: 000000000000 → "),
        ("schema_sha256", "1" * 64, "schema_sha256 differs from the expected run's: 111111111111 → "),
        ("tool_version", "0.0.9", "tool_version differs from the expected run's: 0.0.9 → "),
    ],
)
def test_it_names_the_choice_that_differs_from_the_expected_run(
    folder: Path, field: str, value: str, told: str
) -> None:
    made = json.loads((folder / "expected.json").read_text("utf-8"))
    made["runs"][0][field] = value
    (folder / "expected.json").write_text(json.dumps(made), "utf-8")
    done = checked(folder)
    assert told in done.stdout
    assert "the recordings still fit" in done.stdout
    assert done.returncode == 0  # no record differs


def test_recordings_that_do_not_fit_any_more_say_what_to_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractor.prompt.system_message", lambda: "Another prompt.")
    monkeypatch.setattr("extractor.dataset.prompt_sha256", lambda: "f" * 64)
    before = (folder / "expected.json").read_bytes()
    for more in ([], ["--update"]):
        done = checked(folder, *more)
        assert done.returncode == 1
        assert "the recordings in kept don't fit any more: 1 of 1 articles have none (articles/one.txt)" in done.stdout
        assert "→ ffffffffffff (the fixed part of the prompt changed)" in done.stdout
        assert "extract PATHS -o new.json --record kept --model m" in done.stdout
        assert "articles have no recording: not listed" in done.stdout
        assert "lost claim" not in done.stdout
    assert (folder / "expected.json").read_bytes() == before  # nothing is updated from nothing


def test_another_model_is_named(folder: Path) -> None:
    done = checked(folder, "--model", "other")
    assert done.returncode == 1
    assert "model differs from the expected run's: m → other" in done.stdout


def test_a_changed_article_has_no_recording_and_the_run_is_not_blamed(folder: Path) -> None:
    edit(folder / "articles" / "one.txt", "medicine", "blankets")
    done = checked(folder)
    assert done.returncode == 1
    assert "the run is the expected one, so these articles are new, their text or metadata changed" in done.stdout


def test_decisions_of_the_expected_dataset_hold_in_the_replay(folder: Path) -> None:
    claim = load(folder / "expected.json").allegations[0].claims[0].id
    assert command("decide", "expected.json", "reject", claim, cwd=folder).returncode == 0
    merged = command("merge", "expected.json", "-o", "expected.json", cwd=folder)
    assert merged.returncode == 0, merged.stderr
    (folder / "decisions.jsonl").unlink()
    done = checked(folder)
    assert done.returncode == 0, done.stdout


def test_aliases_of_the_expected_dataset_hold_in_the_replay(folder: Path) -> None:
    (folder / "names.csv").write_text("name,same_as\nTam Oriel,League of Nine\n")
    merged = command("merge", "expected.json", "--aliases", "names.csv", "-o", "expected.json", cwd=folder)
    assert merged.returncode == 0, merged.stderr
    assert checked(folder).returncode == 0


def test_metadata_is_given_to_the_check_as_to_the_run(folder: Path) -> None:
    (folder / "metadata.json").write_text('[{"file": "one.txt", "published": "2023-05-03", "outlet": "Courier"}]')
    shutil.rmtree(folder / "kept")
    with serving(content()) as script:
        run = ["articles", "-o", "expected.json", "--metadata", "metadata.json", "--model", "m", "--record", "kept"]
        assert command(*run, "--base-url", script.url, cwd=folder).returncode == 0
    assert checked(folder, "--metadata", "metadata.json").returncode == 0
    assert checked(folder).returncode == 1


def test_the_library_does_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    done = check(["articles"], Path("kept"), Path("expected.json"))
    assert done.same
    assert serialise(done.dataset) == (folder / "expected.json").read_bytes()
    alone = replayed_only(["articles"], Path("kept"), model="m")
    assert alone.unrecorded == ("articles/one.txt",)  # recorded with parameters, which no settings give here
    assert not alone.same


def _other_articles(folder: Path) -> None:
    (folder / "articles" / "one.txt").unlink()
    (folder / "articles" / "two.txt").write_text("Another article.", "utf-8")


def _merged(folder: Path) -> None:
    made = Dataset.model_validate_json((folder / "expected.json").read_text("utf-8")).model_dump(mode="json")
    made["runs"].append({**made["runs"][0], "id": "run:other", "model": "other"})
    (folder / "expected.json").write_text(json.dumps(made), "utf-8")


WRONG = {
    "no articles": (lambda f: (f / "articles" / "one.txt").unlink(), "no .txt file in this folder"),
    "no such folder of articles": (lambda f: shutil.rmtree(f / "articles"), "no such file or folder"),
    "no folder of recordings": (lambda f: shutil.rmtree(f / "kept"), "kept: no recordings here"),
    "an empty folder of recordings": (lambda f: [p.unlink() for p in (f / "kept").iterdir()], "kept: no recordings here"),
    "a broken recording": (lambda f: (f / "kept" / "a.json").write_text("{"), "a.json: not a recording"),
    "no expected dataset": (lambda f: (f / "expected.json").unlink(), "expected.json: cannot be read"),
    "no dataset": (lambda f: (f / "expected.json").write_text("{}"), "expected.json: schema version None"),
    "of another schema": (lambda f: edit(f / "expected.json", '"schema_version": "', '"schema_version": "0'), "schema version"),
    "of other articles": (_other_articles, "expected.json: made from other articles (articles/one.txt) than those given (articles/two.txt)"),
    "of several runs": (_merged, "made by 2 runs"),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "message"), WRONG.values(), ids=WRONG)
def test_wrong_use_is_said_in_a_sentence(folder: Path, spoil: Any, message: str) -> None:
    spoil(folder)
    done = checked(folder)
    assert done.returncode == 2, done.stdout
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_an_expected_dataset_that_cannot_be_written_is_said_first(folder: Path) -> None:
    done = command("check", "articles", "--cassettes", "kept", "--expect", "no/where.json", "--update", cwd=folder)
    assert done.returncode == 2
    assert "no: no such folder" in done.stderr


def test_the_workflow_is_valid_least_privileged_and_runs_no_input(root: Path) -> None:
    text = (root / "docs" / "extract-check.yml").read_text("utf-8")
    workflow = yaml.safe_load(text)
    called = workflow[True]["workflow_call"]["inputs"]  # YAML 1.1 reads "on" as true
    assert set(called) == {"paths", "cassettes", "expect", "python-version", "package"}
    assert all(i["type"] == "string" and (i.get("required") or "default" in i) for i in called.values())
    assert workflow["permissions"] == {"contents": "read"}
    (job,) = workflow["jobs"].values()
    steps = job["steps"]
    assert all("@v" in s["uses"] and s["uses"].rsplit("@v", 1)[1].isdigit() for s in steps if "uses" in s)
    assert all(
        s["with"]["persist-credentials"] is False for s in steps if s.get("uses", "").startswith("actions/checkout")
    )
    commands = [s["run"] for s in steps if "run" in s]
    assert not any("${{" in c for c in commands)
    assert any("extract check" in c for c in commands)
    assert any(
        "extract diff" in c and "--format markdown --exit-zero" in c and "GITHUB_STEP_SUMMARY" in c for c in commands
    )
