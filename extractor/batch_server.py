"""A provider's files and batches endpoints."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

from .batches import ENDPOINT, MARK, WINDOW, Refusal, error_code
from .chat_api import connection_error, status_error
from .errors import ExtractorError, ProviderFailed, ProviderRejected
from .replies import CallFailed
from .settings import Settings

if TYPE_CHECKING:
    import openai

T = TypeVar("T")


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
                code = error_code(error)
                shown = f"{error.status_code} ({code})" if code else str(error.status_code)
                return Refusal(f"the server would not take the batch: {shown}", again=False)
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
        error=next(filter(None, map(error_code, _errors(batch))), ""),
        seconds=float(ended - began) if isinstance(ended, int) and isinstance(began, int) and ended > began else 0.0,
    )


def _count(counts: Any, name: str) -> int:
    count = getattr(counts, name, None)
    return count if isinstance(count, int) else 0


def _errors(batch: Any) -> Iterator[Any]:
    found = getattr(getattr(batch, "errors", None), "data", None)
    return iter(found if isinstance(found, list) else [])
