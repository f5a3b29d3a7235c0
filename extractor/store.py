"""The store: every reply that was paid for, kept by its request, in one SQLite file.

A reply is on the disk before it is counted, so a killed run goes on where it stopped. Beside the replies stand the articles
that need no call any more, with what the rules made of them, and a line for every call. Nothing in it is ever remade in
silence: a file that is broken is moved aside and named, and replies that cannot be written into it are saved beside it.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import queue
import sqlite3
import struct
import sys
import threading
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Literal, Self

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

from .errors import StoreUnusable
from .replies import Reply

FILE = "store.sqlite"
APPLICATION = 0x61726D73
"""Marks the file as ours (SQLite's application_id): "arms"."""
VERSION = 2
BUSY_S = 30.0
"""Seconds to wait for another process that is writing."""
GATHERED = 1_000
GATHER_S = 0.005
"""Seconds in which replies are gathered for one write to the disk: a sync takes milliseconds, whatever it holds."""
RESERVE_BYTES = 8 << 20
"""Kept on the disk while a run lasts, so that what is in flight can be saved on a disk that is full."""
POLL_S = 0.5
"""Seconds between two looks for a reply that another run is waiting for."""

_TABLES = """
CREATE TABLE replies (
  key TEXT PRIMARY KEY, at TEXT NOT NULL, article TEXT NOT NULL, asked TEXT NOT NULL, text TEXT NOT NULL,
  model TEXT NOT NULL, prompt_tokens INTEGER NOT NULL, cached_tokens INTEGER NOT NULL,
  completion_tokens INTEGER NOT NULL, finish TEXT NOT NULL, batched INTEGER NOT NULL,
  cache_written_tokens INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE articles (
  key TEXT PRIMARY KEY, at TEXT NOT NULL, article TEXT NOT NULL, extraction BLOB
) STRICT, WITHOUT ROWID;
CREATE TABLE calls (
  at TEXT NOT NULL, article TEXT NOT NULL, key TEXT NOT NULL, attempt INTEGER NOT NULL, outcome TEXT NOT NULL,
  latency_s REAL NOT NULL, model TEXT NOT NULL, prompt_tokens INTEGER NOT NULL, cached_tokens INTEGER NOT NULL,
  completion_tokens INTEGER NOT NULL
) STRICT;
CREATE TABLE batches (
  id TEXT PRIMARY KEY, at TEXT NOT NULL, state TEXT NOT NULL, content TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

_UPGRADE = {1: "ALTER TABLE replies ADD COLUMN cache_written_tokens INTEGER NOT NULL DEFAULT 0"}
"""What makes of a store of a version one of the next: what was paid for once is not paid for again."""

_REPLY = tuple(f.name for f in fields(Reply))
_FIND = f"SELECT {', '.join(_REPLY)} FROM replies WHERE key = ?"  # noqa: S608 - fixed names
_KEEP = (
    f"INSERT OR REPLACE INTO replies (key, at, article, asked, {', '.join(_REPLY)}) "  # noqa: S608 - fixed names
    f"VALUES (?, ?, ?, ?, {', '.join('?' * len(_REPLY))})"
)
_KEEP_BATCH = (
    "INSERT INTO batches (id, at, state, content) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
    "state = excluded.state, content = excluded.content"
)
_PAID = {"reply": _KEEP, "batch": _KEEP_BATCH}
"""What money was spent on, by its name in a file of what could not be written into the store."""

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


@dataclass(frozen=True, slots=True)
class _Write:
    statement: str
    row: tuple[Any, ...] = ()
    done: Callable[[StoreUnusable | None], object] | None = None
    """Told once it is on the disk, or why it is not."""
    paid: str = ""
    """What it is, if money was spent on it: a name of ``_PAID``."""


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
            _make(folder)
            self._reserve = _Reserve(folder)
            self._asking = _Locks(folder / "asking")
        except OSError as error:
            raise StoreUnusable(
                f"{folder}: the store of answers cannot be made here ({error.strerror}); choose another folder with --store"
            ) from error
        try:
            with contextlib.ExitStack() as undone:
                self._writing = undone.enter_context(contextlib.closing(_opened(self.path)))
                _take_in(folder, self._writing)
                self._reading = _opened(self.path)
                undone.pop_all()
        except sqlite3.Error as error:
            self._asking.close()
            raise _at_opening(self.path, error) from error
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
            raise _moved_aside(self.path, self._damage) from self._damage
        if self._broken:
            raise self._broken

    # Replies ------------------------------------------------------------------------------------------------------

    def reply(self, key: str) -> Reply | None:
        """The reply to a request, if it is here. Raises StoreUnusable."""
        row = self._one(_FIND, key)
        if not row:
            return None
        found = dict(zip(_REPLY, row, strict=True))
        return Reply(**{**found, "batched": bool(found["batched"])})

    async def keep(self, key: str, reply: Reply, *, article: str, asked: str) -> None:
        """Keep a reply; when this returns it is on the disk. Raises StoreUnusable."""
        await self._written("reply", (key, _now(), article, asked, *(getattr(reply, name) for name in _REPLY)))

    def forget(self, keys: Iterable[str]) -> None:
        """Drop the replies of an article that ended without a valid answer, so that another run asks again."""
        for key in keys:
            self._write("DELETE FROM replies WHERE key = ?", (key,))

    @asynccontextmanager
    async def asking(
        self, key: str, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> AsyncIterator[None]:
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
        row = (_now(), *(getattr(call, f.name) for f in fields(Call)))
        if not self._broken:
            self._write(f"INSERT INTO calls VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608 - question marks

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
        if _code(error) in _DAMAGED or isinstance(error, zlib.error):
            self._damage = self._damage or error
        self._broken = self._broken or _unusable(self.path, error)
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

        self._queue.put(_Write(_PAID[paid], _storable(row), done, paid))
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
        if lost and _save_beside(self.path.parent, writes):
            lost = None
        for write in writes:
            if write.done:
                write.done(lost if write.paid else self._broken)

    def _apply(self, writes: list[_Write]) -> None:
        try:
            _apply(self._writing, writes)
        except sqlite3.Error as error:
            if _code(error) not in _NO_ROOM:
                raise
            # what is in flight still finds room; nothing new begins
            self._full = _unusable(self.path, error)
            self._reserve.give()
            _apply(self._writing, writes)


_NO_ROOM = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_TAKEN = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


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


def _make(folder: Path) -> None:
    """Make the folder; one that is there is left as it is."""
    if folder.is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".gitignore").write_text("*\n", "utf-8")  # articles may be under copyright


def _opened(path: Path) -> sqlite3.Connection:
    """A connection to a store, made if there is none. Raises sqlite3.Error, and StoreUnusable for a file that is not ours."""
    connection = sqlite3.connect(path, timeout=BUSY_S, check_same_thread=False)
    try:
        _claim(connection, path)  # before anything is changed: the file may be another program's
        _log_ahead(connection)
        connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()
        raise
    return connection


def _claim(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables in an empty file. Raises StoreUnusable where the file is not a store of this version."""
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        ours, version = (
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
        )
        if not tables and ours in {0, APPLICATION}:
            for statement in _TABLES.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
            ours, version = APPLICATION, VERSION
        while ours == APPLICATION and version in _UPGRADE:
            connection.execute(_UPGRADE[version])
            version += 1
            connection.execute(f"PRAGMA user_version = {version}")
    if ours != APPLICATION:
        raise StoreUnusable(f"{path}: a database of another program; choose another folder with --store")
    if version != VERSION:
        raise StoreUnusable(
            f"{path}: made by another version of armsledger (format {version}, this one reads {VERSION}); choose another "
            "folder with --store"
        )


def _log_ahead(connection: sqlite3.Connection) -> None:
    """Write-ahead logging. While another process turns it on SQLite does not wait but says that the file is busy."""
    until = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.Error as error:
            if _code(error) not in _TAKEN or time.monotonic() > until:
                raise
            time.sleep(GATHER_S)
        else:
            return


def _storable(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """File names and answers can hold half of a surrogate pair, which has no UTF-8 form: escaped, as JSON would."""
    return tuple(
        value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value for value in row
    )


def _code(error: Exception) -> int:
    """SQLite's primary result code."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def _unusable(path: Path, error: Exception) -> StoreUnusable:
    """What an error of SQLite means for a user."""
    saved = "What was in flight is saved as far as possible"
    code = _code(error)
    if code in _TAKEN:
        return StoreUnusable(
            f"{path}: another process has kept the store locked for {BUSY_S:g} s. {saved}; run the same command again later"
        )
    if code in _NO_ROOM:
        return StoreUnusable(
            f"{path}: no room on the disk, or it fails ({error}). {saved}; free some space and run the same command again"
        )
    return StoreUnusable(f"{path}: the store of answers cannot be used ({error}); choose another folder with --store")


def _at_opening(path: Path, error: sqlite3.Error) -> StoreUnusable:
    return _moved_aside(path, error) if _code(error) in _DAMAGED else _unusable(path, error)


def _moved_aside(path: Path, error: Exception) -> StoreUnusable:
    """Move a damaged store aside, and say so."""
    began = f"{path}: the store of answers is damaged ({error})"
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
    names = (f"{path.name}.damaged-{stamp}{f'-{n}' if n else ''}" for n in range(1000))
    aside = next(a for name in names if not (a := path.with_name(name)).exists())
    try:
        for suffix in ("-shm", "-wal", ""):
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
    except OSError as failed:
        return StoreUnusable(
            f"{began} and cannot be moved aside ({failed.strerror}); move it, or choose another --store"
        )
    return StoreUnusable(
        f"{began} and was moved aside to {aside.name}. `sqlite3 {aside.name} .recover` may save what is in it; the same "
        "command begins a new one, and pays again"
    )


# Beside the store -----------------------------------------------------------------------------------------------------


def _save_beside(folder: Path, writes: Iterable[_Write]) -> bool:
    """Save what was paid for in a file of its own, which the next process takes in. Whether that went well."""
    lines = [json.dumps([write.paid, *write.row]) for write in writes if write.paid]
    if not lines:
        return True
    path = folder / f"unsaved-{os.getpid()}-{time.time_ns()}.jsonl"
    begun = path.with_suffix(".part")
    try:
        with begun.open("w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())
        begun.rename(path)  # whole or not at all
    except OSError:
        begun.unlink(missing_ok=True)
        return False
    return True


def _take_in(folder: Path, connection: sqlite3.Connection) -> None:
    """Bring what could not be written before into the store. Raises sqlite3.Error, and StoreUnusable for a broken file."""
    for path in sorted(folder.glob("unsaved-*.jsonl")):
        try:
            with connection:
                for line in path.read_text("utf-8").splitlines():
                    paid, *row = json.loads(line)
                    connection.execute(_PAID[paid], row)
            path.unlink()
        except FileNotFoundError:
            continue  # another process has just taken it in
        except (OSError, ValueError, KeyError) as error:
            raise StoreUnusable(
                f"{path}: saved answers that cannot be read ({error}); move the file elsewhere"
            ) from error


class _Reserve:
    """Room on the disk that is given back when there is no other: a file, locked while its process lives."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / f"reserve-{os.getpid()}-{time.time_ns()}"
        self._file: BinaryIO | None = None

    def take(self) -> None:
        """Take the room. Raises OSError where there is none."""
        self._drop_orphans()
        self._file = self._path.open("wb")
        if fcntl:
            fcntl.flock(self._file, fcntl.LOCK_EX)
        self._file.write(b"\1" * RESERVE_BYTES)
        self._file.flush()
        os.fsync(self._file.fileno())

    def give(self) -> None:
        """Give it back, if it was taken."""
        file, self._file = self._file, None
        if file:
            self._path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # what was not written for want of room need not be
                file.close()

    def _drop_orphans(self) -> None:
        """What killed processes have left."""
        for path in self._folder.glob("reserve-*"):
            with contextlib.suppress(OSError), path.open("rb") as file:
                if fcntl:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()


class _Locks:
    """Who asks for which reply, among all open stores: a lock on one byte of a file for each request, which the system drops
    when a process dies. Where it has no such locks (Windows, some network drives), two runs at once may ask for the same."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab")
        self._held: set[str] = set()

    def take(self, key: str) -> bool:
        """Whether nobody else is asking; from now on this store is."""
        if key in self._held:
            return False
        try:
            self._lock(key, hold=True)
        except OSError as error:
            if error.errno in {errno.EACCES, errno.EAGAIN}:
                return False
        self._held.add(key)
        return True

    def give(self, key: str) -> None:
        """This store asks no more."""
        self._held.discard(key)
        with contextlib.suppress(OSError):
            self._lock(key, hold=False)

    def close(self) -> None:
        """Drop all locks."""
        self._file.close()

    def _lock(self, key: str, *, hold: bool) -> None:
        if sys.platform == "linux":
            # a lock of the open file: lockf's belong to the process, so two stores in one would not see each other's
            kind = fcntl.F_WRLCK if hold else fcntl.F_UNLCK
            fcntl.fcntl(self._file, fcntl.F_OFD_SETLK, struct.pack("hhqqi", kind, os.SEEK_SET, _place(key), 1, 0))
        elif fcntl:
            fcntl.lockf(self._file, (fcntl.LOCK_EX | fcntl.LOCK_NB) if hold else fcntl.LOCK_UN, 1, _place(key))


def _place(key: str) -> int:
    return int(key[:15], 16)  # 60 bits: no two requests of a run share a byte


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
