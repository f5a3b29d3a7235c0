"""A request to a model and its reply, in the form that providers, the store and batches share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from typing import Any, Literal

from .errors import ArticleError
from .schemas import (
    Answer,
    Draft,
    PairVerdict,
    SupportAnswer,
    Usage,
    answer_schema,
    pair_verdict_schema,
    support_schema,
)

Message = dict[str, str]
"""``role`` and ``content``, as the chat API takes them."""

SCHEMAS: Mapping[type[Draft], Callable[[], dict[str, Any]]] = {
    Answer: answer_schema,
    PairVerdict: pair_verdict_schema,
    SupportAnswer: support_schema,
}
"""What can be asked for."""

Finish = Literal["stop", "length", "refused"]
"""length: the answer was cut off. refused: the text says by whom and why."""

OUTPUT_LIMITS = ("max_completion_tokens", "max_tokens")
"""Names that servers know the limit of an answer's length by."""


@dataclass(frozen=True)
class Request:
    """One call, whoever answers it."""

    model: str
    """As the server knows it."""
    messages: list[Message]
    """The conversation, the fixed part first."""
    kind: type[Draft]
    """What is asked for: one of ``SCHEMAS``."""
    parameters: Mapping[str, Any]
    """Further request parameters, sent as they are."""
    output_limit: int | None = None
    """Tokens that the answer may have, where a budget sets a limit that the parameters do not. A complete answer is the
    same with or without it."""

    def key(self, server: str) -> str:
        """Hash of everything that can change the answer: what stored answers are kept by."""
        first, *others = self.messages
        choices = json.dumps([server, self.model, self.parameters], sort_keys=True)
        hashed = _begun(choices, self.kind, first["role"], first["content"]).copy()
        for message in others:
            hashed.update(_hashable(message["role"], message["content"]))
        return hashed.hexdigest()

    @cached_property
    def size(self) -> int:
        """UTF-8 bytes of the messages and the schema. No token is shorter than a byte, so there are fewer tokens."""
        return sum(_size(m["content"]) + 16 for m in self.messages) + _schema_size(self.kind)

    @property
    def longest(self) -> int | None:
        """Tokens that the answer can have at most; None where nothing limits it."""
        return self.output_limit or next((int(self.parameters[n]) for n in OUTPUT_LIMITS if n in self.parameters), None)

    def with_room(self) -> Request | None:
        """The same with twice the room for the answer; None where the server's own limit holds."""
        if self.output_limit:
            return replace(self, output_limit=2 * self.output_limit)
        raised = {n: 2 * int(self.parameters[n]) for n in OUTPUT_LIMITS if n in self.parameters}
        return replace(self, parameters={**self.parameters, **raised}) if raised else None


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back from a call that went well as such: an answer, a refusal, or the beginning of an answer."""

    text: str
    """As the model wrote it."""
    model: str
    """The name that the server gives."""
    prompt_tokens: int
    """Sent, the cached ones included."""
    cached_tokens: int
    """Of these, served from the provider's prompt cache."""
    completion_tokens: int
    """Answered, reasoning included."""
    finish: Finish = "stop"
    """How it ended."""
    batched: bool = False
    """Whether it came from a batch, at half price."""
    cache_written_tokens: int = 0
    """Of the tokens sent, written into the prompt cache, for which Anthropic asks a quarter more."""

    @property
    def usage(self) -> Usage:
        """What it took."""
        return Usage(
            calls=1,
            prompt_tokens=self.prompt_tokens,
            cached_tokens=self.cached_tokens,
            completion_tokens=self.completion_tokens,
            cache_written_tokens=self.cache_written_tokens,
        )


@lru_cache(64)
def _begun(choices: str, kind: type[Draft], role: str, content: str) -> hashlib._Hash:
    """The hash of what is the same for every article: the fixed part of the prompt is long."""
    return hashlib.sha256(f"{choices}{schema_sha256(kind)}".encode() + _hashable(role, content))


def _hashable(role: str, content: str) -> bytes:
    return f"\0{role}\0{content}".encode("utf-8", "surrogatepass")


@cache
def schema_sha256(kind: type[Draft]) -> str:
    """Hash of the schema that constrains an answer of this kind."""
    return hashlib.sha256(json.dumps(SCHEMAS[kind](), sort_keys=True).encode()).hexdigest()


@cache
def response_format(kind: type[Draft]) -> dict[str, Any]:
    """The request parameter that constrains the answer; ``strict``, without which the schema is a mere suggestion."""
    schema = SCHEMAS[kind]()
    return {"type": "json_schema", "json_schema": {"name": kind.__name__, "strict": True, "schema": schema}}


@lru_cache(16)  # the fixed part of the prompt stays, articles come and go
def _size(content: str) -> int:
    return len(content.encode("utf-8", "surrogatepass"))


@cache
def _schema_size(kind: type[Draft]) -> int:
    return len(json.dumps(SCHEMAS[kind]()))


@cache
def encoded_format(kind: type[Draft]) -> bytes:
    """``response_format`` as JSON, encoded once."""
    return json.dumps(response_format(kind), ensure_ascii=False, separators=(",", ":")).encode()


def chat_body(request: Request) -> bytes:
    """The request as the chat API takes it, UTF-8 JSON. The fixed parts are encoded once and not for every article."""
    further = {
        **request.parameters,
        **({"max_completion_tokens": request.output_limit} if request.output_limit else {}),
    }
    # lone surrogates must be escaped: they have no UTF-8 form
    options = "".join(f",{json.dumps(name)}:{json.dumps(value)}" for name, value in further.items())
    messages = b",".join(_encoded(m["role"], m["content"]) for m in request.messages)
    return b'{"model":%b,"messages":[%b],"response_format":%b%b}' % (
        json.dumps(request.model).encode(),
        messages,
        encoded_format(request.kind),
        options.encode(),
    )


def _encoded(role: str, content: str) -> bytes:
    return _encoded_once(role, content) if role == "system" else _encode(role, content)


def _encode(role: str, content: str) -> bytes:
    text = json.dumps({"role": role, "content": content}, ensure_ascii=False)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps({"role": role, "content": content}).encode()


@cache
def _encoded_once(role: str, content: str) -> bytes:
    return _encode(role, content)


class CallFailed(Exception):
    """A call that failed and may go well when it is tried again. Caught where calls are retried, never seen outside."""

    def __init__(
        self, final: ArticleError, *, wait_s: float | None = None, limited: bool = False, billed: bool = False
    ) -> None:
        super().__init__(str(final))
        self.final = final
        """What the caller is told if every try fails."""
        self.wait_s = wait_s
        """Seconds that the server asks to wait, if it does."""
        self.limited = limited
        """Whether it was too much for the server (429), and no fault of it."""
        self.billed = billed
        """Whether the provider may charge for it: the request had reached it."""
