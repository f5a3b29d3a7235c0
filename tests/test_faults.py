"""Whole runs through every fault: nothing lost, nothing paid twice, every article accounted for."""

from __future__ import annotations

import email.utils
import json
import os
import random
import re
import signal
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from extractor import Dataset, store_file
from extractor import store as store_module
from extractor.errors import ProviderRejected, Stopped, StoreUnusable, UsageError
from extractor.pipeline import ask, extract
from extractor.prices import Price
from extractor.running import Progress
from extractor.stopping import Stop
from extractor.store import Store
from extractor.store_file import FILE
from tests.examples import ARTICLE, answer
from tests.runs import scripted_settings
from tests.server import BAD, OK, Chooses, Reply, Script, serving
from tests.test_cli import environment
from tests.test_cli import extract as command
from tests.test_store import damage

GOOD = Reply(content=json.dumps(answer()))


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits that no server asked for are cut short; and the certificates of the system, which take longer to read than most
    tests last, are not needed on 127.0.0.1."""
    import tenacity

    monkeypatch.setattr(tenacity, "wait_random_exponential", lambda **_: lambda _state: 0.01)
    monkeypatch.setattr(ssl, "create_default_context", lambda *_, **__: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))


class Desk:
    """A folder of numbered articles, a store, and runs over them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "articles"
        self.store = folder / "store"
        self.folder.mkdir()

    def write(self, number: int) -> None:
        """Articles 0 to ``number`` - 1; the answer to article 0 has records."""
        for n in range(number):
            text = ARTICLE if n == 0 else f"Market day\nTALVEN, May 3, 2023 — Number {n} was drawn on Tuesday.\n"
            (self.folder / f"{n:04}.txt").write_text(text, "utf-8")

    def settings(self, url: str, **settings: Any) -> Any:
        return scripted_settings(base_url=url, store=self.store, **{"model": "m", "concurrency": 8, **settings})

    def extract(self, script: Script, **settings: Any) -> Dataset:
        """The dataset, in which every file is accounted for once."""
        told: list[Progress] = []
        given = len(list(self.folder.iterdir()))
        dataset = extract([self.folder], settings=self.settings(script.url, **settings), progress=told.append)
        n = dataset.accounting.articles
        assert n.given == given == n.extracted + n.empty + n.duplicate + n.skipped + n.failed
        assert (told[-1].done, told[-1].total) == (given, given)
        assert sorted(t.path for t in told[1:]) == sorted(p.as_posix() for p in self.folder.iterdir())
        return dataset

    def again(self, script: Script, dataset: Dataset, **settings: Any) -> None:
        """A second run over the store gives the same dataset, byte by byte, and sends nothing; so does one that makes all
        records again from the replies."""
        sent = len(script.requests)
        assert self.extract(script, **settings).model_dump_json() == dataset.model_dump_json()
        with sqlite3.connect(self.store / FILE) as file:
            file.execute("DELETE FROM articles")
        file.close()
        assert self.extract(script, **settings).model_dump_json() == dataset.model_dump_json()
        assert len(script.requests) == sent


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def number(text: str) -> int:
    """Of the article that a request is about."""
    found = re.search(r"Number (\d+)", text)
    return int(found[1]) if found else 0


def usual(text: str) -> Reply:
    return OK if number(text) else GOOD


def at(article: int, *steps: Reply) -> Chooses:
    """What is answered about one article, in order (the last repeats); the usual for all others."""
    return lambda text, before: steps[min(before, len(steps) - 1)] if number(text) == article else usual(text)


def counts(dataset: Dataset) -> tuple[int, int, int]:
    n = dataset.accounting.articles
    return n.extracted, n.empty, n.failed


# Faults that pass -----------------------------------------------------------------------------------------------------

IN_A_MOMENT = "in a moment"


