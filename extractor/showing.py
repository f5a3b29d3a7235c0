"""A dataset on a terminal: the list of allegations, and a record with everything behind it."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from typing import Any

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

from .counts import counted
from .errors import UsageError
from .schemas import Allegation, Dataset, DatePhrase, Denial, Evidence, Response

_ESCAPED = {"Cc", "Cs"}
_DIRECTIONS = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
LISTED = 10
"""Candidates that a message names for an ambiguous beginning of an id."""


def plain(text: str | None) -> str:
    """Words of an article as a terminal may have them: control characters, lone surrogates and marks that turn the
    direction of writing stand as ``\\x1b``; line ends and tabs are spaces. Nothing is markup."""
    if not text:
        return ""
    return "".join(
        " "
        if c in "\n\r\t"
        else c.encode("unicode_escape").decode()
        if c in _DIRECTIONS or unicodedata.category(c) in _ESCAPED
        else c
        for c in text
    )


def records(dataset: Dataset) -> Iterator[tuple[str, str, Any]]:
    """Everything with an id: its kind, its id, the record. Claims and denial statements come after what holds them."""
    for kind, table in (
        ("allegation", dataset.allegations),
        ("denial", dataset.denials),
        ("response", dataset.responses),
        ("actor", dataset.actors),
        ("source", dataset.sources),
        ("weapon", dataset.weapons),
        ("article", dataset.articles),
        ("run", dataset.runs),
    ):
        yield from ((kind, r.id, r) for r in table)
    yield from (("claim", c.id, c) for a in dataset.allegations for c in a.claims)
    yield from (("denial statement", s.id, s) for d in dataset.denials for s in d.statements)
    yield from (("excluded", x.id, x) for a in dataset.articles for x in a.excluded)
    yield from (("decision", d.decision.id, d) for d in dataset.decisions)


def find(dataset: Dataset, wanted: str) -> tuple[str, Any]:
    """The record of that id, or the only one whose id (with or without what stands before the colon) begins so.

    Raises UsageError if there is none, or more than one.
    """
    found: dict[str, tuple[str, Any]] = {}
    for kind, id_, record in records(dataset):
        if id_ == wanted:
            return kind, record
        if id_.startswith(wanted) or id_.partition(":")[2].startswith(wanted):
            found.setdefault(id_, (kind, record))
    if len(found) == 1:
        return next(iter(found.values()))
    if not found:
        raise UsageError(f"{plain(wanted)}: no record has this id; without an id, `extract show` lists the allegations")
    some = ", ".join(plain(i) for i in sorted(found)[:LISTED])
    more = f" and {len(found) - LISTED:,} more" if len(found) > LISTED else ""
    raise UsageError(f"{plain(wanted)}: {len(found):,} records begin so: {some}{more}; give more of the id")


def json_text(dataset: Dataset, id_: str | None) -> str:
    """The record, or the list of allegations, as JSON in ASCII: it holds no control character."""
    value = find(dataset, id_)[1].model_dump() if id_ else [_line(a) for a in _sorted(dataset)]
    return json.dumps(value, ensure_ascii=True, indent=1)


def page(dataset: Dataset, id_: str | None, console: Console | None = None) -> None:
    """Print it, through the pager where a person is reading a list that is longer than the screen."""
    console = console or Console(highlight=False)
    parts = list(_record(dataset, *find(dataset, id_)) if id_ else _list(dataset))
    if not id_ and console.is_terminal and 2 * len(dataset.allegations) > console.height:
        with console.pager():
            _print(console, parts)
    else:
        _print(console, parts)


def _print(console: Console, parts: list[RenderableType]) -> None:
    for part in parts:
        console.print(part, soft_wrap=isinstance(part, Text))


def _sorted(dataset: Dataset) -> list[Allegation]:
    """The best corroborated first."""
    return sorted(dataset.allegations, key=lambda a: (-a.corroboration.origins, -a.corroboration.articles, a.id))


def _certainty(a: Allegation) -> str:
    """The greatest certainty with which somebody affirms it."""
    ranks = ("certain", "probable", "possible", "unspecified")
    said = {t.certainty for t in a.attributions if t.polarity == "positive"}
    return next((rank for rank in ranks if rank in said), "unspecified")


def _date(date: DatePhrase | None) -> str:
    return "" if date is None else plain(date.edtf or f"“{date.text}”")


def _line(a: Allegation) -> dict[str, Any]:
    c = a.corroboration
    return {
        "id": a.id, "summary": a.summary, "stage": a.stage, "certainty": _certainty(a), "contested": a.contested,
        "articles": c.articles, "origins": c.origins, "date": a.event_time and (a.event_time.edtf or a.event_time.text),
    }  # fmt: skip


def _list(dataset: Dataset) -> Iterator[RenderableType]:
    """Two lines each, so that a narrow terminal folds the summary only."""
    for a in _sorted(dataset):
        line = _line(a)
        counts = f"articles: {line['articles']}  origins: {line['origins']}"
        head = (line["stage"], line["certainty"], f"contested: {line['contested']}", counts, _date(a.event_time))
        yield Text.assemble((plain(a.id), "bold"), "  ", "  ".join(part for part in head if part))
        yield Padding(Text(plain(a.summary)), (0, 0, 0, 4))
    yield Text(f"{counted(len(dataset.allegations), 'allegation')}; `extract show FILE ID` shows one with its quotes")


def _field(name: str, value: str) -> Text:
    return Text.assemble((f"{name}: ", "bold"), plain(value))


def _quotes(dataset: Dataset, evidence: list[Evidence]) -> Iterator[Text]:
    paths = {a.id: a.path for a in dataset.articles}
    for e in evidence:
        yield Text.assemble(
            "    ", plain(e.prefix), (plain(e.exact), "bold underline"), plain(e.suffix),
            (f"  [{plain(paths[e.article_id])} {e.start}-{e.end}, {e.segment}]", "dim"),
        )  # fmt: skip


def _record(dataset: Dataset, kind: str, record: Any) -> Iterator[RenderableType]:
    yield Text(f"{kind} {plain(record.id if kind != 'decision' else record.decision.id)}", "bold")
    if isinstance(record, Allegation):
        yield from _allegation(dataset, record)
    elif isinstance(record, Denial):
        yield from _denial(dataset, record)
    elif isinstance(record, Response):
        yield from _response(dataset, record)
    else:
        yield from _fields(dataset, record)


def _fields(dataset: Dataset, record: Any) -> Iterator[Text]:
    """Any record: what is filled, and its quotes."""
    for name, value in record.model_dump(exclude={"sketch", "evidence", "mentions"}).items():
        if value not in (None, [], ""):
            yield _field(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    yield from _quotes(dataset, getattr(record, "evidence", None) or getattr(record, "mentions", None) or [])
    claims = {c.id: a for a in dataset.allegations for c in a.claims}
    if (whole := claims.get(getattr(record, "id", ""))) is not None:
        yield _field("allegation", whole.id)
        spoken = [t for t in whole.attributions if t.claim == record.id]
        yield from (line for t in spoken for line in _quotes(dataset, t.evidence))


def _allegation(dataset: Dataset, a: Allegation) -> Iterator[Text]:
    names = {x.id: x.name for x in dataset.actors}
    terms = {w.id: w.term for w in dataset.weapons}
    speakers = {s.id: "; ".join(names[i] for i in s.actors) or s.kind for s in dataset.sources}
    c = a.corroboration
    yield Text(plain(a.summary))
    yield _field("stage", f"{a.stage}, {a.scope}; contested: {a.contested}; review: {a.review}")
    yield _field("from", "; ".join(names[i] for i in a.suppliers) or "not named")
    yield _field("to", "; ".join(names[i] for i in a.recipients) or "not named")
    if a.items:
        yield _field(
            "items", "; ".join(f"{i.quantity.text if i.quantity else ''} {terms[i.weapon]}".strip() for i in a.items)
        )
    if a.event_time:
        yield _field("event", f"{a.event_time.text} ({a.event_time.edtf or 'not resolved'})")
    carried = {"articles": c.articles, "texts": c.texts, "outlets": c.outlets, "independent origins": c.origins}
    yield _field("carried by", ", ".join(f"{what}: {count}" for what, count in carried.items()))
    yield Text("attributions", "bold")
    for t in a.attributions:
        said = f", {t.said_on.text} ({t.said_on.edtf or 'not resolved'})" if t.said_on else ""
        told = f"{speakers[t.source]} {t.cue or ''}: {t.polarity}, {t.certainty}, {t.basis}{said}"
        yield Text(f"  {plain(told)}")
        yield from _quotes(dataset, t.evidence)
    answered = {d.id: d for d in dataset.denials}
    if a.denials:
        yield Text("denials", "bold")
        for d in (answered[i] for i in a.denials):
            yield Text(f"  {plain(names[d.denier])}: {d.kind}, {d.scope}  {plain(d.id)}")
            yield from (line for s in d.statements for line in _quotes(dataset, s.evidence))
    if a.conflicts:
        yield Text("conflicts", "bold")
        for conflict in a.conflicts:
            values = "; ".join(f"{v.value} ({v.claim})" for v in conflict.values)
            yield Text(
                f"  {plain(f'{conflict.field}, {conflict.kind}: {values}; preferred: {conflict.preferred or chr(8212)}')}"
            )
    yield Text("origins", "bold")
    for chain in c.chains:
        way = [chain.outlet or "outlet unknown", chain.agency, *(speakers[i] for i in chain.sources)]
        roots = ", ".join(names.get(i, i) for i in chain.origins) or "no origin"
        yield Text(plain(f"  {' → '.join(w for w in way if w)} = {roots} ({chain.rule})"))


def _denial(dataset: Dataset, d: Denial) -> Iterator[Text]:
    names = {x.id: x.name for x in dataset.actors}
    yield Text(plain(f"{names[d.denier]}: {d.kind}, {d.scope}; review: {d.review}"))
    if d.said_on:
        yield _field("said on", f"{d.said_on.text} ({d.said_on.edtf or 'not resolved'})")
    for name, values in (("what is denied", d.what_is_denied), ("counter claim", d.counter_claim)):
        if values:
            yield _field(name, "; ".join(values))
    for s in d.statements:
        yield from _quotes(dataset, s.evidence)
    yield from (_field("answers", f"{link.allegation} ({link.strength})") for link in d.targets)


def _response(dataset: Dataset, r: Response) -> Iterator[Text]:
    names = {x.id: x.name for x in dataset.actors}
    yield Text(plain(f"{'; '.join(names[i] for i in r.actors) or r.source}: {r.kind}"))
    for name in ("measure", "legal_basis"):
        if getattr(r, name):
            yield _field(name.replace("_", " "), getattr(r, name))
    yield from (_field("about", i) for i in r.about)
    yield from _quotes(dataset, r.evidence)
