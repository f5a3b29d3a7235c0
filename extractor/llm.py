"""The only module that talks to a model: one call in, one validated answer out.

Attempts never multiply, because each layer retries one thing only: openai nothing (``max_retries=0``), tenacity a
call that the network or the server failed, and the loop here an answer that is no valid JSON for its schema, through
instructor's own parser and re-ask. What the answer says is checked elsewhere.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from .errors import AnswerInvalid, AnswerTruncated, ModelRefused, NotRecorded, ProviderFailed, ProviderRejected
from .schemas import NO_USAGE, Answer, Draft, PairVerdict, Usage, answer_schema, pair_verdict_schema
from .settings import Settings
from .waiting import wait_s

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletion

T = TypeVar("T", bound=Draft)

RETRIED_STATUS = frozenset({408, 409, 429, 500, 502, 503, 504, 529})


@dataclass
class Tally:
    """What calls took so far, failed ones included. Filled while a call runs, so that an error loses nothing."""

    usage: Usage = NO_USAGE
    models: set[str] = field(default_factory=set)

    def add(self, model: str, *, prompt_tokens: int = 0, cached_tokens: int = 0, completion_tokens: int = 0) -> None:
        """Count one answer."""
        self.models.add(model)
        self.usage += Usage(
            calls=1, prompt_tokens=prompt_tokens, cached_tokens=cached_tokens, completion_tokens=completion_tokens
        )


class Model:
    """A chat model behind an OpenAI-compatible server. Use as an async context manager."""

    def __init__(self, settings: Settings) -> None:
        import httpx2
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient

        self._settings = settings
        # A pool smaller than the concurrency costs more than anything else on the client's side.
        limits = httpx2.Limits(max_connections=settings.concurrency, max_keepalive_connections=settings.concurrency)
        self._client = AsyncOpenAI(
            api_key=settings.api_key.get_secret_value() if settings.api_key else "none",
            base_url=settings.base_url,
            max_retries=0,
            timeout=settings.timeout_s,
            http_client=DefaultAsyncHttpxClient(limits=limits, timeout=settings.timeout_s),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self._client.close()

    async def complete(self, messages: list[dict[str, str]], tally: Tally, *, reasks: int) -> tuple[Answer, str]:
        """A schema-valid answer, and its text as the model wrote it; asked for again at most ``reasks`` times.

        Raises what :meth:`complete_as` raises.
        """
        return await self.complete_as(Answer, messages, tally, reasks=reasks)

    async def complete_as(
        self, kind: type[T], messages: list[dict[str, str]], tally: Tally, *, reasks: int
    ) -> tuple[T, str]:
        """The same for an answer of another kind, with a schema of its own.

        ``tally`` takes what every attempt used, also when this raises: ModelRefused, AnswerTruncated, AnswerInvalid,
        ProviderFailed, NotRecorded, or ProviderRejected where no other call can succeed either.
        """
        from instructor.v2 import Mode, Provider, mode_registry
        from pydantic import ValidationError

        handler = mode_registry.get_handlers(Provider.OPENAI, Mode.JSON_SCHEMA)
        request: dict[str, Any] = {
            "model": self._settings.model,
            "messages": list(messages),
            "response_format": _response_format(kind),
            **self._settings.parameters,
        }
        for left in range(reasks, -1, -1):
            response = await self._send(request, tally)
            text = _text(response)
            try:
                answer = handler.response_parser(response=response, response_model=_parsed_as(kind), strict=True)
                return cast("T", answer), text
            except (ValidationError, json.JSONDecodeError) as error:
                if not left:
                    shown = str(error).splitlines()[0]
                    raise AnswerInvalid(f"no valid answer in {reasks + 1} tries ({shown})") from None
                request = handler.reask_handler(
                    kwargs={**request, "messages": list(request["messages"])}, response=response, exception=error
                )
        raise AssertionError  # the loop returns or raises

    async def _send(self, request: Mapping[str, Any], tally: Tally) -> ChatCompletion:
        import openai
        from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt

        retrying = AsyncRetrying(
            stop=stop_after_attempt(self._settings.attempts),
            wait=wait_s,
            retry=retry_if_exception(_is_transient),
            sleep=asyncio.sleep,
            reraise=True,
        )

        async def create() -> Any:  # tenacity takes openai's own `create` for a sync function
            return await self._client.chat.completions.create(**request)

        try:
            response: ChatCompletion = await retrying(create)
        except openai.APIStatusError as error:
            raise _status_error(error, self._settings) from None
        except openai.APIConnectionError as error:
            raise _connection_error(error, self._settings) from None
        except (openai.OpenAIError, ValueError) as error:  # a body that is no chat completion
            raise ProviderFailed(f"the server's reply is not a chat completion ({type(error).__name__})") from None
        if not getattr(response, "choices", None):
            raise ProviderFailed("the server's reply holds no choices; is this an OpenAI-compatible chat endpoint?")
        used = response.usage
        tally.add(
            response.model,
            prompt_tokens=used.prompt_tokens if used else 0,
            cached_tokens=(used.prompt_tokens_details.cached_tokens or 0) if used and used.prompt_tokens_details else 0,
            completion_tokens=used.completion_tokens if used else 0,
        )
        return response


def _text(response: ChatCompletion) -> str:
    choice = response.choices[0]
    if choice.message.refusal:
        raise ModelRefused(f"the model refused: {choice.message.refusal[:200]!r}")
    if choice.finish_reason == "content_filter":
        raise ModelRefused("the provider's content filter stopped the answer")
    if choice.finish_reason == "length":
        raise AnswerTruncated(
            "the answer was cut off at the output limit; raise max_completion_tokens in [tool.extractor.parameters]"
        )
    return choice.message.content or ""


_SCHEMAS: Mapping[type[Draft], Callable[[], dict[str, Any]]] = {
    Answer: answer_schema,
    PairVerdict: pair_verdict_schema,
}
"""What can be asked for."""


@cache
def _response_format(kind: type[Draft]) -> dict[str, Any]:
    # instructor's JSON_SCHEMA mode leaves `strict` out, without which the schema is a mere suggestion
    schema = _SCHEMAS[kind]()
    return {"type": "json_schema", "json_schema": {"name": kind.__name__, "strict": True, "schema": schema}}


@cache
def _parsed_as(model: type[T]) -> type[T]:
    """``model`` in the form that instructor's parser takes, made once: it would make a new class for every call."""
    from instructor import OpenAISchema

    return cast("type[T]", type(model.__name__, (model, OpenAISchema), {"__doc__": model.__doc__}))


