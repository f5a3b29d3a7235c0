"""``extract doctor`` against servers that go wrong in every way that it knows: what it says, and how it ends."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from extractor.chat_faults import unreachable
from extractor.doctor import ARTICLE, Finding, diagnose, obeys
from extractor.errors import UsageError
from extractor.replies import SCHEMAS
from extractor.schemas import Answer
from extractor.store import Store
from extractor.store_file import FILE
from extractor.testing import EMPTY
from tests.bodies import NOT_FOUND, Body, Giving, giving
from tests.test_cli import extract
from tests.test_providers import claude, claude_error, gemini

KEY = "SECRETKEY"
SECRET_DETAIL = f"scripted detail {KEY} harvest festival"


def completion(content: str = json.dumps(EMPTY), *, finish: str = "stop", usage: bool = True, **message: Any) -> Body:
    body: dict[str, Any] = {
        "model": "scripted-1",
        "choices": [{"message": {"content": content, **message}, "finish_reason": finish}],
    }
    if usage:
        body["usage"] = {"prompt_tokens": 5000, "completion_tokens": 60}
    return Body(body)


def refusal(status: int, message: str = "", code: str | None = None, **headers: str) -> Body:
    error = {"message": f"{message} {SECRET_DETAIL}", "code": code, "param": None}
    return Body({"error": error}, status, headers)


PAGE = Body("<!doctype html><html><body>Welcome</body></html>", 200, {"content-type": "text/html"})
MODELS = Body({"data": [{"id": n} for n in ("gpt-5.4-mini", "gpt-5.4", "whisper-9", "gpt-5.4\nSECRETKEY")]})
GOOD = completion()


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty working folder, and no key of the machine."""
    monkeypatch.chdir(tmp_path)
    for name in ("ANTHROPIC_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def look(routes: dict[str, Body], path: str = "/v1", **arguments: Any) -> tuple[dict[str, Finding], Giving]:
    """The findings about a server, by what they are about; none of them tells a secret, and only one call was made."""
    with giving(routes=routes) as server:
        found = diagnose(**{"model": "gpt-5.4-mini", "base_url": server.root + path, "price": (1, 2), **arguments})
    told = "\n".join(map(str, found))
    assert KEY not in told
    assert not any(sentence in told for sentence in ARTICLE.splitlines())
    assert "harvest" not in told
    assert sum(method == "POST" for method, _ in server.asked) == 1
    return {f.about: f for f in found}, server


CHAT = "/v1/chat/completions"


def test_a_server_that_works_is_told_with_what_the_call_cost() -> None:
    found, server = look({CHAT: GOOD})
    assert {f.verdict for f in found.values()} <= {"fine", "note"}
    assert found["schema"].message == "taken, and the answer obeys it"
    assert "scripted-1" in found["call"].message
    assert "5,000 tokens sent, 60 answered, 0.0051 USD" in found["call"].message
    assert server.asked == [("POST", CHAT)]


@pytest.mark.parametrize(
    ("routes", "about", "told"),
    [
        ({CHAT: refusal(401)}, "key", "refuses it (401); check OPENAI_API_KEY"),
        ({CHAT: refusal(403)}, "key", "no access to gpt-5.4-mini"),
        ({CHAT: refusal(429, code="insufficient_quota")}, "quota", "no quota left"),
        ({CHAT: refusal(429, **{"retry-after": "7"})}, "limit", "try again in 7 s"),
        ({CHAT: PAGE}, "url", "is a web page and no API"),
        ({"*": PAGE}, "url", "is a web page and no API"),
        ({}, "url", "no chat API at"),
        ({CHAT: NOT_FOUND, "/v1/models": MODELS}, "model", "there are near it: gpt-5.4-mini, gpt-5.4"),
        (
            {CHAT: refusal(404, "The model does not exist", "model_not_found"), "/v1/models": MODELS},
            "model",
            "not known at",
        ),
        ({CHAT: refusal(400, "model `gpt` not found"), "/v1/models": MODELS}, "model", "near it"),
        ({CHAT: refusal(404, "The model does not exist")}, "model", "gpt-5.4-mini is not known"),
        (
            {CHAT: refusal(400, "'response_format' of type 'json_schema' is not supported")},
            "schema",
            "refuses the schema",
        ),
        ({CHAT: refusal(422, "Invalid schema for response")}, "schema", "refuses the schema"),
        ({CHAT: refusal(400, "Unsupported value: temperature")}, "parameters", "refuses temperature"),
        ({CHAT: refusal(400, "exceed context size")}, "context", "32,768"),
        ({CHAT: refusal(400, "odd", "strange_code")}, "call", "answers 400 (strange_code)"),
        ({CHAT: refusal(500)}, "call", "answers 500"),
        ({CHAT: Body({"hello": 1})}, "url", "not a chat completion"),
        ({CHAT: completion("Sure! Here is the answer")}, "schema", "constrained decoding is not active"),
        ({CHAT: completion('{"allegations": []}')}, "schema", "constrained decoding is not active"),
        ({CHAT: completion('{"publication": {', finish="length")}, "answer", "cut off"),
        ({CHAT: completion("", refusal="I can't")}, "answer", "refused two harmless sentences"),
    ],
)
def test_what_is_wrong_is_said_in_words(routes: dict[str, Body], about: str, told: str) -> None:
    found, _ = look(routes, parameters={"temperature": 0})
    assert found[about].verdict == "wrong"
    assert told in found[about].message
    assert [f.about for f in found.values() if f.verdict == "wrong"] == [about]


@pytest.mark.parametrize("path", ["", "/", "/v1/chat/completions", "/api"])
def test_a_url_without_its_v1_is_told_the_right_one(path: str) -> None:
    found, server = look({CHAT: GOOD, "/v1/models": MODELS}, path=path)
    assert found["url"].verdict == "wrong"
    assert found["url"].message.endswith(f"give --base-url {server.root}/v1")


def test_a_web_page_in_front_of_an_api_is_told_the_right_url_too() -> None:
    found, server = look({"/chat/completions": PAGE, "/v1/models": MODELS}, path="")
    assert f"give --base-url {server.root}/v1" in found["url"].message


def test_no_usage_is_worth_knowing_and_with_a_budget_wrong() -> None:
    found, _ = look({CHAT: completion(usage=False)})
    assert found["usage"].verdict == "note"
    found, _ = look({CHAT: completion(usage=False)}, budget=5)
    assert found["usage"].verdict == "wrong"


def test_a_slow_answer_is_told_and_none_at_all_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = completion()
    slow.delay_s = 0.4
    monkeypatch.setattr("extractor.doctor.SLOW_S", 0.1)
    found, _ = look({CHAT: slow})
    assert found["speed"].verdict == "note"
    monkeypatch.setattr("extractor.doctor.PATIENCE_S", 0.1)
    found, _ = look({CHAT: slow})
    assert "no answer in 0.1 s" in found["call"].message


# No connection -------------------------------------------------------------------------------------------------------


def only_wrong(**arguments: Any) -> Finding:
    (found,) = [f for f in diagnose(**{"model": "m", **arguments}) if f.verdict == "wrong"]
    return found


def test_a_port_where_nothing_listens() -> None:
    found = only_wrong(base_url="http://127.0.0.1:9/v1")
    assert "connection refused" in found.message
    assert "http://127.0.0.1:9/v1" in found.message


def test_a_host_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert only_wrong(base_url="http://no-such-host.invalid/v1").message.startswith("no such host")


def test_https_where_the_server_speaks_http() -> None:
    with giving(routes={CHAT: GOOD}) as server:
        found = only_wrong(base_url=server.root.replace("http:", "https:") + "/v1")
    assert "does not speak TLS" in found.message
    assert "http://" in found.message


def test_a_certificate_that_nobody_trusts() -> None:
    error = ssl.SSLCertVerificationError("bad")
    error.verify_message = "self-signed certificate"
    wrapped = ConnectionError("failed")
    wrapped.__cause__ = error
    assert "cannot be trusted (self-signed certificate)" in unreachable(wrapped, "https://h")
    assert "could not be reached (ValueError)" in unreachable(ValueError("SECRET"), "https://h")


def test_a_url_without_a_scheme() -> None:
    assert "http://" in only_wrong(base_url="localhost:8000/v1").message


def test_a_user_name_and_password_in_the_url_are_not_shown() -> None:
    told = "\n".join(map(str, diagnose(model="m", base_url="http://me:SECRETPASS@127.0.0.1:9/v1?token=SECRETPASS")))
    assert "127.0.0.1:9" in told
    assert "SECRETPASS" not in told


# Without a call ------------------------------------------------------------------------------------------------------


def test_neither_key_nor_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    assert "OPENAI_API_KEY" in only_wrong().message
    assert "ANTHROPIC_API_KEY" in only_wrong(model="anthropic:m").message
    Path("extractor.toml").write_text('cassettes = "recorded"\n')
    found = only_wrong()
    assert "replay the recorded answers in recorded" in found.message
    assert "--base-url" in found.message


def test_where_settings_come_from_is_told_by_name_only() -> None:
    Path("extractor.toml").write_text('model = "m"\n')
    Path("pyproject.toml").write_text("[tool.other]\n")
    with giving(routes={CHAT: GOOD}) as server:
        told = str(diagnose(base_url=f"{server.root}/v1")[0])
        Path("pyproject.toml").write_text("[tool.extractor]\nreasks = 1\n")
        both = str(diagnose(base_url=f"{server.root}/v1")[0])
    assert "extractor.toml, OPENAI_API_KEY" in told
    assert "pyproject" not in told
    assert "[tool.extractor] of pyproject.toml, extractor.toml" in both
    assert KEY not in told + both


def test_a_setting_that_is_wrong_is_wrong_use() -> None:
    Path("extractor.toml").write_text('concurrency = "many"\n')
    with pytest.raises(UsageError, match="concurrency"):
        diagnose(model="m")


def test_a_price_that_is_unknown_matters_where_there_is_a_budget() -> None:
    found, _ = look({CHAT: GOOD}, model="own-model", price=None)
    assert found["price"].verdict == "note"
    found, _ = look({CHAT: GOOD}, model="own-model", price=None, budget=1)
    assert found["price"].verdict == "wrong"
    found, _ = look({CHAT: GOOD}, price=None)
    assert "genai-prices" in found["price"].message


def _other_program(folder: Path) -> None:
    import sqlite3

    folder.mkdir()
    with sqlite3.connect(folder / FILE) as other:
        other.execute("CREATE TABLE replies (key TEXT)")
    other.close()


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda folder: folder.write_text("a file"), "is no folder"),
        (_other_program, "another program"),
        (lambda folder: (folder.mkdir(), (folder / FILE).write_bytes(b"no database" * 100)), "damaged"),
    ],
)
def test_a_store_that_cannot_be_used_is_told_and_left_as_it_is(make: Callable[[Path], object], told: str) -> None:
    make(Path("kept"))
    before = sorted((p, p.read_bytes()) for p in Path().rglob("*") if p.is_file())
    found, _ = look({CHAT: GOOD}, store=Path("kept"))
    assert found["store"].verdict == "wrong"
    assert told in found["store"].message
    assert sorted((p, p.read_bytes()) for p in Path().rglob("*") if p.is_file()) == before


