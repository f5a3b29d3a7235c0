"""The command ``extract store``: what answers are kept, dropping old ones, taking them elsewhere."""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import typer

from .counts import counted
from .errors import UsageError
from .terminal import out, tell, usd

app = typer.Typer(no_args_is_help=True, help="Look into the store of answers, prune it, export it.")

_Folder = Annotated[Path | None, typer.Option("--store", help="Folder of the store. [EXTRACT_STORE, or .extract]")]


@app.command("ls")
def ls(store: _Folder = None) -> None:
    """Say what is kept: answers by model, what they took, and how the calls went."""
    from rich.table import Table

    from .prices import Prices
    from .schemas import NO_USAGE, Usage
    from .store import Store

    folder = _there(store)
    kept: defaultdict[str, Usage] = defaultdict(lambda: NO_USAGE)
    since: dict[str, tuple[str, str]] = {}
    with Store(folder) as opened:
        for row in opened.replies():
            kept[row["asked"]] += Usage(
                calls=1,
                prompt_tokens=row["prompt_tokens"],
                cached_tokens=row["cached_tokens"],
                completion_tokens=row["completion_tokens"],
                cache_written_tokens=row["cache_written_tokens"],
            )
            since[row["asked"]] = (since.get(row["asked"], (row["at"], ""))[0], row["at"])
        calls = Counter(row["outcome"] for row in opened.calls())
        size = sum(
            part.stat().st_size for part in folder.glob(f"{opened.path.name}*")
        )  # with what is not yet merged into it
    table = Table(box=None, pad_edge=False)
    table.add_column("model", overflow="fold", min_width=16)
    for column in ("answers", "sent", "cached", "answered", "by list price", "first", "last"):
        table.add_column(column, justify="right", no_wrap=True)
    for model, usage in sorted(kept.items()):
        figures = (usage.calls, usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens)
        first, last = since[model]
        table.add_row(model, *(f"{n:,}" for n in figures), usd(Prices(model).usd(usage)), first[:10], last[:10])
    out.print(table)
    told = ", ".join(f"{n:,} {outcome}" for outcome, n in sorted(calls.items())) or "none"
    tell(f"{opened.path}: {size / 1e6:.1f} MB; calls: {told}")


@app.command("prune")
def prune(
    store: _Folder = None,
    days: Annotated[int | None, typer.Option("--days", min=0, help="Drop answers older than so many days.")] = None,
    model: Annotated[str | None, typer.Option("--model", help="Drop answers of this model only.")] = None,
) -> None:
    """Drop answers; asking for them again costs money again."""
    from .store import Store

    if days is None and model is None:
        raise UsageError("nothing to drop: give --days N, --model NAME or both; to drop everything, delete the folder")
    folder = _there(store)
    before = None if days is None else datetime.now(UTC) - timedelta(days=days)
    with Store(folder) as opened:
        dropped = opened.prune(before, asked=model)
    tell(f"{counted(dropped, 'answer')} dropped")


@app.command("export")
def export(
    store: _Folder = None,
    what: Annotated[
        Literal["answers", "calls"],
        typer.Option(
            "--what", help="answers: what the models wrote. calls: every attempt, how long it took and how it ended."
        ),
    ] = "answers",
) -> None:
    """Write answers or calls to standard output, one JSON object a line."""
    from .store import Store

    folder = _there(store)
    with Store(folder) as opened:
        for row in opened.replies() if what == "answers" else opened.calls():
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


def _there(given: Path | None) -> Path:
    """The folder of a store that is there. Raises UsageError."""
    from .settings import store_folder
    from .store_file import FILE

    folder = store_folder(given)
    if not (folder / FILE).is_file():
        raise UsageError(f"{folder}: no store of answers here; name its folder with --store")
    return folder
