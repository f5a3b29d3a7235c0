"""The Excel workbook: every table a sheet, every string a string."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from extractor.errors import UsageError
from extractor.schemas import Dataset

from .tables import Table, tables
from .writing import legible, need

CELL = 32_767
"""Characters that a cell of Excel holds at most, counted in UTF-16 code units."""
ROWS = 1_048_576
"""Rows of a sheet, at most."""


def cell(text: str) -> str:
    """Text as a cell holds it; what is longer than Excel takes is cut, with a mark that tells the whole length."""
    text = legible(text)
    if len(text) * 2 <= CELL or len(text.encode("utf-16-le")) // 2 <= CELL:
        return text
    mark = f" […cut: {len(text):,} characters in all]"
    room = (CELL - len(mark)) * 2
    return text.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + mark


def workbook(dataset: Dataset, path: Path) -> None:
    """A sheet per table. Raises UsageError if one has more rows than Excel takes."""
    xlsxwriter = need("xlsxwriter", "xlsx")
    sheets = tables(dataset)
    for table in sheets:
        if len(table.rows) >= ROWS:
            raise UsageError(
                f"--to xlsx: {table.name} has {len(table.rows):,} rows, a sheet takes {ROWS - 1:,}; use parquet or duckdb"
            )
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)}) as book:
        # its own time, so that the same dataset gives the same bytes
        book.set_properties(
            {"title": "armsledger dataset", "created": datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)}
        )
        bold = book.add_format({"bold": True})
        for table in sheets:
            _sheet(book.add_worksheet(table.name), table, bold)


def _sheet(sheet: object, table: Table, bold: object) -> None:
    write_string, write_number = sheet.write_string, sheet.write_number  # type: ignore[attr-defined]  # untyped library
    sheet.freeze_panes(1, 1)  # type: ignore[attr-defined]  # untyped library
    sheet.set_column(0, len(table.columns) - 1, 24)  # type: ignore[attr-defined]  # untyped library
    for column, head in enumerate(table.columns):
        write_string(0, column, head.name, bold)
    for number, row in enumerate(table.rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                if value and value != "[]":
                    write_string(number, column, cell(value))
            elif isinstance(value, bool):
                sheet.write_boolean(number, column, value)  # type: ignore[attr-defined]  # untyped library
            elif value is not None:
                write_number(number, column, value)
