"""The result: what one article gives, and what all articles give together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal, Self

from pydantic import Field, ValidationInfo, model_validator

from .actor import Actor
from .allegation import Allegation, Attribution, Claim
from .article import Article
from .base import Record
from .decision import Decided
from .denial import Denial, DenialStatement
from .evidence import Evidence
from .response import Response
from .source import Source
from .weapon import WeaponType

SCHEMA_VERSION = "2"

RecordType = Literal["publication", "actors", "weapons", "sources", "allegations", "denials", "responses", "excluded"]
"""The parts of an answer, in the words of the answer. Of ``publication`` every filled field counts as one record."""

QuarantineReason = Literal[
    "invalid",
    "quote_not_found",
    "value_unsupported",
    "unknown_reference",
    "rests_on_quarantined",
    "rests_on_instructions",
    "duplicate_record",
    "withdrawn",
]

FailureKind = Literal["unreadable", "refused", "truncated", "invalid", "provider", "unrecorded", "budget"]


_Reference = tuple[str, str, str | None]
"""The record that refers, the table referred to, the id there."""


class Quarantined(Record):
    """A record that the model wrote and that did not hold. Kept for the reader, never merged."""

    extraction: str
    """The extraction whose answer held it."""
    article_id: str
    """The article."""
    record: RecordType
    """The list it stood in."""
    local_id: str
    """The id that the model gave it."""
    reason: QuarantineReason
    """withdrawn: the model took it back when asked again. rests_on_quarantined: it names a record that is
    quarantined itself."""
    detail: str
    """What did not hold, in words."""
    draft: dict[str, Any]
    """The record as the model wrote it."""


def _off(value: object) -> bool:
    """Whether an option was off: such a field is left out, so that the dataset has the same bytes as without the option."""
    return not value


class Usage(Record):
    """What the calls took, failed attempts and re-asks included."""

    calls: int
    """Answers received."""
    prompt_tokens: int
    """Tokens sent, the cached ones included."""
    cached_tokens: int
    """Of these, served from the provider's prompt cache."""
    completion_tokens: int
    """Tokens answered, reasoning included."""
    cache_written_tokens: int = Field(0, exclude_if=_off)
    """Of the tokens sent, written into the provider's prompt cache, where it asks more for that."""

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            calls=self.calls + other.calls,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            cache_written_tokens=self.cache_written_tokens + other.cache_written_tokens,
        )

    def __sub__(self, other: Usage) -> Usage:
        return Usage(
            calls=self.calls - other.calls,
            prompt_tokens=self.prompt_tokens - other.prompt_tokens,
            cached_tokens=self.cached_tokens - other.cached_tokens,
            completion_tokens=self.completion_tokens - other.completion_tokens,
            cache_written_tokens=self.cache_written_tokens - other.cache_written_tokens,
        )


NO_USAGE = Usage(calls=0, prompt_tokens=0, cached_tokens=0, completion_tokens=0)


class Support(Record):
    """What a second reading says of the claims and denials of an article that hold: how many are supported."""

    supported: int
    """The article says what they say."""
    partly: int
    """It says part of it; each bears a finding that tells which."""
    unsupported: int
    """It does not; each bears a finding that tells why."""
    unjudged: int
    """Without a verdict: the model gave none, or the check failed."""
    usage: Usage
    """What the check took, as part of the article's usage."""


class RecordCount(Record):
    """Where every record of one type went: ``written`` is the sum of the others."""

    record: RecordType
    """The list of the answer."""
    written: int
    """Records that the model wrote."""
    kept: int
    """In the dataset."""
    quarantined: int
    """In the quarantine."""


class Run(Record):
    """What asked for answers: the choices that can change an answer, and nothing else.

    Where answers came from (server, recording, store) is left out, since it does not change them, and so is wall-clock
    time: the same input and answers give the same bytes.
    """

    id: str
    """``run:`` and a hash of the fields below."""
    tool: str
    """``armsledger``."""
    tool_version: str
    """Its version."""
    model: str | None
    """The model asked for."""
    prompt_sha256: str
    """Of the fixed part of the prompt."""
    schema_sha256: str
    """Of the schema that constrained the answers."""
    parameters: dict[str, Any]
    """Further request parameters that were sent with every call."""
    reasks: int
    """How often an answer that did not hold was asked for again, at most."""
    passes: int | None = Field(None, exclude_if=_off)
    """How often an article was read, at most, where it was more than once."""
    check: str | None = Field(None, exclude_if=_off)
    """The model that was asked whether the records are supported, where one was."""


