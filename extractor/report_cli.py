"""The command ``extract report``: a dataset as one page for people who look rather than read JSON."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from .errors import UsageError
from .terminal import tell

REPORT = Path("report.html")
"""Where the page is written by default."""


def report_command(
    dataset: Annotated[Path, typer.Argument(help="Dataset file.", show_default=False)],
    articles: Annotated[
        list[Path] | None,
        typer.Argument(help="Article files or folders: their whole texts go into the page.", show_default=False),
    ] = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="The page (HTML).")] = REPORT,
) -> None:
    """Write a dataset as one self-contained page that opens from disk: allegations, evidence, origins, network, timeline.

    Exit status: 0 written, 2 wrong use.
    """
    from .dataset import check_writable, load
    from .report import has_drawings, read_texts, write

    check_writable(output)
    if output.exists() and output.resolve() == dataset.resolve():
        raise UsageError(f"{output}: this is the dataset itself; name another file with -o, e.g. -o {REPORT}")
    loaded = load(dataset)
    texts = read_texts(loaded, articles or ())
    write(loaded, output, texts)
    states: Counter[str] = Counter(text.state for text in texts.values())
    if not articles:
        tell(
            "without the articles' texts: name their files or folders behind the dataset to show evidence in whole texts"
        )
    else:
        lacking = [
            f"{states[state]:,} {words}"
            for state, words in (("changed", "changed since (not marked)"), ("missing", "not given"))
            if states[state]
        ]
        tell(", ".join([f"texts: {states['read']:,} of {len(texts):,} articles", *lacking]))
    if not has_drawings():
        tell(
            "without the drawings: their bundle is missing; `make assets` in the source builds it (needs Node.js and npm)"
        )
    tell(f"written: {output}")
