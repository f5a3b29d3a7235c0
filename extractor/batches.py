"""Batches as a provider takes them: files of requests that are answered within a day at half price, and their results.

What comes back is not trusted: every line of a result is looked at for itself, and counts only where it answers a request of
that batch.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import IO, TYPE_CHECKING, Any, Literal, NamedTuple, Self, TypeVar

from pydantic import BaseModel

from .chat_api import RETRIED_STATUS, connection_error, read_completion, status_error
from .errors import ArticleError, ExtractorError, ProviderFailed, ProviderRejected
from .replies import CallFailed, Reply, Request, chat_body
from .schemas import NO_USAGE, Usage
from .settings import Settings

if TYPE_CHECKING:
    import openai

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
        code = _code(body.get("error")) if isinstance(body, dict) else ""
        if code == "content_filter":
            text = "the provider's content filter refused the article"
            return Reply(text, settings.model or "", 0, 0, 0, finish="refused", batched=True)
        shown = SimpleNamespace(status_code=status, code=code)
        final = status_error(shown, settings.model_copy(update={"attempts": 1}))
        message = str(final).removesuffix(" after 1 tries at most")
        return Refusal(message, again=status in RETRIED_STATUS and isinstance(final, ArticleError))
    code = _code(error)
    if code == "batch_expired":
        return Refusal("the batch expired before it was answered", again=True)
    if code == "batch_cancelled":
        return Refusal(CANCELLED, again=False)
    return Refusal(f"the batch gave no answer to it{f' ({code})' if code else ''}", again=True)


CANCELLED = "the batch was cancelled at the provider; submit the article again to ask for it"


def _code(error: object) -> str:
    """The code of an error, if it looks like one; messages may hold anything."""
    code = error.get("code") if isinstance(error, dict) else getattr(error, "code", None)
    return code if isinstance(code, str) and re.fullmatch(r"[\w.-]{1,50}", code) else ""


# The provider ---------------------------------------------------------------------------------------------------------


class Remote(NamedTuple):
    """How a batch stands at the provider."""

    id: str
    status: str
    """In the provider's words."""
    answered: int
    failed: int
    total: int
    files: tuple[str, ...]
    """Ids of its results: answers, then errors."""
    error: str
    """Code of what it failed with as a whole; empty where it did not, or gives none."""
    seconds: float
    """How long it took, once it has ended."""


class BatchServer:
    """The files and batches endpoints of a server. Use as an async context manager.

    Methods raise ProviderRejected or ProviderFailed.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opened: openai.AsyncOpenAI | None = None

    @property
    def _client(self) -> openai.AsyncOpenAI:
        import openai

        if self._opened is None:
            settings = self._settings
            self._opened = openai.AsyncOpenAI(
                api_key=settings.api_key.get_secret_value() if settings.api_key else "none",
                base_url=settings.base_url,
                max_retries=settings.attempts - 1,
                timeout=settings.timeout_s,
            )
        return self._opened

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        if self._opened:
            await self._opened.close()

    async def upload(self, path: Path) -> str:
        """The id of the file of requests, once it is there. A file costs nothing: it may be tried again."""

        async def send() -> str:
            with path.open("rb") as file:
                return str((await self._client.files.create(file=(path.name, file), purpose="batch")).id)

        return await self._call(send)

    async def create(self, file: str, mark: str) -> Remote | Refusal:
        """The batch of a file, or why the server will not make it. Tried once: it may have been made though no reply came
        (:meth:`marked` tells)."""
        import openai

        async def send() -> Remote | Refusal:
            once = self._client.with_options(max_retries=0)
            try:
                made = await once.batches.create(
                    input_file_id=file, endpoint=ENDPOINT, completion_window=WINDOW, metadata={MARK: mark}
                )
            except openai.APIStatusError as error:
                if error.status_code not in {400, 422}:
                    raise
                code = f" ({code})" if (code := _code(error)) else ""
                return Refusal(f"the server would not take the batch: {error.status_code}{code}", again=False)
            return _remote(made)

        return await self._call(send)

    async def marked(self) -> dict[str, str]:
        """The batches of ours that the provider knows: its id by ours."""

        async def listed() -> dict[str, str]:
            found = {}
            async for batch in self._client.batches.list(limit=100):
                if isinstance(batch.metadata, dict) and isinstance(mark := batch.metadata.get(MARK), str):
                    found[mark] = batch.id
            return found

        return await self._call(listed)

    async def status(self, remote: str) -> Remote:
        """How a batch stands."""

        async def get() -> Remote:
            return _remote(await self._client.batches.retrieve(remote))

        return await self._call(get, f"the server does not know batch {remote} (404): another key or project?")

    @asynccontextmanager
    async def content(self, file: str, path: Path) -> AsyncIterator[bool]:
        """Within the block, a file of results stands at ``path``; False where the provider has none any more."""
        import openai

        async def fetch() -> bool:
            try:
                async with self._client.files.with_streaming_response.content(file) as response:
                    with path.open("wb") as copy:
                        async for piece in response.iter_bytes():
                            copy.write(piece)
            except openai.NotFoundError:
                return False
            return True

        try:
            yield await self._call(fetch)
        finally:
            path.unlink(missing_ok=True)  # noqa: ASYNC240 - local, and nothing else runs

    async def _call(self, what: Callable[[], Awaitable[T]], missing: str = "") -> T:
        import httpx2
        import openai

        try:
            return await what()
        except openai.APIStatusError as error:
            if error.status_code == 404:
                raise ProviderRejected(
                    missing or "no batches at this base URL (404); check --base-url, or use `extract PATHS`"
                ) from None
            raise self._final(error) from None
        except openai.APIConnectionError as error:
            failed = connection_error(error.__cause__ or error, self._settings)
            raise (failed.final if isinstance(failed, CallFailed) else failed) from None
        except httpx2.TransportError as error:  # in the middle of a file
            raise ProviderFailed(f"the connection broke while a result was read ({type(error).__name__})") from None
        except openai.OpenAIError as error:
            raise ProviderFailed(
                f"the server's reply is none of the batch endpoints' ({type(error).__name__})"
            ) from None

    def _final(self, error: Any) -> ExtractorError:
        return status_error(error, self._settings)


def _remote(batch: Any) -> Remote:
    """What is read of a batch. openai's library does not check what it is given."""
    counts = getattr(batch, "request_counts", None)
    files = (getattr(batch, "output_file_id", None), getattr(batch, "error_file_id", None))
    began, ended = getattr(batch, "created_at", None), getattr(batch, "completed_at", None)
    if not isinstance(batch.id, str) or not isinstance(batch.status, str):
        raise ProviderFailed("the server's reply is no batch; check --base-url")
    return Remote(
        id=batch.id,
        status=batch.status if re.fullmatch(r"\w{1,40}", batch.status) else "in an unknown state",
        answered=_count(counts, "completed"),
        failed=_count(counts, "failed"),
        total=_count(counts, "total"),
        files=tuple(f for f in files if isinstance(f, str) and f),
        error=next(filter(None, map(_code, _errors(batch))), ""),
        seconds=float(ended - began) if isinstance(ended, int) and isinstance(began, int) and ended > began else 0.0,
    )


def _count(counts: Any, name: str) -> int:
    count = getattr(counts, name, None)
    return count if isinstance(count, int) else 0


def _errors(batch: Any) -> Iterator[Any]:
    found = getattr(getattr(batch, "errors", None), "data", None)
    return iter(found if isinstance(found, list) else [])