@pytest.mark.parametrize(
    "fault",
    [
        Reply(status=429),
        Reply(status=429, headers={"retry-after": "0"}),
        Reply(status=429, headers={"retry-after": "0.2"}),
        Reply(status=429, headers={"retry-after": IN_A_MOMENT}),
        *(Reply(status=status) for status in (408, 409, 500, 502, 503, 504, 529)),
        Reply(cut_after=0),
        Reply(cut_after=40),
        Reply(cut_after=40, reset=True),
        Reply(status=500, cut_after=3),
        Reply(drip_s=0.01),
    ],
    ids=lambda reply: f"{reply.status}-{reply.cut_after}-{reply.drip_s}-{'-'.join(reply.headers.values())}",
)
def test_a_fault_that_passes_costs_further_calls_and_nothing_else(desk: Desk, fault: Reply) -> None:
    if IN_A_MOMENT in fault.headers.values():
        fault = replace(fault, headers={"retry-after": email.utils.formatdate(time.time() + 1, usegmt=True)})
    desk.write(4)
    timeout_s = 0.4 if fault.drip_s else 60
    with serving(by=at(2, fault, fault, usual("Number 2"))) as script:
        dataset = desk.extract(script, timeout_s=timeout_s)
        assert counts(dataset) == (1, 3, 0)
        assert len(script.requests) == 4 + 2
        assert not script.paid_twice
        desk.again(script, dataset)


def test_an_answer_that_comes_too_late_is_asked_for_again_and_counted_as_what_it_may_have_cost(desk: Desk) -> None:
    desk.write(3)
    with serving(by=at(1, Reply(delay_s=0.8), OK)) as script:
        dataset = desk.extract(script, timeout_s=0.4)
        assert counts(dataset) == (1, 2, 0)
        assert len(script.requests) == 4
        desk.again(script, dataset, timeout_s=0.4)
    with Store(desk.store) as store:
        assert Counter(c["outcome"] for c in store.calls()) == {"answered": 3, "failed": 1}


def test_a_storm_of_429s_is_waited_out_with_fewer_in_flight(desk: Desk) -> None:
    """For a while most calls are refused: all articles are extracted in the end, and few calls were wasted."""
    desk.write(60)
    until = time.monotonic() + 1.2
    refused: list[float] = []

    def stormy(text: str, before: int) -> Reply:
        if time.monotonic() < until and random.random() < 0.9:
            refused.append(time.monotonic())
            return Reply(status=429)
        return usual(text)

    with serving(by=stormy) as script:
        dataset = desk.extract(script, concurrency=32)
        assert counts(dataset) == (1, 59, 0)
        assert not script.paid_twice
        assert len(script.requests) == 60 + len(refused)
        assert len(refused) <= 16 + 8 + 8
        later = [peak for peak, t in zip(script.peaks, script.times, strict=True) if refused[0] + 0.4 < t < until]
        assert max(later, default=0) <= 8
        desk.again(script, dataset, concurrency=32)


def test_one_slow_article_holds_up_no_other(desk: Desk) -> None:
    desk.write(40)
    with serving(by=at(1, Reply(delay_s=1.0))) as script:
        began = time.monotonic()
        desk.extract(script, concurrency=4)
        assert time.monotonic() - began < 1.9
        assert max(script.times) - min(script.times) < 0.9


def test_the_headers_that_say_that_the_limit_is_used_up_are_obeyed(desk: Desk) -> None:
    desk.write(6)
    used_up = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "300ms"}
    with serving(replace(OK, headers=used_up), OK) as script:
        desk.extract(script, concurrency=1)
    gaps = [b - a for a, b in zip(script.times, script.times[1:], strict=False)]
    assert gaps[0] >= 0.29
    assert max(gaps[1:]) < 0.29


@pytest.mark.parametrize("limits", [{"rpm": 900}, {"tpm": 900 * 7500}])
def test_the_users_limits_hold(desk: Desk, limits: dict[str, int]) -> None:
    """Fifteen calls of 7500 tokens a second."""
    desk.write(16)
    with serving(by=lambda text, before: replace(usual(text), tokens=(7000, 0, 500))) as script:
        desk.extract(script, **limits)
    assert max(script.times) - min(script.times) >= 0.9


# Faults that stay -----------------------------------------------------------------------------------------------------

