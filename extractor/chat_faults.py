"""What is wrong with a server of the chat API that does not answer as it should, in words, and what to do."""

from __future__ import annotations

import difflib
import json
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .chat_api import read_completion
from .errors import ExtractorError
from .replies import Reply, Request, chat_body
from .settings import Settings
from .waiting import retry_after_s

if TYPE_CHECKING:
    import httpx2

OPENAI_URL = "https://api.openai.com/v1"
NEAR_NAMES = 5
"""Names of models that are shown at most, where the one asked for is not known."""


class Wrong(Exception):
    """Why no answer comes."""

    def __init__(self, about: str, message: str) -> None:
        super().__init__(message)
        self.about = about
        """What is wrong, in a word."""


async def ask(settings: Settings, request: Request) -> Reply:
    """The reply, by speaking to the server directly, to see what the client's library would hide. Raises Wrong."""
    import httpx2

    url = (settings.base_url or OPENAI_URL).rstrip("/")
    if not re.match(r"https?://[^/]", url):
        raise Wrong("url", f"{settings.server}: begin it with http:// or https://, and end it with /v1 as a rule")
    key = settings.key.get_secret_value() if settings.key else "none"
    async with httpx2.AsyncClient(
        headers={"authorization": f"Bearer {key}"}, timeout=settings.timeout_s, follow_redirects=True
    ) as client:
        try:
            response = await client.post(
                f"{url}/chat/completions",
                content=chat_body(request),
                headers={"content-type": "application/json"},
            )
        except httpx2.TimeoutException:
            raise Wrong("url", f"{settings.server} does not answer: is the server up, and the network?") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise Wrong("url", unreachable(error, settings.server)) from None
        if response.status_code == 200 and _is_json(response):
            return _read(response)
        raise Wrong(*await _Chat(settings, client, url).why(response))


def _read(response: httpx2.Response) -> Reply:
    try:
        return read_completion(response.content)
    except ExtractorError as error:
        raise Wrong("url", str(error)) from None


def _is_json(response: httpx2.Response) -> bool:
    try:
        return isinstance(response.json(), dict)
    except ValueError:
        return False


