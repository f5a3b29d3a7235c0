"""The store: every reply that was paid for, kept by its request, in one SQLite file.

A reply is on the disk before it is counted, so a killed run goes on where it stopped. Beside the replies stand the articles
that need no call any more, with what the rules made of them, and a line for every call. Nothing in it is ever remade in
silence: a file that is broken is moved aside and named, and replies that cannot be written into it are saved beside it.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from .errors import StoreUnusable
from .replies import Reply
from .store_beside import Locks, Reserve, save_beside, take_in
from .store_file import DAMAGED, FILE, FIND, NO_ROOM, PAID, REPLY, at_opening, code, made, moved_aside, opened, unusable

GATHERED = 1_000
GATHER_S = 0.005
"""Seconds in which replies are gathered for one write to the disk: a sync takes milliseconds, whatever it holds."""
POLL_S = 0.5
"""Seconds between two looks for a reply that another run is waiting for."""

Outcome = Literal["answered", "refused", "truncated", "failed", "limited", "rejected"]


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt to get a reply, for the records."""

    article: str
    """Path of the article, or what else was asked about."""
    key: str
    """The request."""
    attempt: int
    """From 1."""
    outcome: Outcome
    """limited: 429. rejected: no call can succeed. failed: anything else that was tried again or given up."""
    latency_s: float
    """From sending to the end of the reply."""
    model: str
    """As the server names it; as asked for, where nothing came back."""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0


_CALL = tuple(f.name for f in fields(Call))
_NOTE = f"INSERT INTO calls VALUES (?, {', '.join('?' * len(_CALL))})"  # noqa: S608 - question marks


@dataclass(frozen=True, slots=True)
class _Write:
    statement: str
    row: tuple[Any, ...] = ()
    done: Callable[[StoreUnusable | None], object] | None = None
    """Told once it is on the disk, or why it is not."""
    paid: str = ""
    """What it is, if money was spent on it: a name of ``PAID``."""


