"""What a run tells to logs and traces: never a key, and no article's text.

Logs go through the standard :mod:`logging`, under ``extractor``. Spans follow OpenTelemetry's semantic conventions for
generative AI (``gen_ai.*``, version 1.38) and need the ``telemetry`` extra; without it, or without a configured exporter,
nothing is done.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Protocol, TextIO

from .errors import ExtractorError
from .replies import CallFailed, Reply, Request

ROOT = "extractor"
"""The logger above all of this package's."""

_FINISH = {"stop": "stop", "length": "length", "refused": "content_filter"}


class JsonLines(logging.Formatter):
    """Each record as one JSON object: ``at``, ``level``, ``logger``, ``event``, and what was given as ``extra``."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        told = {k: v for k, v in vars(record).items() if k not in _ALWAYS}
        fields: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        for name, value in told.items():
            fields |= asdict(value) if is_dataclass(value) and not isinstance(value, type) else {name: value}
        return json.dumps(fields, ensure_ascii=False, default=str)


_ALWAYS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def log_json(stream: TextIO) -> Callable[[], None]:
    """Send this package's records of level INFO and above to a stream, a JSON object a line; gives what ends it."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger(ROOT)
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)

    def end() -> None:
        logger.removeHandler(handler)
        logger.setLevel(before)

    return end


class _Span(Protocol):
    def set_attribute(self, key: str, value: Any) -> None: ...


@contextmanager
def call_span(request: Request, article: str, server: str) -> Iterator[CallSpan]:
    """A span around one call. Within the block, tell it the reply."""
    tracer = _tracer()
    if tracer is None:
        yield CallSpan(None)
        return
    from opentelemetry.trace import SpanKind

    provider = server if "://" not in server else "openai"  # of the API that is spoken, by the conventions' list
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": request.model,
        "gen_ai.output.type": "json",
        "armsledger.article": article,
    }
    with tracer.start_as_current_span(
        f"chat {request.model}", kind=SpanKind.CLIENT, attributes=attributes, record_exception=False
    ) as span:
        try:
            yield CallSpan(span)
        except (CallFailed, ExtractorError) as error:
            # not the message: the class of what the caller would be told
            span.set_attribute("error.type", type(error.final if isinstance(error, CallFailed) else error).__name__)
            raise


class CallSpan:
    """What a span learns of its call."""

    def __init__(self, span: _Span | None) -> None:
        self._span = span

    def replied(self, reply: Reply) -> None:
        """The call went well."""
        if self._span is None:
            return
        for name, value in (
            ("gen_ai.response.model", reply.model),
            ("gen_ai.response.finish_reasons", [_FINISH[reply.finish]]),
            ("gen_ai.usage.input_tokens", reply.prompt_tokens),
            ("gen_ai.usage.cache_read.input_tokens", reply.cached_tokens),
            ("gen_ai.usage.output_tokens", reply.completion_tokens),
        ):
            self._span.set_attribute(name, value)
        if reply.cache_written_tokens:  # few providers tell
            self._span.set_attribute("gen_ai.usage.cache_creation.input_tokens", reply.cache_written_tokens)


@cache
def _tracer() -> Any:
    try:
        from opentelemetry import trace
    except ImportError:
        return None
    from importlib.metadata import version

    return trace.get_tracer("armsledger", version("armsledger"))
