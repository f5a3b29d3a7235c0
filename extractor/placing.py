"""Putting a file in its place: whole, or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import UsageError


@contextmanager
def replaced(output: Path, *, folder: bool = False) -> Iterator[Path]:
    """A path beside the target; at the end of the block it takes the target's place, or vanishes if the block failed.

    So nobody ever sees half of a file (or of a ``folder``), and what stood there stays until the new one is whole. Raises
    UsageError if the disk will not.
    """
    try:
        room = Path(tempfile.mkdtemp(dir=output.parent, prefix=f".{output.name[:80]}."))
    except OSError as error:
        raise UsageError(f"{output}: cannot be written ({error.strerror}); choose another output") from error
    beside, former = room / "new", room / "old"
    try:
        if folder:
            beside.mkdir()
        yield beside
        if not folder:
            with beside.open("rb") as written:
                os.fsync(written.fileno())
        if folder and output.exists():
            output.rename(former)
        beside.replace(output)
    except OSError as error:
        raise UsageError(f"{output}: cannot be written ({error.strerror or error}); choose another output") from error
    finally:
        if former.exists() and not output.exists():
            former.rename(output)
        shutil.rmtree(room, ignore_errors=True)
