"""Asking without sending: from the store, or not at all. What has no reply there yet is told by its request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from .errors import ArticleError
from .llm import Model, Tally
from .replies import Message, Reply, Request
from .schemas import Answer, Draft, SupportAnswer
from .settings import Settings
from .store import Call, Store

D = TypeVar("D", bound=Draft)


class StoreAsIs(Store):
    """The store for looking only: nothing in it is forgotten, and what was not sent is no call."""

    def forget(self, keys: Iterable[str]) -> None:
        """Nothing: what did not hold is asked for anew by submitting it again."""

    def note(self, call: Call) -> None:
        """Nothing."""


class Wanted(Exception):
    """A request that has no reply yet: it passes through everything that asks."""

    def __init__(self, request: Request) -> None:
        super().__init__()
        self.request = request


class Unsent:
    """A provider that sends nothing."""

    def __init__(self, failure: Callable[[Request], ArticleError | None]) -> None:
        self._failure = failure

    async def send(self, request: Request) -> tuple[Reply, float]:
        """Raises why there will be no reply, or that one is wanted."""
        if failure := self._failure(request):
            raise failure
        raise Wanted(request)

    async def close(self) -> None:
        """Nothing is open."""


class StoredModels:
    """The model that writes and the one that checks, answering from the store."""

    def __init__(self, settings: Settings, store: Store, provider: Unsent) -> None:
        # limits are for what is sent
        writing = settings.model_copy(update={"rpm": None, "tpm": None, "budget": None, "attempts": 1})
        checking = writing.model_copy(update={"model": settings.checker or settings.model})
        self._writes = Model(writing, store=store, provider=provider)
        self._checks = Model(checking, store=store, provider=provider)

    async def complete(self, messages: list[Message], tally: Tally, *, reasks: int) -> tuple[Answer, str]:
        """As the model that writes."""
        return await self._writes.complete(messages, tally, reasks=reasks)

    async def complete_as(self, kind: type[D], messages: list[Message], tally: Tally, *, reasks: int) -> tuple[D, str]:
        """As the model that is asked for this kind."""
        model = self._checks if kind is SupportAnswer else self._writes
        return await model.complete_as(kind, messages, tally, reasks=reasks)
