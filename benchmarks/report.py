"""The report of 10,000 allegations and 5,000 articles: how long it takes to write, to paint and to search."""

from __future__ import annotations

import tempfile
from pathlib import Path
from time import perf_counter

from extractor.report import write
from tests.big import big_dataset
from tests.browser import apart, browser, tab

WRITTEN_S, PAINTED_MS, SEARCHED_MS = 10.0, 1500.0, 100.0
"""What it may take at most."""

SEARCH = """async (words) => {
  const field = document.querySelector("input[name=q]");
  const began = performance.now();
  field.value = words;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise(requestAnimationFrame);
  await new Promise((next) => setTimeout(next));
  return performance.now() - began;
}"""


def main() -> int:
    """Print the figures; 1 if one is over its limit."""
    dataset = apart(big_dataset)
    with tempfile.TemporaryDirectory() as folder, browser() as opened:
        path = Path(folder, "report.html")
        began = perf_counter()
        write(dataset, path, {})
        written = perf_counter() - began
        painted, searched = [], []
        for _ in range(3):
            with tab(opened, path.as_uri()) as found:
                page = found.page
                page.wait_for_selector("tr[data-id]")
                page.wait_for_function("document.readyState === 'complete'")
                paint = (
                    "performance.getEntriesByType('paint').find((e) => e.name === 'first-contentful-paint').startTime"
                )
                painted.append(page.evaluate(paint))
                page.evaluate(SEARCH, "warm up")
                page.wait_for_timeout(1000)
                searched += [page.evaluate(SEARCH, words) for words in ("houthi", "drones russia", "no such words")]
        size = path.stat().st_size / 1e6
    print(f"{len(dataset.allegations):,} allegations, {len(dataset.articles):,} articles: {size:.1f} MB")
    worst = {
        "written s": (written, WRITTEN_S),
        "first paint ms": (max(painted), PAINTED_MS),
        "search ms": (max(searched), SEARCHED_MS),
    }
    for name, (value, limit) in worst.items():
        print(f"{name:<16} {value:>10.1f}   at most {limit:g}")
    return int(any(value > limit for value, limit in worst.values()))
