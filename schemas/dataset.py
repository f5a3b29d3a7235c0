"""What all articles give together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal, Self

from pydantic import ValidationInfo, model_validator

from .accounting import NO_USAGE, Accounting, Quarantined
from .actor import Actor
from .allegation import Allegation
from .article import Article
from .base import Record
from .decision import Decided
from .denial import Denial
from .evidence import Evidence
from .extraction import Run
from .response import Response
from .source import Source
from .weapon import WeaponType

SCHEMA_VERSION = "2"

_Reference = tuple[str, str, str | None]
"""The record that refers, the table referred to, the id there."""


class Judgement(Record):
    """Whether two records are the same: an edge from which the clusters are derived, so that overruling it rebuilds them."""

    left: str
    """Claim or actor id, the smaller one."""
    right: str
    """Claim or actor id."""
    verdict: Literal["same", "different", "unsure"]
    """What the rules, a person or a model say."""
    by: Literal["rule", "model", "person"]
    """Who says so."""
    rule: str
    """The rule that decided, the model's reason, or the decision's id."""
    refused: bool
    """A "same" that was not carried out, because it would have joined records that exclude each other."""


class Dataset(Record):
    """Everything that a run found. Valid by construction: every reference resolves, every record has evidence."""

    schema_version: str
    """Version of this schema."""
    runs: list[Run]
    """What asked for the answers, sorted by id; one, unless datasets of several runs were merged."""
    accounting: Accounting
    """Where every article and every record went."""
    articles: list[Article]
    """Every article that could be read, sorted by path."""
    actors: list[Actor]
    """Who acts or speaks."""
    weapons: list[WeaponType]
    """What is supplied."""
    sources: list[Source]
    """Who says so."""
    allegations: list[Allegation]
    """Who is said to supply whom."""
    denials: list[Denial]
    """Who denies it."""
    responses: list[Response]
    """What others do about it."""
    judgements: list[Judgement]
    """Which claims are the same: what joined every allegation, what was refused, and the doubtful or near pairs of
    allegations where there are not too many of them."""
    unlisted: int
    """Pairs of allegations with parties in common that were left out of ``judgements`` because there were too many of them."""
    identities: list[Judgement]
    """Which actors are the same."""
    aliases: dict[str, str]
    """The analyst's own names, as far as they were given: what each stands for, a name or an actor id."""
    decisions: list[Decided]
    """What people decided about claims, denials and actors, and what became of it."""
    quarantine: list[Quarantined]
    """What the model wrote and did not hold."""

    def __repr_args__(self) -> Iterator[tuple[str, int]]:
        """How many records it holds. All of them are megabytes, which notebooks would print, and which asyncio.run of
        Python 3.11 makes of every result only to throw them away."""
        yield from ((name, len(value)) for name, value in self if isinstance(value, list))

    def evidence(self) -> Iterator[tuple[str, Evidence]]:
        """Every piece of evidence with the id of the record that rests on it."""
        named: list[Actor | WeaponType] = [*self.actors, *self.weapons]
        yield from ((record.id, e) for record in named for e in record.mentions)
        for allegation in self.allegations:
            for attribution in allegation.attributions:
                yield from ((attribution.claim, e) for e in attribution.evidence)
        for denial in self.denials:
            for statement in denial.statements:
                yield from ((statement.id, e) for e in statement.evidence)
        for response in self.responses:
            yield from ((response.id, e) for e in response.evidence)
        for article in self.articles:
            for excluded in article.excluded:
                yield from ((excluded.id, e) for e in excluded.evidence)

    @model_validator(mode="after")
    def _holds_together(self, info: ValidationInfo) -> Self:
        """Raise ValueError if a reference dangles, a record lacks evidence or the accounting does not add up.

        With ``{"unchecked": True}`` as validation context, :meth:`problems` is left to the caller.
        """
        if info.context and info.context.get("unchecked"):
            return self
        problems = list(self.problems())
        if problems:
            raise ValueError("; ".join(problems[:10]))
        return self

    def problems(self) -> Iterator[str]:
        """What does not hold together, in words. Empty for every dataset that validates."""
        yield from self._dangling()
        yield from self._unsupported()
        yield from self._unaccounted()

    def _dangling(self) -> Iterator[str]:
        tables: dict[str, set[str]] = {
            "articles": {a.id for a in self.articles},
            "actors": {a.id for a in self.actors},
            "weapons": {w.id for w in self.weapons},
            "sources": {s.id for s in self.sources},
            "allegations": {a.id for a in self.allegations},
            "denials": {d.id for d in self.denials},
            "claims": {c.id for a in self.allegations for c in a.claims},
        }
        tables["origins"] = tables["actors"] | tables["sources"]
        tables["answerable"] = tables["allegations"] | tables["denials"]
        tables["statements"] = tables["claims"] | {s.id for d in self.denials for s in d.statements}
        tables["runs"] = {r.id for r in self.runs}
        tabled = (self.actors, self.weapons, self.sources, self.allegations, self.denials, self.responses)
        for ids in (Counter(row.id for row in rows) for rows in tabled):
            yield from (f"{i} stands in the dataset twice" for i, times in sorted(ids.items()) if times > 1)
        references = (self._refer_names, self._refer_allegations, self._refer_answers)
        for where, table, target in (reference for part in references for reference in part()):
            if target is not None and target not in tables[table]:
                yield f"{where} refers to {target}, which is not in the dataset"

    def _refer_names(self) -> Iterator[_Reference]:
        for actor in self.actors:
            yield from ((actor.id, "actors", i) for i in (actor.party, actor.represents, actor.canonical))
        for source in self.sources:
            yield from ((source.id, "actors", i) for i in source.actors)
            yield from ((source.id, "origins", i) for i in source.origins)
            yield source.id, "sources", source.relies_on
        yield from ((record, "articles", e.article_id) for record, e in self.evidence())
        yield from (("the quarantine", "articles", q.article_id) for q in self.quarantine)
        ran = (*(a.run for a in self.accounting.extractions), *(f.run for f in self.accounting.failures))
        yield from (("the accounting", "runs", run) for run in ran)

    def _refer_allegations(self) -> Iterator[_Reference]:
        for a in self.allegations:
            yield from ((a.id, "actors", i) for i in (*a.suppliers, *a.recipients, *(p.actor for p in a.participants)))
            yield from ((a.id, "origins", i) for i in a.corroboration.origin_ids)
            yield from ((a.id, "weapons", i.weapon) for i in a.items)
            yield from ((a.id, "allegations", r.allegation) for r in a.relations)
            yield from ((a.id, "sources", i) for chain in a.corroboration.chains for i in chain.sources)
            yield from ((a.id, "denials", i) for i in a.denials)
            for c in a.claims:
                yield from (
                    (c.id, "actors", i) for i in (*c.suppliers, *c.recipients, *(p.actor for p in c.participants))
                )
                yield from ((c.id, "weapons", i.weapon) for i in c.items)
                yield from ((c.id, "articles", c.article_id), (c.id, "claims", c.part_of))
            for t in a.attributions:
                yield from (
                    (t.claim, "sources", t.source),
                    (t.claim, "articles", t.article_id),
                    (a.id, "claims", t.claim),
                )
        yield from (("a judgement", "claims", i) for j in self.judgements for i in (j.left, j.right))
        yield from (("an identity", "actors", i) for j in self.identities for i in (j.left, j.right))

    def _refer_answers(self) -> Iterator[_Reference]:
        for d in self.denials:
            yield d.id, "actors", d.denier
            yield from ((d.id, "allegations", link.allegation) for link in d.targets)
            for s in d.statements:
                yield from ((s.id, "actors", i) for i in (s.denier, *s.accusers))
                yield from ((s.id, "claims", i) for i in s.targets)
                yield from ((s.id, "sources", i) for i in s.reported_by)
        for r in self.responses:
            yield r.id, "sources", r.source
            yield from ((r.id, "actors", i) for i in r.actors)
            yield from ((r.id, "answerable", i) for i in r.about)
            yield from ((r.id, "statements", i) for i in r.targets)

    def _unsupported(self) -> Iterator[str]:
        named: list[Actor | WeaponType] = [*self.actors, *self.weapons]
        yield from (f"{record.id} has no evidence" for record in named if not record.mentions)
        for a in self.allegations:
            spoken = {t.claim for t in a.attributions}
            yield from (f"{c.id} has no attribution" for c in a.claims if c.id not in spoken)
            yield from (f"{t.claim} has no evidence" for t in a.attributions if not t.evidence)
        for d in self.denials:
            yield from (f"{s.id} has no evidence" for s in d.statements if not s.evidence)
        yield from (f"{r.id} has no evidence" for r in self.responses if not r.evidence)
        for record, e in self.evidence():
            if e.end - e.start != len(e.exact) or not e.exact:
                yield f"{record} has evidence whose offsets do not fit its words"

    def _unaccounted(self) -> Iterator[str]:
        n = self.accounting.articles
        if n.given != n.extracted + n.empty + n.duplicate + n.skipped + n.failed:
            yield "the articles do not add up"
        if n.failed != len(self.accounting.failures):
            yield "the failed articles are not all listed"
        if self.accounting.usage != sum((a.usage for a in self.accounting.extractions), NO_USAGE):
            yield "the calls do not add up"
        for count in self.accounting.records:
            if count.written != count.kept + count.quarantined:
                yield f"the {count.record} do not add up"
            if count.quarantined != sum(q.record == count.record for q in self.quarantine):
                yield f"the quarantined {count.record} are not all listed"
