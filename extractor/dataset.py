"""The dataset as a whole: put together, accounted for, saved and loaded."""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from .checking import RECORD_TYPES
from .errors import DatasetInvalid, UsageError
from .prompt import prompt_sha256, schema_sha256
from .schemas import (
    NO_USAGE,
    SCHEMA_VERSION,
    Accounting,
    Article,
    ArticleCount,
    Dataset,
    Extraction,
    Failure,
    RecordCount,
    Run,
    Skipped,
    Usage,
)
from .schemas.dataset import RecordType
from .settings import Settings

STDOUT = "-"


def run_record(settings: Settings, usage: Usage, models: Iterable[str]) -> Run:
    """What made a dataset. Where answers came from (server, recording, store) is left out: it does not change them."""
    return Run(
        tool="armsledger",
        tool_version=version("armsledger"),
        model=settings.model,
        models_answering=sorted(set(models)),
        prompt_sha256=prompt_sha256(),
        schema_sha256=schema_sha256(),
        parameters=settings.parameters,
        reasks=settings.reasks,
        usage=usage,
        cost_usd=cost_usd(settings.model, usage),
    )


def cost_usd(model: str | None, usage: Usage) -> float | None:
    """US dollars for ``usage`` by the public list of genai-prices; None where the model's price is unknown."""
    if model is None or not usage.calls:
        return None if usage.calls else 0.0
    from genai_prices import Usage as Tokens
    from genai_prices import calc_price  # a second to import

    tokens = Tokens(
        input_tokens=usage.prompt_tokens, cache_read_tokens=usage.cached_tokens, output_tokens=usage.completion_tokens
    )
    try:
        return round(float(calc_price(tokens, model_ref=model).total_price), 6)
    except LookupError:
        return None


def accounting(
    extractions: Iterable[Extraction],
    duplicates: Iterable[Article],
    failures: Iterable[Failure],
    skipped: Iterable[Skipped],
) -> Accounting:
    """Where every article and every record went."""
    found, failed, left_out, copies = list(extractions), list(failures), list(skipped), list(duplicates)
    extracted = sum(bool(e.claims or e.denials or e.responses) for e in found)
    written: Counter[tuple[RecordType, str]] = Counter()
    for count in (count for e in found for count in e.records):
        written[count.record, "written"] += count.written
        written[count.record, "kept"] += count.kept
        written[count.record, "quarantined"] += count.quarantined
    return Accounting(
        articles=ArticleCount(
            given=len(found) + len(copies) + len(failed) + len(left_out),
            extracted=extracted,
            empty=len(found) - extracted,
            duplicate=len(copies),
            skipped=len(left_out),
            failed=len(failed),
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
        failures=sorted(failed, key=lambda f: f.path),
        skipped=sorted(left_out, key=lambda s: s.path),
    )


def usage_of(extractions: Iterable[Extraction]) -> Usage:
    """What the calls of all extractions took."""
    return sum((e.usage for e in extractions), NO_USAGE)


def serialise(dataset: Dataset) -> str:
    """The dataset as JSON: UTF-8 text, indented, the same bytes for the same dataset."""
    return json.dumps(dataset.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"


def save(dataset: Dataset, path: Path) -> None:
    """Write the dataset to a file: beside it first, then renamed, so that nobody ever sees half of it. Raises UsageError."""
    text = serialise(dataset).encode("utf-8", "surrogatepass")
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as beside:
            temporary = Path(beside.name)
            try:
                beside.write(text)
                beside.flush()
                os.fsync(beside.fileno())
                temporary.chmod(0o666 & ~_umask())
                temporary.replace(path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}); choose another output file") from error


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
    except ValueError as error:
        raise DatasetInvalid(f"{path}: not JSON ({error})") from error
    found = content.get("schema_version") if isinstance(content, dict) else None
    if found != SCHEMA_VERSION:
        raise DatasetInvalid(f"{path}: schema version {found!r}; this version of armsledger reads {SCHEMA_VERSION!r}")
    try:
        return Dataset.model_validate(content, context={"unchecked": unchecked})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "dataset"
        raise DatasetInvalid(
            f"{path}: {error.error_count()} thing(s) do not hold; the first: {where}: {first['msg']}"
        ) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
