"""Which allegations a denial answers: those it names, else, by rule, earlier accusations or what is being prepared.

explicit > generic > pledge. A general denial marks an allegation as contested and says no more; a pledge never contests a
past delivery; a sidestep, a refusal to comment and an admission contest nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from . import dates, edtf
from .actors import slug
from .ledger import ANY_DAY, OCCASION_DAYS, Candidate, Ledger
from .schemas import Article, Attribution, DatePhrase, Denial, DenialLink, DenialStatement
from .schemas.denial import LinkStrength


def merge_denials(ledger: Ledger, allegation_of: Mapping[str, str]) -> list[Denial]:
    """The denials of all articles, linked to allegations (``allegation_of``: by claim id), sorted by id."""
    return _Linker(ledger, allegation_of).denials()


class _Linker:
    def __init__(self, ledger: Ledger, allegation_of: Mapping[str, str]) -> None:
        self.ledger = ledger
        self.allegation_of = allegation_of

    def denials(self) -> list[Denial]:
        """Statements of one party on one occasion about the same things are one denial."""
        groups: dict[tuple[Any, ...], list[DenialStatement]] = defaultdict(list)
        for statement in self.ledger.denials.values():
            links = self._links(statement)
            when = statement.said_on.edtf if statement.said_on else None
            occasion = when or statement.article_id
            key = (
                statement.denier,
                statement.kind,
                statement.scope,
                occasion,
                tuple(sorted(link.allegation for link in links)),
            )
            groups[key].append(statement)
        merged = [self._denial(sorted(group, key=lambda s: s.id)) for group in groups.values()]
        return sorted(merged, key=lambda d: d.id)

    def _denial(self, statements: list[DenialStatement]) -> Denial:
        first = statements[0]
        links = {link.allegation: link for s in statements for link in self._links(s)}
        return Denial(
            id=first.id,
            denier=first.denier,
            kind=first.kind,
            scope=first.scope,
            targets=[links[i] for i in sorted(links)],
            what_is_denied=sorted({s.what_is_denied for s in statements if s.what_is_denied}),
            counter_claim=sorted({s.counter_claim for s in statements if s.counter_claim}),
            said_on=next((s.said_on for s in statements if s.said_on), None),
            statements=statements,
        )

    def _links(self, statement: DenialStatement) -> list[DenialLink]:
        """The allegations that a denial answers: those it names; else, for a general denial, earlier ones by the accusers it
        rejects; for a pledge, what is being prepared."""
        if statement.scope == "explicit":
            strength = _strength(statement)
            return [
                DenialLink(allegation=a, strength=strength)
                for a in sorted({self.allegation_of[t] for t in statement.targets})
            ]
        if statement.kind == "pledges_not_to":
            claims = [c for c in self.ledger.candidates.values() if self._pledged(statement, c)]
            strength = "pledge"
        elif statement.kind in {"denies", "partially_denies", "dismisses"}:
            claims = [c for c in self.ledger.candidates.values() if self._denied_in_general(statement, c)]
            strength = "generic"
        else:
            return []
        return [
            DenialLink(allegation=a, strength=strength)
            for a in sorted({self.allegation_of[c.claim.id] for c in claims})
        ]

    def _pledged(self, statement: DenialStatement, candidate: Candidate) -> bool:
        """A pledge not to supply answers what is being prepared; it never contests a past delivery."""
        party = self.ledger.actors[statement.denier].party
        pledged_to = self._partners(statement)
        return (
            candidate.family == "pre"
            and candidate.claim.scope == "specific"
            and party in candidate.suppliers
            and (not pledged_to or bool(pledged_to & candidate.recipients))
            and candidate.claim.article_id == statement.article_id
        )

    def _partners(self, statement: DenialStatement) -> set[str]:
        """The other parties that the words of a pledge name."""
        words = slug(" ".join(filter(None, [statement.what_is_denied, *(e.exact for e in statement.evidence)])))
        return {
            a.party
            for a in self.ledger.actors.values()
            if a.kind == "state"
            and a.party != self.ledger.actors[statement.denier].party
            and any(f"-{slug(n)}-" in f"-{words}-" for n in a.names)
        }

    def _denied_in_general(self, statement: DenialStatement, candidate: Candidate) -> bool:
        """A general denial answers earlier accusations by those it rejects, about the parties that deny together."""
        accusers = {self.ledger.actors[a].party for a in statement.accusers}
        together = self._deny_together(statement)
        parties = candidate.suppliers | candidate.recipients
        if not accusers or not together <= parties:
            return False
        return any(
            accusers & set(self.ledger.sources[t.source].origins) and self._earlier(t, statement)
            for t in self.ledger.attributions[candidate.claim.id]
        )

    def _deny_together(self, statement: DenialStatement) -> set[str]:
        """The parties that one sentence lets deny the same accusations."""
        places = {(e.article_id, e.sentence) for e in statement.evidence}
        return {
            self.ledger.actors[other.denier].party
            for other in self.ledger.denials.values()
            if other.scope == "generic"
            and other.kind == statement.kind
            and places & {(x.article_id, x.sentence) for x in other.evidence}
        }

    def _earlier(self, attribution: Attribution, statement: DenialStatement) -> bool:
        """Whether something was said before the article that reports the general denial was news.

        In the same article: said at another time than its news, which is what its latest dated statements are. In another
        article: said, by the dates, before the denial's article was published.
        """
        said = attribution.said_on
        if attribution.article_id == statement.article_id:
            return said is not None and not self._is_news(said, self.ledger.articles[attribution.article_id])
        before, after = (
            edtf.bounds(said.edtf if said else None),
            edtf.bounds(self.ledger.articles[statement.article_id].published),
        )
        return bool(before and after and before[1] < after[0])

    def _is_news(self, said: DatePhrase, article: Article) -> bool:
        """Whether a statement date is that of the article's own news: some day of the week before its publication.

        A phrase that tells nothing counts as news: rather too few links than too many.
        """
        published = article.published if edtf.covers(article.published) == 1 else ANY_DAY
        said_days, published_days = (
            edtf.bounds(dates.resolve(said.text, published, article.language).edtf),
            edtf.bounds(published),
        )
        if said_days is None or published_days is None:
            return True
        lasted, ago = (said_days[1] - said_days[0]).days, (published_days[0] - said_days[1]).days
        return lasted < OCCASION_DAYS and ago <= OCCASION_DAYS


def _strength(statement: DenialStatement) -> LinkStrength:
    match statement.kind:
        case "denies" | "partially_denies" | "dismisses":
            return "explicit"
        case "pledges_not_to":
            return "pledge"
        case _:
            return "answer"
