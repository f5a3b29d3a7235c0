"""Whether recorded answers still give the expected dataset: a replay, a comparison, and what to do where it fails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .aliases import NO_ALIASES, Aliases
from .causes import differing_choices
from .counts import counted
from .dataset import check_writable, load, save
from .difference import Difference, diff
from .errors import UsageError
from .pipeline import extract
from .rendering import LIMIT, listed, render
from .schemas import Dataset, Decision
from .settings import Settings, build

_MEANING = {
    "prompt_sha256": "the fixed part of the prompt changed",
    "schema_sha256": "the schema of the answers changed",
    "model": "another model is asked for",
    "parameters": "other request parameters are sent",
    "reasks": "answers are asked for again another number of times",
    "passes": "articles are read another number of times",
    "check": "another model checks the records, or none does",
    "tool_version": "another version of armsledger",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A replay beside the dataset that was expected of it."""

    dataset: Dataset
    """What the recorded answers give now."""
    expect: Path | None
    """The file of the expected dataset, if one is expected."""
    difference: Difference | None
    """None: there is no expected dataset, or not yet."""
    unrecorded: tuple[str, ...]
    """Articles without a recording of the request that is sent for them now."""
    advice: tuple[str, ...]
    """Why recordings don't fit any more and what to do, in sentences; empty where all fit."""
    updated: bool = False
    """Whether the expected dataset was rewritten."""

    @property
    def same(self) -> bool:
        """Whether every record is as expected, and every article has a recording."""
        return not self.unrecorded and not self.difference

    def __str__(self) -> str:
        d = self.dataset
        claims = sum(len(a.claims) for a in d.allegations)
        found = {"article": len(d.articles), "claim": claims, "denial": len(d.denials), "response": len(d.responses)}
        told = ", ".join(counted(number, noun) for noun, number in found.items())
        lines = list(self.advice)
        if self.updated:
            lines.append(f"{self.expect}: written ({told})")
        elif self.same:
            lines.append(f"{self.expect}: same ({told})")
        elif self.difference:
            lines.append(f"{self.expect}: {counted(len(self.difference.changes), 'difference')}")
        if self.difference:
            shown = [c for c in self.difference.changes if not (self.unrecorded and c.cause == "failure")]
            if hidden := len(self.difference.changes) - len(shown):
                lines.append(f"{hidden} of them because articles have no recording: not listed")
            if shown:
                lines += ["", render(replace(self.difference, changes=tuple(shown)), "text", limit=LIMIT).rstrip()]
        return "\n".join(lines)


def check(
    paths: Iterable[str | Path],
    cassettes: Path,
    expect: Path,
    *,
    update: bool = False,
    model: str | None = None,
    metadata: Mapping[str, Mapping[str, str]] | None = None,
    decisions: Iterable[Decision] = (),
    aliases: Aliases = NO_ALIASES,
) -> Checked:
    """Replay the recorded answers to the articles and compare with the expected dataset; nothing is sent anywhere.

    Model, parameters, decisions and aliases are those of the expected dataset, so that neither settings nor environment count;
    only where ``update`` writes the first one are they what settings say. ``update`` rewrites the expected dataset, unless
    an article has no recording. Raises UsageError and DatasetInvalid for what is no folder of recordings, no dataset, or a
    dataset of other articles.
    """
    there = expect.is_file() or not update
    expected = load(expect) if there else None
    if update:
        check_writable(expect)
    settings = _settings(expected, expect, cassettes, model)
    known = [d.decision for d in expected.decisions] if expected else []
    told = {d.id: d for d in (*known, *decisions)}
    names = (Aliases(expected.aliases) | aliases) if expected else aliases
    dataset = extract(paths, settings=settings, metadata=metadata, decisions=told.values(), aliases=names)
    difference = replayed(diff(expected, dataset)) if expected else None
    if expected and difference and not update:
        _same_articles(expected, dataset, difference, expect)
    unrecorded = _unrecorded(dataset)
    advice = _advice(expected, dataset, unrecorded, cassettes, expect)
    if update and not unrecorded:
        save(dataset, expect)
    return Checked(dataset, expect, difference, unrecorded, advice, updated=update and not unrecorded)


