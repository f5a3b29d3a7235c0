"""Anthropic's and Google's APIs over a real connection, by script: what is sent, what is read, and what each failure is called."""

from __future__ import annotations

import asyncio
import builtins
import json
import time
from pathlib import Path
from typing import Any

import pytest

from extractor.errors import (
    AnswerInvalid,
    AnswerTruncated,
    ExtractorError,
    ModelRefused,
    NoModel,
    ProviderFailed,
    ProviderRejected,
    UsageError,
)
from extractor.instructor_api import AnthropicServer, GoogleServer, with_nulls
from extractor.llm import Model, Tally
from extractor.modelnames import parse
from extractor.providers import provider_for
from extractor.recordings import recordings
from extractor.replies import SCHEMAS, CallFailed, Request
from extractor.schemas import Answer, PairVerdict, SupportAnswer
from extractor.settings import Settings, build
from extractor.testing import EMPTY
from tests.bodies import Body, Giving, giving
from tests.runs import scripted_settings

ARTICLE = "[1] Dorvia {{ 7*7 }} {% raw %}"
MESSAGES = [{"role": "system", "content": "Fixed {{ part }}."}, {"role": "user", "content": ARTICLE}]
KEY = "SECRETKEY"
PROVIDERS = ("anthropic", "google")


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key of the machine; waits that no server asked for are cut short."""
    import tenacity

    for name in ("ANTHROPIC_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(tenacity, "wait_random_exponential", lambda **_: lambda _state: 0.01)


def claude(answer: Any = EMPTY, *, stop: str = "tool_use", text: str = "", **step: Any) -> Body:
    """A message as Anthropic's API gives it."""
    content: list[dict[str, Any]] = [{"type": "text", "text": text}] if text else []
    if answer is not None:
        content.append({"type": "tool_use", "id": "toolu_1", "name": "Answer", "input": answer})
    used = {
        "input_tokens": 60,
        "cache_read_input_tokens": 900,
        "cache_creation_input_tokens": 40,
        "output_tokens": 50,
    }
    body = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-scripted",
        "content": content,
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": used,
    }
    return Body(body=body, **step)


def gemini(answer: Any = EMPTY, *, stop: str = "STOP", block: str | None = None, **step: Any) -> Body:
    """A response as Gemini's API gives it."""
    parts = [{"text": "thinking", "thought": True}, {"text": answer if isinstance(answer, str) else json.dumps(answer)}]
    body: dict[str, Any] = {
        "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": stop, "index": 0}],
        "usageMetadata": {
            "promptTokenCount": 1000,
            "cachedContentTokenCount": 900,
            "candidatesTokenCount": 30,
            "thoughtsTokenCount": 20,
            "totalTokenCount": 1050,
        },
        "modelVersion": "gemini-scripted",
    }
    if block:
        body |= {"candidates": [], "promptFeedback": {"blockReason": block}}
    return Body(body=body, **step)


def claude_error(status: int, kind: str, message: str = "scripted SECRETDETAIL", **step: Any) -> Body:
    return Body(status=status, body={"type": "error", "error": {"type": kind, "message": message}}, **step)


def gemini_error(status: int, kind: str, message: str = "scripted SECRETDETAIL", *details: Any, **step: Any) -> Body:
    error = {"code": status, "status": kind, "message": message, "details": list(details)}
    return Body(status=status, body={"error": error}, **step)


OK = {"anthropic": claude(), "google": gemini()}
BAD = {"anthropic": claude({"nonsense": 1}), "google": gemini({"nonsense": 1})}


def settings_for(provider: str, server: Giving | None = None, **changes: object) -> Settings:
    root = server.root if server else None
    return scripted_settings(**{"model": f"{provider}:m", "base_url": root, f"{provider}_key": KEY, **changes})


def call(provider: str, *steps: Body, tally: Tally | None = None, **settings: object) -> tuple[Answer, Giving]:
    async def complete(server: Giving) -> Answer:
        async with Model(settings_for(provider, server, **settings)) as model:
            answer, _ = await model.complete(list(MESSAGES), tally or Tally(), reasks=2)
            return answer

    with giving(*steps) as server:
        return asyncio.run(complete(server)), server


