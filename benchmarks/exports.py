"""How long every export of a large dataset takes, and how large it is: 10,000 allegations, 5,000 articles."""

from __future__ import annotations

import tempfile
from pathlib import Path
from time import perf_counter

from extractor.exports import FORMATS, export
from tests.big import big_dataset

LIMIT_S = 15.0
"""Seconds that an export may take."""


def main() -> int:
    """Print a table; 1 if a format takes longer than it may."""
    dataset = big_dataset()
    quotes = sum(1 for _ in dataset.evidence())
    print(f"{len(dataset.allegations):,} allegations, {len(dataset.articles):,} articles, {quotes:,} quotes")
    print(f"{'format':<14} {'seconds':>8} {'MB':>8}")
    slow = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in FORMATS:
            path = Path(folder, name)
            started = perf_counter()
            export(dataset, name, path)
            seconds = perf_counter() - started
            size = sum(p.stat().st_size for p in path.rglob("*")) if path.is_dir() else path.stat().st_size
            print(f"{name:<14} {seconds:>8.2f} {size / 1e6:>8.1f}", flush=True)
            slow |= seconds > LIMIT_S
    return slow
