"""Batches: half the price, the same dataset, and no request paid for twice, whatever breaks in between."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from extractor.batch_server import BatchServer
from extractor.batches import RequestFile, line
from extractor.batching import Collected, Submitted, collect, submit
from extractor.errors import ProviderFailed, ProviderRejected, Stopped, UsageError
from extractor.replies import Request, chat_body
from extractor.schemas import Answer
from extractor.settings import Settings, build
from extractor.stopping import Stop
from extractor.store import Store
from tests.batch_server import BatchScript, Fault, serving_batches
from tests.examples import ARTICLE, answer
from tests.server import Reply
from tests.test_cli import environment, extract

MODEL = "gpt-4o-mini"
HELD = "urged Dorvia to stop the deliveries"


def number(body: dict[str, Any]) -> int:
    """Which article a request is about."""
    article = body["messages"][1]["content"]
    return next(n for n in range(10) if f"4{n} crates" in article)


def good(body: dict[str, Any]) -> Reply:
    """An answer that holds."""
    return Reply(content=json.dumps(answer()).replace("40 crates", f"4{number(body)} crates"))


def scripted(body: dict[str, Any]) -> Reply:
    """At first the answer to article 1 is invalid, and one record of article 2 does not hold."""
    reply = good(body)
    if len(body["messages"]) > 2:
        return reply
    if number(body) == 1:
        return Reply(content='{"nonsense": 1}')
    return Reply(content=reply.content.replace(HELD, "begged Dorvia to go on")) if number(body) == 2 else reply


def write(folder: Path, *numbers: int) -> None:
    (folder / "articles").mkdir(exist_ok=True)
    for n in numbers:
        (folder / "articles" / f"{n}.txt").write_text(ARTICLE.replace("40 crates", f"4{n} crates"), "utf-8")


@pytest.fixture(autouse=True)
def _no_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server of the tests speaks plain HTTP; reading the machine's certificates takes most of a command's time."""
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_, **__: None)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with three articles."""
    write(tmp_path, 0, 1, 2)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def script(folder: Path) -> Iterator[BatchScript]:
    """A server of batches."""
    with serving_batches(good) as served:
        yield served


def submitted(script: BatchScript, *paths: str, most: dict[str, int] | None = None, **settings: Any) -> Submitted:
    chosen = {"model": MODEL, "base_url": script.url, "store": Path(".extract"), "attempts": 1, **settings}
    return submit(paths or ["articles"], settings=build(**chosen), **(most or {}))


def collected(script: BatchScript, told: list[str] | None = None, **arguments: Any) -> Collected:
    told = [] if told is None else told
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXTRACT_ATTEMPTS", "1")
        return collect(Path(".extract"), base_url=script.url, told=told.append, **arguments)


def all_collected(script: BatchScript, told: list[str] | None = None, **arguments: Any) -> Collected:
    """Collected until nothing waits, with the dataset."""
    for _ in range(12):
        arrived = collected(script, told, dataset=True, **arguments)
        if not arrived.waiting:
            return arrived
    raise AssertionError(told)


def live(script: BatchScript, *options: str) -> bytes:
    """The dataset of an ordinary run, in a store of its own."""
    arguments = ["articles", "-o", "live.json", "--store", "live", "--model", MODEL, "--base-url", script.url]
    run = extract(*arguments, *options, cwd=Path.cwd())
    assert run.returncode in {0, 1}, run.stderr
    return Path("live.json").read_bytes()


def saved(arrived: Collected) -> bytes:
    from extractor import save

    assert arrived.dataset
    save(arrived.dataset, Path("batched.json"))
    return Path("batched.json").read_bytes()


def paid_twice(script: BatchScript) -> list[str]:
    return [body for body, times in script.answered.items() if times > 1]


# The same dataset -----------------------------------------------------------------------------------------------------


def test_batches_give_the_dataset_of_a_live_run_at_half_the_price(folder: Path, script: BatchScript) -> None:
    """Submit, three commands later the dataset: an invalid answer and a record that does not hold are asked again in a second
    batch; lines come in any order."""
    script.answer = scripted
    script.looks = 1
    script.alter = lambda answers, errors: (answers[::-1], errors)
    at = ["--base-url", script.url]
    first = extract("submit", "articles", "--model", MODEL, *at, cwd=folder)
    assert first.returncode == 0, first.stderr
    assert "3 articles: 0 complete, 3 in batches, 0 failed" in first.stderr
    assert "3 requests in 1 batches, about 0.00" in first.stderr
    assert "estimated" in first.stderr
    waiting = extract("collect", "-o", "out.json", *at, cwd=folder)
    assert waiting.returncode == 3
    assert "batch_1: validating" in waiting.stderr
    assert not (folder / "out.json").exists()
    follow_up = extract("collect", "-o", "out.json", *at, cwd=folder)
    assert follow_up.returncode == 3
    assert "batch_1: completed: 3 answered, 0 failed of 3" in follow_up.stderr
    assert "asking again: 2 requests in 1 further batches" in follow_up.stderr
    assert "2 of 3 articles are waiting" in follow_up.stderr
    # 100 tokens sent, 900 cached, 50 answered: 0.15, 0.075 and 0.6 USD a million
    usd = 0.5 * (100 * 0.15 + 900 * 0.075 + 50 * 0.6) / 1e6
    assert f"arrived now: 3 answers for {3 * usd:.4f} USD" in follow_up.stderr
    assert extract("collect", "-o", "out.json", *at, cwd=folder).returncode == 3
    last = extract("collect", "-o", "out.json", *at, cwd=folder)
    assert last.returncode == 0, last.stderr
    assert f"paid for its batches: {5 * usd:.4f} USD" in last.stderr
    assert script.sizes == [3, 2]
    assert not paid_twice(script)
    assert (folder / "out.json").read_bytes() == live(script)
    assert not list((folder / ".extract" / "batches").iterdir())


def test_collecting_without_a_file_says_how_to_make_the_dataset(folder: Path, script: BatchScript) -> None:
    submitted(script)
    run = extract("collect", "--base-url", script.url, cwd=folder)
    assert run.returncode == 0
    assert "everything has arrived: `extract collect -o FILE` makes the dataset" in run.stderr
    calls = script.calls.copy()
    for name in ("one.json", "two.json"):
        assert extract("collect", "-o", name, "--base-url", script.url, cwd=folder).returncode == 0
    assert (folder / "one.json").read_bytes() == (folder / "two.json").read_bytes() == live(script)
    assert script.calls == calls


def test_replies_of_a_batch_are_kept_as_such_and_each_is_a_call(script: BatchScript) -> None:
    submitted(script)
    collected(script)
    with Store(Path(".extract")) as store:
        assert [r["batched"] for r in store.replies()] == [1, 1, 1]
        assert [(c["outcome"], c["attempt"], c["latency_s"]) for c in store.calls()] == [("answered", 1, 60.0)] * 3


def test_further_passes_and_a_checking_model_go_through_batches_too(script: BatchScript) -> None:
    """Each model has batches of its own, as the provider demands; the dataset is that of a live run."""

    def answers(body: dict[str, Any]) -> Reply:
        if body["response_format"]["json_schema"]["name"] == "SupportAnswer":
            return Reply(content='{"verdicts": []}')
        return good(body)

    script.answer = answers
    submitted(script, passes=2, check="gpt-4o")
    arrived = all_collected(script)
    models = [
        json.loads(script.files[b["input_file_id"]].splitlines()[0])["body"]["model"] for b in script.batches.values()
    ]
    assert models == [MODEL, MODEL, "gpt-4o"]
    assert not paid_twice(script)
    assert saved(arrived) == live(script, "--passes", "2", "--check", "gpt-4o")


# Nothing twice --------------------------------------------------------------------------------------------------------


def test_what_is_in_the_store_or_in_a_batch_is_not_sent(script: BatchScript) -> None:
    live_store = ["--store", ".extract", "--model", MODEL, "--base-url", script.url]
    assert extract("ask", "articles", *live_store, cwd=Path.cwd()).returncode == 0
    write(Path.cwd(), 3, 4)
    first = submitted(script)
    assert (first.articles, first.stored, first.waiting, first.requests) == (5, 3, 2, 2)
    again = submitted(script)
    assert (again.stored, again.waiting, again.requests, again.batches) == (3, 2, 0, 0)
    assert all_collected(script).articles == 5
    last = submitted(script)
    assert (last.stored, last.waiting, last.requests) == (5, 0, 0)
    assert script.sizes == [2]
    assert not paid_twice(script)


def test_a_later_submission_has_a_dataset_of_its_own(script: BatchScript) -> None:
    submitted(script, "articles/0.txt")
    first = all_collected(script).dataset
    submitted(script, "articles/1.txt")
    submitted(script, "articles/2.txt")
    second = all_collected(script).dataset
    assert first
    assert second
    assert [a.path for a in first.articles] == ["articles/0.txt"]
    assert [a.path for a in second.articles] == ["articles/1.txt", "articles/2.txt"]


@pytest.mark.parametrize("limit", [{"most_requests": 2}, {"most_bytes": 0}])
def test_more_than_a_batch_may_hold_goes_into_several(script: BatchScript, limit: dict[str, int]) -> None:
    write(Path.cwd(), 3, 4)
    if "most_bytes" in limit:
        size = request_size(script)
        limit = {"most_bytes": 2 * size + size // 2}
    assert submitted(script, most=limit).batches == 3
    assert script.sizes == [2, 2, 1]
    assert len(all_collected(script).dataset.articles) == 5  # type: ignore[union-attr]
    assert not paid_twice(script)


def request_size(script: BatchScript) -> int:
    """Bytes of a request."""
    submitted(script, store=Path("elsewhere"))
    size = len(script.files["file-1"].splitlines()[0])
    script.files.clear()
    script.batches.clear()
    script.answered.clear()
    return size


class Killed(BaseException):
    """Stands in for a process that ends here."""


STEPS = [(Store, "keep_batch"), (Store, "keep"), (RequestFile, "close"), (BatchServer, "_call")]


def test_a_kill_after_any_step_loses_nothing_and_pays_nothing_twice(tmp_path: Path, script: BatchScript) -> None:
    """The whole way with a re-ask, killed after its first step, then after its second, and so on through all."""
    Path("articles/2.txt").unlink()
    script.answer = scripted
    expected = live(script)
    for kill_at in range(1, 200):
        script.answered.clear()
        settings = build(model=MODEL, base_url=script.url, store=tmp_path / f"store{kill_at}")
        if not _killed(script, settings, kill_at):
            assert kill_at > 20
            return
        assert not submit(["articles"], settings=settings).failures
        for _ in range(3):
            arrived = collect(settings.store, base_url=script.url, dataset=True)  # type: ignore[arg-type]
            if not arrived.waiting:
                break
        assert saved(arrived) == expected, kill_at
        assert sorted(script.answered.values()) == [1, 1, 1], kill_at
    raise AssertionError


def _killed(script: BatchScript, settings: Settings, kill_at: int) -> bool:
    """Go all the way, ending after a step; whether that step was there."""
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1
        if steps == kill_at:
            raise Killed

    def stepping(call: Callable[..., Any]) -> Callable[..., Any]:
        async def asynchronous(*args: Any, **kwargs: Any) -> Any:
            result = await call(*args, **kwargs)
            step()
            return result

        def synchronous(*args: Any) -> None:
            call(*args)
            step()

        return asynchronous if asyncio.iscoroutinefunction(call) else synchronous

    with pytest.MonkeyPatch.context() as patch:
        for kind, name in STEPS:
            patch.setattr(kind, name, stepping(getattr(kind, name)))
        try:
            submit(["articles"], settings=settings)
            while collect(settings.store, base_url=script.url, dataset=True).waiting:  # type: ignore[arg-type]
                pass
        except Killed:
            return True
    return False


def test_a_process_killed_while_the_server_makes_the_batch_goes_on(folder: Path, script: BatchScript) -> None:
    """SIGKILL, once the server has made it and before it answers."""
    command = [sys.executable, "-m", "extractor.cli", "submit", "articles", "--model", MODEL, "--base-url", script.url]
    process = subprocess.Popen(command, cwd=folder, env=environment(), stderr=subprocess.DEVNULL)

    def kill(called: str) -> None:
        if called == "create":
            script.on = None
            os.kill(process.pid, signal.SIGKILL)
            process.wait()

    script.on = kill
    assert process.wait(60) == -signal.SIGKILL
    assert saved(all_collected(script)) == live_once(script)
    assert script.calls["create"] == 1


def live_once(script: BatchScript) -> bytes:
    """The dataset of a live run; what it asks is not counted."""
    assert not paid_twice(script)
    return live(script)


def test_a_batch_that_was_made_though_no_reply_came_is_found_again(script: BatchScript) -> None:
    """Even on a later page of the provider's list."""
    for n in range(3):
        submitted(script, f"articles/{n}.txt", store=Path(f"store{n}"))
    write(Path.cwd(), 3)
    script.faults = {"create": [Fault(late=True)]}
    with pytest.raises(ProviderFailed, match="could not be reached"):
        submitted(script, "articles/3.txt")
    for n in range(3):
        (Path.cwd() / f"articles/{n}.txt").unlink()
    assert all_collected(script).dataset
    assert (script.calls["create"], script.calls["list"], len(script.batches)) == (4, 2, 4)
    assert not paid_twice(script)