@dataclass(frozen=True)
class _Chat:
    """A server that did not give an answer, and what else can be asked of it at no cost."""

    settings: Settings
    client: httpx2.AsyncClient
    url: str

    async def why(self, response: httpx2.Response) -> tuple[str, str]:
        """What is wrong, and about what."""
        status, error = response.status_code, _error(response)
        code, told = str(error.get("code") or error.get("type") or ""), _told(error)
        server = self.settings.server
        if status == 401:
            return "key", self._key_refused()
        if status == 403:
            return "key", f"has no access to {self.settings.model} at {server} (403); check the project's permissions"
        if status == 429:
            if code == "insufficient_quota":
                return "quota", "the account has no quota left (insufficient_quota); add credit, or use another key"
            return "limit", _limited_by(response)
        if status == 404 or not _is_json(response):
            return await self._not_there(response, told)
        if "model" in told and re.search(r"not.{0,9}(?:found|exist)|unknown|invalid model|no such", told):
            return "model", await self._no_such_model()
        if status in {400, 422} and re.search(r"response_format|json_schema|schema|grammar|guided|structured", told):
            return "schema", (
                f"the server refuses the schema ({status}): it or the model cannot constrain answers by a JSON schema "
                "(response_format json_schema); use a newer server, or another model (docs/providers.md)"
            )
        for name in self.settings.parameters:
            if status in {400, 422} and name in told:
                return "parameters", f"the server refuses {name} ({status}); change it in [tool.extractor.parameters]"
        if "context" in told:
            return "context", "the prompt does not fit the model's context; raise the server's context length to 32,768"
        shown = f" ({code})" if re.fullmatch(r"[\w.-]{1,50}", code) else ""
        advice = "its own log says more" if status >= 500 else "it refuses the request; its own log says more"
        return "call", f"{server} answers {status}{shown}: {advice}"

    def _key_refused(self) -> str:
        name = self.settings.key_name
        if self.settings.key:
            return f"{self.settings.server} refuses it (401); check {name}: is it this server's, whole and not expired?"
        return f"{self.settings.server} wants one (401); set {name}"

    async def _not_there(self, response: httpx2.Response, told: str) -> tuple[str, str]:
        """404, or no JSON at all: a wrong path, a web page, or a model's name that the server does not know."""
        server = self.settings.server
        if await self._models(self.url):
            return "model", await self._no_such_model()
        for better in (
            f"{self.url}/v1",
            self.url.removesuffix("/chat/completions"),
            f"{self.url.rsplit('/', 1)[0]}/v1",
        ):
            if better != self.url and await self._models(better):
                return (
                    "url",
                    f"nothing at {server} ({response.status_code}), but at {_plain(better)}: give --base-url {_plain(better)}",
                )
        if "model" in told:
            return "model", f"{self.settings.model} is not known at {server} ({response.status_code}); check --model"
        if "html" in response.headers.get("content-type", "") or response.text.lstrip()[:1] == "<":
            return (
                "url",
                f"{server} is a web page and no API ({response.status_code}); give the API's root, mostly …/v1",
            )
        return "url", f"no chat API at {server} ({response.status_code}); the root of one mostly ends in /v1"

    async def _no_such_model(self) -> str:
        names = await self._models(self.url)
        near = difflib.get_close_matches(str(self.settings.model), names, NEAR_NAMES, cutoff=0.4)
        listed = near or sorted(names)[:NEAR_NAMES]
        others = f"; there {'are near it' if near else 'are'}: {', '.join(listed)}" if listed else "; check --model"
        return f"{self.settings.model} is not known at {self.settings.server}{others}"

    async def _models(self, url: str) -> list[str]:
        """Names of the models that a server offers; none where it does not tell."""
        import httpx2

        try:
            listed = (await self.client.get(f"{url}/models", timeout=20)).json()["data"]
            names = [str(model["id"]) for model in listed]
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, KeyError, TypeError):
            return []
        return [name for name in names if re.fullmatch(r"[\w.:/@+-]{1,100}", name)]


def unreachable(error: BaseException, server: str) -> str:
    """Why no connection came about, from the transport's error and what it was caused by."""
    causes = list(_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return f"no such host: {server}; check --base-url and the network"
    tls = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    if isinstance(tls, ssl.SSLCertVerificationError):
        why = tls.verify_message or "not trusted"
        return f"{server} has a certificate that cannot be trusted ({why}); check the address, or set SSL_CERT_FILE"
    if tls:
        return f"{server} does not speak TLS ({tls.reason or 'handshake failed'}); a server of your own is mostly at http://, not https://"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return (
            f"nothing listens at {server} (connection refused); start the server, or check host and port in --base-url"
        )
    return f"{server} could not be reached ({type(error).__name__}); check --base-url and the network"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for one in error.exceptions:
                yield from _causes(one)
        error = error.__cause__ or error.__context__


def _error(response: httpx2.Response) -> dict[str, Any]:
    """The error that a body tells, in the forms that servers give it."""
    body = response.json() if _is_json(response) else {}
    error = body.get("error", body)
    return error if isinstance(error, dict) else {"message": str(error)}


def _told(error: dict[str, Any]) -> str:
    """All words of an error, to look for what it names; never shown: a server may repeat what it was sent."""
    return json.dumps(error, ensure_ascii=False).lower()


def _limited_by(response: httpx2.Response) -> str:
    return limited(retry_after_s(response.headers))


def limited(wait_s: float | None) -> str:
    """What 429 means, and when to try again."""
    when = f"in {wait_s:.0f} s" if wait_s else "later"
    return f"too many requests, or the quota is used up (429): try again {when}; runs wait for it, --rpm and --tpm keep below it"


def _plain(url: str) -> str:
    """A URL without user name and password."""
    return re.sub(r"//[^/@]*@", "//", url).partition("?")[0]
