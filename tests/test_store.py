"""The store: what was paid for is on the disk before it is counted, and no fault of the file loses it in silence."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor import store as module
from extractor import store_file
from extractor.errors import StoreUnusable
from extractor.replies import Reply
from extractor.store import Call, Store
from extractor.store_beside import RESERVE_BYTES, Locks
from extractor.store_file import FILE

T = TypeVar("T")

REPLY = Reply("{}", "served", prompt_tokens=1000, cached_tokens=900, completion_tokens=50)


def key(name: object) -> str:
    return hashlib.sha256(str(name).encode()).hexdigest()


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


async def keep(store: Store, *names: object, reply: Reply = REPLY) -> None:
    await asyncio.gather(*(store.keep(key(n), reply, article=f"{n}.txt", asked="m") for n in names))


def kept(folder: Path) -> set[str]:
    """Keys that are on the disk, as another program sees them."""
    with sqlite3.connect(folder / FILE) as file:
        found = {row[0] for row in file.execute("SELECT key FROM replies")}
    file.close()
    return found


@contextmanager
def breaking(folder: Path, match: str) -> Iterator[Store]:
    """A store that proves unusable at the latest when it is closed, with a message."""
    with pytest.raises(StoreUnusable, match=match), Store(folder) as store:
        yield store


_names = st.sampled_from("abcd")
_replies = st.builds(
    replace,
    st.just(REPLY),
    text=st.text(max_size=20),
    finish=st.sampled_from(["stop", "length", "refused"]),
    batched=st.booleans(),
    completion_tokens=st.integers(0, 2**40),
)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("keep"), _names, _replies),
            st.tuples(st.just("forget"), _names, st.none()),
            st.tuples(st.just("reopen"), st.none(), st.none()),
        ),
        max_size=12,
    )
)
def test_a_store_is_a_dictionary_that_survives_reopening(steps: list[tuple[str, str, Reply]]) -> None:
    expected: dict[str, Reply] = {}
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        for step, name, reply in steps:
            if step == "keep":
                run(keep(store, name, reply=reply))
                expected[name] = reply
            elif step == "forget":
                store.forget([key(name)])
                store.flush()
                expected.pop(name, None)
            else:
                store.close()
                store = Store(Path(folder))
            assert {n: store.reply(key(n)) for n in "abcd"} == {n: expected.get(n) for n in "abcd"}
        store.close()


def test_a_reply_is_on_the_disk_when_keep_returns(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        for n in range(5):
            run(keep(store, n))
            assert kept(tmp_path) == {key(m) for m in range(n + 1)}
        synchronous, full = store._writing.execute("PRAGMA synchronous").fetchone()[0], 2
        assert synchronous == full  # also when the power fails


def test_half_a_surrogate_pair_in_a_file_name_or_an_answer_is_kept_as_json_writes_it(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        run(store.keep(key(1), replace(REPLY, text='"\ud800 é"'), article="caf\udce9.txt", asked="m"))
        found = store.reply(key(1))
        assert found is not None
        assert found.text == r'"\ud800 é"'
        assert [row["article"] for row in store.replies()] == [r"caf\udce9.txt"]


def test_what_articles_gave_is_kept_and_never_overwritten_by_nothing(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        assert not store.settled(key(1))
        store.settle(key(1), "1.txt", None)
        store.settle(key(2), "2.txt", b'{"a": 1}')
        store.settle(key(2), "2.txt", None)
        store.flush()
        assert store.settled(key(1))
        assert (store.extraction(key(1)), store.extraction(key(2))) == (None, b'{"a": 1}')


def test_prune_drops_replies_of_a_time_or_a_model_with_their_calls(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        for name, model in (("a", "m"), ("b", "n")):
            run(store.keep(key(name), REPLY, article=name, asked=model))
            store.note(Call(article=name, key=key(name), attempt=1, outcome="answered", latency_s=0.1, model="served"))
        assert store.prune(asked="m") == 1
        assert [row["article"] for row in store.calls()] == [row["article"] for row in store.replies()] == ["b"]
        assert store.prune(datetime(2020, 1, 1, tzinfo=UTC)) == 0
        assert store.prune(datetime.now(UTC).replace(year=9000)) == 1
        assert not list(store.calls())


# Who asks -------------------------------------------------------------------------------------------------------------


def test_one_at_a_time_asks_for_a_reply_and_the_other_gets_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where both are in one process, and where one closes the store meanwhile."""
    monkeypatch.setattr(module, "POLL_S", 0.01)
    asked: list[int] = []

    async def ask(store: Store, who: int) -> None:
        async with store.asking(key("q")):
            if store.reply(key("q")) is None:
                asked.append(who)
                await asyncio.sleep(0.05)
                await keep(store, "q")

    async def both() -> None:
        with Store(tmp_path) as one, Store(tmp_path) as two:
            Store(tmp_path).close()
            await asyncio.gather(ask(one, 1), ask(two, 2), ask(two, 3))

    run(both())
    assert len(asked) == 1