def test_two_submissions_at_once_send_each_request_once(folder: Path, script: BatchScript) -> None:
    command = [sys.executable, "-m", "extractor.cli", "submit", "articles", "--model", MODEL, "--base-url", script.url]
    both = [subprocess.Popen(command, cwd=folder, env=environment(), stderr=subprocess.DEVNULL) for _ in range(2)]
    assert [p.wait(60) for p in both] == [0, 0]
    assert script.sizes == [3]


# What fails -----------------------------------------------------------------------------------------------------------


def failing(times: int, reply: Reply) -> Callable[[dict[str, Any]], Reply]:
    """Article 1 gets a reply so many times; everything else an answer that holds."""
    left = times

    def answers(body: dict[str, Any]) -> Reply:
        nonlocal left
        if number(body) == 1 and left:
            left -= 1
            return reply
        return good(body)

    return answers


@pytest.mark.parametrize(("times", "sizes"), [(2, [3, 1, 1]), (9, [3, 1, 1])])
def test_a_failed_line_is_submitted_again_twice_and_then_accounted(
    script: BatchScript, times: int, sizes: list[int]
) -> None:
    script.answer = failing(times, Reply(status=500))
    submitted(script)
    told: list[str] = []
    arrived = all_collected(script, told)
    assert script.sizes == sizes
    assert told.count("articles/1.txt: the server answered 500") == min(times, 3)
    assert arrived.dataset
    failures = arrived.dataset.accounting.failures
    assert [(f.path, f.kind, f.message) for f in failures] == (
        [("articles/1.txt", "provider", "the server answered 500 (in 3 batches)")] if times > 2 else []
    )
    assert not paid_twice(script)
    if times > 2:
        script.answer = good
        assert (submitted(script).requests, len(all_collected(script).failures)) == (1, 0)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(status=400), "provider"),
        (Reply(status=400, code="context_length_exceeded"), "provider"),
        (Reply(status=400, code="content_filter"), "refused"),
        (Reply(refusal="I can't help with that"), "refused"),
        (Reply(finish="content_filter"), "refused"),
        (Reply(content="{", finish="length"), "truncated"),
        (Reply(content='{"nonsense": 1}'), "invalid"),
        (Reply(status=404), "provider"),
    ],
)
def test_what_cannot_be_mended_is_accounted_as_in_a_live_run(script: BatchScript, reply: Reply, kind: str) -> None:
    script.answer = failing(99, reply)
    submitted(script)
    arrived = all_collected(script)
    assert arrived.dataset
    assert [(f.path, f.kind) for f in arrived.dataset.accounting.failures] == [("articles/1.txt", kind)]
    assert [f.path for f in arrived.failures] == ["articles/1.txt"]
    assert "SECRET" not in arrived.failures[0].message
    if reply.status != 404:  # stops a live run, since it is about no article
        assert json.loads(saved(arrived))["accounting"]["usage"] == json.loads(live(script))["accounting"]["usage"]


