"""Why no answers come: looks at key, URL, model and schema with one small call, and says in words what is wrong and what to do."""

from __future__ import annotations

import asyncio
import difflib
import json
import os
import re
import shutil
import socket
import sqlite3
import ssl
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from . import articles, prompt
from .chat_api import read_completion
from .errors import ExtractorError, NoModel
from .prices import Prices
from .providers import provider_for
from .replies import SCHEMAS, CallFailed, Reply, Request, chat_body
from .schemas import Answer, Usage
from .settings import KEY_NAMES, Settings, build
from .store_beside import RESERVE_BYTES
from .store_file import APPLICATION, FILE, VERSION

if TYPE_CHECKING:
    import httpx2

ARTICLE = "Dorvia's harvest festival opened on Monday. Visitors praised the weather.\n"
"""Alleges nothing, so that the answer is short."""

SLOW_S = 60.0
"""Seconds for an answer to two sentences above which a run takes nights."""

PATIENCE_S = 180.0
"""Seconds after which it is not waited for any longer; a model in this process has as long as its settings say."""

OPENAI_URL = "https://api.openai.com/v1"
NEAR_NAMES = 5

Verdict = Literal["fine", "note", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look gave."""

    about: str
    """What was looked at, in a word."""
    verdict: Verdict
    """note: works, but is worth knowing. wrong: no run can succeed, or none as asked for."""
    message: str
    """What is the case; with what to do, unless it is fine. No key, and no article's text."""

    def __str__(self) -> str:
        return f"{self.verdict:<5}  {self.about}: {self.message}"


class _Wrong(Exception):
    """The look ends here."""

    def __init__(self, about: str, message: str) -> None:
        super().__init__(message)
        self.finding = Finding(about, "wrong", message)


def diagnose(**arguments: Any) -> list[Finding]:
    """What is the case with the settings that ``arguments`` and all other sources give (:func:`extractor.settings.build`).

    Makes one call, which costs what a short article costs. Raises UsageError where a setting itself is wrong.
    """
    found = [_sources()]
    try:
        settings = build(**arguments)
    except NoModel as error:
        return [*found, Finding("key", "wrong", str(error))]
    found += [*_who(settings), _store(settings), _price(settings)]
    if settings.source == "replay":
        return found
    return [*found, *asyncio.run(_call(settings))]


# Without a call ------------------------------------------------------------------------------------------------------


def _sources() -> Finding:
    """Where settings come from, by name only."""
    files = []
    for name in ("pyproject.toml", "extractor.toml"):
        try:
            content = tomllib.loads(Path(name).read_text("utf-8"))
        except (OSError, ValueError):
            continue
        if name == "extractor.toml" or "extractor" in content.get("tool", {}):
            files.append(f"[tool.extractor] of {name}" if name == "pyproject.toml" else name)
    known = {*KEY_NAMES.values(), "OPENAI_BASE_URL", "GOOGLE_API_KEY"}
    variables = sorted(name for name in os.environ if name in known or name.startswith("EXTRACT_"))
    read = [*files, *variables]
    folder = Path.cwd()
    return Finding(
        "settings", "fine", f"from {', '.join(read)}; in {folder}" if read else f"no file sets any in {folder}"
    )


def _who(settings: Settings) -> Iterator[Finding]:
    if settings.source == "replay":
        told = f"no key and no server: runs replay the recorded answers in {settings.recordings}, and nothing is asked"
        name = settings.key_name
        advice = (
            "" if settings.replay else f"; set {name}, or give --base-url (OPENAI_BASE_URL) of a server of your own"
        )
        yield Finding("key", "note" if settings.replay else "wrong", told + advice)
        return
    yield Finding("model", "fine", f"{settings.model} at {settings.server}")
    if settings.model_name.provider == "gguf":
        yield Finding("key", "fine", "none needed: the model runs in this process")
    elif settings.key:
        yield Finding("key", "fine", f"there is one ({settings.key_name} or a setting)")
    else:
        yield Finding("key", "note", f"none; servers of your own need none, others do: set {settings.key_name}")


def _store(settings: Settings) -> Finding:
    folder = settings.store
    if folder is None:
        return Finding("store", "note", "none: every answer is paid for again; name its folder with --store")
    nearest = next((p for p in (folder, *folder.absolute().parents) if p.exists()), Path("/"))
    if not nearest.is_dir():
        return Finding("store", "wrong", f"{nearest} is no folder; choose another one with --store")
    if not os.access(nearest, os.W_OK | os.X_OK):
        return Finding("store", "wrong", f"{nearest} cannot be written to; choose another folder with --store")
    if shutil.disk_usage(nearest).free < 2 * RESERVE_BYTES:
        return Finding(
            "store", "wrong", f"no room on the disk of {nearest}; free some space, or choose another --store"
        )
    file = folder / FILE
    if not file.exists():
        return Finding("store", "fine", f"{folder} will be made by the first run")
    return _store_file(file)


def _store_file(file: Path) -> Finding:
    """Without changing it: a run would move a damaged one aside."""
    if not os.access(file, os.W_OK):
        return Finding("store", "wrong", f"{file} cannot be written to; make it writable, or choose another --store")
    try:
        with sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True) as opened:
            ours, version = (opened.execute(f"PRAGMA {p}").fetchone()[0] for p in ("application_id", "user_version"))
            count = opened.execute("SELECT count(*) FROM replies").fetchone()[0] if ours == APPLICATION else 0
        opened.close()
    except sqlite3.Error as error:
        return Finding(
            "store", "wrong", f"{file} is damaged or locked ({error}); move it aside, or choose another --store"
        )
    if ours != APPLICATION:
        return Finding("store", "wrong", f"{file} is a database of another program; choose another folder with --store")
    if version != VERSION:
        told = f"{file} has format {version}, this version reads {VERSION}; choose another folder with --store"
        return Finding("store", "wrong", told)
    return Finding("store", "fine", f"{file} holds {count:,} answers")