def test_whoever_waits_for_another_can_be_stopped(tmp_path: Path) -> None:
    class Enough(Exception):
        pass

    async def stopped(_: float) -> None:
        raise Enough

    async def wait() -> None:
        with Store(tmp_path) as one, Store(tmp_path) as two:
            async with one.asking(key("q")):
                with pytest.raises(Enough):
                    async with two.asking(key("q"), stopped):
                        pass

    run(wait())


def test_where_the_drive_has_no_locks_nobody_waits_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object, **__: object) -> None:
        raise OSError(37, "No locks available")

    async def ask() -> None:
        with Store(tmp_path) as store:
            monkeypatch.setattr(Locks, "_lock", none)
            async with asyncio.timeout(1), store.asking(key("q")):
                pass

    run(ask())


def test_many_can_open_a_new_store_at_once(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys; from pathlib import Path; from extractor.store import Store; from tests.test_store import keep\n"
        "with Store(Path(sys.argv[1])) as store: asyncio.run(keep(store, *range(int(sys.argv[2]), int(sys.argv[2]) + 50)))"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "s")]
    started = [subprocess.Popen([*command, str(50 * n)], stderr=subprocess.PIPE) for n in range(3)]
    errors = [process.communicate(timeout=60)[1] for process in started]
    assert errors == [b""] * 3
    assert kept(tmp_path / "s") == {key(n) for n in range(150)}


# Where it stands ------------------------------------------------------------------------------------------------------


def test_the_folder_is_made_and_kept_out_of_version_control(tmp_path: Path) -> None:
    Store(tmp_path / "a" / "b").close()
    assert (tmp_path / "a" / "b" / ".gitignore").read_text("utf-8") == "*\n"


def test_a_folder_that_is_there_keeps_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("mine\n", "utf-8")
    Store(tmp_path).close()
    assert (tmp_path / ".gitignore").read_text("utf-8") == "mine\n"


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    for folder in (tmp_path / "file", tmp_path / "file" / "s"):
        with pytest.raises(StoreUnusable, match=r"cannot be made here .*--store"):
            Store(folder)


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_database_of_another_program_is_left_as_it_is(tmp_path: Path, journal: str) -> None:
    with sqlite3.connect(tmp_path / FILE) as file:
        file.execute(f"PRAGMA journal_mode = {journal}")
        file.execute("CREATE TABLE theirs (x)")
    file.close()
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(StoreUnusable, match=r"another program; choose another folder with --store"):
        Store(tmp_path)
    assert (tmp_path / FILE).read_bytes() == before


def test_a_store_of_a_newer_version_is_left_as_it_is(tmp_path: Path) -> None:
    Store(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE) as file:
        file.execute("PRAGMA user_version = 99")
    file.close()
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(StoreUnusable, match=r"another version of armsledger \(format 99, this one reads 2\)"):
        Store(tmp_path)
    assert (tmp_path / FILE).read_bytes() == before


