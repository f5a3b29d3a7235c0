"""The command, as a user runs it: its two streams and its exit status."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from extractor.cli import app
from extractor.schemas import Dataset
from tests.examples import ARTICLE, answer
from tests.server import OK, Reply, serving

GOOD = Reply(content=json.dumps(answer()))


def environment(**variables: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "EXTRACT_"))}
    return {**kept, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", **variables}


@dataclass
class Run:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def extract(*arguments: object, cwd: Path, **variables: str) -> Run:
    """The command in this process: a process of its own takes seconds to start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(cwd)
        for name, value in environment(**variables).items():
            patch.setenv(name, value)
        result = CliRunner().invoke(app, [str(a) for a in arguments], prog_name="extract")
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Run(result.exit_code, result.stdout, result.stderr)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working folder with one article."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "one.txt").write_text(ARTICLE, "utf-8")
    return tmp_path


def test_articles_in_one_dataset_out(folder: Path) -> None:
    with serving(GOOD) as script:
        run = extract("articles", "-o", "out.json", "--model", "m", "--base-url", script.url, cwd=folder)
    assert run.returncode == 0, run.stderr
    assert run.stdout == ""
    dataset = Dataset.model_validate_json((folder / "out.json").read_text("utf-8"))
    assert len(dataset.allegations) == len(dataset.denials) == len(dataset.responses) == 1
    assert dataset.allegations[0].contested == "explicit"
    assert dataset.accounting.models_answering == ["scripted/m"]
    assert "[1/1] articles/one.txt: extracted: 1 claim, 1 denial, 1 response, 0 quarantined" in run.stderr
    assert "articles     1 in: 1 extracted, 0 empty, 0 failed" in run.stderr
    assert "written: out.json" in run.stderr
    assert sorted(p.name for p in folder.iterdir()) == [".extract", "articles", "out.json"]


def test_standard_output_carries_the_dataset_and_nothing_else(folder: Path) -> None:
    """In a process of its own, as a pipe would see it."""
    with serving(GOOD) as script:
        to_file = extract("articles", "-o", "out.json", "--model", "m", "--base-url", script.url, cwd=folder)
        command = [
            sys.executable,
            "-m",
            "extractor.cli",
            "articles",
            "-o",
            "-",
            "--model",
            "m",
            "--base-url",
            script.url,
        ]
        piped = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, timeout=60, check=False)
    assert piped.returncode == to_file.returncode == 0
    assert piped.stdout == (folder / "out.json").read_bytes()
    assert b"articles     1 in" in piped.stderr


def test_a_failing_article_stops_no_other_and_makes_the_status_1(folder: Path) -> None:
    (folder / "articles" / "broken.txt").write_bytes("Größe".encode("cp1252"))
    (folder / "articles" / "empty.txt").write_bytes(b"")
    (folder / "articles" / "notes.md").write_text("no article")
    (folder / "articles" / "twin.txt").write_text(ARTICLE, "utf-8")
    with serving(GOOD) as script:
        run = extract("articles", "-o", "out.json", "--model", "m", "--base-url", script.url, cwd=folder)
    assert run.returncode == 1
    accounting = json.loads((folder / "out.json").read_text("utf-8"))["accounting"]
    assert accounting["articles"] == {"given": 5, "extracted": 1, "empty": 0, "duplicate": 1, "skipped": 1, "failed": 2}
    assert [(f["path"], f["kind"]) for f in accounting["failures"]] == [
        ("articles/broken.txt", "unreadable"),
        ("articles/empty.txt", "unreadable"),
    ]
    assert "articles/broken.txt: unreadable: not UTF-8" in run.stderr
    assert "2 failed" in run.stderr


def test_a_failure_of_the_server_never_looks_like_nothing_found(folder: Path) -> None:
    with serving(Reply(refusal="no")) as script:
        run = extract("articles", "-o", "out.json", "--model", "m", "--base-url", script.url, cwd=folder)
    assert run.returncode == 1
    dataset = json.loads((folder / "out.json").read_text("utf-8"))
    assert [f["kind"] for f in dataset["accounting"]["failures"]] == ["refused"]
    assert dataset["accounting"]["articles"]["empty"] == 0
    assert [a["path"] for a in dataset["articles"]] == ["articles/one.txt"]