# The name ------------------------------------------------------------------------------------------------------------


def test_only_three_beginnings_of_a_name_mean_something() -> None:
    assert parse("anthropic:claude-x") == ("anthropic", "claude-x")
    assert parse("google:gemini-x") == ("google", "gemini-x")
    assert parse("gguf:/models/a:b.gguf") == ("gguf", "/models/a:b.gguf")
    for plain in ("gpt-5.4-mini", "llama3:8b", "openai:x", "anthropic", "anthropic/claude-x"):
        assert parse(plain) == ("openai", plain)


def test_a_model_name_chooses_who_is_asked() -> None:
    for provider, kind in (("anthropic", AnthropicServer), ("google", GoogleServer)):
        settings = settings_for(provider)
        assert isinstance(provider_for(settings), kind)
        assert settings.server == provider
        assert settings.source == "live"


def test_each_provider_gets_its_own_key_and_never_another_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "SECRETOPENAI")
    for provider, name in (("anthropic", "ANTHROPIC_API_KEY"), ("google", "GEMINI_API_KEY")):
        with pytest.raises(NoModel, match=name):
            _ = settings_for(provider, **{f"{provider}_key": None}).source
        with giving(OK[provider]) as server:
            monkeypatch.setenv(name, "SECRETOWN")
            settings = scripted_settings(model=f"{provider}:m", base_url=server.root)
            asyncio.run(_sent(settings))
        sent = " ".join(server.headers[0].values())
        assert "SECRETOWN" in sent
        assert "SECRETOPENAI" not in sent
        assert "SECRETOWN" not in repr(settings)


def test_google_s_other_name_for_its_key_is_known_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", "SECRETOWN")
    assert build(model="google:m").source == "live"


def test_a_server_set_for_openai_gets_no_other_provider_s_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    assert build(model="anthropic:m").base_url is None
    assert build(model="anthropic:m", base_url="http://127.0.0.1:8/").base_url == "http://127.0.0.1:8/"
    assert build(model="m").base_url == "http://127.0.0.1:9/v1"
    monkeypatch.setenv("EXTRACT_BASE_URL", "http://127.0.0.1:7/")
    assert build(model="anthropic:m").base_url == "http://127.0.0.1:7/"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_missing_extra_is_named_with_how_to_install_it(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.partition(".")[0] in PROVIDERS:
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError, match=rf"pip install 'armsledger\[{provider}\]'"):
        provider_for(settings_for(provider))


# What is sent and read -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_answer_arrives_and_all_its_tokens_are_counted(provider: str) -> None:
    tally = Tally()
    answer, server = call(provider, OK[provider], tally=tally)
    assert answer.model_dump() == EMPTY
    assert len(server.requests) == 1
    assert tally.models == {f"{'claude' if provider == 'anthropic' else 'gemini'}-scripted"}
    assert tally.usage.model_dump() == {
        "calls": 1,
        "prompt_tokens": 1000,
        "cached_tokens": 900,
        "completion_tokens": 50,
        **({"cache_written_tokens": 40} if provider == "anthropic" else {}),
    }


def test_anthropic_gets_the_schema_as_a_strict_tool_and_the_fixed_part_to_be_cached() -> None:
    _, server = call("anthropic", OK["anthropic"], parameters={"temperature": 0, "max_completion_tokens": 3000})
    sent = server.requests[0]
    assert sent["model"] == "m"
    assert sent["system"] == [{"type": "text", "text": "Fixed {{ part }}.", "cache_control": {"type": "ephemeral"}}]
    assert sent["messages"] == [{"role": "user", "content": ARTICLE}]
    assert (sent["temperature"], sent["max_tokens"]) == (0, 3000)
    assert "max_completion_tokens" not in sent
    assert sent["tools"][0]["strict"] is True
    assert sent["tool_choice"]["name"] == sent["tools"][0]["name"] == "Answer"


