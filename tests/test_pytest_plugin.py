"""The fixture `extract_replay`, in a project of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from tests.examples import ARTICLE, answer
from tests.server import Reply, serving
from tests.test_cli import extract as command

pytest_plugins = ["pytester"]

EXPECTING = '"articles/", cassettes="kept", expect="expected.json"'


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one article, its recording and the dataset that it gave. Made before pytester: it forgets what was
    imported after it, and numpy is not imported twice."""
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "articles").mkdir()
    (folder / "articles" / "one.txt").write_text(ARTICLE, "utf-8")
    with serving(Reply(content=json.dumps(answer()))) as script:
        done = command(
            "articles", "-o", "expected.json", "--model", "m", "--record", "kept", "--base-url", script.url, cwd=folder
        )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def project(recorded: Path, pytester: pytest.Pytester) -> pytest.Pytester:
    shutil.copytree(recorded, pytester.path, dirs_exist_ok=True)
    pytester.makeini("[pytest]\naddopts = --block-network\nfilterwarnings = error\n")
    return pytester


def run(project: pytest.Pytester, tests: str, *options: str) -> pytest.RunResult:
    """The tests in a process of their own, as a user runs them."""
    project.makepyfile(test_it=tests)
    if not entry_points(group="pytest11", name="armsledger"):  # not installed anew since the plug-in was added
        options = ("-p", "extractor.pytest_plugin", *options)
    return project.runpytest_subprocess("-p", "no:hypothesispytest", *options)


def calls(*arguments: str) -> str:
    """One test for each call of the fixture."""
    return "\n".join(f"def test_{n}(extract_replay):\n    extract_replay({a})\n" for n, a in enumerate(arguments))


def test_what_is_expected_passes_without_network_or_settings_from_any_folder(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = project.mkdir("elsewhere")
    monkeypatch.chdir(elsewhere)
    tests = f"""
        import asyncio
        from pathlib import Path

        def test_it(extract_replay):
            folder = Path.cwd()
            dataset = extract_replay({EXPECTING})
            assert [a.path for a in dataset.articles] == ["articles/one.txt"]
            assert Path.cwd() == folder and folder.name == "elsewhere"

        def test_inside_an_event_loop(extract_replay):
            async def inside():
                return extract_replay({EXPECTING})
            assert asyncio.run(inside()).allegations

        def test_with_nothing_expected(extract_replay):
            assert extract_replay(["articles/one.txt"], cassettes="kept", model="m").allegations
    """
    run(project, tests, "-c", "../tox.ini", "--rootdir", "..", "..").assert_outcomes(passed=3)


def test_a_difference_fails_readably_and_update_takes_it(project: pytest.Pytester) -> None:
    path = project.path / "expected.json"
    path.write_text(path.read_text("utf-8").replace('"shipped"', '"delivered"'), "utf-8")
    failed = run(project, calls(EXPECTING))
    failed.assert_outcomes(failed=1)
    failed.stdout.fnmatch_lines(["*expected.json: 1 difference*", '*stage: "delivered" → "shipped"*'])
    assert not any(w in failed.stdout.str() for w in ("Traceback", "another exception", "direct cause"))
    run(project, calls(EXPECTING), "--extract-update").assert_outcomes(passed=1)
    assert path.read_text("utf-8").count('"shipped"') > 1


def test_without_a_recording_it_fails_and_says_what_to_do(project: pytest.Pytester) -> None:
    (project.path / "articles" / "two.txt").write_text("Another article.")
    before = (project.path / "expected.json").read_bytes()
    failed = run(project, calls(EXPECTING, '"articles/", cassettes="kept", model="m"'), "--extract-update")
    failed.assert_outcomes(failed=2)
    lines = [
        "*the recordings in kept don't fit any more: 1 of 2 articles have none (articles/two.txt)*",
        "*to record again: *",
    ]
    failed.stdout.fnmatch_lines([*lines, *lines])
    assert (project.path / "expected.json").read_bytes() == before


def test_wrong_use_fails_the_test_with_a_sentence(project: pytest.Pytester) -> None:
    failed = run(
        project,
        calls(
            '"articles/", cassettes="none", expect="expected.json"',
            '"gone/", cassettes="kept", expect="expected.json"',
            '"articles/", cassettes="kept", expect="gone.json"',
            '"articles/", cassettes="kept", expect="articles/one.txt"',
            '"articles/", cassettes="kept"',
        ),
    )
    failed.assert_outcomes(failed=5)
    failed.stdout.fnmatch_lines(
        [
            "*none: no recordings here*",
            "*gone: no such file or folder*",
            "*gone.json: cannot be read*",
            "*one.txt: not JSON*",
            "*no model name*",
        ]
    )
    assert not any(w in failed.stdout.str() for w in ("Traceback", "another exception", "direct cause"))


def test_the_plug_in_is_announced_and_costs_nothing_until_used(root: Path) -> None:
    named = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]["pytest11"]
    assert named == {"armsledger": "extractor.pytest_plugin"}
    assert import_module(named["armsledger"]).extract_replay
    code = (
        "import sys, pytest; before = set(sys.modules); import extractor.pytest_plugin; "
        "print(sorted(m for m in set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True, cwd=root
    )
    assert done.stdout.strip() == "['extractor', 'extractor.pytest_plugin']"
