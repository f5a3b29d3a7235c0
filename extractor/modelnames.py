"""A model's name: who is asked, by its beginning, and what it is called there."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from .errors import UsageError

ProviderName = Literal["openai", "anthropic", "google", "gguf"]
"""openai: that API, wherever it is served. gguf: llama.cpp in this process."""

_PREFIXES: tuple[ProviderName, ...] = ("anthropic", "google", "gguf")

HASHED_BYTES = 1 << 20
"""Of the beginning and of the end of a file of weights: its metadata, and weights that any training changes."""


class ModelName(NamedTuple):
    """A model's name in its parts."""

    provider: ProviderName
    name: str
    """As the provider knows it; for gguf the path of the file."""


def parse(model: str | None) -> ModelName:
    """``anthropic:NAME``, ``google:NAME``, ``gguf:PATH``; anything else, colons included, is a name of the chat API."""
    prefix, colon, name = (model or "").partition(":")
    for provider in _PREFIXES:
        if colon and prefix == provider:
            return ModelName(provider, name)
    return ModelName("openai", model or "")


def weights_id(path: str) -> str:
    """What identifies the content of a file of weights: its size, and a hash of its first and last megabyte.

    Raises UsageError where there is no such file, or it is no GGUF.
    """
    file = Path(path).expanduser()
    try:
        found = file.stat()
    except OSError as error:
        raise UsageError(
            f"{path or '(no path)'}: no such model file ({error.strerror}); give --model gguf:PATH"
        ) from None
    if not file.is_file():
        raise UsageError(f"{path}: a folder; give the GGUF file in it, --model gguf:PATH")
    return _weights_id(file, found.st_size, found.st_mtime_ns)


@cache
def _weights_id(file: Path, size: int, _changed_ns: int) -> str:
    try:
        with file.open("rb") as weights:
            beginning = weights.read(HASHED_BYTES)
            weights.seek(max(0, size - HASHED_BYTES))
            end = weights.read(HASHED_BYTES)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror})") from error
    if not beginning.startswith(b"GGUF"):
        raise UsageError(f"{file}: not a GGUF file; convert the model with llama.cpp, or download it as GGUF")
    return f"{size}:{hashlib.sha256(beginning + end).hexdigest()[:16]}"