class Extraction(Record):
    """What one article gives: every reference resolves inside it, every kept record has located evidence."""

    id: str
    """``extraction:`` and a hash of its run, its article and its records."""
    run: Run
    """What asked for it."""
    article: Article
    """The article."""
    actors: list[Actor]
    """Its actors."""
    weapons: list[WeaponType]
    """Its weapons."""
    sources: list[Source]
    """Its sources."""
    claims: list[Claim]
    """Its claims."""
    attributions: list[Attribution]
    """Who says them, each bearing its claim's id."""
    denials: list[DenialStatement]
    """Its denials; ``targets`` are claim ids."""
    responses: list[Response]
    """Its responses; ``about`` are claim and denial statement ids."""
    quarantine: list[Quarantined]
    """What did not hold."""
    records: list[RecordCount]
    """Where every record of the answer went."""
    usage: Usage
    """What it took."""
    models: list[str]
    """The model names that the server gave in its responses."""
    support: Support | None = Field(None, exclude_if=_off)
    """What a second reading says of it, where it was asked for."""
    lapses: list[str] = Field([], exclude_if=_off)
    """What was asked for beside the records and failed, in words: a further pass, the check. The records stay."""


class Failure(Record):
    """An article that gave no extraction. It never looks like "nothing found"."""

    path: str
    """The file."""
    article_id: str | None
    """Its id, where it could be read."""
    kind: FailureKind
    """unreadable: no text; refused: the model would not; truncated: the answer was cut off; invalid: no valid answer after
    the re-asks; provider: the server could not be reached or failed; unrecorded: no recording in a replay; budget: not
    sent, to stay within the budget."""
    message: str
    """What happened and what to do."""
    run: str
    """The run that failed at it."""


class Skipped(Record):
    """A file in a given folder that is no article."""

    path: str
    """The file."""
    reason: str
    """Why."""


class ArticleCount(Record):
    """Where every article went: ``given`` is the sum of the others."""

    given: int
    """Files and texts that were given."""
    extracted: int
    """Gave at least one allegation, denial or response."""
    empty: int
    """Read in full, nothing alleged: a valid result."""
    duplicate: int
    """Same content as another; not asked again."""
    skipped: int
    """No article."""
    failed: int
    """Listed in ``failures``."""


class ArticleAccount(Record):
    """What one run made of one article."""

    id: str
    """The extraction's id; for a failed article ``failure:`` and a hash, for a pair of claims ``adjudication:`` and one."""
    article_id: str
    """The article."""
    run: str
    """The run."""
    outcome: Literal["answered", "failed", "adjudicated"]
    """answered: it gave an extraction. failed: nothing. adjudicated: a model was asked about a doubtful pair of claims, of
    which the first stands in this article; such a call that failed is "failed" too."""
    records: list[RecordCount]
    """Where every record of the answer went; types of which none was written are left out."""
    usage: Usage
    """What it took."""
    models: list[str]
    """The model names that the server gave in its responses. ``relay/…``: written by somebody standing in for a model,
    behind a local relay."""
    support: Support | None = Field(None, exclude_if=_off)
    """What a second reading says of it, where it was asked for."""
    lapses: list[str] = Field([], exclude_if=_off)
    """What was asked for beside the records and failed, in words: a further pass, the check. The records stay."""


class Accounting(Record):
    """Nothing is lost: articles given and records written add up."""

    articles: ArticleCount
    """Where every article went."""
    records: list[RecordCount]
    """Where every record went, by type."""
    extractions: list[ArticleAccount]
    """The same for every article that was asked about, and every run; sorted by id."""
    usage: Usage
    """What all calls took, those of failed articles included."""
    cost_usd: float | None
    """By the public price list for the models asked for; None where a price is unknown. Recorded answers cost nothing to
    replay: then it is what the same calls would have cost."""
    models_answering: list[str]
    """The names that the servers gave in their responses, sorted."""
    unlinked: str | None
    """Why actors were not linked to the reference database, though it was asked for."""
    failures: list[Failure]
    """Articles that gave nothing because something failed."""
    skipped: list[Skipped]
    """Files that are no articles."""


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
