"""Shared by all tests: a clean environment, and small articles with answers."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key, no server and no settings of the machine reach a test."""
    for name in (
        "OPENAI_API_KEY",
        "OPENAI_BASE_URL",
        "OPENAI_ORG_ID",
        "OPENAI_PROJECT_ID",
        "EXTRACT_MODEL",
        "EXTRACT_BASE_URL",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def root() -> Path:
    """The repository."""
    return ROOT
