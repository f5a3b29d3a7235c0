"""What goes out in every format is read back with the format's own library and counted against the dataset."""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.errors import UsageError
from extractor.exports import FORMATS, export
from extractor.exports.spreadsheet import CELL, cell
from extractor.exports.writing import REPLACED, as_json, harmless
from extractor.schemas import Dataset
from tests.big import big_dataset, corpus_dataset

NASTY = (
    "=HYPERLINK(\"x\")", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "a\nb\r\nc", "nul\0bell\a esc\x1b[31m",
    "lone \ud800 surrogate", "non-character \uffff", "\u202eright to left عربي עברית", "_x0041_", "]]>&<script>",
    "𝔘" * 20_000 + "x" * 40_000,
)  # fmt: skip


def nasty_dataset() -> Dataset:
    """The corpus with such a string as every summary, quote and name, in turn."""
    base = corpus_dataset()

    def words(n: int) -> str:
        return NASTY[n % len(NASTY)]

    allegations = []
    for n, a in enumerate(base.allegations):
        spoken = [
            t.model_copy(
                update={"cue": words(n), "evidence": [e.model_copy(update={"exact": words(n + k)}) for e in t.evidence]}
            )
            for k, t in enumerate(a.attributions)
        ]
        allegations.append(a.model_copy(update={"summary": words(n), "attributions": spoken}))
    actors = [a.model_copy(update={"name": words(n), "title": words(n + 1)}) for n, a in enumerate(base.actors)]
    articles = [a.model_copy(update={"title": words(n), "url": words(n)}) for n, a in enumerate(base.articles)]
    return base.model_copy(update={"allegations": allegations, "actors": actors, "articles": articles})


DATASETS: dict[str, Callable[[], Dataset]] = {"corpus": corpus_dataset, "nasty": nasty_dataset}


@pytest.fixture(params=DATASETS, scope="module")
def dataset(request: pytest.FixtureRequest) -> Dataset:
    return DATASETS[request.param]()


def written(dataset: Dataset, name: str, folder: Path) -> Path:
    path = folder / f"out.{name}"
    export(dataset, name, path)
    return path


def counts(d: Dataset) -> dict[str, int]:
    attributions = [t for a in d.allegations for t in a.attributions]
    statements = [s for n in d.denials for s in n.statements]
    return {
        "articles": len(d.articles), "actors": len(d.actors), "weapons": len(d.weapons), "sources": len(d.sources),
        "allegations": len(d.allegations), "claims": sum(len(a.claims) for a in d.allegations),
        "attributions": len(attributions), "denials": len(d.denials),
        "denial_links": sum(len(n.targets) for n in d.denials), "denial_statements": len(statements),
        "responses": len(d.responses), "conflicts": sum(len(a.conflicts) for a in d.allegations),
        "quotes": sum(1 for _ in d.evidence()), "quarantine": len(d.quarantine),
    }  # fmt: skip


