"""Rewrite the golden files from the present code."""

from __future__ import annotations

from pathlib import Path

from extractor.prompt import system_message
from tests.test_cli import extract

HERE = Path(__file__).parent

(HERE / "prompt.md").write_text(system_message(), "utf-8")
for command in ("", "run"):
    shown = extract(*command.split(), "--help", cwd=HERE).stdout
    (HERE / f"help{'-' if command else ''}{command}.txt").write_text(shown, "utf-8")