def _price(settings: Settings) -> Finding:
    prices = Prices(settings.model, settings.price)
    usd = prices.usd(Usage(calls=1, prompt_tokens=1_000_000, cached_tokens=0, completion_tokens=0))
    if usd is None:
        told = f"unknown for {settings.model}: costs are not told and --budget cannot be kept; give --price IN,OUT"
        return Finding("price", "wrong" if settings.budget else "note", told)
    if settings.price is None and usd:
        return Finding("price", "fine", f"known {prices.source}")
    return Finding("price", "fine", prices.source if usd else "nothing to pay")


# The call ------------------------------------------------------------------------------------------------------------


async def _call(settings: Settings) -> list[Finding]:
    document = articles.read(ARTICLE, "doctor.txt")
    request = Request(str(settings.model), prompt.messages(document), Answer, settings.parameters)
    embedded = settings.model_name.provider == "gguf"
    patience_s = settings.timeout_s if embedded else min(settings.timeout_s, PATIENCE_S)
    began = time.monotonic()
    try:
        async with asyncio.timeout(patience_s):
            if settings.model_name.provider == "openai":
                reply = await _ask_chat(settings, request)
            else:
                reply = await _ask_provider(settings, request)
    except _Wrong as wrong:
        return [wrong.finding]
    except TimeoutError:
        told = f"no answer in {patience_s:g} s: the server is overloaded, or the model too large for its machine"
        return [Finding("call", "wrong", told)]
    return list(_about_reply(reply, settings, time.monotonic() - began))


async def _ask_provider(settings: Settings, request: Request) -> Reply:
    """Through the provider's own module, whose errors say already what to do."""
    provider = provider_for(settings.model_copy(update={"record": None, "attempts": 1}))
    try:
        reply, _ = await provider.send(request)
    except CallFailed as error:
        if error.limited:
            raise _Wrong("limit", _limited(error.wait_s)) from None
        raise _Wrong("call", str(error.final)) from None
    except ExtractorError as error:
        raise _Wrong("call", str(error)) from None
    finally:
        await provider.close()
    return reply


