"""Batches as a provider takes them: files of requests that are answered within a day at half price, and their results.

What comes back is not trusted: every line of a result is looked at for itself, and counts only where it answers a request of
that batch.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any, Literal, NamedTuple, TypeVar

from pydantic import BaseModel

from .chat_api import RETRIED_STATUS, read_completion, status_error
from .errors import ArticleError
from .replies import Reply, Request, chat_body
from .schemas import NO_USAGE, Usage
from .settings import Settings

T = TypeVar("T")

ENDPOINT: Literal["/v1/chat/completions"] = "/v1/chat/completions"
WINDOW: Literal["24h"] = "24h"
MOST_REQUESTS = 50_000
MOST_BYTES = 200_000_000
"""Both by OpenAI's reference (the docstring of ``openai.resources.Batches.create``)."""
MARK = "armsledger"
"""Names our id among a batch's metadata at the provider."""

ENDED = frozenset({"completed", "failed", "expired", "cancelled"})
"""States of a batch, in the provider's words, that do not change any more."""
QUEUE_FULL = "token_limit_exceeded"
"""What a batch fails with when too many tokens are waiting at the provider: it goes well once others are done."""


class Refusal(NamedTuple):
    """Why a request has no reply."""

    message: str
    again: bool
    """Whether asking again can help."""
    full: bool = False
    """Whether the provider had too much waiting."""
    alone: bool = False
    """Whether it had, though nothing else of ours was waiting."""


class Asked(NamedTuple):
    """A request in a batch."""

    article: str
    """Path of the article that it is for."""
    round: int
    """From 1: how often it was put into a batch."""


class Batch(BaseModel):
    """What is known of a batch: kept in the store."""

    submission: str
    """Id of the submission that it belongs to."""
    server: str
    model: str
    """One for all requests, as the provider demands."""
    requests: dict[str, Asked]
    """By key."""
    most_usd: float = 0.0
    """What it can cost at most, where a budget is set."""
    file: str | None = None
    """Id of the file of requests at the provider."""
    remote: str | None = None
    """Id of the batch at the provider."""
    reads: int = 0
    """How often a result was read that had fewer lines than the provider had told."""
    usage: Usage = NO_USAGE
    """What its replies took."""
    refused: dict[str, Refusal] = {}
    """Requests without a reply, once it has ended."""


# Files of requests ---------------------------------------------------------------------------------------------------


def line(key: str, request: Request) -> bytes:
    """A request as a line of a batch's file."""
    body = chat_body(request)
    # a reader that splits lines as Unicode does would split inside a text
    for separator, escaped in (("\u2028", rb"\u2028"), ("\u2029", rb"\u2029"), ("\u0085", rb"\u0085")):
        body = body.replace(separator.encode(), escaped)
    return b'{"custom_id":"%b","method":"POST","url":"%b","body":%b}\n' % (key.encode(), ENDPOINT.encode(), body)


class RequestFile:
    """A file of requests that is being written."""

    def __init__(self, path: Path, *, requests: int = MOST_REQUESTS, size: int = MOST_BYTES) -> None:
        path.parent.mkdir(exist_ok=True)
        self.path = path
        self._most, self._most_bytes = requests, size
        self._file: IO[bytes] = path.open("wb")
        self._bytes = 0
        self.requests: dict[str, Asked] = {}

    def fits(self, written: bytes) -> bool:
        """Whether another line has room."""
        return len(self.requests) < self._most and self._bytes + len(written) <= self._most_bytes

    def add(self, key: str, asked: Asked, written: bytes) -> None:
        """Append a line."""
        self._file.write(written)
        self._bytes += len(written)
        self.requests[key] = asked

    def close(self) -> None:
        """Bring it to the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def abandon(self) -> None:
        """Leave it as it is."""
        self._file.close()


# Results -------------------------------------------------------------------------------------------------------------


@dataclass
class Seen:
    """What was noticed in the results of one batch."""

    keys: set[str] = field(default_factory=set)
    """Requests that they speak of."""
    lines: int = 0
    """Lines that are not empty, broken ones included."""
    unknown: int = 0
    """Lines about requests that were not in the batch, or a second one about one that was."""
    broken: list[str] = field(default_factory=list)
    """Lines that are no result, by file and number."""


def read_results(
    path: Path, name: str, asked: Mapping[str, Asked], settings: Settings, seen: Seen
) -> Iterator[tuple[str, Reply | Refusal]]:
    """What a file of results says of each request, in whatever order its lines stand. ``name`` is told with a broken line."""
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            if not raw.strip():
                continue
            seen.lines += 1
            told = _told(raw)
            if told is None:
                seen.broken.append(f"{name}, line {number}: no result of a request")
            elif told["custom_id"] not in asked or told["custom_id"] in seen.keys:
                seen.unknown += 1
            else:
                seen.keys.add(told["custom_id"])
                yield told["custom_id"], _result(told, settings)


def _told(raw: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) and isinstance(told.get("custom_id"), str) else None


def _result(told: Mapping[str, Any], settings: Settings) -> Reply | Refusal:
    response, error = told.get("response"), told.get("error")
    if isinstance(response, dict) and isinstance(status := response.get("status_code"), int):
        body = response.get("body")
        if status == 200:
            try:
                reply = read_completion(json.dumps(body))
            except ArticleError as unreadable:
                return Refusal(str(unreadable), again=True)
            return replace(reply, batched=True)
        code = error_code(body.get("error")) if isinstance(body, dict) else ""
        if code == "content_filter":
            text = "the provider's content filter refused the article"
            return Reply(text, settings.model or "", 0, 0, 0, finish="refused", batched=True)
        shown = SimpleNamespace(status_code=status, code=code)
        final = status_error(shown, settings.model_copy(update={"attempts": 1}))
        message = str(final).removesuffix(" after 1 tries at most")
        return Refusal(message, again=status in RETRIED_STATUS and isinstance(final, ArticleError))
    code = error_code(error)
    if code == "batch_expired":
        return Refusal("the batch expired before it was answered", again=True)
    if code == "batch_cancelled":
        return Refusal(CANCELLED, again=False)
    return Refusal(f"the batch gave no answer to it{f' ({code})' if code else ''}", again=True)


CANCELLED = "the batch was cancelled at the provider; submit the article again to ask for it"


def error_code(error: object) -> str:
    """The code of an error, if it looks like one; messages may hold anything."""
    code = error.get("code") if isinstance(error, dict) else getattr(error, "code", None)
    return code if isinstance(code, str) and re.fullmatch(r"[\w.-]{1,50}", code) else ""
