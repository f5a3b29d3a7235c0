"""Whole runs on texts, with a scripted model."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from extractor import Dataset, extract
from extractor.pipeline import AnswersMessages
from extractor.settings import Settings


def scripted_settings(**changes: object) -> Settings:
    """Settings that reach no server."""
    return Settings(**{"model": "scripted", "base_url": "http://127.0.0.1:9/v1", "cassettes": None, **changes})  # type: ignore[arg-type]


def run_texts(
    texts: Mapping[str, str],
    model: AnswersMessages,
    metadata: Mapping[str, Mapping[str, str]] | None = None,
    **settings: object,
) -> Dataset:
    """The dataset of some texts, given by file name."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts.items():
            Path(folder, name).write_bytes(text.encode("utf-8", "surrogatepass"))
        return extract([folder], settings=scripted_settings(**settings), metadata=metadata, model=model)
