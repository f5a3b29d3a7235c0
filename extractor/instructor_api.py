"""Anthropic's and Google's own APIs, through instructor's handlers for them and their makers' libraries.

The handlers put the conversation into the form that each provider takes. The schema is ours and not the one that they
derive, so that what is asked for is the same everywhere; nothing is retried or asked again in here.
"""

from __future__ import annotations

import asyncio
import copy
import json
import re
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from .chat_api import REFUSAL_SHOWN, connection_error, refused_or_raise, timed_out
from .errors import ProviderFailed, UsageError
from .prices import OUTPUT_LIMIT
from .replies import OUTPUT_LIMITS, SCHEMAS, Finish, Reply, Request
from .schemas import Draft
from .settings import Settings

if TYPE_CHECKING:
    import httpx2

ANTHROPIC_URL = "https://api.anthropic.com"
GOOGLE_URL = "https://generativelanguage.googleapis.com"

NULLABLE_FIELDS = 16
"""Fields of two types, null among them, that Anthropic's constrained decoding takes in one schema (its documentation of
structured outputs, which allows 24 optional ones)."""

_REFUSED = frozenset({"SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII"})
"""Reasons for which Gemini stops that no second try changes."""


@dataclass
class _Failure(Exception):
    """A response that is an error, with the attributes that openai's errors have."""

    status_code: int
    code: str | None
    headers: Any
    body: Any = None
    response: Any = field(init=False)

    def __post_init__(self) -> None:
        self.response = SimpleNamespace(headers=self.headers)


class AnthropicServer:
    """Anthropic's Messages API: the answer is the arguments of a tool that the model must call, constrained by our schema."""

    def __init__(self, settings: Settings) -> None:
        anthropic = _library("anthropic")
        self._settings = settings
        self._anthropic = anthropic
        self._http = _transport(settings)
        self._client = anthropic.AsyncAnthropic(
            api_key=settings.key.get_secret_value() if settings.key else "none",
            base_url=settings.base_url or ANTHROPIC_URL,
            max_retries=0,
            timeout=settings.timeout_s,
            http_client=self._http,
        )
        self._strict = True

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()
        await self._http.aclose()

    async def send(self, request: Request) -> tuple[Reply, float]:
        """The reply to a request; the provider never asks to be left alone after one that went well. Raises as
        :meth:`extractor.chat_api.ChatServer.send` does."""
        strict = self._strict
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                try:
                    message = await self._ask(request, strict=strict)
                except self._anthropic.BadRequestError as error:
                    if not (strict and _is_about_schema(error.api_message)):
                        raise
                    # an older model, or a schema that is too much for its decoder: our own checks and re-asks remain
                    self._strict = False
                    message = await self._ask(request, strict=False)
        except TimeoutError:
            raise timed_out(self._settings) from None
        except self._anthropic.APIStatusError as error:
            return refused_or_raise(_anthropic_failure(error), self._settings), 0.0
        except self._anthropic.APIConnectionError as error:
            raise connection_error(error.__cause__ or error, self._settings) from None
        except self._anthropic.AnthropicError as error:
            raise _unreadable(error) from None
        return _read_message(message, request.kind), 0.0

    async def _ask(self, request: Request, *, strict: bool) -> Any:
        # what instructor's handler leaves to the caller: the length of an answer, and where the fixed part ends
        asked = _handlers("anthropic").request_handler(None, {"messages": list(request.messages)})[1]
        system = [dict(part) for part in asked.get("system", ())]
        if system:
            system[-1]["cache_control"] = {"type": "ephemeral"}  # the tool stands before it, and is cached with it
        others = {name: value for name, value in request.parameters.items() if name not in OUTPUT_LIMITS}
        return await self._client.messages.create(
            model=self._settings.model_name.name,
            max_tokens=request.longest or OUTPUT_LIMIT,
            messages=asked["messages"],
            system=system,
            tools=[_tool(request.kind, strict)],
            tool_choice={"type": "tool", "name": request.kind.__name__, "disable_parallel_tool_use": True},
            extra_body=others or None,
            timeout=self._settings.timeout_s,
        )


