"""Why two datasets differ, in all likelihood: what comes first in the way from article to record and differs."""

from __future__ import annotations

from typing import Any, Literal

from .pairing import Pairing
from .rows import Row
from .schemas import Article, Dataset, Run

Cause = Literal["failure", "source", "configuration", "merging", "noise", "rules"]
"""failure: one run got nothing from the article. source: the article's text changed, or it is in one dataset only.
configuration: another model, prompt, schema, parameters or version asked. merging: the same statements, joined otherwise.
noise: the same article and the same run, so the calls were answered differently. rules: the answers were the same too, so
the rules of this package, its metadata or the recordings changed."""

CHOICES = ("tool_version", "model", "prompt_sha256", "schema_sha256", "parameters", "reasks", "passes", "check")
"""The fields of a run, each of which can change an answer."""
_STRENGTH: tuple[Cause, ...] = ("failure", "source", "configuration", "noise")
_DATED = frozenset({"event_time", "said_on", "attributions.said_on"})
_MERGING_ALONE = frozenset(
    {"canonical", "party", "links", "reliability", "origins", "about", "syndication_group", "duplicate_of"}
)

Reason = tuple[Cause, str]
_NOISE: Reason = ("noise", "same article, same run: its calls were answered differently")


def differing_choices(old: list[Run], new: list[Run]) -> dict[str, tuple[list[Any], list[Any]]]:
    """The choices in which runs differ, with the values of both sides."""
    found = {}
    for name in CHOICES:
        left, right = ([getattr(r, name) for r in side] for side in (old, new))
        values = [[v for n, v in enumerate(side) if v not in side[:n]] for side in (left, right)]
        if sorted(map(repr, values[0])) != sorted(map(repr, values[1])):
            found[name] = (values[0], values[1])
    return found


class Causes:
    """The likely cause of every difference of two datasets."""

    def __init__(self, old: Dataset, new: Dataset, pairing: Pairing) -> None:
        self._pairing = pairing
        self._sides = (_Side(old), _Side(new))
        self.runs = differing_choices(old.runs, new.runs)
        """The choices in which the runs differ."""
        self._paths = {a.id: a.path for d in (old, new) for a in d.articles}
        self._back = {n: o for o, n in pairing.partner["article"].items()}
        self._by_article: dict[str, Reason | None] = {}
        self._by_statement: dict[str, Reason] = {}
        self._merging = self._why_merging(old, new)

    def path(self, row: Row) -> str | None:
        """The path of the one article that a record rests on."""
        return self._paths.get(min(row.articles)) if len(row.articles) == 1 else None

    def of(self, old: Row | None, new: Row | None, fields: set[str]) -> Reason:
        """Why a record differs; asked for statements first, since what merging makes of them follows from them."""
        row = new or old
        assert row is not None  # noqa: S101 - a pair has at least one side
        reason = self._reason(old, new, row, fields)
        if row.kind in {"claim", "denial statement"}:
            self._by_statement |= {r.id: reason for r in (old, new) if r}
        return reason

    def _reason(self, old: Row | None, new: Row | None, row: Row, fields: set[str]) -> Reason:
        sides = [r for r in (old, new) if r]
        merging: Reason = ("merging", self._merging)
        if fields and fields <= _MERGING_ALONE:
            return merging
        if row.kind in {"allegation", "denial", "judgement", "identity", "decision", "alias"}:
            answered = {i for r in sides for d in r.values.get("denials", ()) for i in self._denial(d)}
            found = [
                self._by_statement[i]
                for i in {m for r in sides for m in r.members} | answered
                if i in self._by_statement
            ]
            return _strongest(found) or merging
        if row.kind in {"failure", "skipped"}:
            return (
                ("failure", "one run got nothing from it")
                if row.kind == "failure"
                else ("source", "other files were given")
            )
        if row.kind == "source":
            return _strongest(list(self._by_statement.values())) or _NOISE
        if fields == {"path"}:
            return "source", "the file was renamed"
        found = [r for r in (self._article(i) for side in sides for i in sorted(side.articles)) if r]
        if not found and row.kind == "article" and self._metadata(sides[0].articles, sides[-1].articles):
            return "source", "what is known about the article from outside its text changed"
        if not found and fields and fields <= _DATED and self._metadata(sides[0].articles, sides[-1].articles):
            return "source", "the article's date of publication changed"
        return _strongest(found) or _NOISE

    def _denial(self, i: str) -> tuple[str, ...]:
        tables = (self._pairing.old["denial"], self._pairing.new["denial"])
        return tuple(m for table in tables if i in table for m in table[i].members)

    def _article(self, i: str) -> Reason | None:
        if i not in self._by_article:
            self._by_article[i] = self._compare(i)
        return self._by_article[i]

    def _compare(self, i: str) -> Reason | None:
        """Why the records of one article may differ; None if nothing about it differs."""
        old = self._sides[0].articles.get(i) or self._sides[0].articles.get(self._back.get(i, ""))
        new = self._sides[1].articles.get(i) or self._sides[1].articles.get(self._pairing.partner["article"].get(i, ""))
        if old is None or new is None:
            if any(self._paths.get(i) in side.unreadable for side in self._sides):
                return "failure", "its article could not be read in one of the runs"
            return "source", "its article is in one of the datasets only"
        failed = [side.failed.get(a.id) for side, a in zip(self._sides, (old, new), strict=True)]
        if failed[0] != failed[1]:
            told = " and ".join(f"{name}: {kind}" for name, kind in zip(("old", "new"), failed, strict=True) if kind)
            return "failure", f"its article gave nothing in one of the runs ({told})"
        if old.sha256 != new.sha256:
            return "source", "the article's text changed"
        asked = [side.asked.get(a.id, []) for side, a in zip(self._sides, (old, new), strict=True)]
        choices = differing_choices(*asked)
        return ("configuration", f"the runs differ in {', '.join(choices)}") if choices else None

    def _metadata(self, old: frozenset[str], new: frozenset[str]) -> bool:
        """Whether what is known about an article from outside differs."""
        left, right = self._sides[0].articles.get(min(old)), self._sides[1].articles.get(min(new))
        if left is None or right is None or (left.url == right.url and left.published == right.published):
            return False
        return left.url != right.url or "metadata" in {left.published_basis, right.published_basis}

    def _why_merging(self, old: Dataset, new: Dataset) -> str:
        pairs = self._pairing.pairs("article")
        told = {
            "decisions": old.decisions != new.decisions,
            "aliases": old.aliases != new.aliases,
            "actors that are the same": old.identities != new.identities,
            "other articles": any(not (o and n) for o, n in pairs),
            "version": "tool_version" in self.runs,
        }
        differing = ", ".join(name for name, differs in told.items() if differs)
        return f"the same statements, joined otherwise; what differs: {differing or 'what the articles say of others'}"


class _Side:
    def __init__(self, dataset: Dataset) -> None:
        runs = {r.id: r for r in dataset.runs}
        self.articles: dict[str, Article] = {a.id: a for a in dataset.articles}
        self.failed = {f.article_id: f.kind for f in dataset.accounting.failures if f.article_id}
        self.unreadable = {f.path for f in dataset.accounting.failures if not f.article_id}
        self.asked: dict[str, list[Run]] = {}
        for account in dataset.accounting.extractions:
            if account.outcome != "adjudicated":
                self.asked.setdefault(account.article_id, []).append(runs[account.run])


def _strongest(reasons: list[Reason]) -> Reason | None:
    return min(
        reasons, key=lambda r: (_STRENGTH.index(r[0]) if r[0] in _STRENGTH else len(_STRENGTH), r[1]), default=None
    )