def test_csv_has_a_row_for_every_attribution_denial_and_response_with_all_quotes(
    dataset: Dataset, tmp_path: Path
) -> None:
    path = written(dataset, "csv", tmp_path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    csv.field_size_limit(10_000_000)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    by = {kind: [r for r in rows if r["record"] == kind] for kind in ("attribution", "denial", "response")}
    assert sum(map(len, by.values())) == len(rows)
    n = counts(dataset)
    assert len({r["allegation"] for r in by["attribution"]}) == n["allegations"]
    assert len({r["record_id"] for r in by["attribution"]}) == len(by["attribution"]) == n["attributions"]
    places = [p for r in by["attribution"] for p in r["quote_places"].split()]
    assert len(places) == sum(len(t.evidence) for a in dataset.allegations for t in a.attributions)
    assert {r["record_id"] for r in by["denial"]} == {s.id for d in dataset.denials for s in d.statements}
    assert {r["record_id"] for r in by["response"]} == {r.id for r in dataset.responses}
    assert not [c for r in rows for c in r.values() if c and c.lstrip()[:1] in "=+@" and c.lstrip()]


def test_json_lines_are_the_whole_dataset(dataset: Dataset, tmp_path: Path) -> None:
    from extractor.exports.lines import LISTS

    lines = [json.loads(line) for line in written(dataset, "jsonl", tmp_path).read_text("utf-8").splitlines()]
    rebuilt: dict[str, Any] = {field: [] for field in LISTS.values()}
    for line in lines:
        if line["type"] == "dataset":
            rebuilt |= line["record"]
        else:
            rebuilt[LISTS[line["type"]]].append(line["record"])
    assert rebuilt == json.loads(as_json(dataset.model_dump()))


def test_xlsx_has_every_record_and_no_formula(dataset: Dataset, tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.load_workbook(written(dataset, "xlsx", tmp_path).rename(tmp_path / "out2.xlsx"))
    n = counts(dataset)
    assert {s.title: s.max_row - 1 for s in book} == n
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]
    assert {c.data_type for c in cells} <= {"s", "n", "b", "inlineStr"}
    assert max(len(c.value.encode("utf-16-le")) // 2 for c in cells if isinstance(c.value, str)) <= CELL


def test_a_cell_longer_than_excel_takes_is_cut_with_a_mark_of_its_length() -> None:
    cut = cell("𝔘" * 40_000)
    assert len(cut.encode("utf-16-le")) // 2 <= CELL
    assert cut.endswith("[…cut: 40,000 characters in all]")
    assert cell("x" * CELL) == "x" * CELL


def test_parquet_has_every_record(dataset: Dataset, tmp_path: Path) -> None:
    from pyarrow import parquet

    folder = written(dataset, "parquet", tmp_path)
    read = {p.stem: parquet.read_table(p) for p in folder.iterdir()}
    assert {name: t.num_rows for name, t in read.items()} == counts(dataset)
    expected = Counter(
        e.exact.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for _, e in dataset.evidence()
    )
    assert Counter(read["quotes"]["exact"].to_pylist()) == expected


def test_duckdb_has_every_record_and_keys_that_hold(dataset: Dataset, tmp_path: Path) -> None:
    import duckdb

    n = counts(dataset)
    with duckdb.connect(str(written(dataset, "duckdb", tmp_path)), read_only=True) as database:
        found = {t: database.execute(f'SELECT count(*) FROM "{t}"').fetchone() for t in n}
        assert {t: row[0] for t, row in found.items() if row} == n
        joined = database.execute(
            "SELECT count(*) FROM attributions JOIN claims ON claims.id = claim JOIN articles ON articles.id = attributions.article_id"
        ).fetchone()
        assert joined == (n["attributions"],)
        keys = database.execute(
            "SELECT count(*) FROM duckdb_constraints() WHERE constraint_type = 'FOREIGN KEY'"
        ).fetchone()
        assert keys is not None
        assert keys[0] > 10


def test_ftm_entities_are_valid_and_complete(dataset: Dataset, tmp_path: Path) -> None:
    from followthemoney import model
    from followthemoney.proxy import EntityProxy

    lines = [json.loads(line) for line in written(dataset, "ftm", tmp_path).read_text("utf-8").splitlines()]
    proxies = [EntityProxy.from_dict(line) for line in lines]
    for line, proxy in zip(lines, proxies, strict=True):
        model[line["schema"]].validate(proxy.to_dict())
        assert {k: sorted(v) for k, v in proxy.to_dict()["properties"].items()} == line["properties"]
    ids = {p.id: p for p in proxies}
    assert len(ids) == len(proxies)
    for proxy in proxies:
        for prop, value in proxy.itervalues():
            if prop.type.name == "entity":
                assert prop.range is not None
                assert ids[value].schema.is_a(prop.range), (proxy.schema.name, prop.name, ids[value].schema.name)
    n = counts(dataset)
    schemas = Counter(p.schema.name for p in proxies)
    assert schemas["Event"] == n["allegations"]
    assert schemas["Article"] == n["articles"]
    assert schemas["Note"] == n["attributions"] + n["denial_statements"] + n["responses"]
    assert schemas["UnknownLink"] == sum(len(a.suppliers) * len(a.recipients) for a in dataset.allegations)
    assert schemas["Sanction"] == sum(r.kind == "sanction_imposed" and bool(r.about) for r in dataset.responses)
    said = [t.evidence for a in dataset.allegations for t in a.attributions]
    said += [s.evidence for d in dataset.denials for s in d.statements] + [r.evidence for r in dataset.responses]
    places = sum(len({(e.article_id, e.start, e.end, e.exact) for e in evidence}) for evidence in said)
    assert sum(len(p.get("description")) for p in proxies if p.schema.name == "Note") == places
    people = sum(schemas[s] for s in ("PublicBody", "Organization", "Company", "Person", "LegalEntity", "Vessel"))
    assert people == n["actors"]


@pytest.mark.parametrize("name", ["graphml", "gexf"])
def test_graphs_have_every_actor_and_allegation(name: str, dataset: Dataset, tmp_path: Path) -> None:
    import networkx as nx

    path = written(dataset, name, tmp_path)
    graph = nx.read_graphml(path, force_multigraph=True) if name == "graphml" else nx.read_gexf(path)
    assert graph.number_of_nodes() == len(dataset.actors) + 1
    edges = [values for _, _, values in graph.edges(data=True)]
    assert len(edges) == sum(max(len(a.suppliers), 1) * max(len(a.recipients), 1) for a in dataset.allegations)
    allegations = {a.id: a for a in dataset.allegations}
    assert {e["allegation"] for e in edges} == set(allegations)
    for e in edges:
        a = allegations[e["allegation"]]
        assert (e["origins"], e["contested"], e["denials"]) == (a.corroboration.origins, a.contested, len(a.denials))
        assert e["attributions"] == len(a.attributions)


def test_timelines_keep_the_clocks_apart_and_every_date(dataset: Dataset, tmp_path: Path) -> None:
    entries = json.loads(written(dataset, "timeline-json", tmp_path).read_text("utf-8"))
    with written(dataset, "timeline-csv", tmp_path).open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    clocks = Counter(e["clock"] for e in entries)
    assert Counter(r["clock"] for r in rows) == clocks
    spoken = [t for a in dataset.allegations for t in a.attributions]
    assert clocks["event"] == sum(a.event_time is not None for a in dataset.allegations)
    assert clocks["statement"] == sum(t.said_on is not None for t in spoken)
    assert clocks["denial"] == sum(s.said_on is not None for d in dataset.denials for s in d.statements)
    assert clocks["publication"] == sum(a.published is not None for a in dataset.articles)
    assert all(e["earliest"] <= e["latest"] for e in entries if e["earliest"] and e["latest"])
    assert all(e["edtf"] for e in entries if e["earliest"])


def test_every_quote_is_a_web_annotation_with_both_selectors(dataset: Dataset, tmp_path: Path) -> None:
    whole = json.loads(written(dataset, "webannotation", tmp_path).read_text("utf-8"))
    items = whole["first"]["items"]
    assert whole["@context"] == "http://www.w3.org/ns/anno.jsonld"
    assert whole["total"] == len(items) == len({i["id"] for i in items})
    found = Counter(
        (
            i["target"]["source"]["id"].removeprefix("urn:armsledger:"),
            q["exact"],
            q["prefix"],
            q["suffix"],
            p["start"],
            p["end"],
        )
        for i in items
        for q, p in [i["target"]["selector"]]
    )
    assert found == Counter((e.article_id, e.exact, e.prefix, e.suffix, e.start, e.end) for _, e in dataset.evidence())


@pytest.mark.filterwarnings("ignore::DeprecationWarning:stix2")
def test_a_stix_bundle_is_valid_and_every_reference_resolves(dataset: Dataset, tmp_path: Path) -> None:
    import stix2

    text = written(dataset, "stix", tmp_path).read_text("utf-8")
    plain = json.loads(text)
    parsed = stix2.parse(text, allow_custom=False)
    assert len(parsed.objects) == len(plain["objects"])
    ids = {o["id"] for o in plain["objects"]}
    assert len(ids) == len(plain["objects"])
    for o in plain["objects"]:
        refs = [v for k, v in o.items() if k.endswith("_ref")] + o.get("object_refs", [])
        assert set(refs) <= ids
    n = counts(dataset)
    kinds = Counter(o["type"] for o in plain["objects"])
    assert kinds["report"] == n["allegations"]
    assert kinds["identity"] == n["actors"] + 1
    assert kinds["note"] == n["attributions"] + n["denial_statements"] + n["responses"]
    said = [t.evidence for a in dataset.allegations for t in a.attributions]
    said += [s.evidence for d in dataset.denials for s in d.statements] + [r.evidence for r in dataset.responses]
    extensions = [next(iter(o["extensions"].values())) for o in plain["objects"] if o["type"] == "note"]
    assert sum(len(e["quotes"]) for e in extensions) == sum(map(len, said))


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_dataset_gives_the_same_bytes(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DuckDB gives every database file an id of its own: of its files the rows are compared."""
    twice: list[Any] = []
    for n in range(2):
        path = tmp_path / str(n)
        export(corpus_dataset(), name, path)
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        twice.append(_rows(path) if name == "duckdb" else [p.read_bytes() for p in files])
    assert twice[0] == twice[1]


def _rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    import duckdb

    with duckdb.connect(str(path), read_only=True) as opened:
        tables = [name for (name,) in opened.sql("SHOW TABLES").fetchall()]
        assert tables
        return {name: opened.table(name).fetchall() for name in tables}


@given(st.text())
def test_no_csv_cell_begins_like_a_formula(text: str) -> None:
    safe = harmless(text)
    assert not safe.lstrip().startswith(("=", "+", "-", "@"))
    assert not safe.startswith(("\t", "\r"))
    assert safe.removeprefix("'").replace(REPLACED, "") in (
        text.replace(REPLACED, ""),
        *[safe.removeprefix("'").replace(REPLACED, "")],
    )


@given(st.text(st.characters()))
def test_json_of_any_text_is_utf8_and_reads_back(text: str) -> None:
    assert json.loads(as_json(text).encode("utf-8")) == text


def test_an_unknown_format_gives_the_list(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such format") as raised:
        export(corpus_dataset(), "pdf", tmp_path / "x")
    assert all(name in str(raised.value) for name in FORMATS)


@pytest.mark.parametrize("name", FORMATS)
def test_a_missing_folder_is_told_before_the_work(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder; create it first"):
        export(corpus_dataset(), name, tmp_path / "missing" / "out")


def test_a_read_only_folder_is_told_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UsageError, match="no permission to write there"):
        export(corpus_dataset(), "csv", tmp_path / "out.csv")


def test_a_failed_export_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from extractor.exports import lines

    path = tmp_path / "out.csv"
    path.write_text("before")

    def half(*_: object) -> object:
        yield ("half",)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lines, "_rows", half)
    with pytest.raises(UsageError, match="No space left on device"):
        export(corpus_dataset(), "csv", path)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_with_other_files_is_not_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.txt").write_text("x")
    with pytest.raises(UsageError, match=r"thesis\.txt"):
        export(corpus_dataset(), "parquet", folder)
    (folder / "thesis.txt").unlink()
    export(corpus_dataset(), "parquet", folder)
    export(corpus_dataset(), "parquet", folder)
    assert (folder / "quotes.parquet").is_file()
    assert list(tmp_path.iterdir()) == [folder]


def test_a_missing_library_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(UsageError, match=r"pip install 'armsledger\[export\]'"):
        export(corpus_dataset(), "xlsx", tmp_path / "out.xlsx")


def test_the_big_dataset_is_valid_and_as_large_as_asked_for() -> None:
    big = big_dataset(150, 100)
    assert (len(big.allegations), len(big.articles)) == (150, 100)
    assert list(big.problems()) == []
    assert big == big_dataset(150, 100)
