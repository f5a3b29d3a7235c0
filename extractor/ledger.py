"""Everything that extractions and datasets hold, statement by statement: the union on which merging rests.

A dataset keeps every statement of the articles as it was extracted, so datasets can be taken apart and merged again. The
union is associative, commutative and idempotent: merging in steps, in any order, gives what merging at once gives. Where
two inputs tell the same record differently (the same article, read with other metadata), the fuller telling is kept.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from itertools import chain
from operator import or_
from typing import Any, TypeVar

from .actors import combined
from .aliases import NO_ALIASES, Aliases
from .errors import DatasetInvalid
from .schemas import (
    Actor,
    Article,
    ArticleAccount,
    Attribution,
    Claim,
    Dataset,
    Decided,
    DenialStatement,
    Evidence,
    Extraction,
    Failure,
    Judgement,
    Link,
    Quarantined,
    Record,
    Response,
    Run,
    Skipped,
    Source,
    WeaponType,
)

R = TypeVar("R", bound=Record)

Part = Extraction | Dataset
"""What can be merged."""


@dataclass
class Rest:
    """What a run knows beside its extractions."""

    runs: list[Run] = field(default_factory=list)
    articles: list[Article] = field(default_factory=list)
    """Copies that were not asked about, and articles that failed."""
    accounts: list[ArticleAccount] = field(default_factory=list)
    """Of articles that failed."""
    failures: list[Failure] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


class Ledger:
    """The records of many extractions and datasets, by id. Raises DatasetInvalid if two articles of different content
    bear one id, or if a statement lacks evidence."""

    def __init__(self, parts: Iterable[Part], rest: Rest | None = None) -> None:
        everything = list(parts)
        rest = rest or Rest()
        self.runs = _union(chain(rest.runs, *map(_runs, everything)), lambda r: r.id)
        self.accounts = _union(chain(rest.accounts, *map(_accounts, everything)), lambda a: a.id)
        self.copies = _articles(chain(rest.articles, *map(_given, everything)))
        self.articles: Mapping[str, Article] = _first_copies(self.copies)
        self.actors: dict[str, Actor] = _fold((a for p in everything for a in p.actors), combined)
        self.weapons: dict[str, WeaponType] = _fold((w for p in everything for w in p.weapons), _same_weapon)
        self.sources: dict[str, Source] = _union((s for p in everything for s in p.sources), lambda s: s.id)
        self.claims: dict[str, Claim] = _union((c for p in everything for c in _claims(p)), lambda c: c.id)
        self.denials: dict[str, DenialStatement] = _union(
            (d for p in everything for d in _statements(p)), lambda d: d.id
        )
        self.responses: dict[str, Response] = _union((r for p in everything for r in p.responses), lambda r: r.id)
        self.attributions: dict[str, list[Attribution]] = defaultdict(list)
        told = _union((t for p in everything for t in _attributions(p)), _spoken)
        for attribution in sorted(told.values(), key=lambda t: (t.claim, _spoken(t))):
            self.attributions[attribution.claim].append(attribution)
        self.quarantine: list[Quarantined] = _distinct(q for p in everything for q in p.quarantine)
        failures = _union(chain(rest.failures, *map(_failures, everything)), lambda f: f.path)
        answered = {a.article_id for a in self.accounts.values() if a.outcome == "answered"}
        self.failures = [f for _, f in sorted(failures.items()) if f.article_id not in answered]
        skipped = _union(chain(rest.skipped, *map(_skipped, everything)), lambda s: s.path)
        self.skipped = [s for _, s in sorted(skipped.items())]
        self.decisions = _union((d.decision for p in everything for d in _decisions(p)), lambda d: d.id).values()
        """What people decided about the datasets so far."""
        self.judged: list[Judgement] = _distinct(j for p in everything for j in _judged(p))
        """What a model said about doubtful pairs."""
        self.aliases = reduce(or_, map(_names, everything), NO_ALIASES)
        """The names of analysts."""
        self.unlinked: str | None = min(filter(None, map(_unlinked, everything)), default=None)
        """Why actors could not be linked to a reference database."""
        self._demand_evidence()

    def add_links(self, links: Mapping[str, list[Link]]) -> None:
        """Add what a reference database says about actors, by their ids."""
        self.unlinked = None
        for i, found in links.items():
            if found:
                actor = self.actors[i]
                self.actors[i] = combined(actor, actor.model_copy(update={"links": found}))

    def add_judgements(self, judged: Iterable[Judgement], accounts: Iterable[ArticleAccount], run: Run) -> None:
        """Put what a model says about doubtful pairs in the place of what it said so far, and account for its calls."""
        self.judged = _distinct(judged)
        calls = list(accounts)
        if calls:
            self.runs = _union(chain(self.runs.values(), [run]), lambda r: r.id)
            self.accounts = _union(chain(self.accounts.values(), calls), lambda a: a.id)

    def _demand_evidence(self) -> None:
        for claim in self.claims.values():
            spoken = self.attributions.get(claim.id)
            if not spoken or not all(t.evidence for t in spoken):
                raise _bare(claim.id, claim.article_id)
        statements: list[DenialStatement | Response] = [*self.denials.values(), *self.responses.values()]
        for statement in statements:
            if not statement.evidence:
                raise _bare(statement.id, statement.article_id)


# What a part holds ---------------------------------------------------------------------------------------------------


def _runs(part: Part) -> list[Run]:
    return [part.run] if isinstance(part, Extraction) else part.runs


def _accounts(part: Part) -> list[ArticleAccount]:
    return [account(part)] if isinstance(part, Extraction) else part.accounting.extractions


def _given(part: Part) -> list[Article]:
    return [part.article] if isinstance(part, Extraction) else part.articles


def _claims(part: Part) -> list[Claim]:
    return part.claims if isinstance(part, Extraction) else [c for a in part.allegations for c in a.claims]


def _attributions(part: Part) -> list[Attribution]:
    return part.attributions if isinstance(part, Extraction) else [t for a in part.allegations for t in a.attributions]


def _statements(part: Part) -> list[DenialStatement]:
    return part.denials if isinstance(part, Extraction) else [s for d in part.denials for s in d.statements]


def _failures(part: Part) -> list[Failure]:
    return [] if isinstance(part, Extraction) else part.accounting.failures


def _skipped(part: Part) -> list[Skipped]:
    return [] if isinstance(part, Extraction) else part.accounting.skipped


def _decisions(part: Part) -> list[Decided]:
    return [] if isinstance(part, Extraction) else part.decisions


def _judged(part: Part) -> list[Judgement]:
    if isinstance(part, Extraction):
        return []
    return [j.model_copy(update={"refused": False}) for j in part.judgements if j.by == "model"]


def _names(part: Part) -> Aliases:
    return NO_ALIASES if isinstance(part, Extraction) else Aliases(part.aliases)


def _unlinked(part: Part) -> str | None:
    return None if isinstance(part, Extraction) else part.accounting.unlinked


def digest(content: Any, *, digits: int = 12) -> str:
    """Hex digits for what can be written as JSON: 12, by which runs and accounts are named, or up to 64."""
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:digits]


def account(extraction: Extraction) -> ArticleAccount:
    """What one run made of one article."""
    return ArticleAccount(
        id=extraction.id,
        article_id=extraction.article.id,
        run=extraction.run.id,
        outcome="answered",
        records=[count for count in extraction.records if count.written],
        usage=extraction.usage,
        models=extraction.models,
        support=extraction.support,
        lapses=extraction.lapses,
    )


# Unions --------------------------------------------------------------------------------------------------------------


def _union(records: Iterable[R], key: Callable[[R], Any]) -> dict[Any, R]:
    """Records by key; of several tellings of one record the one with the fewest blanks, then the most findings (a check may
    have added some), then the first by its JSON."""
    told: dict[Hashable, R] = {}
    for record in records:
        known = told.setdefault(key(record), record)
        if known is not record and known != record:
            told[key(record)] = min(known, record, key=_thinness)
    return told


def _thinness(record: Record) -> tuple[int, int, str]:
    blanks, text = _blanks(record)
    return blanks, -len(getattr(record, "findings", ())), text


def _blanks(record: Record) -> tuple[int, str]:
    text = record.model_dump_json()
    return text.count("null"), text


def _fold(records: Iterable[Any], combine: Callable[[Any, Any], Any]) -> dict[str, Any]:
    told: dict[str, list[Any]] = defaultdict(list)
    for record in records:
        told[record.id].append(record)
    for same in told.values():
        while len(same) > 1:  # in pairs: one after the other, the work would grow with the square of the articles
            same[:] = [combine(*p) if len(p) == 2 else p[0] for p in (same[n : n + 2] for n in range(0, len(same), 2))]
    return {i: record for i, (record,) in told.items()}


def _distinct(records: Iterable[R]) -> list[R]:
    return [r for _, r in sorted({r.model_dump_json(): r for r in records}.items())]


def _spoken(t: Attribution) -> tuple[Any, ...]:
    """What tells one attribution from another: everything printed, and nothing computed from it."""
    spans = tuple(sorted((e.start, e.end) for e in t.evidence))
    return t.claim, t.source, spans, t.cue or "", t.said_on.text if t.said_on else "", t.basis, t.certainty, t.polarity


def _same_weapon(left: WeaponType, right: WeaponType) -> WeaponType:
    first = min(left, right, key=lambda w: (w.term, w.model_dump_json(exclude={"mentions"})))
    return first.model_copy(update={"mentions": mentions((*left.mentions, *right.mentions))})


def mentions(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Pieces of evidence, each place once, in order."""
    return [e for _, e in sorted({(e.article_id, e.start, e.end): e for e in evidence}.items())]