def test_a_store_that_is_not_there_yet_is_not_made() -> None:
    found, _ = look({CHAT: GOOD}, store=Path("new/er"))
    assert found["store"].verdict == "fine"
    assert list(Path().iterdir()) == []
    with Store(Path("kept")):
        found, _ = look({CHAT: GOOD}, store=Path("kept"))
    assert "holds 0 answers" in found["store"].message


# Other providers -----------------------------------------------------------------------------------------------------


def test_other_providers_are_looked_at_through_their_own_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider, reply in (("anthropic", claude()), ("google", gemini())):
        monkeypatch.setenv("ANTHROPIC_API_KEY" if provider == "anthropic" else "GEMINI_API_KEY", KEY)
        with giving(reply) as server:
            found = diagnose(model=f"{provider}:m", base_url=server.root)
        assert [f for f in found if f.verdict == "wrong"] == []
        assert "1,000 tokens sent" in "\n".join(map(str, found))
        assert len(server.requests) == 1
    with giving(claude_error(401, "authentication_error")) as server:
        found = diagnose(model="anthropic:m", base_url=server.root)
    assert found[-1].verdict == "wrong"
    assert "ANTHROPIC_API_KEY" in found[-1].message


@pytest.mark.llama
def test_a_real_constrained_decoder_is_found_to_obey(tmp_path: Path) -> None:
    """Random weights babble until they are cut off, or obey; what is never said is that the schema was refused or ignored."""
    pytest.importorskip("xllamacpp", reason="the `local` extra is not installed")
    from tests.llama import llama_server, write_random_model

    write_random_model(tmp_path / "random.gguf")
    with llama_server(tmp_path / "random.gguf") as url:
        found = {f.about: f for f in diagnose(model="random", base_url=url, parameters={"max_tokens": 4000, "seed": 1})}
    assert found["call"].verdict == "fine"
    assert found["schema"].verdict == "fine"