@pytest.mark.parametrize("kind", SCHEMAS)
def test_anthropic_s_limits_for_a_schema_are_kept_and_no_field_is_lost(kind: type[Any]) -> None:
    """At most 24 optional fields and 16 of two types, by its documentation; ours has 19 that may be null."""
    from extractor.instructor_api import _input_schema

    ours, sent = SCHEMAS[kind](), _input_schema(kind)
    objects = {"": sent, **sent.get("$defs", {})}
    originals = {"": ours, **ours.get("$defs", {})}
    fields = [
        (name, field, about)
        for name, o in objects.items()
        if "properties" in o
        for field, about in o["properties"].items()
    ]
    optional = [(name, field) for name, field, _ in fields if field not in objects[name]["required"]]
    assert len(optional) <= 24
    assert sum("anyOf" in about for _, _, about in fields) <= 16
    for name, o in originals.items():
        assert set(o.get("properties", ())) == set(objects[name].get("properties", ()))
    for name, field in optional:
        assert {"type": "null"} in originals[name]["properties"][field]["anyOf"]


def test_a_field_that_was_left_out_means_null_and_any_other_stays_missing() -> None:
    left_out = {**EMPTY, "publication": {"outlet": "Daily"}, "actors": [{"id": "a1", "name": "Dorvia"}]}
    filled = with_nulls(Answer, left_out)
    assert filled["publication"] == {"outlet": "Daily", "agency": None, "byline": None, "published": None}
    assert filled["actors"][0]["country"] is None
    assert "kind" not in filled["actors"][0]
    assert with_nulls(Answer, EMPTY) == EMPTY
    assert list(with_nulls(Answer, {**EMPTY, "more": 1})) == [*EMPTY, "more"]
    assert with_nulls(Answer, ["nonsense"]) == ["nonsense"]


def test_a_schema_that_anthropic_refuses_is_sent_as_a_plain_tool_from_then_on() -> None:
    refused = claude_error(400, "invalid_request_error", "The compiled grammar is too large")

    async def twice(server: Giving) -> None:
        provider = provider_for(settings_for("anthropic", server))
        for _ in range(2):
            await provider.send(_request())
        await provider.close()

    with giving(refused, OK["anthropic"]) as server:
        asyncio.run(twice(server))
    assert [r["tools"][0].get("strict") for r in server.requests] == [True, None, None]


def test_google_gets_the_schema_as_it_is() -> None:
    _, server = call("google", OK["google"], parameters={"temperature": 0, "max_completion_tokens": 3000})
    sent = server.requests[0]
    assert sent["systemInstruction"]["parts"] == [{"text": "Fixed {{ part }}."}]
    assert sent["contents"] == [{"role": "user", "parts": [{"text": ARTICLE}]}]
    config = sent["generationConfig"]
    assert config["responseJsonSchema"] == SCHEMAS[Answer]()
    assert (config["responseMimeType"], config["maxOutputTokens"]) == ("application/json", 3000)


def test_a_parameter_that_google_does_not_know_is_named_before_anything_is_sent() -> None:
    with pytest.raises(UsageError, match="temprature"):
        provider_for(settings_for("google", parameters={"temprature": 0}))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_invalid_answer_is_asked_again_in_the_same_conversation(provider: str) -> None:
    tally = Tally()
    answer, server = call(provider, BAD[provider], OK[provider], tally=tally)
    assert answer.model_dump() == EMPTY
    assert tally.usage.calls == 2
    turns = server.requests[1]["messages" if provider == "anthropic" else "contents"]
    assert [t["role"] for t in turns] == ["user", "assistant" if provider == "anthropic" else "model", "user"]
    assert "nonsense" in json.dumps(turns[1])
    with pytest.raises(AnswerInvalid):
        call(provider, BAD[provider])


@pytest.mark.parametrize("kind", [PairVerdict, SupportAnswer])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_other_kinds_of_answer_are_asked_for_by_their_own_schema(provider: str, kind: type[Any]) -> None:
    with giving(OK[provider]) as server:
        asyncio.run(_sent(settings_for(provider, server), Request("m", MESSAGES, kind, {})))
    sent = server.requests[0]
    schema = (
        sent["tools"][0]["input_schema"] if provider == "anthropic" else sent["generationConfig"]["responseJsonSchema"]
    )
    assert schema == SCHEMAS[kind]()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_run_is_recorded_without_its_key_and_replayed_without_a_connection(provider: str, tmp_path: Path) -> None:
    with giving(OK[provider]) as server, recordings(tmp_path, "record"):
        first = asyncio.run(_sent(settings_for(provider, server, record=tmp_path)))
    kept = "".join(f.read_text("utf-8") for f in tmp_path.glob("*.json"))
    assert "Dorvia" in kept
    assert KEY not in kept
    replaying = settings_for(provider, replay=tmp_path, **{f"{provider}_key": None})
    with recordings(tmp_path, "replay"):
        assert asyncio.run(_sent(replaying)) == first


