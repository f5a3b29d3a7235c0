"""A model in this process: llama.cpp with a GGUF file, constrained by the same schema, without a server or a key of its own.

llama.cpp brings its own HTTP server; it is started on a port of 127.0.0.1 that nobody else has the key to, and spoken to like
any other server of the chat API.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from .chat_api import ChatServer
from .errors import NoModel, ProviderRejected, UsageError
from .modelnames import weights_id
from .replies import Reply, Request
from .settings import Settings

MOST_SLOTS = 8
"""Answers at once, at most: each takes memory for a context of its own."""

BYTES_PER_TOKEN = 3.0
"""Of the prompt, cautiously: tokenizers of current open models take 3.5 to 4.5 bytes of English for one token."""

ARTICLE_TOKENS = 8_192
"""Room for an article and what it is asked again about, where its first one is no longer than that."""

ANSWER_TOKENS = 8_192
"""Room for an answer, where no parameter limits it; the longest recorded one has 7,000."""

STEP_TOKENS = 1_024
LARGEST_CONTEXT = 131_072


class EmbeddedServer:
    """Answers with the model file that the settings name. The file is loaded when the first request comes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._file = Path(settings.model_name.name).expanduser()
        self._loading = asyncio.Lock()
        self._server: Any = None
        self._chat: ChatServer | None = None
        if settings.source == "replay":
            self._chat = ChatServer(settings)
            return
        weights_id(str(self._file))
        try:
            import xllamacpp  # noqa: F401 - whether it is there must be known before anything begins
        except ImportError:
            raise UsageError("--model gguf:… needs the `local` extra: pip install 'armsledger[local]'") from None

    async def close(self) -> None:
        """Close the connections and give the model's memory back."""
        if self._chat:
            await self._chat.close()
        self._chat = None
        if self._server:
            server, self._server = [self._server], None
            await asyncio.to_thread(server.clear)  # it waits for its threads

    async def send(self, request: Request) -> tuple[Reply, float]:
        """As :meth:`extractor.chat_api.ChatServer.send`. Raises NoModel where the file cannot be loaded, and ProviderRejected
        where the model's context does not hold the fixed part of the prompt."""
        async with self._loading:
            if self._chat is None:
                self._chat = await self._load(request)
        # a recording must not depend on where the file lies
        reply, pause_s = await self._chat.send(replace(request, model=self._file.stem))
        return replace(reply, model=self._file.stem), pause_s

    async def _load(self, request: Request) -> ChatServer:
        key, tokens = secrets.token_urlsafe(), context_tokens(request)
        await self._start(tokens, key)
        if not self._settings.recordings:  # what is asked here would be recorded
            context, taken = await self._measured(request, key)
            if context >= tokens and (more := context_tokens(request, fixed=taken)) > tokens:
                await self._start(more, key)
                context, _ = await self._measured(request, key)
            self._check_context(context, taken)
        there = {"base_url": f"{self._server.listening_address}/v1", "api_key": SecretStr(key), "model": "embedded"}
        return ChatServer(self._settings.model_copy(update=there))

    async def _start(self, tokens: int, key: str) -> None:
        self._server = None  # gives the memory back first
        slots = min(self._settings.concurrency, MOST_SLOTS)
        self._server = await asyncio.to_thread(_started, self._file, slots, tokens, key)

    async def _measured(self, request: Request, key: str) -> tuple[int, int]:
        """Tokens that a context holds (at most what the model was trained for), and that the fixed part of the prompt takes."""
        import httpx2

        address = self._server.listening_address
        async with httpx2.AsyncClient(
            headers={"authorization": f"Bearer {key}"}, timeout=60, trust_env=False
        ) as client:
            told = (await client.get(f"{address}/props")).json()
            fixed = (await client.post(f"{address}/tokenize", json={"content": request.messages[0]["content"]})).json()
        return int(told["default_generation_settings"]["n_ctx"]), len(fixed["tokens"])

    def _check_context(self, context: int, taken: int) -> None:
        if taken + STEP_TOKENS > context:
            raise ProviderRejected(
                f"{self._file.name}: its context of {context} tokens is too small: the instructions alone take {taken}, and an "
                "article and its answer come on top; use a model with a context of 32,768 tokens or more"
            )


def context_tokens(request: Request, fixed: float | None = None) -> int:
    """Tokens that each answer's context gets: the fixed part of the prompt (estimated, where it is not given), an article and
    an answer. llama.cpp cuts it to what the model was trained for."""
    first, *others = (len(m["content"].encode("utf-8", "surrogatepass")) / BYTES_PER_TOKEN for m in request.messages)
    needed = (
        (first if fixed is None else fixed) + max(ARTICLE_TOKENS, 2 * sum(others)) + (request.longest or ANSWER_TOKENS)
    )
    return min(LARGEST_CONTEXT, -int(-needed // STEP_TOKENS) * STEP_TOKENS)


def _started(file: Path, slots: int, context: int, key: str) -> Any:
    """llama.cpp's server with the model, once it is loaded."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(file)
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.api_keys = [key]
    parameters.n_parallel = slots
    parameters.n_ctx = slots * context
    parameters.warmup = False
    parameters.fit_params = False  # it would give a smaller context in silence
    parameters.verbosity = -1
    try:
        return xllamacpp.Server(parameters)
    except RuntimeError:
        raise NoModel(
            f"{file}: llama.cpp cannot load it with {slots} contexts of {context} tokens: the file is damaged or of a kind it "
            "does not know, or there is too little memory (try --concurrency 1)"
        ) from None
