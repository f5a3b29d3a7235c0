"""A model in this process: llama.cpp with a GGUF file of random weights, from the command to the dataset."""

from __future__ import annotations

import asyncio
import builtins
import json
import socket
from pathlib import Path
from typing import Any

import pytest

from extractor.embedded import ANSWER_TOKENS, ARTICLE_TOKENS, LARGEST_CONTEXT, EmbeddedServer, context_tokens
from extractor.errors import NoModel, ProviderRejected, UsageError
from extractor.providers import provider_for
from extractor.replies import Request
from extractor.schemas import Answer, Dataset
from extractor.settings import Settings, build
from tests.examples import ARTICLE
from tests.runs import scripted_settings
from tests.test_cli import Run, extract

pytest.importorskip("xllamacpp", reason="the `local` extra is not installed")
pytestmark = pytest.mark.llama

PARAMETERS = {"max_completion_tokens": 200, "seed": 1}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.llama import write_random_model

    path = tmp_path_factory.mktemp("model") / "random.gguf"
    write_random_model(path)
    return path


def settings_for(file: Path, **changes: object) -> Settings:
    return scripted_settings(**{"model": f"gguf:{file}", "base_url": None, **changes})


@pytest.fixture(scope="module")
def finished(model: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    """The command, run once on one article."""
    folder = tmp_path_factory.mktemp("work")
    (folder / "article").mkdir()
    (folder / "article" / "one.txt").write_text(ARTICLE, "utf-8")
    (folder / "extractor.toml").write_text("[parameters]\nmax_completion_tokens = 4000\nseed = 1\n")
    return folder, extract("article", "-o", "out.json", "--reasks", "0", "--model", f"gguf:{model}", cwd=folder)


def test_the_command_ends_with_a_valid_dataset(finished: tuple[Path, Run]) -> None:
    """Its answers are nonsense, but they obey the schema; no record that breaks it, and none that is believed."""
    folder, run = finished
    assert run.returncode == 0, run.stderr
    dataset = Dataset.model_validate_json((folder / "out.json").read_text("utf-8"))
    assert dataset.accounting.failures == []
    assert dataset.accounting.models_answering == ["random"]
    assert dataset.accounting.usage.calls == 1
    assert sum(r.written for r in dataset.accounting.records) > 0
    assert [q for q in dataset.quarantine if "Input should be" in q.detail or "Field required" in q.detail] == []
    assert dataset.allegations == []


def test_it_costs_nothing_and_its_answer_is_not_made_twice(finished: tuple[Path, Run], model: Path) -> None:
    folder, run = finished
    assert "1 call, 0.0000 USD" in run.stderr
    again = extract("article", "-o", "two.json", "--reasks", "0", "--model", f"gguf:{model}", cwd=folder)
    assert "0 calls" in again.stderr
    assert (folder / "two.json").read_bytes() == (folder / "out.json").read_bytes()


def test_the_store_s_key_changes_with_the_file(model: Path, tmp_path: Path) -> None:
    """With its content, not with its name or place."""
    request = _request("Fixed.", "One.")
    before = settings_for(model).server
    copy = tmp_path / "copy.gguf"
    copy.write_bytes(model.read_bytes())
    assert settings_for(copy).server == before
    data = bytearray(model.read_bytes())
    data[-1] ^= 1
    copy.write_bytes(data)
    changed = settings_for(copy).server
    copy.write_bytes(data + b"\0")
    assert len({before, changed, settings_for(copy).server}) == 3
    assert before.startswith("gguf:")
    assert request.key(before) != request.key(changed)


def test_what_does_not_fit_a_processor_has_other_defaults(model: Path) -> None:
    chosen = build(model=f"gguf:{model}")
    assert (chosen.concurrency, chosen.timeout_s, chosen.price) == (2, 3600.0, (0.0, 0.0))
    assert build(model=f"gguf:{model}", concurrency=5).concurrency == 5
    assert build(model="m", base_url="http://127.0.0.1:9/v1").concurrency == 64


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "no such model file"), (b"PK\3\4 a zip", "not a GGUF file"), ("folder", "a folder")],
)
def test_a_file_that_is_none_is_said_before_anything_is_started(content: Any, told: str, tmp_path: Path) -> None:
    file = tmp_path / "m.gguf"
    if content == "folder":
        file.mkdir()
    elif content:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=told) as raised:
        build(model=f"gguf:{file}")
    assert "m.gguf" in str(raised.value)