# Failures ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("provider", "limited"),
    [
        ("anthropic", claude_error(429, "rate_limit_error", headers={"retry-after": "0.2"})),
        ("anthropic", claude_error(529, "overloaded_error", headers={"retry-after": "0.2"})),
        ("google", gemini_error(429, "RESOURCE_EXHAUSTED", headers={"retry-after": "0.2"})),
        (
            "google",
            gemini_error(
                429,
                "RESOURCE_EXHAUSTED",
                "slow",
                {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "0.2s"},
            ),
        ),
    ],
)
def test_a_limit_is_waited_for_as_long_as_the_server_says(provider: str, limited: Body) -> None:
    began = time.monotonic()
    answer, server = call(provider, limited, OK[provider])
    assert answer.model_dump() == EMPTY
    assert len(server.requests) == 2
    assert 0.2 <= time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("provider", "step", "error", "calls", "told"),
    [
        ("anthropic", claude_error(401, "authentication_error"), ProviderRejected, 1, "ANTHROPIC_API_KEY"),
        ("anthropic", claude_error(403, "permission_error"), ProviderRejected, 1, "no access"),
        ("anthropic", claude_error(404, "not_found_error"), ProviderRejected, 1, "no model"),
        ("anthropic", claude_error(402, "billing_error"), ProviderRejected, 1, "no quota"),
        ("anthropic", claude_error(400, "invalid_request_error"), ProviderFailed, 1, "400"),
        (
            "anthropic",
            claude_error(400, "invalid_request_error", "prompt is too long: 9 > 8"),
            ProviderFailed,
            1,
            "too long",
        ),
        ("anthropic", claude_error(413, "request_too_large"), ProviderFailed, 1, "too long"),
        ("anthropic", claude_error(500, "api_error"), ProviderFailed, 3, "500"),
        ("anthropic", claude(None, stop="refusal", text="I can't"), ModelRefused, 1, "I can't"),
        ("anthropic", claude({"publication": {}}, stop="max_tokens"), AnswerTruncated, 1, "cut off"),
        ("anthropic", claude(None, stop="model_context_window_exceeded"), AnswerTruncated, 1, "cut off"),
        ("anthropic", Body(body={"hello": 1}), ProviderFailed, 1, "base-url"),
        ("anthropic", Body(body=["hello"]), ProviderFailed, 1, "base-url"),
        (
            "google",
            gemini_error(400, "INVALID_ARGUMENT", "bad", {"reason": "API_KEY_INVALID"}),
            ProviderRejected,
            1,
            "GEMINI_API_KEY",
        ),
        ("google", gemini_error(401, "UNAUTHENTICATED"), ProviderRejected, 1, "GEMINI_API_KEY"),
        ("google", gemini_error(403, "PERMISSION_DENIED"), ProviderRejected, 1, "no access"),
        ("google", gemini_error(404, "NOT_FOUND"), ProviderRejected, 1, "no model"),
        ("google", gemini_error(400, "INVALID_ARGUMENT"), ProviderFailed, 1, "400"),
        (
            "google",
            gemini_error(400, "INVALID_ARGUMENT", "The input token count exceeds the maximum"),
            ProviderFailed,
            1,
            "too long",
        ),
        ("google", gemini_error(500, "INTERNAL"), ProviderFailed, 3, "500"),
        ("google", gemini(stop="SAFETY"), ModelRefused, 1, "SAFETY"),
        ("google", gemini(block="PROHIBITED_CONTENT"), ModelRefused, 1, "PROHIBITED_CONTENT"),
        ("google", gemini('{"publication": {', stop="MAX_TOKENS"), AnswerTruncated, 1, "cut off"),
        ("google", Body(body={"hello": 1}), ProviderFailed, 1, "base-url"),
        ("google", Body(body=["hello"]), ProviderFailed, 1, "base-url"),
    ],
)
def test_every_failure_has_its_name_and_no_secret(
    provider: str, step: Body, error: type[Exception], calls: int, told: str
) -> None:
    with giving(step) as server:

        async def complete() -> None:
            async with Model(settings_for(provider, server, attempts=3)) as model:
                await model.complete(list(MESSAGES), Tally(), reasks=2)

        with pytest.raises(error, match=told) as raised:
            asyncio.run(complete())
    assert len(server.requests) == calls
    assert "SECRET" not in str(raised.value)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_connection_that_breaks_off_is_tried_again(provider: str) -> None:
    answer, server = call(provider, Body(body=OK[provider].body, cut_after=40), OK[provider])
    assert answer.model_dump() == EMPTY
    assert len(server.requests) == 2


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_server_that_is_not_there_and_one_that_is_slow_are_failures_to_try_again(provider: str) -> None:
    with pytest.raises(CallFailed, match="could not be reached") as refused:
        asyncio.run(_sent(settings_for(provider, base_url="http://127.0.0.1:9")))
    assert not refused.value.billed
    slow = Body(body=OK[provider].body, delay_s=0.6)
    with giving(slow) as server, pytest.raises(CallFailed, match="did not answer in 0.2 s") as timed_out:
        asyncio.run(_sent(settings_for(provider, server, timeout_s=0.2)))
    assert timed_out.value.billed


