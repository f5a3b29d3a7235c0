"""Logs and spans: every call is told, and neither a key nor an article's text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from extractor import extract
from extractor.telemetry import log_json
from tests.examples import ARTICLE, answer
from tests.runs import scripted_settings
from tests.server import Reply, serving

GOOD = Reply(content=json.dumps(answer()))
KEY = "sk-SECRETKEY"


@pytest.fixture(scope="module")
def exporter() -> InMemorySpanExporter:
    """Spans end up here; OpenTelemetry takes one provider for the life of a process."""
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    trace.set_tracer_provider(provider)
    return kept


@pytest.fixture
def spans(exporter: InMemorySpanExporter) -> InMemorySpanExporter:
    exporter.clear()
    return exporter


def run(folder: Path, *steps: Reply, **settings: object) -> None:
    (folder / "one.txt").write_text(ARTICLE, "utf-8")
    with serving(*steps) as script:
        extract([folder / "one.txt"], settings=scripted_settings(base_url=script.url, api_key=KEY, **settings))


def test_each_call_is_a_span_by_the_conventions(tmp_path: Path, spans: InMemorySpanExporter) -> None:
    run(tmp_path, Reply(status=500), GOOD)
    failed, answered = spans.get_finished_spans()
    assert answered.name == "chat scripted"
    assert answered.kind is trace.SpanKind.CLIENT
    told = dict(answered.attributes or {})
    assert told.pop("armsledger.article") == (tmp_path / "one.txt").as_posix()
    assert told == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "scripted",
        "gen_ai.output.type": "json",
        "gen_ai.response.model": "scripted/scripted",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.cache_read.input_tokens": 900,
        "gen_ai.usage.output_tokens": 50,
    }
    assert dict(failed.attributes or {})["error.type"] == "ProviderFailed"
    assert failed.status.status_code is trace.StatusCode.ERROR


def test_the_log_has_a_line_for_every_call_and_article(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    with path.open("w", encoding="utf-8") as stream:
        end = log_json(stream)
        run(tmp_path, Reply(status=429), GOOD)
        end()
        run(tmp_path, GOOD)  # no longer listened to
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [(line["event"], line.get("outcome")) for line in lines] == [
        ("started", None),
        ("call", "limited"),
        ("call", "answered"),
        ("extracted", None),
    ]
    call = lines[2]
    assert call["article"] == lines[3]["article"] == (tmp_path / "one.txt").as_posix()
    assert (call["attempt"], call["model"], call["prompt_tokens"]) == (2, "scripted/scripted", 1000)
    assert call["latency_s"] >= 0


def test_neither_key_nor_text_is_in_logs_spans_or_store(tmp_path: Path, spans: InMemorySpanExporter) -> None:
    log, store = tmp_path / "log.jsonl", tmp_path / "store"
    with log.open("w", encoding="utf-8") as stream:
        end = log_json(stream)
        run(tmp_path, Reply(status=500), Reply(content="no JSON"), GOOD, store=store)
        end()
    told = log.read_text("utf-8") + "".join(_everything(s) for s in spans.get_finished_spans())
    assert len(told) > 1000
    assert "SECRET" not in told
    assert not [line for line in ARTICLE.splitlines() if len(line) > 20 and line in told]
    assert b"SECRET" not in b"".join(p.read_bytes() for p in store.iterdir())


def _everything(span: ReadableSpan) -> str:
    return str(span.to_json())
