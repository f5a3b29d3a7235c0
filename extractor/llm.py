"""What talks to a model: one conversation in, one validated answer out.

Attempts never multiply, because each layer retries one thing only: the provider's library nothing, tenacity a call that
the network or the server failed, and the loop here an answer that is no valid JSON for its schema, through instructor's
parser and re-ask. What the answer says is checked elsewhere.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import cache
from types import SimpleNamespace, TracebackType
from typing import Any, Self, TypeVar, cast

from .errors import AnswerInvalid, AnswerTruncated, ModelRefused
from .prices import OUTPUT_LIMIT, Prices, Spending
from .providers import provider_for
from .replies import Message, Reply, Request
from .schemas import NO_USAGE, Answer, Draft, Usage
from .sending import Provider, Sender
from .settings import Settings
from .stopping import Stop
from .store import Store

T = TypeVar("T", bound=Draft)


@dataclass
class Tally:
    """What calls took so far, failed ones included. Filled while a call runs, so that an error loses nothing."""

    article: str = ""
    """What is asked about, for the records."""
    usage: Usage = NO_USAGE
    models: set[str] = field(default_factory=set)
    keys: list[str] = field(default_factory=list)
    """The requests that were answered."""
    stored: int = 0
    """Answers of ``usage`` that came from the store, and cost nothing now."""

    def add(self, model: str, *, prompt_tokens: int = 0, cached_tokens: int = 0, completion_tokens: int = 0) -> None:
        """Count one answer."""
        self.models.add(model)
        self.usage += Usage(
            calls=1, prompt_tokens=prompt_tokens, cached_tokens=cached_tokens, completion_tokens=completion_tokens
        )

    def take(self, key: str, reply: Reply, *, stored: bool) -> None:
        """Count a reply."""
        self.models.add(reply.model)
        self.usage += reply.usage
        self.keys.append(key)
        self.stored += stored


class Model:
    """A chat model. Use as an async context manager.

    ``store`` keeps what was paid for; without one every call is sent. ``spending`` is shared by all models of a run.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        store: Store | None = None,
        spending: Spending | None = None,
        stop: Stop | None = None,
        provider: Provider | None = None,
    ) -> None:
        self._settings = settings
        self._provider = provider or provider_for(settings)
        self._sender = Sender(
            settings,
            self._provider,
            spending or Spending(Prices(settings.model, settings.price), settings.budget),
            store=store,
            stop=stop or Stop(),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self._provider.close()

    async def complete(self, messages: list[Message], tally: Tally, *, reasks: int) -> tuple[Answer, str]:
        """A schema-valid answer, and its text as the model wrote it; asked for again at most ``reasks`` times.

        Raises what :meth:`complete_as` raises.
        """
        return await self.complete_as(Answer, messages, tally, reasks=reasks)

    async def complete_as(self, kind: type[T], messages: list[Message], tally: Tally, *, reasks: int) -> tuple[T, str]:
        """The same for an answer of another kind, with a schema of its own.

        ``tally`` takes what every attempt used, also when this raises: ModelRefused, AnswerTruncated, AnswerInvalid,
        ProviderFailed, BudgetSpent or NotRecorded, and StoreUnusable, Stopped, or ProviderRejected where no other call can
        succeed either.
        """
        from pydantic import ValidationError

        request = self._request(kind, list(messages))
        for left in range(reasks, -1, -1):
            text = await self._text(request, tally)
            try:
                return _parsed(kind, text), text
            except (ValidationError, json.JSONDecodeError) as error:
                if not left:
                    self._sender.forget(tally.keys)
                    shown = str(error).splitlines()[0]
                    raise AnswerInvalid(f"no valid answer in {reasks + 1} tries ({shown})") from None
                request = self._request(kind, _reasked(request.messages, text, error))
        raise AssertionError  # the loop returns or raises

    def _request(self, kind: type[Draft], messages: list[Message]) -> Request:
        settings = self._settings
        request = Request(str(settings.model), messages, kind, settings.parameters)
        return request if settings.budget is None or request.longest else replace(request, output_limit=OUTPUT_LIMIT)

    async def _text(self, request: Request, tally: Tally) -> str:
        """What the model answers; once with twice the room, if the answer did not fit."""
        reply = await self._reply(request, tally)
        if reply.finish == "length" and (roomier := request.with_room()):
            reply = await self._reply(roomier, tally)
        if reply.finish == "refused":
            raise ModelRefused(reply.text)
        if reply.finish == "length":
            raise AnswerTruncated(
                "the answer was cut off at the output limit; raise max_completion_tokens in [tool.extractor.parameters], "
                "or use a model with longer answers"
            )
        return reply.text

    async def _reply(self, request: Request, tally: Tally) -> Reply:
        key, reply, stored = await self._sender.reply(request, tally.article)
        tally.take(key, reply, stored=stored)
        return reply


# instructor -----------------------------------------------------------------------------------------------------------


@cache
def _handler() -> Any:
    from instructor.v2 import Mode, Provider, mode_registry

    return mode_registry.get_handlers(Provider.OPENAI, Mode.JSON_SCHEMA)


def _parsed(kind: type[T], text: str) -> T:
    answer = _handler().response_parser(response=_as_completion(text), response_model=_parsed_as(kind), strict=True)
    return cast("T", answer)


def _reasked(messages: list[Message], text: str, error: Exception) -> list[Message]:
    asked = _handler().reask_handler(
        kwargs={"messages": list(messages)}, response=_as_completion(text), exception=error
    )
    return cast("list[Message]", asked["messages"])


def _as_completion(text: str) -> Any:
    """What instructor reads of a chat completion."""
    message = SimpleNamespace(role="assistant", content=text, tool_calls=None, function_call=None, refusal=None)
    return SimpleNamespace(choices=[SimpleNamespace(message=message, finish_reason="stop")])


@cache
def _parsed_as(model: type[T]) -> type[T]:
    """``model`` in the form that instructor's parser takes, made once: it would make a new class for every call."""
    from instructor import OpenAISchema

    return cast("type[T]", type(model.__name__, (model, OpenAISchema), {"__doc__": model.__doc__}))
