"""Why no answers come: looks at key, URL, model and schema with one small call, and says in words what is wrong and what to do."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from . import articles, prompt
from .chat_faults import Wrong, ask, limited
from .counts import counted
from .errors import ExtractorError, NoModel
from .prices import Prices
from .providers import provider_for
from .replies import SCHEMAS, CallFailed, Reply, Request
from .schemas import Answer, Usage
from .settings import KEY_NAMES, Settings, build
from .store_beside import RESERVE_BYTES
from .store_file import APPLICATION, FILE, VERSION

ARTICLE = "Dorvia's harvest festival opened on Monday. Visitors praised the weather.\n"
"""Alleges nothing, so that the answer is short."""

SLOW_S = 60.0
"""Seconds for an answer to two sentences above which a run takes nights."""

PATIENCE_S = 180.0
"""Seconds after which it is not waited for any longer; a model in this process has as long as its settings say."""

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
    return Finding("store", "fine", f"{file} holds {counted(count, 'answer')}")


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
                reply = await ask(settings, request)
            else:
                reply = await _ask_provider(settings, request)
    except Wrong as wrong:
        return [Finding(wrong.about, "wrong", str(wrong))]
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
            raise Wrong("limit", limited(error.wait_s)) from None
        raise Wrong("call", str(error.final)) from None
    except ExtractorError as error:
        raise Wrong("call", str(error)) from None
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
