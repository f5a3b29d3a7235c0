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

ARTICLE_TOKENS = 12_288
"""Room for an article with an earlier answer about it, at least: loading again for a longer one takes time."""

ANSWER_TOKENS = 8_192
"""Room for an answer, where no parameter limits it; the longest recorded one has 7,000."""

STEP_TOKENS = 1_024
LARGEST_CONTEXT = 131_072


class EmbeddedServer:
    """Answers with the model file that the settings name. The file is loaded when the first request comes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._file = Path(settings.model_name.name).expanduser()
        self._calm = asyncio.Condition()
        self._in_flight = 0
        self._server: Any = None
        self._started_with: int | None = None
        self._context: int | None = None
        self._fixed: int | None = None
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
        async with self._calm:
            await self._calm.wait_for(lambda: self._holds(request) or not self._in_flight)
            if not self._holds(request):
                await self._load(request)
            self._in_flight += 1
        try:
            assert self._chat  # noqa: S101 - loaded above
            # a recording must not depend on where the file lies
            reply, pause_s = await self._chat.send(replace(request, model=self._file.stem))
        finally:
            async with self._calm:
                self._in_flight -= 1
                self._calm.notify_all()
        return replace(reply, model=self._file.stem), pause_s

    def _holds(self, request: Request) -> bool:
        """Whether the model is loaded with a context that is large enough, or as large as its contexts get."""
        if self._chat is None:
            return False
        return self._context is None or context_tokens(request, self._fixed) <= self._context

    async def _load(self, request: Request) -> None:
        if self._chat:
            await self._chat.close()
            self._chat = None
        key, tokens = secrets.token_urlsafe(), context_tokens(request, self._fixed)
        await self._start(tokens, key)
        if not self._settings.recordings:  # what is asked here would be recorded
            context, self._fixed = await self._measured(request, key)
            if context >= tokens and (more := context_tokens(request, self._fixed)) > tokens:
                tokens = more
                await self._start(tokens, key)
                context, _ = await self._measured(request, key)
            self._check_context(context, self._fixed)
            self._context = tokens if context >= tokens else None
        there = {"base_url": f"{self._server.listening_address}/v1", "api_key": SecretStr(key), "model": "embedded"}
        self._chat = ChatServer(self._settings.model_copy(update=there))

    async def _start(self, tokens: int, key: str) -> None:
        self._server = None  # gives the memory back first
        slots = min(self._settings.concurrency, MOST_SLOTS)
        try:
            self._server = await asyncio.to_thread(_started, self._file, slots, tokens, key)
        except NoModel:
            if self._started_with is None:
                raise
            tokens = self._started_with  # too little memory for more: the long article fails, and not the run
            self._server = await asyncio.to_thread(_started, self._file, slots, tokens, key)
        self._started_with = tokens

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
