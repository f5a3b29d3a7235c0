"""``extract store``: what is kept can be looked at, dropped and taken elsewhere."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from tests.examples import ARTICLE, answer
from tests.server import Reply, serving
from tests.test_cli import extract

GOOD = Reply(content=json.dumps(answer()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working folder with a store that two models have answered into."""
    (tmp_path / "one.txt").write_text(ARTICLE, "utf-8")
    with serving(Reply(status=429), GOOD) as script:
        for model in ("gpt-4o-mini", "nobody-knows-it"):
            run = extract("ask", "one.txt", "--model", model, "--base-url", script.url, cwd=tmp_path)
            assert run.returncode == 0, run.stderr
    return tmp_path


def test_ls_says_what_is_kept_and_how_the_calls_went(folder: Path) -> None:
    run = extract("store", "ls", cwd=folder)
    assert run.returncode == 0
    rows = [line.split() for line in run.stdout.splitlines()]
    assert rows[1][:5] == ["gpt-4o-mini", "1", "1,000", "900", "50"]
    assert rows[1][6] == "USD"
    assert rows[2][:7] == ["nobody-knows-it", "1", "1,000", "900", "50", "price", "unknown"]
    assert "calls: 2 answered, 1 limited" in run.stderr


def test_export_gives_every_answer_or_every_call(folder: Path) -> None:
    answers = [json.loads(line) for line in extract("store", "export", cwd=folder).stdout.splitlines()]
    assert [(a["asked"], a["article"], json.loads(a["text"])) for a in answers] == [
        (model, "one.txt", answer()) for model in ("gpt-4o-mini", "nobody-knows-it")
    ]
    calls = [json.loads(line) for line in extract("store", "export", "--what", "calls", cwd=folder).stdout.splitlines()]
    assert [(c["attempt"], c["outcome"]) for c in calls] == [(1, "limited"), (2, "answered"), (1, "answered")]


def test_prune_drops_a_model_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(ARTICLE, "utf-8")
    with serving(GOOD) as script:

        def ask(model: str) -> int:
            """How many calls it took."""
            before = len(script.requests)
            assert extract("ask", "one.txt", "--model", model, "--base-url", script.url, cwd=tmp_path).returncode == 0
            return len(script.requests) - before

        assert (ask("gpt-4o-mini"), ask("nobody-knows-it")) == (1, 1)
        assert "1 answer dropped" in extract("store", "prune", "--model", "gpt-4o-mini", cwd=tmp_path).stderr
        assert "gpt-4o-mini" not in extract("store", "ls", cwd=tmp_path).stdout
        assert (ask("gpt-4o-mini"), ask("nobody-knows-it")) == (1, 0)


def test_prune_drops_what_is_old(folder: Path) -> None:
    assert "0 answers dropped" in extract("store", "prune", "--days", "1", cwd=folder).stderr
    with sqlite3.connect(folder / ".extract" / "store.sqlite") as store:
        store.execute("UPDATE replies SET at = '2020-01-01T00:00:00.000+00:00' WHERE asked = 'gpt-4o-mini'")
    store.close()
    assert "1 answer dropped" in extract("store", "prune", "--days", "1", cwd=folder).stderr


@pytest.mark.parametrize("command", [("ls",), ("export",), ("prune", "--days", "1")])
def test_where_no_store_is_none_is_made(tmp_path: Path, command: tuple[str, ...]) -> None:
    run = extract("store", *command, cwd=tmp_path)
    assert run.returncode == 2
    assert "no store of answers here; name its folder with --store" in run.stderr
    assert not list(tmp_path.iterdir())


def test_prune_without_a_choice_drops_nothing(folder: Path) -> None:
    assert extract("store", "prune", cwd=folder).returncode == 2