def test_a_damaged_file_is_said_by_name_and_stops_the_run(model: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.gguf"
    damaged.write_bytes(model.read_bytes()[:300_000])
    with pytest.raises(NoModel, match=r"damaged\.gguf: llama\.cpp cannot load it"):
        _send(settings_for(damaged), "Fixed.")


def test_a_context_that_does_not_hold_the_instructions_is_said_in_tokens(model: Path) -> None:
    """The file's own context is 32,768 tokens; words that it does not know are read character by character."""
    with pytest.raises(
        ProviderRejected, match=r"context of 32768 tokens is too small: the instructions alone take 4\d{4}"
    ):
        _send(settings_for(model), "zq " * 13_500)


def test_a_prompt_that_takes_more_tokens_than_estimated_gets_the_context_that_it_needs(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """2,400 characters are 2,400 tokens to this model, three times the estimate."""
    from extractor import embedded

    contexts: list[int] = []
    started = embedded._started

    def noted(file: Path, slots: int, context: int, key: str) -> Any:
        contexts.append(context)
        return started(file, slots, context, key)

    monkeypatch.setattr(embedded, "_started", noted)
    assert _send(settings_for(model), "zq " * 800).text.startswith("{")
    assert contexts == [13 * 1_024, 15 * 1_024]


def test_a_longer_article_is_waited_for_and_gets_a_larger_context(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is loaded again once nothing is in flight, and then serves the short ones too."""
    from extractor import embedded

    contexts: list[int] = []
    started = embedded._started

    def noted(file: Path, slots: int, context: int, key: str) -> Any:
        contexts.append(context)
        return started(file, slots, context, key)

    monkeypatch.setattr(embedded, "_started", noted)
    monkeypatch.setattr(embedded, "ARTICLE_TOKENS", 1_024)

    async def ask() -> list[str]:
        server = provider_for(settings_for(model, parameters=PARAMETERS))
        articles = ("One.", "Two.", "zq " * 1_000, "Three.")
        replies = await asyncio.gather(*(server.send(_request("Fixed.", text)) for text in articles))
        await server.close()
        return [reply.text for reply, _ in replies]

    texts = asyncio.run(ask())
    assert all(text.startswith("{") for text in texts)
    assert contexts == [2 * 1_024, 3 * 1_024]


def test_an_article_that_does_not_fit_beside_them_is_said_in_tokens(model: Path) -> None:
    from extractor.errors import ProviderFailed

    with pytest.raises(ProviderFailed, match=r"too long for the model's context \(\d{5} tokens of 32768\)"):
        _send(settings_for(model), "Fixed.", "zq " * 20_000)


def test_the_context_grows_with_the_prompt_and_has_bounds() -> None:
    def tokens(system: int, article: int, **parameters: int) -> int:
        messages = [{"role": "system", "content": "x" * system}, {"role": "user", "content": "x" * article}]
        return context_tokens(Request("m", messages, Answer, parameters))

    assert ARTICLE_TOKENS + ANSWER_TOKENS + 10_000 <= tokens(30_000, 3_000) < ARTICLE_TOKENS + ANSWER_TOKENS + 12_000
    assert tokens(30_000, 90_000) > tokens(30_000, 3_000)
    assert tokens(30_000, 3_000, max_tokens=1_000) < tokens(30_000, 3_000)
    assert tokens(10_000_000, 0) == LARGEST_CONTEXT
    assert tokens(30_000, 3_000) % 1_024 == 0


def test_too_little_memory_for_a_longer_article_fails_that_article_alone(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from extractor import embedded
    from extractor.errors import ProviderFailed

    started = embedded._started

    def small(file: Path, slots: int, context: int, key: str) -> Any:
        if context > 2 * 1_024:
            raise NoModel("too little memory")
        return started(file, slots, context, key)

    monkeypatch.setattr(embedded, "_started", small)
    monkeypatch.setattr(embedded, "ARTICLE_TOKENS", 1_024)

    async def ask() -> Any:
        server = provider_for(settings_for(model, parameters=PARAMETERS))
        requests = (_request("Fixed.", text) for text in ("One.", "zq " * 2_000, "Two."))
        results = [await asyncio.gather(server.send(r), return_exceptions=True) for r in requests]
        await server.close()
        return [result for (result,) in results]

    first, long, last = asyncio.run(ask())
    assert isinstance(long, ProviderFailed)
    assert "too long for the model's context" in str(long)
    assert first[0].text.startswith("{")
    assert last[0].text.startswith("{")


def test_nobody_else_can_ask_it(model: Path) -> None:
    """The port that it listens on takes this process's requests only, and is gone at the end."""
    import httpx2

    async def ask() -> tuple[int, str]:
        server = EmbeddedServer(settings_for(model, parameters=PARAMETERS))
        await server.send(_request("Fixed.", "One."))
        address = server._server.listening_address
        async with httpx2.AsyncClient() as client:
            body = {"messages": [{"role": "user", "content": "x"}], "max_tokens": 1}
            status = (await client.post(f"{address}/v1/chat/completions", json=body)).status_code
        await server.close()
        return status, address

    status, address = asyncio.run(ask())
    assert status == 401
    with socket.socket() as port:
        assert port.connect_ex(("127.0.0.1", int(address.rsplit(":", 1)[-1]))) != 0


def test_two_requests_at_once_load_the_file_once(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from extractor import embedded

    loaded: list[Path] = []
    started = embedded._started

    def counted(file: Path, *others: Any) -> Any:
        loaded.append(file)
        return started(file, *others)

    monkeypatch.setattr(embedded, "_started", counted)

    async def ask() -> list[str]:
        server = provider_for(settings_for(model, parameters=PARAMETERS))
        replies = await asyncio.gather(*(server.send(_request("Fixed.", text)) for text in ("One.", "Two.")))
        await server.close()
        return [reply.text for reply, _ in replies]

    texts = asyncio.run(ask())
    assert loaded == [model]
    assert all(text.startswith("{") for text in texts)


def test_a_missing_extra_is_named_with_how_to_install_it(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "xllamacpp":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError, match=r"pip install 'armsledger\[local\]'"):
        provider_for(settings_for(model))


def test_a_recorded_run_is_replayed_without_the_file(model: Path, tmp_path: Path) -> None:
    from extractor.recordings import recordings

    with recordings(tmp_path, "record"):
        first = _send(settings_for(model, record=tmp_path, parameters=PARAMETERS), "Fixed.")
    (kept,) = tmp_path.glob("*.json")
    assert json.loads(kept.read_text("utf-8"))["request"]["body"]["model"] == "random"
    with recordings(tmp_path, "replay"):
        elsewhere = settings_for(Path("/nowhere/random.gguf"), replay=tmp_path, parameters=PARAMETERS)
        assert elsewhere.server == "gguf"
        assert _send(elsewhere, "Fixed.") == first


def _request(system: str, article: str) -> Request:
    messages = [{"role": "system", "content": system}, {"role": "user", "content": article}]
    return Request("gguf:", messages, Answer, PARAMETERS)


def _send(settings: Settings, system: str, article: str = "One.") -> Any:
    async def sent() -> Any:
        server = provider_for(settings)
        try:
            return (await server.send(_request(system, article)))[0]
        finally:
            await server.close()

    return asyncio.run(sent())
