"""A dataset in the formats of other tools: one module per family, and the list of them by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from extractor.errors import UsageError
from extractor.schemas import Dataset

from . import columnar, ftm, graph, lines, spreadsheet, stix, timeline, webannotation
from .writing import check_target, need


@dataclass(frozen=True, slots=True)
class Format:
    """A way out of the dataset."""

    about: str
    """What it is, in one line."""
    write: Callable[[Dataset, Path], None]
    """Writes the dataset to a path that nobody else sees yet."""
    folder: bool = False
    """Whether it is a folder of several files."""
    needs: tuple[str, ...] = ()
    """Modules of the extra ``export`` without which it cannot be written."""


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "csv": Format(
            "one row per allegation, article and attribution with its quotes; denials, responses", lines.csv_rows
        ),
        "xlsx": Format("Excel workbook, one sheet per kind of record", spreadsheet.workbook, needs=("xlsxwriter",)),
        "jsonl": Format("one record per line with its type: everything", lines.json_lines),
        "parquet": Format("folder of Parquet tables", columnar.parquet, folder=True, needs=("pyarrow",)),
        "duckdb": Format("DuckDB database with keys", columnar.duck, needs=("duckdb", "pyarrow")),
        "ftm": Format("FollowTheMoney entities, JSON lines", ftm.entities, needs=("followthemoney",)),
        "graphml": Format("network of suppliers and recipients, GraphML", graph.graphml, needs=("networkx",)),
        "gexf": Format("the same for Gephi, GEXF 1.2", graph.gexf, needs=("networkx",)),
        "timeline-csv": Format("every date: events, statements, denials, responses, publications", timeline.as_csv),
        "timeline-json": Format("the same as JSON", timeline.as_json),
        "webannotation": Format("every quote as a W3C Web Annotation, JSON-LD", webannotation.collection),
        "stix": Format("STIX 2.1 bundle", stix.bundle),
    }
)
"""By the name that ``--to`` takes."""


def format_list() -> str:
    """Every format with its description, a line each."""
    width = max(map(len, FORMATS))
    return "\n".join(f"  {name:<{width}}  {form.about}" for name, form in FORMATS.items())


def check(name: str, output: Path) -> Format:
    """The format of that name, once it is sure that it can be written there. Raises UsageError."""
    form = FORMATS.get(name)
    if form is None:
        raise UsageError(f"--to {name}: no such format; there are\n{format_list()}")
    for module in form.needs:
        need(module, name)
    check_target(output, folder=form.folder)
    return form


def export(dataset: Dataset, name: str, output: Path) -> None:
    """Write a dataset in a format, beside the target first and then renamed. Same dataset, same content; see
    docs/exports.md for what each format can't say. Raises UsageError."""
    from extractor.placing import replaced

    form = check(name, output)
    with replaced(output, folder=form.folder) as beside:
        form.write(dataset, beside)
