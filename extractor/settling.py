"""What holds of all decisions: matched with the records that they are about, and checked against each other."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from .decisions import edited, statement_content
from .ledger import Ledger
from .schemas import Claim, Decided, Decision, DenialStatement, Subject
from .schemas.decision import Status, Verb


@dataclass
class Settled:
    """What holds of all decisions, by record id."""

    outcomes: dict[str, tuple[Decision, Status, str]] = field(default_factory=dict)
    """Every decision by id, with what became of it and why."""
    claims: list[tuple[str, str, Verb, str]] = field(default_factory=list)
    """Pairs of claims judged same or different: the smaller id, the larger, the verdict, the decision's id."""
    actors: list[tuple[str, str, Verb, str]] = field(default_factory=list)
    """The same of actors."""
    verdicts: dict[str, Verb] = field(default_factory=dict)
    """``accept`` or ``reject`` of claims and denial statements."""
    edits: dict[str, list[Decision]] = field(default_factory=lambda: defaultdict(list))
    """Corrections of claims."""
    grades: dict[str, list[Decision]] = field(default_factory=lambda: defaultdict(list))
    """Grades of claims and sources."""

    def refuse(self, decision_id: str, detail: str) -> None:
        """Note that an applied decision could not be carried out."""
        decision, _, _ = self.outcomes[decision_id]
        self.outcomes[decision_id] = (decision, "refused", detail)

    def decided(self) -> list[Decided]:
        """Every decision with what became of it, by date and id."""
        found = [Decided(decision=d, status=s, detail=detail) for d, s, detail in self.outcomes.values()]
        return sorted(found, key=lambda x: (x.decision.at or "", x.decision.id))


def settle(decisions: Iterable[Decision], ledger: Ledger) -> Settled:
    """What holds of the decisions for the records of a ledger. Contradictory ones are all left out."""
    settled = Settled()
    known = {d.id: d for d in decisions}
    replaced = {d.replaces: i for i, d in sorted(known.items()) if d.replaces}
    finder = _Finder(ledger)
    standing: dict[str, tuple[Decision, list[str]]] = {}
    for i, d in sorted(known.items()):
        if i in replaced:
            settled.outcomes[i] = (d, "replaced", f"replaced by {replaced[i]}")
            continue
        ids, status, detail = finder.find(d)
        if status == "applied" and d.verb == "edit":
            status, detail = _valid_edit(ledger, ids[0], d, detail)
        settled.outcomes[i] = (d, status, detail)
        if status == "applied":
            standing[i] = (d, ids)
    for i, others in _contradictions(standing).items():
        settled.outcomes[i] = (known[i], "contradictory", f"excludes {', '.join(sorted(others))}; none is applied")
        standing.pop(i, None)
    for i, (d, ids) in standing.items():
        _apply(settled, i, d, ids)
    return settled


def _valid_edit(ledger: Ledger, claim: str, d: Decision, detail: str) -> tuple[Status, str]:
    try:
        edited(ledger.claims[claim], d.edit, ledger)
    except ValueError as error:
        return "invalid", str(error)
    return "applied", detail


def _apply(settled: Settled, i: str, d: Decision, ids: list[str]) -> None:
    match d.verb:
        case "same" | "different":
            pairs = settled.claims if ids[0].startswith("claim:") else settled.actors
            pairs.append((min(ids), max(ids), d.verb, i))
        case "accept" | "reject":
            settled.verdicts[ids[0]] = d.verb
        case "edit":
            settled.edits[ids[0]].append(d)
        case "grade":
            settled.grades[ids[0]].append(d)
        case "note":
            pass


class _Finder:
    """Finds the records that a decision is about."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._paths = {a.path for a in ledger.copies}
        self._by_content: dict[str, list[str]] | None = None

    def find(self, d: Decision) -> tuple[list[str], Status, str]:
        """The ids of its records today; else why it can't be applied."""
        ids: list[str] = []
        carried: list[str] = []
        for s in d.subjects:
            if self._present(s.id):
                ids.append(s.id)
            elif len(same := self._alike(s)) == 1:
                ids += same
                carried.append(f"{s.id} is now {same[0]}: {s.path or 'its article'} has changed, the record has not")
            elif s.article_id in self._ledger.articles or s.path in self._paths:
                return [], "extraction_changed", f"{s.id} is no longer extracted from {s.path}; look at it again"
            else:
                where = f" ({s.path})" if s.path else ""
                return [], "not_here", f"{s.id}{where} is not among what was merged"
        if len(set(ids)) < len(ids):
            return [], "extraction_changed", "both records are one by now"
        return ids, "applied", "; ".join(carried)

    def _present(self, i: str) -> bool:
        ledger = self._ledger
        return any(i in table for table in (ledger.claims, ledger.denials, ledger.actors, ledger.sources))

    def _alike(self, s: Subject) -> list[str]:
        if s.content is None:
            return []
        if self._by_content is None:
            self._by_content = defaultdict(list)
            statements: list[Claim | DenialStatement] = [*self._ledger.claims.values(), *self._ledger.denials.values()]
            for statement in statements:
                self._by_content[statement_content(self._ledger, statement)].append(statement.id)
        return self._by_content.get(s.content, [])


def _contradictions(standing: Mapping[str, tuple[Decision, list[str]]]) -> dict[str, set[str]]:
    """Decisions that exclude each other, each with the others."""
    against: dict[str, set[str]] = defaultdict(set)
    for group in (*_by_value(standing), *_by_path(standing)):
        for i in group:
            against[i] |= set(group) - {i}
    return against


def _by_value(standing: Mapping[str, tuple[Decision, list[str]]]) -> Iterator[list[str]]:
    """Decisions that give one field of one record several values."""
    told: dict[tuple[str, ...], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for i, (d, ids) in standing.items():
        if d.verb in {"accept", "reject"}:
            told["verdict", ids[0]][d.verb].append(i)
        elif d.verb == "edit":
            for name, value in d.edit.items():
                told["edit", ids[0], name][json.dumps(value, sort_keys=True)].append(i)
        elif d.verb == "grade":  # people may differ; one person may not
            for name, value in (("reliability", d.reliability), ("credibility", d.credibility)):
                if value:
                    told[name, ids[0], d.by or ""][value].append(i)
    yield from ([i for told_by in values.values() for i in told_by] for values in told.values() if len(values) > 1)


def _by_path(standing: Mapping[str, tuple[Decision, list[str]]]) -> Iterator[list[str]]:
    """A "different" whose records are joined by "same": it, and the "same" on the way."""
    pairs = {i: ids for i, (d, ids) in sorted(standing.items()) if d.verb == "same"}
    for i, (d, ids) in sorted(standing.items()):
        left = dict(pairs)
        while d.verb == "different" and (way := _way(left, *ids)):
            yield [i, *way]
            left = {j: pair for j, pair in left.items() if j not in way}


def _way(pairs: Mapping[str, list[str]], start: str, end: str) -> list[str]:
    """The decisions on a shortest way from one record to another; empty if there is none."""
    same: dict[str, dict[str, str]] = defaultdict(dict)
    for i, (a, b) in pairs.items():
        same[a][b] = same[b][a] = i
    before: dict[str, tuple[str, str]] = {start: ("", "")}
    waiting = deque([start])
    while waiting and end not in before:
        here = waiting.popleft()
        for there, decision in sorted(same.get(here, {}).items()):
            if there not in before:
                before[there] = (here, decision)
                waiting.append(there)
    way: list[str] = []
    while end in before and before[end][0]:
        end, decision = before[end]
        way.append(decision)
    return way