def test_a_store_of_the_first_version_is_brought_up_to_date_and_keeps_what_was_paid_for(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        asyncio.run(keep(store, 1))
    with sqlite3.connect(tmp_path / FILE) as file:  # as the first version left it
        file.execute("ALTER TABLE replies DROP COLUMN cache_written_tokens")
        file.execute("PRAGMA user_version = 1")
    file.close()
    line = ["reply", key(3), "2026-11-22", "c.txt", "m", *(getattr(REPLY, f.name) for f in fields(REPLY)[:-1])]
    (tmp_path / "unsaved-1-1.jsonl").write_text(json.dumps(line) + "\n", "utf-8")
    with Store(tmp_path) as store:
        assert [store.reply(key(n)) for n in (1, 3)] == [REPLY] * 2
        written = replace(REPLY, cache_written_tokens=40)
        asyncio.run(store.keep(key(2), written, article="a.txt", asked="m"))
        assert store.reply(key(2)) == written


# Damage ---------------------------------------------------------------------------------------------------------------


def aside(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.name.startswith(f"{FILE}.damaged-") and p.suffix != "-wal")


def test_a_file_that_is_no_store_is_moved_aside_and_named(tmp_path: Path) -> None:
    for n in (1, 2):  # within one second, and neither is overwritten
        (tmp_path / FILE).write_bytes(b"garbage %d " % n * 1000)
        with pytest.raises(
            StoreUnusable, match=r"damaged \(file is not a database\) and was moved aside to store\.sqlite\."
        ):
            Store(tmp_path)
        assert not (tmp_path / FILE).exists()
    assert [p.read_bytes()[:10] for p in aside(tmp_path)] == [b"garbage 1 ", b"garbage 2 "]
    Store(tmp_path).close()


def damage(folder: Path) -> None:
    """Overwrite all pages of the middle, as a failing disk does."""
    path = folder / FILE
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 4 // 4096 * 4096)
        file.write(b"\xa5" * (size // 2))


@pytest.mark.parametrize("found_by", ["reading", "writing"])
def test_damaged_pages_are_found_and_nothing_that_was_paid_for_is_lost(tmp_path: Path, found_by: str) -> None:
    with Store(tmp_path) as store:
        run(keep(store, *range(200), reply=replace(REPLY, text="x" * 2000)))
    damage(tmp_path)
    bytes_before = (tmp_path / FILE).read_bytes()
    with breaking(tmp_path, r"damaged \(.*malformed\) and was moved aside to store\.sqlite\.damaged-") as store:
        if found_by == "reading":
            for n in range(200):
                store.reply(key(n))
        else:
            run(keep(store, *range(200, 400)))
            store.flush()
    moved = aside(tmp_path)[0]
    assert moved.read_bytes()[: len(bytes_before) // 8] == bytes_before[: len(bytes_before) // 8]
    assert not (tmp_path / FILE).exists()
    with Store(tmp_path) as store:  # a new one, with what came in after the damage was found
        new = [store.reply(key(n)) for n in range(200, 400)]
    assert new == [REPLY if found_by == "writing" else None] * 200


def test_a_damaged_extraction_is_damage(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.settle(key(1), "1.txt", b"{}")
    with sqlite3.connect(tmp_path / FILE) as file:
        file.execute("UPDATE articles SET extraction = x'00112233'")
    file.close()
    with breaking(tmp_path, "damaged .* moved aside") as store:
        store.extraction(key(1))


# Locked, full ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_file, "BUSY_S", 0.05)


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A connection of another program to a store, to lock it with."""
    Store(tmp_path).close()
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    yield other
    other.close()


@pytest.mark.usefixtures("_impatient")
def test_a_store_that_another_process_locks_is_not_opened(tmp_path: Path, locked: sqlite3.Connection) -> None:
    locked.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreUnusable, match=r"kept the store locked for 0\.05 s"):
        Store(tmp_path)
    locked.execute("ROLLBACK")
    Store(tmp_path).close()


@pytest.mark.usefixtures("_impatient")
def test_replies_that_come_in_while_the_store_is_locked_are_saved_beside_it(
    tmp_path: Path, locked: sqlite3.Connection
) -> None:
    went_on = False
    with breaking(tmp_path, "locked") as store:
        locked.execute("BEGIN EXCLUSIVE")
        run(keep(store, 1, 2))
        run(keep(store, 3))  # was in flight
        store.note(Call(article="3", key=key(3), attempt=1, outcome="answered", latency_s=0.1, model="m"))
        went_on = True  # a call that cannot be recorded raises nothing: its reply would be lost
        with pytest.raises(StoreUnusable):
            store.reply(key(1))
    assert went_on
    locked.execute("ROLLBACK")
    assert kept(tmp_path) == set()
    with Store(tmp_path) as store:
        assert [store.reply(key(n)) for n in (1, 2, 3)] == [REPLY] * 3
    assert not list(tmp_path.glob("unsaved-*"))


def test_a_writer_that_fails_in_any_way_leaves_nobody_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise OverflowError

    with breaking(tmp_path, "cannot be used") as store:
        monkeypatch.setattr(module, "_apply", fails)
        run(asyncio.wait_for(keep(store, 1), 5))
    with Store(tmp_path) as store:
        monkeypatch.undo()
        assert store.reply(key(1)) == REPLY


def most_pages(store: Store, pages: int) -> None:
    store._writing.execute(f"PRAGMA max_page_count = {pages}")


def test_on_a_full_disk_the_reserve_takes_what_is_in_flight_and_nothing_new_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = replace(REPLY, text="x" * 20_000)
    with Store(tmp_path) as store:
        store.reserve()
        assert [p.stat().st_size for p in tmp_path.glob("reserve-*")] == [RESERVE_BYTES]
        given_back = store._reserve.give

        def give() -> None:  # what the disk does when a file is deleted
            with contextlib.suppress(sqlite3.ProgrammingError):  # it is closed
                most_pages(store, 10_000)
            given_back()

        monkeypatch.setattr(store._reserve, "give", give)
        most_pages(store, 12)
        run(keep(store, *range(8), reply=long))
        assert not list(tmp_path.glob("reserve-*"))
        assert [store.reply(key(n)) for n in range(8)] == [long] * 8

        async def ask() -> None:
            async with store.asking(key("new")):
                pass

        with pytest.raises(StoreUnusable, match="no room on the disk.*free some space and run the same command again"):
            run(ask())


def test_where_the_reserve_is_not_enough_replies_are_saved_beside_the_store(tmp_path: Path) -> None:
    long = replace(REPLY, text="x" * 20_000)
    with breaking(tmp_path, "no room on the disk") as store:
        store.reserve()
        most_pages(store, 12)
        run(keep(store, *range(8), reply=long))
    with Store(tmp_path) as store:
        assert [store.reply(key(n)) for n in range(8)] == [long] * 8


def test_what_can_be_saved_nowhere_is_not_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "save_beside", lambda *_: False)
    with breaking(tmp_path, "no room on the disk") as store:
        most_pages(store, 12)
        run(keep(store, 1, reply=replace(REPLY, text="x" * 200_000)))


def test_a_reserve_of_a_killed_run_is_removed_and_one_of_a_living_run_is_not(tmp_path: Path) -> None:
    with Store(tmp_path) as one:
        one.reserve()
        orphan = tmp_path / f"reserve-{os.getpid()}-0"
        orphan.write_bytes(b"1")
        with Store(tmp_path) as two:
            two.reserve()
            assert not orphan.exists()
            assert len(list(tmp_path.glob("reserve-*"))) == 2
    assert not list(tmp_path.glob("reserve-*"))