def test_invalid_answers_are_asked_for_anew_by_another_submission_only(script: BatchScript) -> None:
    script.answer = failing(3, Reply(content='{"nonsense": 1}'))
    submitted(script)
    all_collected(script)
    assert script.sizes == [3, 1, 1]
    all_collected(script)
    assert script.sizes == [3, 1, 1]
    assert submitted(script).requests == 1
    assert not all_collected(script).failures
    assert script.sizes == [3, 1, 1, 1]


def test_an_expired_batch_keeps_what_was_answered_and_asks_for_the_rest(script: BatchScript) -> None:
    script.ends = ["expired"]
    submitted(script)
    told: list[str] = []
    arrived = collected(script, told)
    assert (arrived.usage.calls, arrived.waiting, arrived.failures) == (2, 1, [])
    assert "articles/1.txt: the batch expired before it was answered" in told
    assert not all_collected(script).failures
    assert script.sizes == [3, 1]
    assert not paid_twice(script)


@pytest.mark.parametrize(
    ("end", "message", "failed"),
    [
        ("failed", "the batch failed (invalid_json_line)", ["0", "1", "2"]),
        ("cancelled", "the batch was cancelled at the provider; submit the article again to ask for it", ["1"]),
    ],
)
def test_a_failed_or_cancelled_batch_is_accounted_and_not_made_again(
    folder: Path, script: BatchScript, end: str, message: str, failed: list[str]
) -> None:
    script.ends = [end]
    submitted(script)
    run = extract("collect", "-o", "out.json", "--base-url", script.url, cwd=folder)
    assert run.returncode == 1
    failures = json.loads((folder / "out.json").read_text("utf-8"))["accounting"]["failures"]
    assert [(f["path"], f["kind"], f["message"]) for f in failures] == [
        (f"articles/{n}.txt", "provider", message) for n in failed
    ]
    assert script.sizes == [3]
    assert "SECRET" not in run.stderr
    assert submitted(script).requests == len(failed)
    assert not all_collected(script).failures
    assert not paid_twice(script)


