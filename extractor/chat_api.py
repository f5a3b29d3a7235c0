"""OpenAI's chat API, and every server that speaks it: one request out, one reply back.

All that touches the inner parts of the openai library for speed stands here: a body that was encoded in one piece, a
transport with a connection for every call in flight, and of the response only what is read.
"""

from __future__ import annotations

import asyncio
import os
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from .errors import ArticleError, ExtractorError, NotRecorded, ProviderFailed, ProviderRejected
from .replies import CallFailed, Finish, Reply, Request, chat_body
from .settings import Settings
from .waiting import retry_after_s

if TYPE_CHECKING:
    import ssl

    import httpx2

RETRIED_STATUS = frozenset({408, 409, 429, 500, 502, 503, 504, 529})

REFUSAL_SHOWN = 200
"""Characters of a refusal that are told."""


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Cached(BaseModel):
    cached_tokens: int | None = None


class _Used(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: _Cached | None = None


class _Completion(BaseModel):
    """What is read of a chat completion."""

    model: str = ""
    choices: list[_Choice]
    usage: _Used | None = None


_TRUSTED = ("SSL_CERT_FILE", "SSL_CERT_DIR")


@cache
def _certificates(*_trusted: str | None) -> ssl.SSLContext:
    """Whom to trust, read once for each setting of the environment: that takes longer than a dozen articles."""
    import httpx2

    return httpx2.create_ssl_context()


class ChatServer:
    """A server of the chat API. Use :meth:`close` at the end."""

    def __init__(self, settings: Settings) -> None:
        import httpx2
        import openai

        self._settings = settings
        # A pool smaller than the concurrency costs more than anything else on the client's side.
        limits = httpx2.Limits(max_connections=settings.concurrency, max_keepalive_connections=settings.concurrency)
        # aiohttp takes half the time of httpx2's own transport, but vcrpy knows only the latter
        client = openai.DefaultAsyncHttpxClient if settings.recordings else openai.DefaultAioHttpClient
        self._http = client(
            limits=limits, timeout=settings.timeout_s, verify=_certificates(*map(os.environ.get, _TRUSTED))
        )
        self._client = openai.AsyncOpenAI(
            api_key=settings.api_key.get_secret_value() if settings.api_key else "none",
            base_url=settings.base_url,
            max_retries=0,
            timeout=settings.timeout_s,
            http_client=self._http,
        )
        # What openai works out for each call takes longer than sending it, and is the same for all.
        own = {**self._client.default_headers, **self._client.auth_headers}
        self._headers = httpx2.Headers(self._http.headers)
        self._headers.update({name: value for name, value in own.items() if isinstance(value, str)})
        self._url = self._client.base_url.join("chat/completions")

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def send(self, request: Request) -> tuple[Reply, float]:
        """The reply to a request, and the seconds that the server wants to be left alone after it (mostly 0).

        Raises CallFailed for what may go well when it is tried again, and errors of :mod:`extractor.errors` for the rest.
        """
        import httpx2
        import openai

        sent = httpx2.Request("POST", self._url, headers=self._headers, content=chat_body(request))
        try:
            # httpx2's own timeout is one for each read: a server that drips could hold a call for ever
            async with asyncio.timeout(self._settings.timeout_s):
                response = await self._http.send(sent)
        except TimeoutError:
            raise timed_out(self._settings) from None
        except Exception as error:  # noqa: BLE001 - the transport's, or of whatever stands in its way
            raise connection_error(error, self._settings) from None
        if response.is_error:
            failure = openai.APIStatusError("", response=response, body=_error_body(response))
            return refused_or_raise(failure, self._settings), 0.0
        return read_completion(response.content), pause_s(response)


def _error_body(response: httpx2.Response) -> object:
    """What the server says of an error, as openai gives it."""
    try:
        body = response.json()
    except ValueError:
        return None
    return body.get("error", body) if isinstance(body, dict) else body


def timed_out(settings: Settings) -> CallFailed:
    """What it means that an answer takes too long."""
    told = f"the server did not answer in {settings.timeout_s:g} s; raise timeout_s in extractor.toml"
    return CallFailed(ProviderFailed(told), billed=True)


def read_completion(body: bytes | str) -> Reply:
    """The reply in a chat completion. Raises ProviderFailed where it is none."""
    try:
        completion = _Completion.model_validate_json(body)
        choice = completion.choices[0]
    except ValidationError:
        raise ProviderFailed("the server's reply is not a chat completion; check --base-url") from None
    except IndexError:
        raise ProviderFailed(
            "the server's reply holds no choices; is this an OpenAI-compatible chat endpoint?"
        ) from None
    used = completion.usage or _Used()
    text = choice.message.content or ""
    finish: Finish = "length" if choice.finish_reason == "length" else "stop"
    if choice.message.refusal:
        text, finish = f"the model refused: {choice.message.refusal[:REFUSAL_SHOWN]!r}", "refused"
    elif choice.finish_reason == "content_filter":
        text, finish = "the provider's content filter stopped the answer", "refused"
    return Reply(
        text=text,
        model=completion.model,
        prompt_tokens=used.prompt_tokens,
        cached_tokens=(used.prompt_tokens_details.cached_tokens or 0) if used.prompt_tokens_details else 0,
        completion_tokens=used.completion_tokens,
        finish=finish,
    )


_RESET = re.compile(r"(?:(\d+)h)?(?:(\d+)m(?!s))?(?:([\d.]+)s)?(?:([\d.]+)ms)?", re.ASCII)
"""A length of time as OpenAI's headers write it: ``1h2m3.5s``, ``20ms``."""


def pause_s(response: httpx2.Response) -> float:
    """Seconds until a limit that this call has used up is there again, by OpenAI's ``x-ratelimit-*`` headers."""
    return max(_reset_s(response.headers, of) for of in ("requests", "tokens"))


def _reset_s(headers: Any, of: str) -> float:
    if headers.get(f"x-ratelimit-remaining-{of}") != "0":
        return 0.0
    reset = _RESET.fullmatch(headers.get(f"x-ratelimit-reset-{of}", ""))
    if not reset:
        return 0.0
    hours, minutes, seconds, milliseconds = (float(part or 0) for part in reset.groups())
    return hours * 3600 + minutes * 60 + seconds + milliseconds / 1000


def refused_or_raise(error: Any, settings: Settings) -> Reply:
    """The reply where a content filter refused the article; anything else is an error.

    ``error`` has ``status_code``, ``code`` and a ``response`` with headers, as openai's have.
    """
    if getattr(error, "code", None) == "content_filter":
        text = "the provider's content filter refused the article"
        return Reply(text, settings.model or "", 0, 0, 0, finish="refused")
    final = status_error(error, settings)
    if isinstance(final, ArticleError) and error.status_code in RETRIED_STATUS:
        headers = error.response.headers
        # a server that failed may have begun; a limit is checked before anything is charged
        billed = error.status_code >= 500 and error.status_code != 503
        raise CallFailed(
            final, wait_s=retry_after_s(headers), limited=error.status_code == 429, billed=billed
        ) from None
    raise final from None


def status_error(error: Any, settings: Settings) -> ExtractorError:
    """What an HTTP status means for a user. Headers and bodies stay out of the message: they may hold secrets."""
    status, code = error.status_code, (getattr(error, "code", None) or "")
    if status == 401:
        return ProviderRejected(f"the server refuses the key (401); check {settings.key_name}")
    if status == 403:
        return ProviderRejected(f"the key has no access to {settings.model} (403)")
    if status == 404:
        return ProviderRejected(
            f"no model {settings.model!r}, or nothing at this base URL (404); check --model and --base-url"
        )
    if code == "insufficient_quota":
        return ProviderRejected("the account has no quota left (insufficient_quota)")
    if code == "context_length_exceeded" or _overlong(error):
        return ProviderFailed(
            f"the article is too long for the model's context{_overlong(error)}; use a model with a longer one"
        )
    shown = f" ({code})" if re.fullmatch(r"[\w.-]{1,50}", str(code)) else ""
    return ProviderFailed(f"the server answered {status}{shown} after {settings.attempts} tries at most")


def _overlong(error: Any) -> str:
    """How much too long, where llama.cpp's server says so: " (9000 tokens of 8192)"."""
    body = getattr(error, "body", None)
    if not isinstance(body, dict) or body.get("type") != "exceed_context_size_error":
        return ""
    sent, most = body.get("n_prompt_tokens"), body.get("n_ctx")
    return f" ({sent} tokens of {most})" if isinstance(sent, int) and isinstance(most, int) else " (exceeded)"


def connection_error(cause: BaseException | None, settings: Settings) -> Exception:
    """What it means that no response came, by what the transport raised."""
    import httpx2
    from vcr.errors import CannotOverwriteExistingCassetteException

    if isinstance(cause, CannotOverwriteExistingCassetteException):
        return NotRecorded(
            f"no recording of this request; set {settings.key_name or 'a key'}, or give --base-url of a server, to ask a model"
        )
    final = ProviderFailed(
        f"the server could not be reached ({type(cause).__name__}) in {settings.attempts} tries; check --base-url and the network"
    )
    # not all that a transport raises is of the network: a blocked socket is not
    if not isinstance(cause, httpx2.TransportError):
        return final
    return CallFailed(final, billed=not isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout))