def _articles(given: Iterable[Article]) -> list[Article]:
    """Every file that was given, once; of several tellings the better dated, then the fuller one."""
    files: dict[tuple[str, str, str], Article] = {}
    for article in given:
        key = article.id, article.path, article.sha256
        known = files.setdefault(key, article)
        if known is article:
            continue
        found = {e.id: e for e in (*known.excluded, *article.excluded)}
        better = min(known, article, key=_telling)
        files[key] = better.model_copy(update={"excluded": [found[i] for i in sorted(found)]})
    return [article for _, article in sorted(files.items())]


def _telling(article: Article) -> tuple[bool, int, tuple[int, str], str]:
    bare = article.model_copy(update={"excluded": [], "syndication_group": article.id, "duplicate_of": None})
    bases = ("metadata", "text", "unknown")
    basis = bases.index(article.published_basis)
    return article.duplicate_of is not None, basis, _blanks(bare), article.duplicate_of or ""


def _first_copies(files: Iterable[Article]) -> dict[str, Article]:
    """Articles by id: of files with the same content, the one that was read. Raises DatasetInvalid for two contents under
    one id."""
    first: dict[str, Article] = {}
    for article in sorted(files, key=lambda a: (a.duplicate_of is not None, a.path)):
        known = first.setdefault(article.id, article)
        if known.sha256 != article.sha256:
            raise DatasetInvalid(
                f"{known.path} and {article.path} bear one id ({article.id}) and differ in content "
                f"(SHA-256 {known.sha256[:16]}… and {article.sha256[:16]}…); one of the datasets has been altered"
            )
    return first


def _bare(record: str, article_id: str) -> DatasetInvalid:
    return DatasetInvalid(
        f"{record} of {article_id} has no evidence; nothing is merged that does not rest on a sentence. Extract the "
        "article again, or check the dataset with: extract verify"
    )