WRONG_USE = {
    "no such path": (["gone", "-o", "out.json"], "gone: no such file or folder"),
    "a folder without articles": (["none", "-o", "out.json"], "none: no .txt file in this folder"),
    "no output folder": (["articles", "-o", "no/where/out.json"], "no/where: no such folder; create it first"),
    "a folder as output": (["articles", "-o", "articles"], "articles: is a folder; give a file name"),
    "both record and replay": (["articles", "-o", "out.json", "--record", "a", "--replay", "b"], "exclude each other"),
    "a replay of nothing": (["articles", "-o", "out.json", "--replay", "none"], "none: no recordings here"),
    "a setting out of bounds": (
        ["articles", "-o", "out.json", "--concurrency", "0"],
        "concurrency: Input should be greater",
    ),
    "an unknown option": (["articles", "-o", "out.json", "--modle", "m"], "No such option"),
    "no output": (["articles"], "Missing option"),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG_USE.values(), ids=WRONG_USE)
def test_wrong_use_is_said_in_a_sentence_and_starts_nothing(folder: Path, arguments: list[str], message: str) -> None:
    (folder / "none").mkdir()
    run = extract(*arguments, cwd=folder, EXTRACT_MODEL="m", OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    assert run.returncode == 2, run.stderr
    assert message in " ".join(run.stderr.split())
    assert "Traceback" not in run.stderr
    assert not (folder / "out.json").exists()


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}, "no model name: give --model"),
        ({"EXTRACT_MODEL": "m"}, "no model to ask: set OPENAI_API_KEY"),
    ],
)
def test_without_a_model_it_says_how_to_name_one(folder: Path, variables: dict[str, str], message: str) -> None:
    run = extract("articles", "-o", "out.json", cwd=folder, **variables)
    assert run.returncode == 2
    assert message in run.stderr


def test_a_refused_key_stops_the_run_at_once_and_is_not_shown(folder: Path) -> None:
    for n in range(20):
        (folder / "articles" / f"{n}.txt").write_text(f"Article {n}.")
    with serving(Reply(status=401)) as script:
        run = extract(
            "articles",
            "-o",
            "out.json",
            "--model",
            "m",
            "--concurrency",
            "1",
            cwd=folder,
            OPENAI_BASE_URL=script.url,
            OPENAI_API_KEY="sk-SECRET",
        )
    assert run.returncode == 2
    assert len(script.requests) == 1
    assert "the server refuses the key (401); check OPENAI_API_KEY" in run.stderr
    assert "SECRET" not in run.stderr
    assert not (folder / "out.json").exists()


def test_settings_come_from_files_environment_and_arguments_in_this_order(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.extractor]\nmodel = "from-pyproject"\nreasks = 0\n')
    with serving(GOOD) as script:
        for toml, variable, argument in [("", "", ""), ("toml", "", ""), ("toml", "env", ""), ("toml", "env", "arg")]:
            if toml:
                (folder / "extractor.toml").write_text('model = "from-toml"\n')
            run = extract(
                "articles", "-o", "out.json", *(["--model", "from-argument"] if argument else []), cwd=folder,
                OPENAI_BASE_URL=script.url, **({"EXTRACT_MODEL": "from-environment"} if variable else {}),
            )  # fmt: skip
            assert run.returncode == 0, run.stderr
    assert [r["model"] for r in script.requests] == ["from-pyproject", "from-toml", "from-environment", "from-argument"]


@pytest.mark.parametrize("content", ["model = [", 'modle = "x"\nmodel = "m"'])
def test_a_wrong_settings_file_is_named(folder: Path, content: str) -> None:
    (folder / "extractor.toml").write_text(content)
    run = extract("articles", "-o", "out.json", cwd=folder, OPENAI_BASE_URL="http://127.0.0.1:9")
    assert run.returncode == 2
    assert "extractor.toml" in run.stderr
    assert "Traceback" not in run.stderr


def test_what_is_recorded_is_replayed_without_key_or_server(folder: Path) -> None:
    with serving(GOOD) as script:
        recorded = extract(
            "articles", "-o", "one.json", "--model", "m", "--record", "kept", "--base-url", script.url, cwd=folder
        )
    replayed = extract("articles", "-o", "two.json", "--model", "m", "--replay", "kept", cwd=folder)
    assert recorded.returncode == replayed.returncode == 0, recorded.stderr + replayed.stderr
    assert (folder / "one.json").read_bytes() == (folder / "two.json").read_bytes()
    (folder / "extractor.toml").write_text('model = "m"\ncassettes = "kept"\n')
    fallback = extract("articles", "-o", "three.json", cwd=folder)
    assert fallback.returncode == 0
    assert "no key and no server given: replaying the recorded answers in kept" in fallback.stderr
    assert (folder / "three.json").read_bytes() == (folder / "one.json").read_bytes()