NO_ROOM = Reply(content='{"publication": {', finish="length")


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Reply(refusal="I can't help with that"), "refused"),
        (Reply(finish="content_filter"), "refused"),
        (Reply(status=400, code="content_filter"), "refused"),
    ],
)
def test_a_refusal_is_accounted_for_and_never_asked_again(desk: Desk, fault: Reply, kind: str) -> None:
    desk.write(4)
    with serving(by=at(2, fault)) as script:
        dataset = desk.extract(script)
        assert counts(dataset) == (1, 2, 1)
        assert [f.kind for f in dataset.accounting.failures] == [kind]
        assert len(script.requests) == 4
        desk.again(script, dataset)


@pytest.mark.parametrize(
    "limit", [{"parameters": {"max_completion_tokens": 900}}, {"budget": 100.0, "price": Price(1, 2)}]
)
def test_an_answer_that_does_not_fit_gets_twice_the_room_once(desk: Desk, limit: dict[str, Any]) -> None:
    desk.write(3)
    with serving(by=at(1, NO_ROOM, OK)) as script:
        dataset = desk.extract(script, **limit)
        assert counts(dataset) == (1, 2, 0)
        rooms = [r["max_completion_tokens"] for r in script.requests if "Number 1" in r["messages"][1]["content"]]
        assert rooms[1:] == [2 * rooms[0]]
        desk.again(script, dataset, **limit)


@pytest.mark.parametrize(
    "limit", [{}, {"parameters": {"max_completion_tokens": 900}}, {"budget": 100.0, "price": Price(1, 2)}]
)
def test_an_answer_that_never_fits_is_accounted_for_and_not_paid_for_again(desk: Desk, limit: dict[str, Any]) -> None:
    desk.write(3)

    def cut(text: str, before: int) -> Reply:
        return usual(text) if number(text) == 2 else NO_ROOM

    with serving(by=cut) as script:
        dataset = desk.extract(script, **limit)
        assert counts(dataset) == (0, 1, 2)
        assert {f.kind for f in dataset.accounting.failures} == {"truncated"}
        desk.again(script, dataset, **limit)


@pytest.mark.parametrize(
    "fault", [BAD, Reply(content=""), Reply(content="Here are the records:"), Reply(content='{"publication": ')]
)
def test_what_is_no_answer_is_asked_for_again_and_accounted_for(desk: Desk, fault: Reply) -> None:
    """As from a server that ignores the schema. Another run asks anew, for this article only."""
    desk.write(4)
    with serving(by=at(2, fault)) as script:
        dataset = desk.extract(script)
        assert counts(dataset) == (1, 2, 1)
        assert [f.kind for f in dataset.accounting.failures] == ["invalid"]
        assert len(script.requests) == 3 + 3
        assert dataset.accounting.usage.calls == 3 + 3
        script.steps = lambda text, before: usual(text)
        whole = desk.extract(script)
        assert counts(whole) == (1, 3, 0)
        assert len(script.requests) == 3 + 3 + 1
        desk.again(script, whole)


def test_records_that_the_article_does_not_bear_out_are_quarantined(desk: Desk) -> None:
    desk.write(3)
    with serving(by=at(1, GOOD)) as script:
        dataset = desk.extract(script)
        assert counts(dataset) == (1, 2, 0)
        assert {q.article_id for q in dataset.quarantine} == {
            a.id for a in dataset.articles if a.path.endswith("1.txt")
        }
        desk.again(script, dataset)


@pytest.mark.parametrize(
    ("status", "told"), [(401, "the server refuses the key (401)"), (404, "no model 'm', or nothing at this base URL")]
)
def test_a_wrong_key_or_model_stops_the_run_at_once_with_one_message(desk: Desk, status: int, told: str) -> None:
    desk.write(30)
    arguments = ("articles", "-o", "out.json", "--store", "store", "--model", "m", "--concurrency", "4", "--base-url")
    with serving(by=lambda text, before: Reply(status=status)) as script:
        run = command(*arguments, script.url, cwd=desk.folder.parent)
    assert run.returncode == 2
    assert run.stderr.count(told) == 1
    assert len([line for line in run.stderr.splitlines() if line.startswith("extract:")]) == 1
    assert len(script.requests) <= 4  # those that were in flight together
    assert not (desk.folder.parent / "out.json").exists()