def replayed_only(
    paths: Iterable[str | Path],
    cassettes: Path,
    *,
    model: str | None = None,
    metadata: Mapping[str, Mapping[str, str]] | None = None,
) -> Checked:
    """Replay the recorded answers without anything to compare with, with what settings say; nothing is sent anywhere."""
    dataset = extract(paths, settings=_settings(None, None, cassettes, model), metadata=metadata)
    unrecorded = _unrecorded(dataset)
    return Checked(dataset, None, None, unrecorded, _advice(None, dataset, unrecorded, cassettes, None))


def replayed(difference: Difference) -> Difference:
    """The difference of two replays: answers don't vary there, so what looks like noise comes from rules or recordings."""
    why = "same article, same run: the recordings, the metadata or the rules of this package changed"
    changes = tuple(replace(c, cause="rules", why=why) if c.cause == "noise" else c for c in difference.changes)
    return replace(difference, changes=changes)


def _settings(expected: Dataset | None, expect: Path | None, cassettes: Path, model: str | None) -> Settings:
    if expected is None:
        return build(model=model, replay=cassettes).model_copy(update={"link": None})
    if len(expected.runs) != 1:
        raise UsageError(
            f"{expect}: made by {len(expected.runs)} runs; a check repeats one: expect a dataset that is not merged"
        )
    run = expected.runs[0]
    judged = any(a.outcome == "adjudicated" for a in expected.accounting.extractions)
    # not built: neither environment nor files have a say in a replay
    return Settings.model_construct(
        model=model or run.model,
        parameters=run.parameters,
        reasks=run.reasks,
        passes=run.passes or 1,
        check=run.check,
        replay=cassettes,
        adjudicate=judged,
    )


def _same_articles(expected: Dataset, dataset: Dataset, difference: Difference, expect: Path) -> None:
    shared = any(kind == "article" for kind, _, _ in difference.kept) or any(
        c.kind == "article" and c.what == "changed" for c in difference.changes
    )
    if expected.articles and dataset.articles and not shared:
        raise UsageError(
            f"{expect}: made from other articles ({listed(a.path for a in expected.articles)}) than those given "
            f"({listed(a.path for a in dataset.articles)}); name its articles, or write it anew with --update"
        )


def _unrecorded(dataset: Dataset) -> tuple[str, ...]:
    return tuple(f.path for f in dataset.accounting.failures if f.kind == "unrecorded")


def _advice(
    expected: Dataset | None, dataset: Dataset, unrecorded: tuple[str, ...], cassettes: Path, expect: Path | None
) -> tuple[str, ...]:
    choices = differing_choices(expected.runs, dataset.runs) if expected else {}
    differing = [
        f"{name} differs from the expected run's: {_value(old)} → {_value(new)} ({_MEANING[name]})"
        for name, (old, new) in choices.items()
    ]
    if not unrecorded:
        return tuple([*differing, "the recordings still fit"] if differing else ())
    given = len(dataset.articles)
    lines = [f"the recordings in {cassettes} don't fit any more: {len(unrecorded)} of {given} articles have none "
             f"({listed(unrecorded)})"]  # fmt: skip
    lines += differing
    if expected and not choices:
        lines.append(
            "the run is the expected one, so these articles are new, their text or metadata changed, or the recordings "
            "are those of something else"
        )
    compare = f"look at what changed with extract diff {expect} new.json, then " if expected else ""
    lines.append(
        f"to record again: extract PATHS -o new.json --record {cassettes} --model {dataset.runs[0].model}, {compare}"
        "run extract check … --update"
    )
    return tuple(lines)


def _value(values: list[Any]) -> str:
    return " and ".join(v[:12] if isinstance(v, str) else repr(v) for v in values) or "none"
