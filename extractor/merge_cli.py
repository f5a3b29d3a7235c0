"""The commands that join datasets and write down decisions: ``extract merge`` and ``extract decide``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from .errors import UsageError
from .options import (
    FAILED,
    AdjudicateOption,
    AliasesOption,
    DecisionsOption,
    LinkOption,
    OutputOption,
    RecordOption,
    ReplayOption,
    StoreOption,
    read_decisions,
    write,
)
from .review_cli import DECISIONS
from .terminal import tell


def merge_command(
    datasets: Annotated[list[Path], typer.Argument(help="Dataset files.", show_default=False)],
    output: OutputOption,
    decisions: DecisionsOption = None,
    aliases: AliasesOption = None,
    link: LinkOption = None,
    adjudicate: AdjudicateOption = None,
    model: Annotated[str | None, typer.Option(help="Model to adjudicate. [EXTRACT_MODEL]")] = None,
    base_url: Annotated[str | None, typer.Option(help="Root of its OpenAI-compatible API. [OPENAI_BASE_URL]")] = None,
    replay: ReplayOption = None,
    record: RecordOption = None,
    store: StoreOption = None,
) -> None:
    """Merge datasets into one: the same as extracting all their articles at once.

    Exit status: 0 all well, 1 something failed and is accounted for, 2 wrong use.
    """
    from .aliases import NO_ALIASES, load_aliases
    from .dataset import STDOUT, check_writable, load
    from .pipeline import merge
    from .settings import build, store_folder

    settings = None
    if link or adjudicate:
        settings = build(
            model=model,
            base_url=base_url,
            replay=replay,
            record=record,
            store=store_folder(store),
            link=link,
            adjudicate=adjudicate,
        )
    if str(output) != STDOUT:
        check_writable(output)
    decided, broken = read_decisions(decisions)
    names = load_aliases(aliases) if aliases else NO_ALIASES
    dataset = merge((load(path) for path in datasets), decisions=decided, aliases=names, settings=settings)
    write(dataset, output)
    if dataset.accounting.failures or dataset.accounting.unlinked or broken:
        raise typer.Exit(FAILED)


def decide_command(
    dataset: Annotated[Path, typer.Argument(help="Dataset file.", show_default=False)],
    verb: Annotated[
        str, typer.Argument(help="same, different, accept, reject, edit, grade or note.", show_default=False)
    ],
    ids: Annotated[list[str], typer.Argument(help="Ids of the records it is about.", show_default=False)],
    decisions: DecisionsOption = None,
    value: Annotated[
        list[str] | None, typer.Option("--set", help="FIELD=VALUE for edit; a list as JSON.", show_default=False)
    ] = None,
    reliability: Annotated[str | None, typer.Option(help="A to F, for grade (Admiralty code).")] = None,
    credibility: Annotated[str | None, typer.Option(help="1 to 6, for grade of a claim.")] = None,
    note: Annotated[str | None, typer.Option(help="Why.")] = None,
    by: Annotated[str | None, typer.Option(help="Who decides.")] = None,
    replaces: Annotated[str | None, typer.Option(help="Id of an earlier decision that no longer holds.")] = None,
) -> None:
    """Write down a decision about records of a dataset; the next merge honours it.

    Exit status: 0 written, 2 wrong use.
    """
    from datetime import UTC, datetime

    from .dataset import load
    from .decisions import append_decision, decide

    path = decisions or DECISIONS
    choice: dict[str, Any] = {"verb": verb, "reliability": reliability, "credibility": credibility}
    decision = decide(
        load(dataset),
        ids=ids,
        edit=dict(_assigned(v) for v in value or ()),
        note=note,
        by=by,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        replaces=replaces,
        **choice,
    )
    append_decision(path, decision)
    tell(f"{decision.id}: {verb} {' '.join(s.id for s in decision.subjects)}, written to {path}")


def _assigned(text: str) -> tuple[str, Any]:
    """FIELD=VALUE; what is no JSON is a string."""
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--set {text}: give FIELD=VALUE")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