# The command ---------------------------------------------------------------------------------------------------------


def test_the_command_s_status_says_how_it_went(tmp_path: Path) -> None:
    with giving(routes={CHAT: GOOD}) as server:
        fine = extract("doctor", "--model", "m", "--base-url", f"{server.root}/v1", cwd=tmp_path, OPENAI_API_KEY=KEY)
    wrong = extract("doctor", "--model", "m", "--base-url", "http://127.0.0.1:9/v1", cwd=tmp_path)
    misused = extract("doctor", "--price", "x", "--model", "m", cwd=tmp_path)
    assert (fine.returncode, wrong.returncode, misused.returncode) == (0, 1, 2)
    assert "fine   schema: taken" in fine.stdout
    assert KEY not in fine.stdout + fine.stderr
    assert "wrong  url: nothing listens" in wrong.stdout


def test_the_form_of_an_answer_is_held_to_the_schema_in_every_keyword_that_ours_use() -> None:
    schema = SCHEMAS[Answer]()
    used = set(_keywords(schema))
    assert used <= {"$defs", "$ref", "anyOf", "enum", "type", "properties", "required", "additionalProperties", "items"}
    assert obeys(EMPTY, schema)
    actor = {"id": "a", "name": "n", "name_en": None, "kind": "state", "country": None, "title": None}
    whole = {**actor, "represents": None, "aliases": []}
    assert obeys({**EMPTY, "actors": [whole]}, schema)
    for broken in (
        {**whole, "kind": "cat"},
        {**whole, "name": 1},
        {**whole, "more": 1},
        actor,
        {**whole, "aliases": [1]},
    ):
        assert not obeys({**EMPTY, "actors": [broken]}, schema)
    assert not obeys([], schema)
    assert not obeys(None, schema)


def _keywords(about: Any) -> Iterator[str]:
    if isinstance(about, dict):
        for name, value in about.items():
            yield name
            if name in {"properties", "$defs"}:
                for one in value.values():
                    yield from _keywords(one)
            elif name != "enum":
                yield from _keywords(value)
    elif isinstance(about, list):
        for one in about:
            yield from _keywords(one)