def test_an_article_without_a_recording_fails_and_says_the_two_ways_out(folder: Path) -> None:
    with serving(GOOD) as script:
        extract("articles", "-o", "one.json", "--model", "m", "--record", "kept", "--base-url", script.url, cwd=folder)
    (folder / "articles" / "two.txt").write_text("Another article.")
    run = extract("articles", "-o", "out.json", "--model", "m", "--replay", "kept", cwd=folder)
    assert run.returncode == 1
    assert (
        "articles/two.txt: unrecorded: no recording of this request; set OPENAI_API_KEY, or give --base-url"
        in run.stderr
    )
    assert "1 extracted, 0 empty, 1 failed" in run.stderr


def test_a_folder_that_bears_a_commands_name_is_reached_by_its_path(folder: Path) -> None:
    (folder / "articles").rename(folder / "schema")
    with serving(GOOD) as script:
        run = extract("./schema", "-o", "out.json", "--model", "m", "--base-url", script.url, cwd=folder)
    assert run.returncode == 0, run.stderr
    assert extract("schema", cwd=folder).stdout.startswith("{")


def test_options_may_stand_before_the_paths(folder: Path) -> None:
    with serving(OK) as script:
        run = extract("-o", "out.json", "--model", "m", "--base-url", script.url, "articles", cwd=folder)
    assert run.returncode == 0, run.stderr
    assert "0 extracted, 1 empty, 0 failed" in run.stderr


def test_a_run_that_is_stopped_keeps_what_is_in_flight_and_the_next_one_goes_on(folder: Path) -> None:
    for n in range(3):
        (folder / "articles" / f"{n}.txt").write_text(f"Article {n}.")
    with serving(Reply(delay_s=1.5)) as script:
        command = ["articles", "-o", "out.json", "--model", "m", "--base-url", script.url, "--concurrency", "1"]
        process = subprocess.Popen(
            [sys.executable, "-m", "extractor.cli", *command],
            cwd=folder,
            env=environment(),
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 30
        while not script.requests and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 130
        assert "stopped by SIGINT: 1 of 4 articles have ended" in errors
        assert "the same command goes on from there" in errors
        assert "Traceback" not in errors
        assert sorted(p.name for p in folder.iterdir()) == [".extract", "articles"]
        assert len(script.requests) == 1
        script.steps = [OK]
        run = extract(*command, cwd=folder)
    assert run.returncode == 0
    assert len(script.requests) == 4
    assert "this run: 3 calls" in run.stderr
    assert "none for 1 article with answers in" in run.stderr


def test_an_old_dataset_survives_a_run_that_fails_to_start(folder: Path) -> None:
    (folder / "out.json").write_text("precious")
    with serving(Reply(status=401)) as script:
        extract("articles", "-o", "out.json", "--model", "m", "--base-url", script.url, cwd=folder)
    assert (folder / "out.json").read_text() == "precious"
    assert sorted(p.name for p in folder.iterdir()) == [".extract", "articles", "out.json"]


@pytest.mark.parametrize("command", [[], ["run"]])
def test_help_is_the_one_last_read_as_a_diff(root: Path, command: list[str]) -> None:
    """After a change of the command line: write the output to the file, and read the diff."""
    shown = extract(*command, "--help", cwd=root).stdout
    assert shown == (root / "tests" / "golden" / f"help{'-'.join(['', *command])}.txt").read_text("utf-8")


def test_the_command_line_starts_without_loading_what_it_does_not_need() -> None:
    code = "import sys, extractor.cli; print([m for m in ('openai', 'instructor', 'vcr', 'babel', 'pydantic') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout.strip() == "[]"


def test_the_store_is_where_option_environment_or_file_say(folder: Path) -> None:
    with serving(GOOD) as script:
        command = ["ask", "articles", "--model", "m", "--base-url", script.url]
        (folder / "extractor.toml").write_text('store = "from-file"\n')
        for variables, options, there in (
            ({}, [], "from-file"),
            ({"EXTRACT_STORE": "from-environment"}, [], "from-environment"),
            ({"EXTRACT_STORE": "from-environment"}, ["--store", "from-option"], "from-option"),
        ):
            assert extract(*command, *options, cwd=folder, **variables).returncode == 0
            assert (folder / there / "store.sqlite").is_file()
            assert "1 answered" in extract("store", "ls", *options, cwd=folder, **variables).stderr
        assert len(script.requests) == 3
    assert not (folder / ".extract").exists()
