"""Recordings: portable, readable, without secrets, and never an answer to another question."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from extractor.errors import NotRecorded, UsageError
from extractor.llm import Model, Tally
from extractor.recordings import recordings
from extractor.schemas import Answer
from extractor.testing import EMPTY
from tests.runs import scripted_settings
from tests.server import OK, Reply, serving


def messages(text: str) -> list[dict[str, str]]:
    return [{"role": "system", "content": "Fixed.\nOf two lines."}, {"role": "user", "content": text}]


def outlet(name: str) -> Reply:
    return Reply(content=json.dumps({**EMPTY, "publication": {**EMPTY["publication"], "outlet": name}}, indent=1))


async def _ask(url: str, *texts: str, **settings: object) -> list[str | None]:
    async with Model(scripted_settings(base_url=url, **settings)) as model:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(model.complete(messages(t), Tally(), reasks=0)) for t in texts]
        return [task.result()[0].publication.outlet for task in tasks]


def ask(url: str, *texts: str, **settings: object) -> list[str | None]:
    return asyncio.run(_ask(url, *texts, **settings))


def test_a_recording_replays_for_any_server(tmp_path: Path) -> None:
    with serving(outlet("Courier")) as script, recordings(tmp_path, "record"):
        assert ask(script.url, "one") == ["Courier"]
    with recordings(tmp_path, "replay"):
        assert ask("http://127.0.0.1:9/some/other/v1", "one") == ["Courier"]


def test_calls_at_once_get_their_own_answers(tmp_path: Path) -> None:
    texts = [f"article {n}" for n in range(6)]
    for n, text in enumerate(texts):
        with serving(outlet(f"Outlet {n}")) as script, recordings(tmp_path, "record"):
            ask(script.url, text)
    with recordings(tmp_path, "replay"):
        assert ask("http://127.0.0.1:9/v1", *reversed(texts)) == [f"Outlet {n}" for n in reversed(range(6))]


def test_what_was_not_recorded_is_never_answered(tmp_path: Path) -> None:
    with serving(OK) as script, recordings(tmp_path, "record"):
        ask(script.url, "one")
    for change in ({"model": "another"}, {"parameters": {"temperature": 1}}, {}):
        with recordings(tmp_path, "replay"), pytest.raises(BaseExceptionGroup) as caught:
            ask("http://127.0.0.1:9/v1", "one" if change else "two", **change)
        error = caught.value.exceptions[0]
        assert isinstance(error, NotRecorded)
        assert "OPENAI_API_KEY" in str(error)
        assert "--base-url" in str(error)


def test_no_key_cookie_or_organisation_is_recorded(tmp_path: Path) -> None:
    with serving(OK) as script, recordings(tmp_path, "record"):
        ask(script.url, "one", api_key="sk-SECRETKEY")
    (file,) = tmp_path.iterdir()
    written = file.read_text("utf-8")
    assert "SECRET" not in written
    assert script.url not in written
    kept = json.loads(written)
    assert set(kept["request"]["headers"]) | set(kept["response"]["headers"]) <= {"content-type", "Content-Type"}


def test_failures_are_not_recorded(tmp_path: Path) -> None:
    with serving(Reply(status=429, headers={"retry-after-ms": "1"}), OK) as script, recordings(tmp_path, "record"):
        ask(script.url, "one")
    (file,) = tmp_path.iterdir()
    assert json.loads(file.read_text("utf-8"))["response"]["status"]["code"] == 200


def test_texts_of_several_lines_are_recorded_line_by_line(tmp_path: Path) -> None:
    with serving(outlet("Courier")) as script, recordings(tmp_path, "record"):
        ask(script.url, 'one\n{"(lines)": 1}')
    (file,) = tmp_path.iterdir()
    assert '"Of two lines."' in [line.strip() for line in file.read_text("utf-8").splitlines()]
    with recordings(tmp_path, "replay"):
        assert ask("http://127.0.0.1:9/v1", 'one\n{"(lines)": 1}') == ["Courier"]


def test_recording_again_changes_no_byte(tmp_path: Path) -> None:
    with serving(outlet("Courier")) as script, recordings(tmp_path, "record"):
        ask(script.url, "one", "two", "three")
    before = {f.name: f.read_bytes() for f in tmp_path.iterdir()}
    assert len(before) == 3
    with serving(outlet("Courier")) as script, recordings(tmp_path, "record"):
        ask(script.url, "three", "one", "two")
        assert script.requests == []  # what is recorded already is not asked again
    assert {f.name: f.read_bytes() for f in tmp_path.iterdir()} == before


def test_a_replay_without_recordings_says_how_to_make_them(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match="no recordings here; record them with --record"),
        recordings(tmp_path, "replay"),
    ):
        pass


def test_a_broken_recording_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(UsageError, match=r"broken.json: not a recording"), recordings(tmp_path, "replay"):
        pass


def test_an_answer_replays_with_the_same_text(tmp_path: Path) -> None:
    """Re-asks repeat the answer's text in the next request, whose recording is found by its body."""

    async def text(url: str) -> str:
        async with Model(scripted_settings(base_url=url)) as model:
            _, text = await model.complete(messages("one"), Tally(), reasks=0)
            return text

    original = json.dumps(EMPTY, indent=2) + "\n\n"
    with serving(Reply(content=original)) as script, recordings(tmp_path, "record"):
        assert asyncio.run(text(script.url)) == original
    with recordings(tmp_path, "replay"):
        assert asyncio.run(text("http://127.0.0.1:9/v1")) == original
    assert Answer.model_validate_json(original) == Answer.model_validate(EMPTY)