def test_what_was_in_flight_when_the_key_was_refused_is_kept(desk: Desk) -> None:
    desk.write(8)

    def revoked(text: str, before: int) -> Reply:
        return Reply(status=401) if number(text) == 3 else replace(usual(text), delay_s=0.2)

    with serving(by=revoked) as script:
        with pytest.raises(ProviderRejected, match="401"):
            desk.extract(script)
        script.steps = lambda text, before: usual(text)
        dataset = desk.extract(script)
        assert counts(dataset) == (1, 7, 0)
        assert not script.paid_twice
        assert len(script.requests) == 8 + 1


def test_a_fault_of_a_callers_own_loses_nothing_that_is_in_flight(desk: Desk) -> None:
    desk.write(8)

    def broken(progress: Progress) -> None:
        if progress.done == 1:
            raise ZeroDivisionError

    with serving(by=lambda text, before: replace(usual(text), delay_s=0.05 * number(text))) as script:
        with pytest.raises(ZeroDivisionError):
            extract([desk.folder], settings=desk.settings(script.url, concurrency=4), progress=broken)
        assert len(script.requests) < 8
        assert counts(desk.extract(script)) == (1, 7, 0)
        assert not script.paid_twice
        assert len(script.requests) == 8


# Outages --------------------------------------------------------------------------------------------------------------


def test_a_server_that_goes_down_and_comes_back_costs_time_and_nothing_else(desk: Desk) -> None:
    desk.write(40)
    answered: Counter[str] = Counter()
    ended: list[Dataset] = []
    with serving(by=lambda text, before: replace(usual(text), delay_s=0.02)) as first:
        port = int(first.url.split(":")[2].split("/")[0])
        running = threading.Thread(target=lambda: ended.append(desk.extract(first, patience_s=30, concurrency=16)))
        running.start()
        while len(first.requests) < 12:
            time.sleep(0.005)
    time.sleep(0.6)  # connections are refused
    with serving(by=lambda text, before: usual(text), port=port) as second:
        running.join(30)
        assert counts(ended[0]) == (1, 39, 0)
        answered = first.answered + second.answered
        assert len(answered) == 40
        assert set(answered.values()) == {1}
        desk.again(second, ended[0])
    with Store(desk.store) as store:
        failed = sum(c["outcome"] == "failed" for c in store.calls())
    assert 1 <= failed <= 16 + 10


def test_a_server_that_never_comes_back_fails_every_article_within_patience(desk: Desk) -> None:
    desk.write(30)
    with serving(OK) as script:
        pass  # closed again
    arguments = ("articles", "-o", "out.json", "--store", "store", "--model", "m", "--base-url", script.url)
    began = time.monotonic()
    run = command(*arguments, cwd=desk.folder.parent, EXTRACT_PATIENCE_S="1")
    assert run.returncode == 1
    assert time.monotonic() - began < 4
    accounting = json.loads((desk.folder.parent / "out.json").read_text("utf-8"))["accounting"]
    assert accounting["articles"]["failed"] == accounting["articles"]["given"] == 30
    assert {f["kind"] for f in accounting["failures"]} == {"provider"}
    with Store(desk.store) as store:
        assert not list(store.replies())
        assert len(list(store.calls())) <= 30 + 10


# Signals --------------------------------------------------------------------------------------------------------------


def interrupted(desk: Desk, script: Script) -> Any:
    arguments = ("articles", "-o", "out.json", "--store", "store", "--model", "m", "--concurrency", "4", "--base-url")
    return command(*arguments, script.url, cwd=desk.folder.parent)