def _subclasses(kind: type) -> set[type]:
    return {kind} | {s for c in kind.__subclasses__() for s in _subclasses(c)}


def test_every_error_of_anthropic_s_library_becomes_one_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Holds when it moves: an error class that appears there must be mapped here."""
    import anthropic
    import httpx2

    asked = httpx2.Request("POST", "http://model/v1")
    errors: list[Exception] = []
    for kind in _subclasses(anthropic.AnthropicError):
        if issubclass(kind, anthropic.APIStatusError):
            for status in (400, 401, 402, 403, 404, 409, 413, 422, 429, 500, 529):
                error = kind.__new__(kind)
                response = httpx2.Response(status, request=asked)
                anthropic.APIStatusError.__init__(error, "SECRET", response=response, body=None)
                errors.append(error)
        else:
            error = kind.__new__(kind)
            Exception.__init__(error, "SECRET")
            errors.append(error)
    assert len(errors) > 50
    _each_is_mapped("anthropic", errors, monkeypatch)


def test_every_error_of_google_s_library_becomes_one_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    import httpx2
    from google.genai import errors as google

    errors: list[Exception] = [
        kind(status, {"error": {"message": "SECRET", "status": "X"}})
        for kind in _subclasses(google.APIError)
        for status in (400, 401, 403, 404, 409, 422, 429, 500, 503)
    ]
    others = (google.UnknownApiResponseError, google.UnknownFunctionCallArgumentError, google.UnsupportedFunctionError)
    errors += [kind("SECRET") for kind in (*others, *_subclasses(httpx2.TransportError))]
    assert len(errors) > 30
    _each_is_mapped("google", errors, monkeypatch)


def _each_is_mapped(provider: str, errors: list[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    async def each() -> None:
        server = provider_for(settings_for(provider))
        for error in errors:

            async def fail(*_: object, raised: Exception = error, **__: object) -> None:
                raise raised

            monkeypatch.setattr(server, "_ask", fail)
            with pytest.raises((CallFailed, ExtractorError)) as ours:
                await server.send(_request())
            assert "SECRET" not in str(ours.value), type(error)
        await server.close()

    asyncio.run(each())


def test_instructor_still_offers_the_handlers_that_this_uses() -> None:
    from instructor.v2 import Mode, Provider, mode_registry

    for provider, mode in ((Provider.ANTHROPIC, Mode.TOOLS), (Provider.GENAI, Mode.JSON)):
        assert callable(mode_registry.get_handlers(provider, mode).request_handler)


def _request() -> Request:
    return Request("m", MESSAGES, Answer, {})


async def _sent(settings: Settings, request: Request | None = None) -> Any:
    provider = provider_for(settings)
    try:
        return await provider.send(request or _request())
    finally:
        await provider.close()