class Store:
    """A store that is open. Use as a context manager; one process may hold several, and several processes one file."""

    def __init__(self, folder: Path) -> None:
        """Open the store in a folder, or make it. Raises StoreUnusable with what to do."""
        self.path = folder / FILE
        self._queue: queue.SimpleQueue[_Write | None] = queue.SimpleQueue()
        self._broken: StoreUnusable | None = None
        self._full: StoreUnusable | None = None
        self._damage: Exception | None = None
        try:
            made(folder)
            self._reserve = Reserve(folder)
            self._asking = Locks(folder / "asking")
        except OSError as error:
            raise StoreUnusable(
                f"{folder}: the store of answers cannot be made here ({error.strerror}); choose another folder with --store"
            ) from error
        try:
            with contextlib.ExitStack() as undone:
                self._writing = undone.enter_context(contextlib.closing(opened(self.path)))
                take_in(folder, self._writing)
                self._reading = opened(self.path)
                undone.pop_all()
        except sqlite3.Error as error:
            self._asking.close()
            raise at_opening(self.path, error) from error
        except BaseException:
            self._asking.close()
            raise
        self._writer = threading.Thread(target=self._write_all, name="store", daemon=True)
        self._writer.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Write what is left and close the file. Raises StoreUnusable where something could not be written, or was found to
        be damaged: the file is moved aside then."""
        self._queue.put(None)
        self._writer.join()
        self._reading.close()
        self._asking.close()
        self._reserve.give()
        if self._damage:  # SQLite must have closed it before it is moved
            raise moved_aside(self.path, self._damage) from self._damage
        if self._broken:
            raise self._broken

    # Replies ------------------------------------------------------------------------------------------------------

    def reply(self, key: str) -> Reply | None:
        """The reply to a request, if it is here. Raises StoreUnusable."""
        row = self._one(FIND, key)
        if not row:
            return None
        found = dict(zip(REPLY, row, strict=True))
        return Reply(**{**found, "batched": bool(found["batched"])})

    async def keep(self, key: str, reply: Reply, *, article: str, asked: str) -> None:
        """Keep a reply; when this returns it is on the disk. Raises StoreUnusable."""
        await self._written("reply", (key, _now(), article, asked, *(getattr(reply, name) for name in REPLY)))

    def forget(self, keys: Iterable[str]) -> None:
        """Drop the replies of an article that ended without a valid answer, so that another run asks again."""
        for key in keys:
            self._write("DELETE FROM replies WHERE key = ?", (key,))

    @asynccontextmanager
    async def asking(self, key: str, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> AsyncIterator[None]:
        """Within the block nobody else asks for this reply, in this process or another: look first whether it has come in
        meanwhile. What ``sleep`` raises ends the waiting for others."""
        while not self._asking.take(key):
            await sleep(POLL_S)
        try:
            if self._full:
                raise self._full
            yield
        finally:
            self._asking.give(key)

    # Articles -----------------------------------------------------------------------------------------------------

    def settled(self, key: str) -> bool:
        """Whether everything that an article needs is here. Raises StoreUnusable."""
        return self._one("SELECT 1 FROM articles WHERE key = ?", key) is not None

    def extraction(self, key: str) -> bytes | None:
        """What the rules made of an article, as JSON, if it is here. Raises StoreUnusable."""
        row = self._one("SELECT extraction FROM articles WHERE key = ?", key)
        with self._guarded():
            return zlib.decompress(row[0]) if row and row[0] else None

    def settle(self, key: str, article: str, extraction: bytes | None) -> None:
        """Note that an article needs no call any more."""
        packed = zlib.compress(extraction, 1) if extraction else None
        self._write(
            "INSERT INTO articles (key, at, article, extraction) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET "
            "extraction = excluded.extraction WHERE excluded.extraction IS NOT NULL",
            (key, _now(), article, packed),
        )

    # Records ------------------------------------------------------------------------------------------------------

    def note(self, call: Call) -> None:
        """Record a call. Raises nothing: what the call brought is worth more than its record."""
        if not self._broken:
            self._write(_NOTE, (_now(), *(getattr(call, name) for name in _CALL)))

    def calls(self) -> Iterator[dict[str, Any]]:
        """Every call, in order of time. Raises StoreUnusable."""
        yield from self._rows("SELECT * FROM calls ORDER BY rowid")

    def replies(self) -> Iterator[dict[str, Any]]:
        """Every reply with its key, article, model asked and time, in order of time. Raises StoreUnusable."""
        yield from self._rows("SELECT * FROM replies ORDER BY at, key")

    def batches(self) -> list[dict[str, Any]]:
        """Every batch, in order of time. Raises StoreUnusable."""
        return list(self._rows("SELECT * FROM batches ORDER BY at, id"))

    async def keep_batch(self, batch: str, state: str, content: str) -> None:
        """Keep what is known of a batch; when this returns it is on the disk. Raises StoreUnusable."""
        await self._written("batch", (batch, _now(), state, content))

    def prune(self, before: datetime | None = None, *, asked: str | None = None) -> int:
        """Drop replies asked for before a time, or of a model, with the records of their calls; gives how many replies.
        Raises StoreUnusable."""
        until = before.astimezone(UTC).isoformat(timespec="seconds") if before else "9999"
        self.flush()
        with self._guarded():
            self._reading.execute(
                "DELETE FROM calls WHERE at < ?1 AND "
                "(?2 IS NULL OR key IN (SELECT key FROM replies WHERE at < ?1 AND asked = ?2))",
                (until, asked),
            )
            count = self._reading.execute(
                "DELETE FROM replies WHERE at < ?1 AND (?2 IS NULL OR asked = ?2)", (until, asked)
            ).rowcount
            # what the rules made of articles is made again from the replies, at no cost
            self._reading.execute("DELETE FROM articles")
            self._reading.commit()
            self._reading.execute("VACUUM")
            self._reading.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return count

    def flush(self) -> None:
        """Wait until everything is written. Raises StoreUnusable."""
        if not self._broken:
            done = threading.Event()
            self._queue.put(_Write("", done=lambda _: done.set()))
            done.wait()
        if self._broken:
            raise self._broken

    # SQLite -------------------------------------------------------------------------------------------------------

    def reserve(self) -> None:
        """Take room on the disk for what will be in flight. Raises StoreUnusable where there is none."""
        try:
            self._reserve.take()
        except OSError as error:
            self._reserve.give()
            raise StoreUnusable(
                f"{self.path.parent}: no room for answers ({error.strerror}); free some space, or choose another folder "
                "with --store"
            ) from error

    def _one(self, query: str, key: str) -> Any:
        if self._broken:
            raise self._broken
        with self._guarded():
            return self._reading.execute(query, (key,)).fetchone()

    def _rows(self, query: str) -> Iterator[dict[str, Any]]:
        self.flush()
        with self._guarded():
            found = self._reading.execute(query)
            names = [d[0] for d in found.description]
            for row in found:
                yield dict(zip(names, row, strict=True))

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, zlib.error) as error:
            raise self._break(error) from error

    def _break(self, error: Exception) -> StoreUnusable:
        """Nothing is read or written any more; what is still awaited is saved beside the store."""
        if code(error) in DAMAGED or isinstance(error, zlib.error):
            self._damage = self._damage or error
        self._broken = self._broken or unusable(self.path, error)
        return self._broken

    def _write(self, statement: str, row: tuple[Any, ...]) -> None:
        if self._broken:
            raise self._broken
        self._queue.put(_Write(statement, _storable(row)))

    async def _written(self, paid: str, row: tuple[Any, ...]) -> None:
        loop = asyncio.get_running_loop()
        written: asyncio.Future[None] = loop.create_future()

        def done(error: StoreUnusable | None) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: the run was cut off, nobody waits
                loop.call_soon_threadsafe(_settle, written, error)

        self._queue.put(_Write(PAID[paid], _storable(row), done, paid))
        await written

    def _write_all(self) -> None:
        """The writer's thread: everything that has gathered goes to the disk at once."""
        writes: list[_Write] = []
        while (write := self._queue.get()) is not None:
            writes.append(write)
            if self._queue.empty():
                time.sleep(GATHER_S)
            if self._queue.empty() or len(writes) >= GATHERED:
                self._commit(writes)
                writes = []
        self._commit(writes)
        self._writing.close()

    def _commit(self, writes: list[_Write]) -> None:
        if not self._broken:
            try:
                self._apply(writes)
            except Exception as error:  # noqa: BLE001 - were this thread to end, everybody would wait for ever
                self._break(error)
        lost = self._broken
        if lost and save_beside(self.path.parent, [(w.paid, w.row) for w in writes if w.paid]):
            lost = None
        for write in writes:
            if write.done:
                write.done(lost if write.paid else self._broken)

    def _apply(self, writes: list[_Write]) -> None:
        try:
            _apply(self._writing, writes)
        except sqlite3.Error as error:
            if code(error) not in NO_ROOM:
                raise
            # what is in flight still finds room; nothing new begins
            self._full = unusable(self.path, error)
            self._reserve.give()
            _apply(self._writing, writes)


def _apply(connection: sqlite3.Connection, writes: Iterable[_Write]) -> None:
    with connection:
        for write in writes:
            if write.statement:
                connection.execute(write.statement, write.row)


def _settle(written: asyncio.Future[None], error: StoreUnusable | None) -> None:
    if not written.done():
        if error:
            written.set_exception(error)
        else:
            written.set_result(None)


def _storable(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """File names and answers can hold half of a surrogate pair, which has no UTF-8 form: escaped, as JSON would."""
    return tuple(
        value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value for value in row
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
