"""What people see on a terminal: progress, summaries, measures."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Self

from rich.console import Console

from .counts import counted

if TYPE_CHECKING:
    from .running import Progress
    from .schemas import Dataset
    from .scores import Error, Evaluation
    from .settings import Settings

_VERDICTS = ("supported", "partly", "unsupported", "unjudged")

err = Console(stderr=True)
out = Console()


def tell(text: str) -> None:
    """A line for people, on standard error: without markup, since it may hold words of an article."""
    err.print(text, markup=False, highlight=False, soft_wrap=True)


def usd(amount: float | None) -> str:
    """A sum of money."""
    return "price unknown" if amount is None else f"{amount:.4f} USD"


class ProgressDisplay:
    """A bar on a terminal, a line an article elsewhere."""

    def __enter__(self) -> Self:
        from rich import progress as bar

        self._bar = bar.Progress(
            bar.TextColumn("extracting"),
            bar.BarColumn(),
            bar.MofNCompleteColumn(),
            bar.TimeElapsedColumn(),
            bar.TextColumn("left"),
            bar.TimeRemainingColumn(),
            bar.TextColumn("{task.fields[spent]} {task.fields[last]}"),
            console=err,
            transient=True,
            disable=not err.is_terminal,
        )
        self._task = self._bar.add_task("articles", total=None, spent="", last="")
        self._bar.start()
        self._last: Progress | None = None
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, progress: Progress) -> None:
        """The work begins, or one article has ended."""
        self._last = progress
        self._bar.update(
            self._task,
            completed=progress.done,
            total=progress.total,
            spent=usd(progress.usd) if progress.paid.calls else "",
            last=progress.path,
        )
        if progress.path and (not err.is_terminal or progress.outcome == "failed"):
            tell(f"[{progress.done}/{progress.total}] {progress.path}: {progress.outcome}: {progress.message}")

    def show_spending(self, settings: Settings) -> None:
        """What the run itself paid."""
        from .prices import Prices

        if self._last is None or settings.recordings:
            return
        price = "" if self._last.usd is None else f" {Prices(settings.model, settings.price).source}"
        tell(
            f"this run: {counted(self._last.paid.calls, 'call')}, {usd(self._last.usd)}{price}; none for "
            f"{counted(self._last.stored, 'article')} with answers in {settings.store}"
        )


def show_summary(dataset: Dataset, output: Path | None) -> None:
    """What a dataset holds, and where every article and record went."""
    from rich.table import Table

    from .judging import OPEN

    told = dataset.accounting
    n, records = told.articles, {r.record: r for r in told.records}
    contested = sum(a.contested != "none" for a in dataset.allegations)
    several = sum(a.corroboration.origins > 1 for a in dataset.allegations)
    claims = sum(len(a.claims) for a in dataset.allegations)
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    others = f", {n.duplicate} duplicate, {n.skipped} skipped" if n.duplicate or n.skipped else ""
    table.add_row("articles", f"{n.given} in: {n.extracted} extracted, {n.empty} empty, {n.failed} failed{others}")
    table.add_row("allegations", f"{len(dataset.allegations)} (from {counted(claims, 'claim')}), {contested} contested")
    table.add_row("denials", f"{len(dataset.denials)} ({counted(records['denials'].kept, 'statement')})")
    table.add_row("responses", str(len(dataset.responses)))
    table.add_row(
        "origins", f"{several} of {len(dataset.allegations)} allegations have more than one independent origin"
    )
    asked = sum(a.outcome == "adjudicated" for a in told.extractions)
    left_open = sum(j.rule.startswith(f"{OPEN}; ") for j in dataset.judgements)
    if asked or left_open:
        table.add_row("adjudicated", f"{counted(asked, 'pair')}, {left_open} left without a verdict (see judgements)")
    checked = [a.support for a in told.extractions if a.support]
    if checked:
        doubts = ", ".join(f"{sum(getattr(s, name) for s in checked)} {name}" for name in _VERDICTS)
        table.add_row("checked", f"{doubts} (see findings)")
    if dataset.decisions:
        became = Counter(d.status for d in dataset.decisions)
        table.add_row("decisions", ", ".join(f"{n} {status.replace('_', ' ')}" for status, n in sorted(became.items())))
    table.add_row("quarantined", f"{len(dataset.quarantine)} of {sum(r.written for r in records.values())} records")
    cost = "price unknown" if told.cost_usd is None else f"{told.cost_usd:.4f} USD by list price"
    usage = told.usage
    tokens = f"{usage.prompt_tokens:,} sent ({usage.cached_tokens:,} cached), {usage.completion_tokens:,} answered"
    table.add_row("tokens", f"{tokens}, {counted(usage.calls, 'call')}")
    table.add_row("cost", cost)
    models = ", ".join(sorted({r.model or "?" for r in dataset.runs}))
    table.add_row("model", f"{models} (answered by {', '.join(told.models_answering) or 'nobody'})")
    err.print(table)
    for failure in dataset.accounting.failures:
        tell(f"failed: {failure.path}: {failure.kind}: {failure.message.removeprefix(f'{failure.path}: ')}")
    paths = {a.id: a.path for a in dataset.articles}
    for account in told.extractions:
        for lapse in account.lapses:
            tell(f"incomplete: {paths[account.article_id]}: {lapse}")
    if told.unlinked:
        tell(f"not linked: {told.unlinked}")
    for decided in dataset.decisions:
        if decided.status not in {"applied", "replaced"}:
            tell(
                f"{decided.decision.id} ({decided.decision.verb}): {decided.status.replace('_', ' ')}: {decided.detail}"
            )
    if output:
        tell(f"written: {output}")


def show_evaluation(evaluation: Evaluation, limit: int, out: Console) -> None:
    """What was measured, and the first errors of each kind."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("measure", no_wrap=True)
    for column in ("value", "95 %", "right", "of"):
        table.add_column(column, justify="right", no_wrap=True)
    for name, m in evaluation.measures.items():
        value = "-" if m.value is None else f"{m.value:.3f}"
        interval = "" if m.low is None or m.high is None else f"{m.low:.3f} to {m.high:.3f}"
        table.add_row(name, value, interval, str(m.right), str(m.of))
    out.print(table)
    kinds = Counter(e.kind for e in evaluation.errors)
    for kind, n in kinds.items():
        out.print(f"\n{kind.replace('_', ' ')}: {n}", markup=False, highlight=False)
        for e in [e for e in evaluation.errors if e.kind == kind][:limit]:
            out.print(f"  {_error(e)}", markup=False, highlight=False, soft_wrap=True)
            for sentence in e.sentences:
                out.print(f"      {' '.join(sentence.split())}", markup=False, highlight=False, soft_wrap=True)
        if n > limit:
            out.print(f"  and {n - limit} more; --errors {n} lists them", markup=False, highlight=False)
    for why, names in (
        ("gave no extraction, counted as missed", evaluation.failed),
        ("another text than the gold's, not measured", evaluation.changed),
        ("without gold, not measured", evaluation.without_gold),
        ("gold whose article is not in the dataset, not measured", evaluation.without_article),
    ):
        if names:
            tell(f"{len(names)} {why}: {', '.join(names)}")
    for remark in evaluation.notes:
        tell(remark)
    tell(f"{counted(len(evaluation.articles), 'article')} measured")


def _error(e: Error) -> str:
    where = " ".join(filter(None, [e.article, e.record, e.field, e.gold or "-", "/", e.predicted or "-"]))
    says = [f"gold: {e.expected}"] if e.expected is not None else []
    return f"{where}: {'; '.join([*says, *([f'found: {e.found}'] if e.found is not None else [])])}"
