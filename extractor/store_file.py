"""The store's file: its tables, how it is opened and brought up to date, and what SQLite's errors mean to a user."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

from .errors import StoreUnusable
from .replies import Reply

FILE = "store.sqlite"
APPLICATION = 0x61726D73
"""Marks the file as ours (SQLite's application_id): "arms"."""
VERSION = 2
BUSY_S = 30.0
"""Seconds to wait for another process that is writing."""
AGAIN_S = 0.005
"""Seconds between two tries where the file is busy."""

# Rows are kilobytes long, so they stand in tables of their own order with an index beside: with WITHOUT ROWID they fill the
# index itself, a few to a page, and writing takes two and a half times as long and reading eight (measured; so SQLite advises).
_TABLES = """
CREATE TABLE replies (
  key TEXT PRIMARY KEY, at TEXT NOT NULL, article TEXT NOT NULL, asked TEXT NOT NULL, text TEXT NOT NULL,
  model TEXT NOT NULL, prompt_tokens INTEGER NOT NULL, cached_tokens INTEGER NOT NULL,
  completion_tokens INTEGER NOT NULL, finish TEXT NOT NULL, batched INTEGER NOT NULL,
  cache_written_tokens INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE articles (
  key TEXT PRIMARY KEY, at TEXT NOT NULL, article TEXT NOT NULL, extraction BLOB
) STRICT;
CREATE TABLE calls (
  at TEXT NOT NULL, article TEXT NOT NULL, key TEXT NOT NULL, attempt INTEGER NOT NULL, outcome TEXT NOT NULL,
  latency_s REAL NOT NULL, model TEXT NOT NULL, prompt_tokens INTEGER NOT NULL, cached_tokens INTEGER NOT NULL,
  completion_tokens INTEGER NOT NULL
) STRICT;
CREATE TABLE batches (
  id TEXT PRIMARY KEY, at TEXT NOT NULL, state TEXT NOT NULL, content TEXT NOT NULL
) STRICT;
"""

_UPGRADE = {1: "ALTER TABLE replies ADD COLUMN cache_written_tokens INTEGER NOT NULL DEFAULT 0"}
"""What makes of a store of a version one of the next: what was paid for once is not paid for again."""

REPLY = tuple(f.name for f in fields(Reply))
"""The columns that make a reply."""
FIND = f"SELECT {', '.join(REPLY)} FROM replies WHERE key = ?"  # noqa: S608 - fixed names
_KEEP = (
    f"INSERT OR REPLACE INTO replies (key, at, article, asked, {', '.join(REPLY)}) "  # noqa: S608 - fixed names
    f"VALUES (?, ?, ?, ?, {', '.join('?' * len(REPLY))})"
)
_KEEP_BATCH = (
    "INSERT INTO batches (id, at, state, content) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
    "state = excluded.state, content = excluded.content"
)
PAID = {"reply": _KEEP, "batch": _KEEP_BATCH}
"""What money was spent on, by its name in a file of what could not be written into the store."""

NO_ROOM = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_TAKEN = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


def made(folder: Path) -> None:
    """Make the folder; one that is there is left as it is."""
    if folder.is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".gitignore").write_text("*\n", "utf-8")  # articles may be under copyright


def opened(path: Path) -> sqlite3.Connection:
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
            if code(error) not in _TAKEN or time.monotonic() > until:
                raise
            time.sleep(AGAIN_S)
        else:
            return


def code(error: Exception) -> int:
    """SQLite's primary result code."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def unusable(path: Path, error: Exception) -> StoreUnusable:
    """What an error of SQLite means for a user."""
    saved = "What was in flight is saved as far as possible"
    kind = code(error)
    if kind in _TAKEN:
        return StoreUnusable(
            f"{path}: another process has kept the store locked for {BUSY_S:g} s. {saved}; run the same command again later"
        )
    if kind in NO_ROOM:
        return StoreUnusable(
            f"{path}: no room on the disk, or it fails ({error}). {saved}; free some space and run the same command again"
        )
    return StoreUnusable(f"{path}: the store of answers cannot be used ({error}); choose another folder with --store")


def at_opening(path: Path, error: sqlite3.Error) -> StoreUnusable:
    return moved_aside(path, error) if code(error) in DAMAGED else unusable(path, error)


def moved_aside(path: Path, error: Exception) -> StoreUnusable:
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