@pytest.mark.parametrize(("number_", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_run_once_what_is_in_flight_is_kept(desk: Desk, number_: int, status: int) -> None:
    desk.write(10)

    def signals(text: str, before: int) -> Reply:
        if len(script.requests) == 3:
            os.kill(os.getpid(), number_)
        return replace(usual(text), delay_s=0.1)

    with serving(by=signals) as script:
        run = interrupted(desk, script)
        assert run.returncode == status
        sent = len(script.requests)
        assert sent < 10
        assert f"stopped by {signal.Signals(number_).name}: {sent} of 10 articles have ended" in run.stderr
        assert "the same command goes on from there" in run.stderr.replace("\n", " ")
        assert not (desk.folder.parent / "out.json").exists()
        script.steps = lambda text, before: usual(text)
        assert interrupted(desk, script).returncode == 0
        assert len(script.requests) == 10
        assert not script.paid_twice


def test_a_second_signal_cuts_off_what_is_in_flight(desk: Desk) -> None:
    desk.write(10)

    def signals(text: str, before: int) -> Reply:
        if len(script.requests) == 3:
            for wait_s in (0.05, 0.15):
                threading.Timer(wait_s, os.kill, (os.getpid(), signal.SIGINT)).start()
            return Reply(delay_s=3)
        return usual(text)

    with serving(by=signals) as script:
        began = time.monotonic()
        run = interrupted(desk, script)
        assert time.monotonic() - began < 2.5
        assert run.returncode == 130
        assert "cut off" in run.stderr
        script.steps = lambda text, before: usual(text)
        assert interrupted(desk, script).returncode == 0
        assert len(script.requests) == 11  # the one that was cut off


def test_a_stop_is_noticed_while_another_run_is_waited_for(desk: Desk) -> None:
    desk.write(1)
    stop = Stop()
    with serving(Reply(content=GOOD.content, delay_s=1.0)) as script:
        first = threading.Thread(target=lambda: ask([desk.folder], settings=desk.settings(script.url)))
        first.start()
        while not script.requests:
            time.sleep(0.01)
        threading.Timer(0.1, stop.set, ("enough",)).start()
        began = time.monotonic()
        with pytest.raises(Stopped, match="enough: 0 of 1"):
            ask([desk.folder], settings=desk.settings(script.url), stop=stop)
        assert time.monotonic() - began < 0.8
        first.join()
        assert len(script.requests) == 1


KILLS = 20
IN_FLIGHT = 8


def test_twenty_kills_lose_at_most_what_is_in_flight(desk: Desk) -> None:
    """No reply that was in the store is asked for again, no request is sent twice within a run, and what is sent beyond the
    number of articles is what was in flight at the kills."""
    articles = 500
    desk.write(articles)
    rng = random.Random(6)
    waits = [f"{rng.uniform(0.02, 0.3):.3f}" for _ in range(KILLS)]
    with serving(by=lambda text, before: replace(usual(text), delay_s=rng.uniform(0.02, 0.06))) as script:
        driver = subprocess.Popen(
            [sys.executable, "-m", "tests.killed", desk.folder, desk.store, script.url, str(IN_FLIGHT), *waits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        assert driver.stdin
        assert driver.stdout
        killed = lost = 0
        done: set[int] = set()
        before: Counter[int] = Counter()
        for _ in range(KILLS + 1):
            status = int(driver.stdout.readline())
            killed += status == signal.SIGKILL
            while script.in_flight:  # answers to nobody
                time.sleep(0.005)
            asked = Counter(number(r["messages"][1]["content"]) for r in list(script.requests))
            this_run = asked - before
            assert not done & this_run.keys()
            assert set(this_run.values()) <= {1}
            done = kept(desk.store)
            in_flight = len(this_run.keys() - done)
            assert in_flight <= IN_FLIGHT
            lost += in_flight
            before = asked
            driver.stdin.write("\n")
            driver.stdin.flush()
        driver.communicate(timeout=30)
        assert driver.returncode == 0
        assert status == 0
        assert killed == KILLS
        assert done == set(range(articles))
        assert len(script.requests) == articles + lost
        assert max(script.peaks) <= IN_FLIGHT + IN_FLIGHT  # the last run's and what answers to nobody
        assert ask([desk.folder], settings=desk.settings(script.url)).calls == 0


def kept(store: Path) -> set[int]:
    """Articles whose replies are on the disk."""
    if not (store / FILE).exists():
        return set()
    with sqlite3.connect(store / FILE) as file:
        found = {int(Path(row[0]).stem) for row in file.execute("SELECT article FROM replies")}
    file.close()
    return found


# The store ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def lock() -> Iterator[Callable[[Path], sqlite3.Connection]]:
    """Locks a store, as another program would."""
    opened: list[sqlite3.Connection] = []

    def locked(store: Path) -> sqlite3.Connection:
        other = sqlite3.connect(store / FILE, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN EXCLUSIVE")
        opened.append(other)
        return other

    yield locked
    for connection in opened:
        connection.close()


def test_a_store_that_gets_locked_loses_nothing(
    desk: Desk, lock: Callable[[Path], sqlite3.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_file, "BUSY_S", 0.1)
    desk.write(80)
    held: list[sqlite3.Connection] = []

    def locks(text: str, before: int) -> Reply:
        if len(script.requests) == 6:
            held.append(lock(desk.store))
        return replace(usual(text), delay_s=0.05)

    with serving(by=locks) as script:
        with pytest.raises(StoreUnusable, match=r"locked for 0\.1 s.*run the same command again later"):
            desk.extract(script)
        assert len(script.requests) < 80
        held[0].close()
        dataset = desk.extract(script)
        assert counts(dataset) == (1, 79, 0)
        assert not script.paid_twice
        assert len(script.requests) == 80
        desk.again(script, dataset)


def test_a_disk_that_gets_full_loses_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write(30)
    opened = store_module.opened

    def small(path: Path) -> sqlite3.Connection:
        connection = opened(path)
        connection.execute("PRAGMA max_page_count = 40")
        return connection

    def long(text: str, before: int) -> Reply:
        return replace(usual(text), content=usual(text).content + " " * 20_000)

    with serving(by=long) as script:
        with monkeypatch.context() as patch:
            patch.setattr(store_module, "opened", small)
            with pytest.raises(StoreUnusable, match="no room on the disk.*free some space"):
                desk.extract(script)
        assert 3 < len(script.requests) < 30
        dataset = desk.extract(script)
        assert counts(dataset) == (1, 29, 0)
        assert not script.paid_twice
        assert len(script.requests) == 30
        desk.again(script, dataset)


def test_a_damaged_store_is_moved_aside_and_said_and_the_next_run_begins_a_new_one(desk: Desk) -> None:
    desk.write(40)
    arguments = ("articles", "-o", "out.json", "--store", "store", "--model", "m", "--base-url")
    cwd = desk.folder.parent
    padded = " " * 5_000
    with serving(by=lambda text, before: replace(usual(text), content=usual(text).content + padded)) as script:
        assert ask([desk.folder], settings=desk.settings(script.url)).calls == 40
        damage(desk.store)
        run = command(*arguments, script.url, cwd=cwd)
        assert run.returncode == 2
        [moved] = [p for p in desk.store.iterdir() if ".damaged-" in p.name]
        assert f"was moved aside to {moved.name}" in run.stderr
        assert not (desk.store / FILE).exists()
        assert not (cwd / "out.json").exists()
        assert command(*arguments, script.url, cwd=cwd).returncode == 0
        accounting = json.loads((cwd / "out.json").read_text("utf-8"))["accounting"]
        assert (accounting["articles"]["given"], accounting["articles"]["failed"]) == (40, 0)


@pytest.mark.parametrize("store", ["file", "file/store"])
def test_where_no_store_can_be_nothing_is_sent(desk: Desk, store: str) -> None:
    desk.write(2)
    (desk.folder.parent / "file").write_text("", "utf-8")
    with serving(OK) as script:
        run = command(
            "articles",
            "-o",
            "o.json",
            "--store",
            store,
            "--model",
            "m",
            "--base-url",
            script.url,
            cwd=desk.folder.parent,
        )
    assert run.returncode == 2
    assert "the store of answers cannot be made here" in run.stderr
    assert not script.requests


def test_two_processes_on_one_store_send_each_request_once(desk: Desk) -> None:
    desk.write(24)
    with serving(by=lambda text, before: replace(usual(text), delay_s=0.1)) as script:
        arguments = [
            "ask",
            "articles",
            "--store",
            "store",
            "--model",
            "m",
            "--concurrency",
            "4",
            "--base-url",
            script.url,
        ]
        started = [
            subprocess.Popen(
                [sys.executable, "-m", "extractor.cli", *arguments],
                cwd=desk.folder.parent,
                env=environment(),
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        ]
        told = [process.communicate(timeout=60)[1] for process in started]
        assert [process.returncode for process in started] == [0, 0], told
        assert all("24 articles: 24 answered, 0 failed" in text for text in told)
        assert len(script.requests) == 24
        assert not script.paid_twice
        paid = [int(re.search(r"this run: (\d+) calls?", text)[1]) for text in told]  # type: ignore[index]
        assert sum(paid) == 24
        desk.again(script, desk.extract(script))


# Money ----------------------------------------------------------------------------------------------------------------

PRICE = Price(10.0, 20.0)
TOKENS = (2000, 0, 500)
ONE_USD = (2000 * PRICE.sent + 500 * PRICE.answered) / 1e6


def charged(script: Script) -> float:
    """What the server would put on the bill."""
    return sum(sent * PRICE.sent + answered * PRICE.answered for sent, _, answered in script.tokens) / 1e6


def test_a_budget_is_never_passed_and_raising_it_goes_on_without_paying_twice(desk: Desk) -> None:
    desk.write(40)

    def costly(text: str, before: int) -> Reply:
        """Some fail first, one is no answer at first."""
        if before == 0 and number(text) % 7 == 3:
            return Reply(status=503)
        if before == 0 and number(text) % 11 == 4:
            return Reply(status=429, headers={"retry-after": "0"})
        seen.append(number(text))
        return replace(BAD if seen[-1] == 9 and seen.count(9) == 1 else usual(text), tokens=TOKENS, delay_s=0.01)

    seen: list[int] = []
    limit = {"parameters": {"max_completion_tokens": 600}, "price": PRICE}
    with serving(by=costly) as script:
        for budget in (0.7, 0.9, 50.0):
            before = charged(script)
            dataset = desk.extract(script, budget=budget, **limit)
            assert charged(script) - before <= budget
            if budget < 50:
                assert {f.kind for f in dataset.accounting.failures} == {"budget"}
                assert charged(script) - before > budget - 0.5  # one call can cost less than that at most
        assert counts(dataset) == (1, 39, 0)
        assert not script.paid_twice
        assert charged(script) == pytest.approx(41 * ONE_USD)
        desk.again(script, dataset, budget=50.0, **limit)


def test_what_a_run_says_it_paid_is_what_the_server_charged(desk: Desk) -> None:
    desk.write(12)

    def some(text: str, before: int) -> Reply:
        return Reply(status=503) if before == 0 and number(text) % 6 == 1 else replace(usual(text), tokens=TOKENS)

    with serving(by=some) as script:
        asked = ask([desk.folder], settings=desk.settings(script.url, price=PRICE, budget=100.0))
        assert asked.usd == pytest.approx(charged(script)) == pytest.approx(12 * ONE_USD)
        assert asked.calls == 12
        again = ask([desk.folder], settings=desk.settings(script.url, price=PRICE, budget=100.0))
        assert (again.calls, again.usd, again.stored) == (0, 0, 12)


def test_calls_that_break_off_count_as_what_they_can_have_cost(desk: Desk) -> None:
    desk.write(2)
    with serving(by=at(1, Reply(cut_after=10), OK)) as script:
        asked = ask([desk.folder], settings=desk.settings(script.url, price=PRICE, budget=100.0))
        assert asked.usd is not None
        assert asked.usd > 2 * (1000 * PRICE.sent + 50 * PRICE.answered) / 1e6 + 16_384 * PRICE.answered / 1e6


def test_a_server_that_does_not_say_what_a_call_took_is_reckoned_with_the_most(desk: Desk) -> None:
    desk.write(10)
    with serving(by=lambda text, before: replace(usual(text), tokens=(0, 0, 0))) as script:
        dataset = desk.extract(script, price=PRICE, budget=1.5, parameters={"max_completion_tokens": 600})
    assert 0 < len(script.requests) < 10
    assert {f.kind for f in dataset.accounting.failures} == {"budget"}


def test_a_budget_without_a_known_price_sends_nothing(desk: Desk) -> None:
    desk.write(1)
    with serving(OK) as script:
        with pytest.raises(UsageError, match="give --price IN,OUT"):
            desk.extract(script, budget=1.0)
        assert not script.requests
        desk.extract(script, budget=1.0, price=PRICE)
        assert len(script.requests) == 1
