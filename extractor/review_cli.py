"""The command ``extract review``: the report on localhost, where decisions are made."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .terminal import tell

DECISIONS = Path("decisions.jsonl")
"""Where decisions are looked for and written by default."""


def review_command(
    dataset: Annotated[Path, typer.Argument(help="Dataset file.", show_default=False)],
    articles: Annotated[
        list[Path] | None,
        typer.Argument(help="Article files or folders: their whole texts go into the page.", show_default=False),
    ] = None,
    decisions: Annotated[Path, typer.Option("--decisions", help="File that decisions are added to.")] = DECISIONS,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")] = 0,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
) -> None:
    """Serve the report on this machine alone, and write down what you decide: accept, reject, edit, same, different, grade, note.

    Every decision is added to the file at once. The next merge honours them: extract merge DATASET -o DATASET

    Exit status: 0 ended with Ctrl-C, 2 wrong use.
    """
    from .dataset import check_writable
    from .report import read_texts
    from .reviewing import Review, serve

    check_writable(decisions)
    review = Review(dataset, decisions, lambda loaded: read_texts(loaded, articles or ()))
    for line in review.state()["broken"]:
        tell(line)

    def ready(address: str) -> None:
        tell(f"review of {dataset}: {address}")
        tell(
            f"decisions go to {decisions}; Ctrl-C ends the review. Do not pass the address on: whoever has it can decide"
        )
        if browser:
            import webbrowser

            webbrowser.open(address)

    serve(review, port=port, ready=ready)
