"""Tables for analysis: a folder of Parquet files, a DuckDB database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from extractor.schemas import Dataset

from .tables import Table, tables
from .writing import need, storable

_SQL = {"text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "truth": "BOOLEAN"}


def parquet(dataset: Dataset, folder: Path) -> None:
    """A Parquet file per table."""
    need("pyarrow", "parquet")
    from pyarrow import parquet as files

    for table in tables(dataset):
        files.write_table(_arrow(table), folder / f"{table.name}.parquet", compression="zstd")


def duck(dataset: Dataset, path: Path) -> None:
    """A database with a table each, with primary and foreign keys."""
    duckdb = need("duckdb", "duckdb")
    with duckdb.connect() as database:
        # blocks of 16 KiB instead of 256: every column of every table takes at least one
        quoted = str(path).replace("'", "''")
        database.execute(f"ATTACH '{quoted}' AS dataset (BLOCK_SIZE 16384)")
        database.execute("USE dataset")
        for table in tables(dataset):
            key, *others = table.columns
            columns = [f'"{key.name}" VARCHAR PRIMARY KEY']
            for c in others:
                refers = f' REFERENCES "{c.refers}" ("id")' if c.refers else ""
                columns.append(f'"{c.name}" {_SQL[c.type]}{refers}')
            database.execute(f'CREATE TABLE "{table.name}" ({", ".join(columns)})')
            database.register("written", _arrow(table))
            database.execute(f'INSERT INTO "{table.name}" SELECT * FROM written')  # noqa: S608  # our own table names
            database.unregister("written")


def _arrow(table: Table) -> Any:
    import pyarrow as pa

    types = {
        "text": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "truth": pa.bool_(),
    }
    schema = pa.schema([(c.name, types[c.type]) for c in table.columns])
    columns = zip(*table.rows, strict=True) if table.rows else [() for _ in table.columns]
    arrays = [
        pa.array([storable(v) if isinstance(v, str) else v for v in values], type=field.type)
        for values, field in zip(columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)