def _about_reply(reply: Reply, settings: Settings, seconds: float) -> Iterator[Finding]:
    usage = reply.usage
    usd = Prices(settings.model, settings.price).usd(usage)
    cost = "price unknown" if usd is None else f"{usd:.4f} USD"
    took = f"{seconds:.1f} s, {usage.prompt_tokens:,} tokens sent, {usage.completion_tokens:,} answered, {cost}"
    yield Finding("call", "fine", f"answered by {reply.model or 'a model without a name'}: {took}")
    yield _about_answer(reply)
    if seconds > SLOW_S:
        told = f"{seconds:.0f} s for two sentences: a run takes long; try a smaller model, or a machine with a GPU"
        yield Finding("speed", "note", told)
    if not usage.prompt_tokens or not usage.completion_tokens:
        told = "the server does not say how many tokens it took: costs are not counted"
        advice = " and --budget cannot be kept; leave it out" if settings.budget else ""
        yield Finding("usage", "wrong" if settings.budget else "note", told + advice)


def _about_answer(reply: Reply) -> Finding:
    if reply.finish == "length":
        told = (
            "cut off, though there was nothing to report: raise max_completion_tokens in [tool.extractor.parameters] or the "
            "server's context length; a model that talks on without end is too weak for this"
        )
        return Finding("answer", "wrong", told)
    if reply.finish == "refused":
        return Finding("answer", "wrong", "refused two harmless sentences; use another model")
    try:
        answer = json.loads(reply.text)
    except ValueError:
        answer = None
    if not obeys(answer, SCHEMAS[Answer]()):
        told = (
            "does not have the form that was asked for: the server took the schema and ignored it, constrained decoding is not "
            "active. Use a server or a model that supports response_format json_schema (docs/providers.md); runs would ask "
            "again and again"
        )
        return Finding("schema", "wrong", told)
    return Finding("schema", "fine", "taken, and the answer obeys it")


def obeys(value: Any, schema: dict[str, Any]) -> bool:
    """Whether a value has the form that a schema of ours demands: of its keywords, those that ours use."""
    defs = schema.get("$defs", {})

    def holds(value: Any, about: dict[str, Any]) -> bool:
        if "$ref" in about:
            return holds(value, defs[about["$ref"].rsplit("/", 1)[-1]])
        if "anyOf" in about:
            return any(holds(value, one) for one in about["anyOf"])
        if "enum" in about and value not in about["enum"]:
            return False
        match about.get("type"):
            case "object":
                known = about["properties"]
                return (
                    isinstance(value, dict)
                    and set(about["required"]) <= set(value) <= set(known)
                    and all(holds(v, known[n]) for n, v in value.items())
                )
            case "array":
                return isinstance(value, list) and all(holds(item, about["items"]) for item in value)
            case "integer" | "number":
                return isinstance(value, int | float) and not isinstance(value, bool)
            case "null":
                return value is None
            case "boolean":
                return isinstance(value, bool)
            case _:
                return isinstance(value, str)

    return holds(value, schema)


# The chat API, close up ----------------------------------------------------------------------------------------------


async def _ask_chat(settings: Settings, request: Request) -> Reply:
    """Speaks to the server directly, to see what the client's library would hide. Raises _Wrong."""
    import httpx2

    url = (settings.base_url or OPENAI_URL).rstrip("/")
    if not re.match(r"https?://[^/]", url):
        raise _Wrong("url", f"{settings.server}: begin it with http:// or https://, and end it with /v1 as a rule")
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
            raise _Wrong("url", f"{settings.server} does not answer: is the server up, and the network?") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise _Wrong("url", unreachable(error, settings.server)) from None
        if response.status_code == 200 and _is_json(response):
            return _read(response)
        raise _Wrong(*await _Chat(settings, client, url).why(response))


def _read(response: httpx2.Response) -> Reply:
    try:
        return read_completion(response.content)
    except ExtractorError as error:
        raise _Wrong("url", str(error)) from None


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
    from .waiting import retry_after_s

    return _limited(retry_after_s(response.headers))


def _limited(wait_s: float | None) -> str:
    when = f"in {wait_s:.0f} s" if wait_s else "later"
    return f"too many requests, or the quota is used up (429): try again {when}; runs wait for it, --rpm and --tpm keep below it"


def _plain(url: str) -> str:
    """A URL without user name and password."""
    return re.sub(r"//[^/@]*@", "//", url).partition("?")[0]