def test_too_much_waiting_at_the_provider_is_tried_again_when_others_are_done(script: BatchScript) -> None:
    script.ends = ["completed", "failed", "failed"]
    script.error = "token_limit_exceeded"
    submitted(script, most={"most_requests": 1})
    told: list[str] = []
    assert not all_collected(script, told).failures
    assert any("too much is waiting at the provider (token_limit_exceeded)" in t for t in told)
    assert sum(script.answered.values()) == 3


def test_a_batch_that_is_too_much_alone_is_halved(script: BatchScript) -> None:
    script.ends = ["failed"]
    script.error = "token_limit_exceeded"
    submitted(script)
    assert not all_collected(script).failures
    assert script.sizes == [3, 1, 1, 1]


def test_lines_that_are_none_of_ours_are_told_and_left_out(script: BatchScript) -> None:
    other = b'{"custom_id": "deadbeef", "response": {"status_code": 200, "body": {}}}\n'
    broken = [b"{\n", b"\xff\xfe\n", b"[1]\n", b"null\n", b'{"custom_id": 7}\n', b"[" * 100_000 + b"\n", b"\n"]

    def alter(answers: list[bytes], errors: list[bytes]) -> tuple[list[bytes], list[bytes]]:
        odd = json.loads(answers[0])
        odd["response"] = {"status_code": 200, "body": {"choices": "SECRETBODY"}}
        return [*broken, other, *answers, answers[0], json.dumps(odd).encode()], [other, *answers[:1]]

    script.alter = alter
    submitted(script)
    told: list[str] = []
    arrived = all_collected(script, told)
    assert not arrived.failures
    assert script.sizes == [3]
    assert "batch_1: 5 lines about requests that were not in it, or again, are left out" in told
    assert [t for t in told if "no result of a request" in t] == [
        f"output_file_id-batch_1, line {n}: no result of a request" for n in range(1, 7)
    ]
    assert "SECRET" not in " ".join(told)