# Failures -----------------------------------------------------------------------------------------------------------


def _is_transient(error: BaseException) -> bool:
    import httpx2
    import openai

    if isinstance(error, openai.APIConnectionError):
        # openai wraps whatever the transport raises, a missing recording and a blocked socket included
        return isinstance(error.__cause__, httpx2.TransportError)
    return isinstance(error, openai.APIStatusError) and error.status_code in RETRIED_STATUS


def _status_error(error: Any, settings: Settings) -> ProviderRejected | ProviderFailed | ModelRefused:
    """What an HTTP status means for a user. Headers and bodies stay out of the message: they may hold secrets."""
    status, code = error.status_code, (getattr(error, "code", None) or "")
    if code == "content_filter":
        return ModelRefused("the provider's content filter refused the article")
    if status == 401:
        return ProviderRejected("the server refuses the key (401); check OPENAI_API_KEY")
    if status == 403:
        return ProviderRejected(f"the key has no access to {settings.model} (403)")
    if status == 404:
        return ProviderRejected(
            f"no model {settings.model!r}, or nothing at this base URL (404); check --model and --base-url"
        )
    if code == "insufficient_quota":
        return ProviderRejected("the account has no quota left (insufficient_quota)")
    if code == "context_length_exceeded":
        return ProviderFailed("the article is too long for the model's context; use a model with a longer one")
    return ProviderFailed(
        f"the server answered {status}{f' ({code})' if code else ''} after {settings.attempts} tries at most"
    )


def _connection_error(error: Any, settings: Settings) -> ProviderFailed | NotRecorded:
    from vcr.errors import CannotOverwriteExistingCassetteException

    cause = error.__cause__
    if isinstance(cause, CannotOverwriteExistingCassetteException):
        return NotRecorded(
            "no recording of this request; set OPENAI_API_KEY, or give --base-url of a server, to ask a model"
        )
    what = type(cause).__name__ if cause else type(error).__name__
    return ProviderFailed(
        f"the server could not be reached ({what}) in {settings.attempts} tries; check --base-url and the network"
    )
