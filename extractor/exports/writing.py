"""Text that every format takes, and whether a target can be written to."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from extractor.errors import UsageError

REPLACED = "\N{REPLACEMENT CHARACTER}"
"""Stands where a character was that the format cannot hold."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORMULA = re.compile(r"\s*[=+\-@]|[\t\r]")


def need(module: str, name: str) -> Any:
    """The module, or UsageError that names the extra."""
    try:
        return import_module(module)
    except ImportError as error:
        raise UsageError(
            f"--to {name}: needs the package {module}; install it with: pip install 'armsledger[export]'"
        ) from error


def storable(text: str) -> str:
    """Text that UTF-8 can hold: lone surrogates are replaced."""
    return text if text.isascii() else _SURROGATE.sub(REPLACED, text)


def legible(text: str) -> str:
    """Text that XML 1.0 can hold: control characters but tab and line ends, lone surrogates and non-characters are
    replaced."""
    return _UNFIT.sub(REPLACED, text)


def harmless(text: str) -> str:
    """A CSV cell that no spreadsheet takes for a formula: an apostrophe goes in front of ``= + - @``, tab and carriage
    return, also behind white space (OWASP, CSV Injection)."""
    text = legible(text)
    return f"'{text}" if _FORMULA.match(text) else text


def as_json(value: Any, *, indent: int | None = None) -> str:
    """JSON that is valid UTF-8: lone surrogates stand as escapes, so that nothing is lost."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _SURROGATE.sub(lambda m: f"\\u{ord(m[0]):04x}", text)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A CSV file as Excel reads it: UTF-8 with BOM, CRLF, cells harmless, numbers as they are, None empty."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """A text file of lines, UTF-8, LF."""
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(f"{line}\n" for line in lines)


def check_target(output: Path, *, folder: bool) -> None:
    """Raises UsageError if nothing could be written there, or if something else would be lost."""
    parent = output.parent
    if not parent.is_dir():
        raise UsageError(f"{parent}: no such folder; create it first, or choose another output")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise UsageError(f"{parent}: no permission to write there; choose another output")
    if folder and output.exists():
        if not output.is_dir():
            raise UsageError(f"{output}: is a file; this format is a folder of files, name another one")
        if alien := sorted(p.name for p in output.iterdir() if p.suffix != ".parquet"):
            raise UsageError(f"{output}: holds other files ({alien[0]}) that would be lost; name another folder")
    if not folder and output.is_dir():
        raise UsageError(f"{output}: is a folder; give a file name")