@pytest.mark.parametrize(
    "result",
    [
        {},
        {"response": None, "error": None},
        {"response": 5},
        {"response": {"status_code": "200"}},
        {"response": {"status_code": 200}},
        {"response": {"status_code": 200, "body": {"choices": []}}},
        {"response": {"status_code": 500, "body": "x"}},
        {"error": {"code": 5}},
        {"error": "SECRETDETAIL"},
    ],
)
def test_a_line_without_an_answer_fails_that_request_and_no_other(script: BatchScript, result: dict[str, Any]) -> None:
    def alter(answers: list[bytes], errors: list[bytes]) -> tuple[list[bytes], list[bytes]]:
        if len(script.batches) > 1:
            return answers, errors
        key = json.loads(answers[0])["custom_id"]
        return [json.dumps({"custom_id": key, **result}).encode() + b"\n", *answers[1:]], errors

    script.alter = alter
    submitted(script)
    told: list[str] = []
    assert not all_collected(script, told).failures
    assert script.sizes == [3, 1]
    assert "SECRET" not in " ".join(told)


def test_results_shorter_than_the_provider_says_are_read_again_before_anything_is_asked_again(
    script: BatchScript,
) -> None:
    script.short = 1
    submitted(script)
    told: list[str] = []
    assert not all_collected(script, told).failures
    assert "batch_1: its results are shorter than the provider says; they are read again" in told
    assert script.sizes == [3]


