"""Calls over a real connection: what is retried, how often, and what each failure is called."""

from __future__ import annotations

import asyncio
import email.utils
import json
import os
import ssl
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from extractor.errors import (
    AnswerInvalid,
    AnswerTruncated,
    ExtractorError,
    ModelRefused,
    ProviderFailed,
    ProviderRejected,
)
from extractor.llm import Model, Tally
from extractor.pacing import Pace
from extractor.replies import CallFailed
from extractor.schemas import Answer, answer_schema
from extractor.stopping import Stop
from extractor.testing import EMPTY
from tests.runs import scripted_settings
from tests.server import BAD, OK, Reply, Script, serving

MESSAGES = [{"role": "system", "content": "Fixed."}, {"role": "user", "content": "[1] Dorvia {{ 7*7 }} {% raw %}"}]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits that no server asked for are cut short; those it asked for are kept."""
    import tenacity

    monkeypatch.setattr(tenacity, "wait_random_exponential", lambda **_: lambda _state: 0.01)


def call(script: Script, *, reasks: int = 2, tally: Tally | None = None, **settings: object) -> Answer:
    async def complete() -> Answer:
        async with Model(scripted_settings(base_url=script.url, **settings)) as model:
            answer, _ = await model.complete(list(MESSAGES), tally or Tally(), reasks=reasks)
            return answer

    return asyncio.run(complete())


@pytest.mark.parametrize(
    ("steps", "calls", "answers"),
    [
        ([OK], 1, 1),
        ([Reply(status=429), OK], 2, 1),
        ([Reply(status=500), BAD, Reply(status=500), BAD, OK], 5, 3),
        ([Reply(status=503), Reply(status=502), Reply(status=504), OK], 4, 1),
        ([Reply(cut_after=40), OK], 2, 1),
        ([BAD, BAD, OK], 3, 3),
    ],
)
def test_attempts_never_multiply(steps: list[Reply], calls: int, answers: int) -> None:
    """Transport faults are retried by one layer, invalid answers asked again by another; neither repeats the other."""
    tally = Tally()
    with serving(*steps) as script:
        assert call(script, tally=tally).model_dump() == EMPTY
    assert len(script.requests) == calls
    assert tally.usage.calls == answers


@pytest.mark.parametrize(
    ("step", "error", "calls"),
    [
        (Reply(status=401), ProviderRejected, 1),
        (Reply(status=403), ProviderRejected, 1),
        (Reply(status=404), ProviderRejected, 1),
        (Reply(status=400), ProviderFailed, 1),
        (Reply(status=400, code="content_filter"), ModelRefused, 1),
        (Reply(status=400, code="context_length_exceeded"), ProviderFailed, 1),
        (Reply(status=500), ProviderFailed, 5),
        (Reply(refusal="I can't help with that"), ModelRefused, 1),
        (Reply(finish="content_filter"), ModelRefused, 1),
        (Reply(content='{"publication": {', finish="length"), AnswerTruncated, 1),
        (Reply(content=json.dumps(EMPTY), finish="length"), AnswerTruncated, 1),
        (BAD, AnswerInvalid, 3),
        (Reply(content=""), AnswerInvalid, 3),
        (Reply(content="Here are the records:"), AnswerInvalid, 3),
        (Reply(body={"choices": []}), ProviderFailed, 1),
        (Reply(body={"hello": "world"}), ProviderFailed, 1),
    ],
)
def test_every_failure_has_its_name_and_its_number_of_calls(
    step: Reply, error: type[ExtractorError], calls: int
) -> None:
    with serving(step) as script, pytest.raises(error) as caught:
        call(script)
    assert len(script.requests) == calls
    assert "SECRET" not in str(caught.value)


def test_a_limit_is_waited_for_as_long_as_patience_lasts() -> None:
    with serving(*[Reply(status=429)] * 8, OK) as script:
        call(script, patience_s=60)
    assert len(script.requests) == 9
    with serving(Reply(status=429)) as script, pytest.raises(ProviderFailed, match="429"):
        call(script, patience_s=0)
    assert len(script.requests) == 1


def test_a_server_that_asks_for_more_than_patience_is_not_waited_for() -> None:
    began = time.monotonic()
    with serving(Reply(status=429, headers={"retry-after": "9"})) as script, pytest.raises(ProviderFailed, match="429"):
        call(script, patience_s=5)
    assert len(script.requests) == 1
    assert time.monotonic() - began < 4


def test_a_server_that_cannot_be_reached_is_a_provider_failure() -> None:
    with serving(OK) as script:
        pass  # closed again: the port refuses connections
    with pytest.raises(ProviderFailed, match="could not be reached .*--base-url"):
        call(script, attempts=2)


def test_a_slow_answer_is_a_provider_failure() -> None:
    with serving(Reply(delay_s=0.6)) as script, pytest.raises(ProviderFailed, match="did not answer in 0.2 s"):
        call(script, attempts=1, timeout_s=0.2)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"retry-after": "1"}, 1.0), ({"retry-after-ms": "900"}, 0.9), ({"retry-after": "date"}, 3600.0)],
    ids=["seconds", "milliseconds", "date"],
)
def test_the_server_says_how_long_to_wait(
    headers: dict[str, str], seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    async def sleep(self: Stop, seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(Stop, "sleep", sleep)
    monkeypatch.setattr(Pace, "limited", lambda *_: None)  # its pause is one for all calls
    if headers == {"retry-after": "date"}:
        headers = {"retry-after": email.utils.formatdate(time.time() + 3600, usegmt=True)}
    with serving(Reply(status=429, headers=headers), OK) as script:
        call(script, patience_s=7200)
    assert waited == [pytest.approx(seconds, rel=0.01)]


def test_the_strict_schema_is_sent_and_the_article_reaches_the_model_untouched() -> None:
    with serving(OK) as script:
        call(script, parameters={"temperature": 0, "max_completion_tokens": 900})
    request = script.requests[0]
    assert request["messages"] == MESSAGES
    assert request["response_format"]["json_schema"]["strict"] is True
    assert request["response_format"]["json_schema"]["schema"] == answer_schema()
    assert (request["temperature"], request["max_completion_tokens"]) == (0, 900)


def test_a_reask_holds_the_bad_answer_and_what_was_wrong_and_no_provider_error() -> None:
    with serving(Reply(status=500), BAD, OK) as script:
        call(script)
    assert script.requests[0] == script.requests[1]
    again = script.requests[2]["messages"]
    assert again[:2] == MESSAGES
    assert BAD.content in json.dumps(again[2:]).replace('\\"', '"')
    assert "500" not in json.dumps(again[2:])


def test_what_failed_attempts_used_is_counted() -> None:
    tally = Tally()
    with serving(BAD) as script, pytest.raises(AnswerInvalid):
        call(script, tally=tally)
    assert (tally.usage.calls, tally.usage.prompt_tokens, tally.usage.cached_tokens, tally.usage.completion_tokens) == (
        3,
        3000,
        2700,
        150,
    )
    assert tally.models == {"scripted/scripted"}


def test_certificates_are_read_once_and_again_where_others_are_to_be_trusted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    read = []
    create = httpx2.create_ssl_context

    def counted(verify: ssl.SSLContext | bool = True, **options: Any) -> ssl.SSLContext:
        if verify is True:
            read.append(os.environ["SSL_CERT_DIR"])
        return create(verify, **options)

    monkeypatch.setattr(httpx2, "create_ssl_context", counted)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "one"))
    with serving(OK, OK, OK) as script:
        call(script)
        call(script)
        monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "other"))
        call(script)
    assert read == [str(tmp_path / "one"), str(tmp_path / "other")]


def test_the_key_is_sent_and_never_shown() -> None:
    settings = scripted_settings(api_key="sk-SECRETKEY")
    assert "SECRETKEY" not in repr(settings)
    with serving(OK) as script:
        call(script, api_key="sk-SECRETKEY")
    assert {k.lower(): v for k, v in script.headers[0].items()}["authorization"] == "Bearer sk-SECRETKEY"


def test_every_error_of_the_provider_library_becomes_one_of_ours() -> None:
    """Holds when openai moves: an error class that appears there must be mapped here."""
    import httpx2
    import openai

    from extractor.chat_api import connection_error, status_error

    request = httpx2.Request("POST", "http://model/v1")

    def subclasses(cls: type) -> set[type]:
        return {cls} | {s for c in cls.__subclasses__() for s in subclasses(c)}

    mapped = 0
    for kind in subclasses(openai.APIStatusError):
        for status in (400, 401, 403, 404, 408, 409, 422, 429, 500, 503):
            response = httpx2.Response(status, request=request)
            error = kind.__new__(kind)
            openai.APIStatusError.__init__(error, "SECRET", response=response, body=None)
            ours = status_error(error, scripted_settings())
            assert isinstance(ours, ExtractorError)
            assert "SECRET" not in str(ours)
            mapped += 1
    assert mapped > 50
    for raised in (httpx2.ReadTimeout("SECRET", request=request), OSError("SECRET")):
        failed = connection_error(raised, scripted_settings())
        final = failed.final if isinstance(failed, CallFailed) else failed
        assert isinstance(final, ProviderFailed)
        assert "SECRET" not in str(final)


def test_instructor_still_offers_the_parser_and_the_reask_that_this_uses() -> None:
    """Its registry is its public v2 surface; should it move, this says so before a user does."""
    from instructor.v2 import Mode, Provider, mode_registry

    handlers = mode_registry.get_handlers(Provider.OPENAI, Mode.JSON_SCHEMA)
    assert callable(handlers.response_parser)
    assert callable(handlers.reask_handler)
