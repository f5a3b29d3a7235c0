"""The dataset as a whole: put together, accounted for, saved and loaded."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError, to_json

from .checking import RECORD_TYPES
from .errors import DatasetInvalid, UsageError
from .ledger import Ledger, digest
from .merging import Merged
from .placing import replaced
from .prices import DIGITS, Prices
from .prompt import more_prompt_sha256, prompt_sha256, support_prompt_sha256
from .replies import schema_sha256
from .schemas import (
    NO_USAGE,
    SCHEMA_VERSION,
    Accounting,
    Answer,
    Article,
    ArticleAccount,
    ArticleCount,
    Dataset,
    RecordCount,
    Run,
    SupportAnswer,
    Usage,
)
from .schemas.accounting import RecordType
from .settings import Settings

STDOUT = "-"


def run_record(settings: Settings) -> Run:
    """What asks for answers with these settings."""
    choices: dict[str, Any] = {
        "tool": "armsledger",
        "tool_version": version("armsledger"),
        "model": settings.model,
        "prompt_sha256": prompt_sha256(),
        "schema_sha256": schema_sha256(Answer),
        "parameters": settings.parameters,
        "reasks": settings.reasks,
    }
    # options that are off leave no trace, so that runs without them keep their ids
    if settings.passes > 1:
        choices |= {"passes": settings.passes}
        choices["prompt_sha256"] = digest([choices["prompt_sha256"], more_prompt_sha256()], digits=64)
    if settings.checker:
        choices |= {"check": settings.checker}
        choices["prompt_sha256"] = digest([choices["prompt_sha256"], support_prompt_sha256()], digits=64)
        choices["schema_sha256"] = digest([choices["schema_sha256"], schema_sha256(SupportAnswer)], digits=64)
    return Run(id=f"run:{digest(choices)}", **choices)


def failed_account(run: Run, article: Article, usage: Usage, models: Iterable[str]) -> ArticleAccount:
    """What an article took that gave nothing."""
    key = digest([run.id, article.id])
    return ArticleAccount(
        id=f"failure:{key}",
        article_id=article.id,
        run=run.id,
        outcome="failed",
        records=[],
        usage=usage,
        models=sorted(models),
    )


def assemble(ledger: Ledger, merged: Merged) -> Dataset:
    """The dataset of everything in a ledger, accounted for."""
    return Dataset(
        schema_version=SCHEMA_VERSION,
        runs=[ledger.runs[i] for i in sorted(ledger.runs)],
        accounting=_accounting(ledger, merged),
        articles=sorted(merged.articles, key=lambda a: (a.path, a.id)),
        actors=merged.actors,
        weapons=merged.weapons,
        sources=merged.sources,
        allegations=merged.allegations,
        denials=merged.denials,
        responses=merged.responses,
        judgements=merged.judgements,
        unlisted=merged.unlisted,
        identities=merged.identities,
        aliases=dict(sorted(merged.aliases.items())),
        decisions=merged.decisions,
        quarantine=sorted(ledger.quarantine, key=lambda q: (q.article_id, q.record, q.local_id, q.extraction)),
    )


def _accounting(ledger: Ledger, merged: Merged) -> Accounting:
    """Where every article and every record went."""
    accounts = [ledger.accounts[i] for i in sorted(ledger.accounts)]
    answered = {a.article_id for a in accounts if a.outcome == "answered"}
    tables = (ledger.claims, ledger.denials, ledger.responses)
    extracted = len(answered & {statement.article_id for table in tables for statement in table.values()})
    failed = {(f.path, f.article_id) for f in ledger.failures}
    duplicates = sum(a.duplicate_of is not None and (a.path, a.id) not in failed for a in merged.articles)
    written: Counter[tuple[RecordType, str]] = Counter()
    for count in (count for a in accounts for count in a.records):
        for name in ("written", "kept", "quarantined"):
            written[count.record, name] += getattr(count, name)
    return Accounting(
        articles=ArticleCount(
            given=len(answered) + duplicates + len(ledger.failures) + len(ledger.skipped),
            extracted=extracted,
            empty=len(answered) - extracted,
            duplicate=duplicates,
            skipped=len(ledger.skipped),
            failed=len(ledger.failures),
        ),
        records=[
            RecordCount(
                record=record,
                written=written[record, "written"],
                kept=written[record, "kept"],
                quarantined=written[record, "quarantined"],
            )
            for record in ("publication", *RECORD_TYPES)
        ],
        extractions=accounts,
        usage=sum((a.usage for a in accounts), NO_USAGE),
        cost_usd=_total_cost(ledger, accounts),
        models_answering=sorted({m for a in accounts for m in a.models}),
        unlinked=ledger.unlinked,
        failures=ledger.failures,
        skipped=ledger.skipped,
    )


def _total_cost(ledger: Ledger, accounts: Iterable[ArticleAccount]) -> float | None:
    """What all runs cost by list price; None if the price of one of their models is unknown."""
    spent: dict[tuple[str, str | None], Usage] = {}
    for account in accounts:
        run = ledger.runs[account.run]
        checking = account.support.usage if account.support else NO_USAGE
        for model, usage in ((run.model, account.usage - checking), (run.check or run.model, checking)):
            spent[run.id, model] = spent.get((run.id, model), NO_USAGE) + usage
    costs = [Prices(model).usd(usage) for (_, model), usage in sorted(spent.items(), key=lambda item: str(item[0]))]
    return None if None in costs else round(sum(c for c in costs if c is not None), DIGITS)


def serialise(dataset: Dataset) -> bytes:
    """The dataset as JSON: UTF-8, indented, the same bytes for the same dataset."""
    try:
        return to_json(dataset, indent=1) + b"\n"
    except PydanticSerializationError:  # half a surrogate pair, which UTF-8 cannot hold: all is escaped
        return json.dumps(dataset.model_dump(mode="json"), indent=1).encode() + b"\n"


def save(dataset: Dataset, path: Path) -> None:
    """Write the dataset to a file, whole or not at all. Raises UsageError."""
    content = serialise(dataset)
    with replaced(path) as beside:
        beside.write_bytes(content)


def check_writable(path: Path) -> None:
    """Raises UsageError if a dataset could not be saved there: asked before money is spent."""
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; give a file name, e.g. -o {path / 'out.json'}")
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent}: no such folder; create it first, or choose another output file")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"{path.parent}: no permission to write there; choose another output file")


def load(path: Path, *, unchecked: bool = False) -> Dataset:
    """A dataset from its file. Raises DatasetInvalid with what does not hold; ``unchecked`` leaves it to the caller to
    ask for :meth:`Dataset.problems`."""
    try:
        content: Any = json.loads(path.read_bytes())
    except OSError as error:
        raise DatasetInvalid(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise DatasetInvalid(f"{path}: not JSON ({error})") from error
    found = content.get("schema_version") if isinstance(content, dict) else None
    if found != SCHEMA_VERSION:
        raise DatasetInvalid(
            f"{path}: schema version {found!r}; this version of armsledger reads {SCHEMA_VERSION!r}. Extract the articles "
            "again (recorded answers cost nothing), or read it with the version that wrote it"
        )
    try:
        return Dataset.model_validate(content, context={"unchecked": unchecked})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "dataset"
        raise DatasetInvalid(
            f"{path}: {error.error_count()} thing(s) do not hold; the first: {where}: {first['msg']}"
        ) from error
