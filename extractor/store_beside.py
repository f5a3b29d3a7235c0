"""The files beside the store: answers that could not be written into it, room kept on the disk, and who asks for what."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sqlite3
import struct
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

from .errors import StoreUnusable
from .store_file import PAID

RESERVE_BYTES = 8 << 20
"""Kept on the disk while a run lasts, so that what is in flight can be saved on a disk that is full."""


def save_beside(folder: Path, paid: Iterable[tuple[str, tuple[Any, ...]]]) -> bool:
    """Save rows that were paid for, each with its name in ``PAID``, in a file of its own, which the next process takes in.
    Whether that went well."""
    lines = [json.dumps([name, *row]) for name, row in paid]
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


def take_in(folder: Path, connection: sqlite3.Connection) -> None:
    """Bring what could not be written before into the store. Raises sqlite3.Error, and StoreUnusable for a broken file."""
    for path in sorted(folder.glob("unsaved-*.jsonl")):
        try:
            with connection:
                for line in path.read_text("utf-8").splitlines():
                    paid, *row = json.loads(line)
                    newer = PAID[paid].count("?") - len(row)  # columns that the version which saved it did not have
                    connection.execute(PAID[paid], [*row, *[0] * newer])
            path.unlink()
        except FileNotFoundError:
            continue  # another process has just taken it in
        except (OSError, ValueError, KeyError) as error:
            raise StoreUnusable(
                f"{path}: saved answers that cannot be read ({error}); move the file elsewhere"
            ) from error


class Reserve:
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


class Locks:
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