class GoogleServer:
    """Google's Gemini API: JSON answers constrained by our schema. The fixed prefix is cached there without being told."""

    def __init__(self, settings: Settings) -> None:
        genai = _library("google")
        from google.genai import errors, types

        self._settings = settings
        self._errors, self._types = errors, types
        self._http = _transport(settings)
        try:
            self._config(Request("", [], next(iter(SCHEMAS)), settings.parameters), {})
        except ValueError as error:
            wrong = str(error).splitlines()[1:2]
            raise UsageError(
                f"[tool.extractor.parameters]: not a parameter of Gemini's API ({' '.join(wrong)}); see GenerateContentConfig"
            ) from None
        self._client = genai.Client(
            vertexai=False,
            api_key=settings.key.get_secret_value() if settings.key else "none",
            http_options=types.HttpOptions(
                base_url=settings.base_url or GOOGLE_URL,
                timeout=int(settings.timeout_s * 1000),
                httpx_async_client=self._http,
            ),
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aio.aclose()
        self._client.close()
        await self._http.aclose()

    async def send(self, request: Request) -> tuple[Reply, float]:
        """As :meth:`AnthropicServer.send`."""
        import httpx2

        try:
            async with asyncio.timeout(self._settings.timeout_s):
                response = await self._ask(request)
        except (TimeoutError, httpx2.TimeoutException):
            raise timed_out(self._settings) from None
        except self._errors.APIError as error:
            return refused_or_raise(_google_failure(error), self._settings), 0.0
        except (httpx2.HTTPError, OSError) as error:
            raise connection_error(error, self._settings) from None
        except ValueError as error:  # no JSON, or not the JSON of this API
            raise _unreadable(error) from None
        return _read_content(response), 0.0

    async def _ask(self, request: Request) -> Any:
        system, *others = request.messages
        turns = [{"role": _ROLES[m["role"]], "content": m["content"]} for m in others]
        asked = _handlers("google").request_handler(None, {"messages": turns, "system": system["content"]})[1]
        given = asked["config"].model_dump(exclude_none=True)
        return await self._client.aio.models.generate_content(
            model=self._settings.model_name.name,
            contents=asked["contents"],
            config=self._config(request, given),
        )

    def _config(self, request: Request, given: dict[str, Any]) -> Any:
        others = {name: value for name, value in request.parameters.items() if name not in OUTPUT_LIMITS}
        return self._types.GenerateContentConfig(
            **given,
            **others,
            response_mime_type="application/json",
            response_json_schema=SCHEMAS[request.kind](),
            max_output_tokens=request.longest,
        )


_ROLES = {"user": "user", "assistant": "model"}


# What they need ------------------------------------------------------------------------------------------------------


def _library(provider: str) -> Any:
    """The provider's own library. Raises UsageError where its extra is not installed."""
    try:
        if provider == "anthropic":
            import anthropic

            return anthropic
        from google import genai
    except ImportError:
        raise UsageError(
            f"--model {provider}:… needs the `{provider}` extra: pip install 'armsledger[{provider}]'"
        ) from None
    return genai


def _transport(settings: Settings) -> httpx2.AsyncClient:
    import httpx2

    most = settings.concurrency
    limits = httpx2.Limits(max_connections=most, max_keepalive_connections=most)
    return httpx2.AsyncClient(limits=limits, timeout=settings.timeout_s, follow_redirects=True)


@cache
def _handlers(provider: str) -> Any:
    from instructor.v2 import Mode, Provider, mode_registry

    if provider == "anthropic":
        return mode_registry.get_handlers(Provider.ANTHROPIC, Mode.TOOLS)
    return mode_registry.get_handlers(Provider.GENAI, Mode.JSON)


# The schema, as Anthropic takes it -----------------------------------------------------------------------------------


@cache
def _tool(kind: type[Draft], strict: bool) -> dict[str, Any]:
    described = {"name": kind.__name__, "description": "Gives the answer.", "input_schema": _input_schema(kind)}
    return {**described, "strict": True} if strict else described


@cache
def _input_schema(kind: type[Draft]) -> dict[str, Any]:
    """Our schema; where it has too many fields that may be null, these may be left out instead, which means the same."""
    schema = SCHEMAS[kind]()
    objects = _objects(schema)
    if sum(_is_nullable(p) for o in objects for p in o["properties"].values()) <= NULLABLE_FIELDS:
        return schema
    schema = copy.deepcopy(schema)
    for found in _objects(schema):
        for name, about in found["properties"].items():
            if _is_nullable(about):
                found["properties"][name] = next(a for a in about["anyOf"] if a != {"type": "null"})
                found["required"].remove(name)
    return schema


def _objects(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [o for o in (schema, *schema.get("$defs", {}).values()) if "properties" in o]


def _is_nullable(about: dict[str, Any]) -> bool:
    return len(about.get("anyOf", ())) == 2 and {"type": "null"} in about["anyOf"]


def with_nulls(kind: type[Draft], answer: Any) -> Any:
    """An answer with null in every nullable field that was left out."""
    schema = SCHEMAS[kind]()
    return _filled(answer, schema, schema.get("$defs", {}))


def _filled(value: Any, about: dict[str, Any], defs: dict[str, Any]) -> Any:
    if "$ref" in about:
        return _filled(value, defs[about["$ref"].rsplit("/", 1)[-1]], defs)
    if "anyOf" in about:
        kept = [a for a in about["anyOf"] if a != {"type": "null"}]
        return value if value is None or len(kept) != 1 else _filled(value, kept[0], defs)
    if isinstance(value, list):
        return [_filled(item, about.get("items", {}), defs) for item in value]
    if not isinstance(value, dict) or "properties" not in about:
        return value
    known = about["properties"]
    filled = {n: _filled(value.get(n), known[n], defs) for n in known if n in value or _is_nullable(known[n])}
    return {**filled, **{n: v for n, v in value.items() if n not in known}}


def _is_about_schema(message: str | None) -> bool:
    """Whether a request was refused for the schema it constrains the answer with."""
    return bool(re.search(r"\b(?:strict|grammar|schema|union|structured output)", message or "", re.IGNORECASE))


# What comes back -----------------------------------------------------------------------------------------------------


def _read_message(message: Any, kind: type[Draft]) -> Reply:
    """The reply in a message of Anthropic's. Raises ProviderFailed where it is none."""
    try:
        calls = [block.input for block in message.content if block.type == "tool_use"]
        said = "".join(block.text for block in message.content if block.type == "text")
        used, reason = message.usage, message.stop_reason
        cached = used.cache_read_input_tokens or 0
        written = used.cache_creation_input_tokens or 0
        prompt = used.input_tokens + cached + written
        answered, model = used.output_tokens, message.model
    except (AttributeError, TypeError):
        raise ProviderFailed("the server's reply is not a message of Anthropic's API; check --base-url") from None
    text = json.dumps(with_nulls(kind, calls[0]), ensure_ascii=False) if calls else said
    finish: Finish = "length" if reason in {"max_tokens", "model_context_window_exceeded"} else "stop"
    if reason == "refusal":
        text, finish = _refusal(said), "refused"
    return Reply(text, model, prompt, cached, answered, finish=finish, cache_written_tokens=written)


def _read_content(response: Any) -> Reply:
    """The reply in a response of Gemini's."""
    used = response.usage_metadata
    candidates = response.candidates or []
    blocked = getattr(response.prompt_feedback, "block_reason", None)
    if not candidates and not blocked and used is None:
        raise ProviderFailed("the server's reply is not one of Gemini's API; check --base-url")
    reason = _name(candidates[0].finish_reason) if candidates else _name(blocked) or "OTHER"
    content = candidates[0].content if candidates else None
    text = "".join(part.text or "" for part in (content.parts if content else None) or () if not part.thought)
    finish: Finish = "length" if reason == "MAX_TOKENS" else "stop"
    if reason in _REFUSED or (blocked and not candidates):
        text, finish = f"the provider's content filter stopped the answer ({reason})", "refused"
    counts = (
        (
            used.prompt_token_count,
            used.cached_content_token_count,
            used.candidates_token_count,
            used.thoughts_token_count,
        )
        if used
        else (0, 0, 0, 0)
    )
    prompt, cached, answered, thought = (n or 0 for n in counts)
    return Reply(text, response.model_version or "", prompt, cached, answered + thought, finish=finish)


def _name(reason: Any) -> str:
    return str(getattr(reason, "value", reason) or "")


def _refusal(said: str) -> str:
    return f"the model refused: {said[:REFUSAL_SHOWN]!r}" if said else "the model refused"


def _anthropic_failure(error: Any) -> _Failure:
    code = error.type if isinstance(error.type, str) else None
    told = error.api_message or ""
    if error.status_code == 402 or code == "billing_error":
        code = "insufficient_quota"
    elif error.status_code == 413 or told.startswith("prompt is too long"):
        code = "context_length_exceeded"
    return _Failure(error.status_code, code, error.response.headers)


def _google_failure(error: Any) -> _Failure:
    told = json.dumps(error.details) if isinstance(error.details, dict) else ""
    status, code = int(error.code or 0), error.status if isinstance(error.status, str) else None
    headers = dict(getattr(error.response, "headers", None) or {})
    if "API_KEY_INVALID" in told:  # said with status 400
        status = 401
    elif status == 400 and "input token count" in told:
        code = "context_length_exceeded"
    if asked := re.search(r'"retryDelay": "([0-9.]+)s"', told):
        headers.setdefault("retry-after", asked[1])
    return _Failure(status, code, {name.lower(): value for name, value in headers.items()})


def _unreadable(error: Exception) -> ProviderFailed:
    """An error without a response; its text stays out of the message: it may hold the reply's."""
    return ProviderFailed(f"the server's reply cannot be read ({type(error).__name__}); check --base-url")
