"""The data that a report carries: blocks of JSON, the small one that the first view needs in front of the large ones.

A block is a list with one record per line, so that the page can parse the records that it shows and no others.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from importlib.metadata import version
from typing import Any

from babel import Locale

from extractor.edtf import bounds
from extractor.schemas import Actor, Allegation, Article, Dataset, DatePhrase, Judgement

from .texts import MISSING, Text

_Json = dict[str, Any]

_UNSAFE = {"<": "\\u003c", "\u2028": "\\u2028", "\u2029": "\\u2029"}
"""What could end a script element or a line. Outside strings JSON has none of them."""
_SURROGATE = re.compile("[\ud800-\udfff]")


def blocks(dataset: Dataset, texts: Mapping[str, Text], *, mode: str) -> Iterator[tuple[str, str]]:
    """Name and JSON of every block, in the order in which the page reads them: ``index`` first."""
    refer = _References(dataset)
    yield "index", encode(_index(dataset, texts, mode))
    yield "articles", lines(_article(a, texts.get(a.id, MISSING), refer) for a in dataset.articles)
    yield "actors", lines(a.model_dump(mode="json", exclude={"mentions"}) for a in dataset.actors)
    yield "sources", lines(s.model_dump(mode="json") for s in dataset.sources)
    yield "denials", lines(d.model_dump(mode="json") for d in dataset.denials)
    yield "responses", lines(r.model_dump(mode="json") for r in dataset.responses)
    yield "allegations", lines(_allegation(a, refer) for a in dataset.allegations)
    yield "accounting", encode(_accounting(dataset))
    yield "quarantine", lines(q.model_dump(mode="json") for q in dataset.quarantine)
    yield "texts", lines(texts.get(a.id, MISSING).raw for a in dataset.articles)


def lines(records: Iterable[Any]) -> str:
    """A JSON list with one record per line."""
    return "[\n" + ",\n".join(map(encode, records)) + "\n]"


def encode(record: Any) -> str:
    """JSON on one line that may stand inside a script element, and whose characters UTF-8 has."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    for unsafe, escaped in _UNSAFE.items():  # three replacements take a fiftieth of one translation
        text = text.replace(unsafe, escaped)
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _shown(actor: Actor) -> str:
    """A name to read: of a state its own, since articles often print its capital for it."""
    if actor.kind != "state" or actor.country is None:
        return actor.name
    return str(Locale("en").territories.get(actor.country, actor.name))


class _References:
    """What refers to a record, as far as the record itself doesn't say."""

    def __init__(self, dataset: Dataset) -> None:  # noqa: C901 - one loop a kind of reference
        self.holder = {c.id: a.id for a in dataset.allegations for c in a.claims}
        self.related: defaultdict[str, list[_Json]] = defaultdict(list)
        for allegation in dataset.allegations:
            for r in allegation.relations:
                self.related[r.allegation].append({"kind": r.kind, "allegation": allegation.id})
        self.pairs: defaultdict[str, list[Judgement]] = defaultdict(list)
        for judgement in dataset.judgements:
            for holder in {self.holder[judgement.left], self.holder[judgement.right]}:
                self.pairs[holder].append(judgement)
        self.answered: defaultdict[str, list[str]] = defaultdict(list)
        for response in dataset.responses:
            for about in response.about:
                self.answered[about].append(response.id)
        self.outcomes: defaultdict[str, list[str]] = defaultdict(list)
        for account in dataset.accounting.extractions:
            if account.outcome != "adjudicated":
                self.outcomes[account.article_id].append(account.outcome)
        self.within: defaultdict[str, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
        for allegation in dataset.allegations:
            for c in allegation.claims:
                self.within[c.article_id]["allegations"][allegation.id] = None
        for denial in dataset.denials:
            for s in denial.statements:
                self.within[s.article_id]["denials"][denial.id] = None
        for response in dataset.responses:
            self.within[response.article_id]["responses"][response.id] = None
        self.quarantined = Counter(q.article_id for q in dataset.quarantine)


def _index(dataset: Dataset, texts: Mapping[str, Text], mode: str) -> _Json:
    """What the list of allegations shows and is filtered by."""
    states = Counter(texts.get(a.id, MISSING).state for a in dataset.articles)
    used = {i.weapon for a in dataset.allegations for i in a.items}
    return {
        "mode": mode,
        "tool": f"armsledger {version('armsledger')}",
        "counts": {
            "allegations": len(dataset.allegations),
            "claims": sum(len(a.claims) for a in dataset.allegations),
            "articles": len(dataset.articles),
            "denials": len(dataset.denials),
            "responses": len(dataset.responses),
            "quarantined": len(dataset.quarantine),
        },
        "texts": {state: states[state] for state in ("read", "changed", "missing")},
        "actors": {a.id: {"name": _shown(a), "kind": a.kind, "country": a.country} for a in dataset.actors},
        "weapons": {w.id: {"term": w.term, "category": w.category} for w in dataset.weapons if w.id in used},
        "rows": [_row(a) for a in dataset.allegations],
    }


def _row(a: Allegation) -> _Json:
    said = {day for t in a.attributions if (day := _days(t.said_on))}
    return {
        "id": a.id,
        "claims": [c.id for c in a.claims if c.id != a.id],
        "summary": a.summary,
        "stage": a.stage,
        "scope": a.scope,
        "suppliers": a.suppliers,
        "recipients": a.recipients,
        "weapons": list(dict.fromkeys(i.weapon for i in a.items)),
        "certainty": sorted({t.certainty for t in a.attributions if t.polarity == "positive"}),
        "contested": a.contested,
        "origins": a.corroboration.origin_ids,
        "articles": a.corroboration.articles,
        "event": _days(a.event_time),
        "event_text": a.event_time and (a.event_time.edtf or a.event_time.text),
        "said": sorted(said, key=lambda day: (day[0] or "", day[1] or "")),
        "review": a.review,
    }


def _days(phrase: DatePhrase | None) -> tuple[str | None, str | None] | None:
    """First and last day as ISO dates, None for an open side; None altogether for a date that isn't known."""
    covered = bounds(phrase.edtf) if phrase else None
    if covered is None:
        return None
    first, last = covered
    return (None if first == date.min else first.isoformat(), None if last == date.max else last.isoformat())


def _allegation(a: Allegation, refer: _References) -> _Json:
    open_pairs = [j for j in refer.pairs[a.id] if j.verdict != "same" or j.refused]
    return a.model_dump(mode="json") | {
        "related": refer.related[a.id],
        "responses": refer.answered[a.id],
        "pairs": [
            j.model_dump(mode="json") | {"allegations": [refer.holder[j.left], refer.holder[j.right]]}
            for j in open_pairs
        ],
    }


def _article(a: Article, text: Text, refer: _References) -> _Json:
    within = refer.within[a.id]
    return a.model_dump(mode="json", exclude={"sketch"}) | {
        "text": text.state,
        "outcomes": refer.outcomes[a.id],
        "quarantined": refer.quarantined[a.id],
        **{name: list(within[name]) for name in ("allegations", "denials", "responses")},
    }


def _accounting(dataset: Dataset) -> _Json:
    accounting = dataset.accounting
    return accounting.model_dump(mode="json", exclude={"extractions"}) | {
        "lapses": [[a.article_id, lapse] for a in accounting.extractions for lapse in a.lapses],
        "runs": [r.model_dump(mode="json") for r in dataset.runs],
        "decisions": [d.model_dump(mode="json") for d in dataset.decisions],
        "unlisted": dataset.unlisted,
    }