def test_results_that_are_gone_are_accounted(script: BatchScript) -> None:
    script.no_files = True
    submitted(script)
    arrived = all_collected(script)
    assert len(arrived.failures) == 3
    assert "no longer at the provider" in arrived.failures[0].message


def test_an_answer_dropped_from_the_store_is_paid_for_again_by_submitting_only(script: BatchScript) -> None:
    submitted(script)
    collected(script)
    with Store(Path(".extract")) as store:
        store.prune()
    arrived = all_collected(script)
    assert "dropped from the store; submit the article again" in arrived.failures[0].message
    assert script.sizes == [3]
    assert submitted(script).requests == 3


def test_an_article_changed_since_is_not_paid_for_unasked(script: BatchScript) -> None:
    submitted(script)
    path = Path("articles/1.txt")
    path.write_text(path.read_text("utf-8") + "More.\n", "utf-8")
    arrived = all_collected(script)
    assert [(f.path, f.message) for f in arrived.failures] == [
        ("articles/1.txt", "changed since it was submitted; submit it again")
    ]
    assert script.sizes == [3]


def test_unreadable_articles_and_copies_are_accounted_as_in_a_live_run(folder: Path, script: BatchScript) -> None:
    (folder / "articles" / "broken.txt").write_bytes(b"\xff\xfe\xff")
    (folder / "articles" / "empty.txt").write_bytes(b"")
    (folder / "articles" / "twin.txt").write_bytes((folder / "articles" / "0.txt").read_bytes())
    (folder / "articles" / "notes.md").write_text("no article")
    run = extract("submit", "articles", "--model", MODEL, "--base-url", script.url, cwd=folder)
    assert run.returncode == 1
    assert "failed: articles/broken.txt: " in run.stderr
    assert saved(all_collected(script)) == live(script)
    assert script.sizes == [3]


def test_another_version_of_the_prompt_is_not_paid_for_unasked(
    script: BatchScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    from extractor import batching

    submitted(script)
    run_record = batching.run_record
    with monkeypatch.context() as patch:
        patch.setattr(batching, "run_record", lambda s: run_record(s).model_copy(update={"prompt_sha256": "other"}))
        arrived = collected(script)
        assert "another version of the prompt" in arrived.failures[0].message
        assert submitted(script).requests == 0
        assert all_collected(script).dataset
    assert script.sizes == [3]


def test_no_batch_is_made_that_could_pass_the_budget(script: BatchScript) -> None:
    # at half of 0.6 USD a million, an answer of 16,384 tokens costs 0.0049 at most, and its prompt less than 0.006
    done = submitted(script, budget=0.015)
    assert (done.requests, len(done.failures)) == (1, 2)
    arrived = all_collected(script)
    assert arrived.dataset
    assert {f.kind for f in arrived.dataset.accounting.failures} == {"budget"}
    assert json.loads(script.files["file-1"])["body"]["max_completion_tokens"] == 16_384
    assert (submitted(script, budget=1).requests, len(all_collected(script).failures)) == (2, 0)
    with pytest.raises(UsageError, match="price of nobody-knows-it is unknown"):
        submitted(script, budget=1, model="nobody-knows-it")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_a_submission_cannot_keep_is_told_before_anything_is_sent(script: BatchScript) -> None:
    Path("articles", "caf\udce9.txt").write_text("Dorvia ships shells.", "utf-8")
    with pytest.raises(UsageError, match=r"articles/caf\\xe9.txt: .* no UTF-8; rename it"):
        submitted(script)
    assert not script.batches


@pytest.mark.parametrize(
    ("kind", "status", "error", "message"),
    [
        ("upload", 401, ProviderRejected, "refuses the key"),
        ("create", 401, ProviderRejected, "refuses the key"),
        ("upload", 404, ProviderRejected, "no batches at this base URL"),
        ("create", 404, ProviderRejected, "no batches at this base URL"),
        ("upload", 500, ProviderFailed, "answered 500"),
        ("create", 429, ProviderFailed, "answered 429"),
        ("create", 0, ProviderFailed, "could not be reached"),
    ],
)
def test_a_server_that_will_not_take_a_batch_is_named_and_nothing_is_lost(
    script: BatchScript, kind: str, status: int, error: type[Exception], message: str
) -> None:
    script.faults = {kind: [Fault(status)]}
    with pytest.raises(error, match=message) as caught:
        submitted(script)
    assert "SECRET" not in str(caught.value)
    assert not all_collected(script).failures
    assert script.sizes == [3]


def test_a_batch_that_the_server_finds_wrong_is_accounted(script: BatchScript) -> None:
    script.faults = {"create": [Fault(400, code="invalid_request")]}
    submitted(script)
    arrived = all_collected(script)
    assert [f.message for f in arrived.failures] == ["the server would not take the batch: 400 (invalid_request)"] * 3
    assert not script.batches


@pytest.mark.parametrize("kind", ["status", "content"])
@pytest.mark.parametrize("status", [401, 500, 0])
def test_a_server_that_fails_while_results_are_read_loses_nothing(script: BatchScript, kind: str, status: int) -> None:
    submitted(script)
    script.faults = {kind: [Fault(status)]}
    with pytest.raises((ProviderRejected, ProviderFailed)):
        collected(script)
    assert not all_collected(script).failures
    assert script.sizes == [3]


# Waiting --------------------------------------------------------------------------------------------------------------


def test_waiting_looks_again_until_all_has_arrived_at_growing_intervals(
    script: BatchScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that fails meanwhile is waited for, too."""
    slept: list[float] = []

    async def sleep(_: Stop, seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(Stop, "sleep", sleep)
    script.answer = scripted
    script.looks = 3
    submitted(script)
    script.faults = {"status": [Fault(500)]}
    arrived = collected(script, dataset=True, wait=True, poll_s=100)
    assert slept == [100, 150, 225, *[300] * 5]
    assert arrived.usage.calls == 5
    assert saved(arrived) == live(script)


def test_waiting_can_be_stopped(script: BatchScript) -> None:
    submitted(script)
    script.ends = []
    script.looks = 99
    stop = Stop()
    stop.set("stopped by SIGINT")
    with pytest.raises(Stopped):
        collected(script, wait=True, stop=stop)


# Wrong use ------------------------------------------------------------------------------------------------------------


def test_wrong_use_is_said_in_a_sentence(folder: Path, script: BatchScript, monkeypatch: pytest.MonkeyPatch) -> None:
    at = ["--base-url", script.url]
    none = extract("collect", *at, cwd=folder)
    assert (none.returncode, "no store of answers here" in none.stderr) == (2, True)
    with Store(folder / ".extract"):
        pass
    empty = extract("collect", *at, cwd=folder)
    assert (empty.returncode, "nothing was submitted with this store" in empty.stderr) == (2, True)
    submitted(script)
    elsewhere = extract("collect", "--base-url", "http://127.0.0.1:9/v1", cwd=folder)
    assert elsewhere.returncode == 2
    assert f"these batches are at {script.url}, and not at http://127.0.0.1:9/v1" in elsewhere.stderr
    (folder / "sub").mkdir()
    away = extract("collect", "--store", "../.extract", *at, cwd=folder / "sub")
    assert away.returncode == 2
    assert f"submitted in {folder}: collect there" in away.stderr
    assert not paid_twice(script)


# The lines ------------------------------------------------------------------------------------------------------------


def test_no_reader_of_lines_splits_a_request() -> None:
    """Whatever it takes for the end of a line; the body stays the one that is sent live."""
    text = "a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg\nh\ri\ud800"
    request = Request(MODEL, [{"role": "user", "content": text}], Answer, {"temperature": 0})
    written = line("k" * 64, request)
    assert len(written.decode().splitlines()) == 1
    assert json.loads(written) == {
        "custom_id": "k" * 64,
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": json.loads(chat_body(request)),
    }


def test_the_key_goes_to_the_server_and_into_no_file(folder: Path, script: BatchScript) -> None:
    at = {"OPENAI_API_KEY": "sk-SECRETKEY", "OPENAI_BASE_URL": script.url}
    assert extract("submit", "articles", "--model", MODEL, cwd=folder, **at).returncode == 0
    assert extract("collect", "-o", "out.json", cwd=folder, **at).returncode == 0
    assert {h["authorization"] for h in script.headers} == {"Bearer sk-SECRETKEY"}
    for path in folder.rglob("*"):
        assert not path.is_file() or b"SECRETKEY" not in path.read_bytes()


def test_models_that_have_no_batches_here_are_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="anthropic: models do not have"):
        submit(
            [tmp_path],
            settings=build(model="anthropic:claude-x", api_key="k", anthropic_key="k", store=tmp_path / "store"),
        )
