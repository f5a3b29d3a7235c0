"""Which allegations a denial answers: those it names, else, by rule, earlier accusations or what is being prepared.

explicit > generic > pledge. A general denial marks an allegation as contested and says no more; a pledge never contests a
past delivery; a sidestep, a refusal to comment and an admission contest nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import product
from typing import Any

from . import dates, edtf
from .actors import slug
from .candidates import ANY_DAY, OCCASION_DAYS, Candidate, World
from .ledger import Ledger
from .schemas import Article, Attribution, DatePhrase, Denial, DenialLink, DenialStatement
from .schemas.decision import Verb
from .schemas.denial import LinkStrength

DENIES = frozenset({"denies", "partially_denies", "dismisses"})
"""Answers that contest."""

VERDICT: dict[Verb | None, Any] = {"accept": "accepted", "reject": "rejected", None: "open"}


def merge_denials(
    ledger: Ledger,
    candidates: Mapping[str, Candidate],
    world: World,
    *,
    allegation_of: Mapping[str, str],
    verdicts: Mapping[str, Verb],
) -> list[Denial]:
    """The denials of all articles, linked to allegations (``allegation_of``: by claim id), sorted by id.

    ``verdicts`` are what people decided about denial statements, by id.
    """
    return _Linker(ledger, candidates, world, allegation_of, verdicts).denials()


class _Linker:
    def __init__(
        self,
        ledger: Ledger,
        candidates: Mapping[str, Candidate],
        world: World,
        allegation_of: Mapping[str, str],
        verdicts: Mapping[str, Verb],
    ) -> None:
        self.ledger = ledger
        self.candidates = candidates
        self.world = world
        self.allegation_of = allegation_of
        self.verdicts = verdicts

    def denials(self) -> list[Denial]:
        """Statements of one party on one occasion about the same things are one denial."""
        groups: dict[tuple[Any, ...], list[tuple[DenialStatement, list[DenialLink]]]] = defaultdict(list)
        for statement in self.ledger.denials.values():
            links = self._links(statement)
            when = statement.said_on.edtf if statement.said_on else None
            key = (
                self.world.canonical[statement.denier],
                statement.kind,
                statement.scope,
                when or statement.article_id,
                tuple(link.allegation for link in links),
                self.verdicts.get(statement.id),
            )
            groups[key].append((statement, links))
        merged = [self._denial(sorted(group, key=lambda told: told[0].id)) for group in groups.values()]
        return sorted(merged, key=lambda d: d.id)

    def _denial(self, told: list[tuple[DenialStatement, list[DenialLink]]]) -> Denial:
        statements = [statement for statement, _ in told]
        first, links = told[0]
        return Denial(
            id=first.id,
            denier=self.world.canonical[first.denier],
            kind=first.kind,
            scope=first.scope,
            targets=links,
            what_is_denied=sorted({s.what_is_denied for s in statements if s.what_is_denied}),
            counter_claim=sorted({s.counter_claim for s in statements if s.counter_claim}),
            said_on=next((s.said_on for s in statements if s.said_on), None),
            review=VERDICT[self.verdicts.get(first.id)],
            statements=statements,
        )

    def _links(self, statement: DenialStatement) -> list[DenialLink]:
        """The allegations that a denial answers, sorted: those it names; else, for a general denial, earlier ones by the
        accusers it rejects; for a pledge, what is being prepared."""
        strength: LinkStrength
        if statement.scope == "explicit":
            claims: Iterable[str] = (t for t in statement.targets if t in self.allegation_of)
            strength = _strength(statement)
        elif statement.kind == "pledges_not_to":
            claims, strength = self._pledged(statement), "pledge"
        elif statement.kind in DENIES:
            claims, strength = self._denied_in_general(statement), "generic"
        else:
            return []
        return [DenialLink(allegation=a, strength=strength) for a in sorted({self.allegation_of[c] for c in claims})]

    # Pledges ---------------------------------------------------------------------------------------------------------

    def _pledged(self, statement: DenialStatement) -> Iterable[str]:
        """A pledge not to supply answers what is being prepared; it never contests a past delivery. In other articles it
        answers what those had said before who report the pledge."""
        party = self.world.party[statement.denier]
        pledged_to = self._partners(statement)
        reporters = {o for s in statement.reported_by for o in self.world.origins[s]}
        for c in self._supplied_by[party]:
            if pledged_to and not pledged_to & c.recipients:
                continue
            told = self.ledger.attributions[c.id]
            if c.article_id == statement.article_id or any(
                reporters & self.world.origins[t.source] and self._earlier(t, statement) for t in told
            ):
                yield c.id

    @cached_property
    def _supplied_by(self) -> dict[str, list[Candidate]]:
        """What is being prepared, by supplier."""
        found: dict[str, list[Candidate]] = defaultdict(list)
        for c in self.candidates.values():
            if c.family == "pre" and c.scope == "specific":
                for party in c.suppliers:
                    found[party].append(c)
        return found

    def _partners(self, statement: DenialStatement) -> set[str]:
        """The other parties that the words of a pledge name."""
        words = slug(" ".join(filter(None, [statement.what_is_denied, *(e.exact for e in statement.evidence)])))
        party = self.world.party[statement.denier]
        return {
            p for p, names in self._state_names.items() if p != party and any(f"-{n}-" in f"-{words}-" for n in names)
        }

    @cached_property
    def _state_names(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for a in self.ledger.actors.values():
            if a.kind == "state":
                found[self.world.party[a.id]] |= {slug(n) for n in a.names}
        return found

    # General denials -------------------------------------------------------------------------------------------------

    def _denied_in_general(self, statement: DenialStatement) -> Iterable[str]:
        """A general denial answers earlier accusations by those it rejects, about the parties that deny together."""
        accusers = {self.world.party[a] for a in statement.accusers}
        together = self._deny_together(statement)
        about = min(together, default="")
        for accuser in accusers:
            for t in self._accused_by[accuser, about]:
                c = self.candidates[t.claim]
                if together <= c.suppliers | c.recipients and self._earlier(t, statement):
                    yield c.id

    @cached_property
    def _accused_by(self) -> dict[tuple[str, str], list[Attribution]]:
        """Attributions by the government or organisation at their root, and by a party of the claim."""
        found: dict[tuple[str, str], list[Attribution]] = defaultdict(list)
        for t in (t for told in self.ledger.attributions.values() for t in told):
            c = self.candidates[t.claim]
            for key in product(self.world.origins[t.source], c.suppliers | c.recipients):
                found[key].append(t)
        return found

    def _deny_together(self, statement: DenialStatement) -> set[str]:
        """The parties that one sentence lets deny the same accusations."""
        places = {(e.article_id, e.sentence) for e in statement.evidence}
        return {
            self.world.party[other.denier]
            for other in self._general[statement.article_id]
            if other.kind == statement.kind and places & {(x.article_id, x.sentence) for x in other.evidence}
        }

    @cached_property
    def _general(self) -> dict[str, list[DenialStatement]]:
        found: dict[str, list[DenialStatement]] = defaultdict(list)
        for statement in self.ledger.denials.values():
            if statement.scope == "generic":
                found[statement.article_id].append(statement)
        return found

    # What was said before --------------------------------------------------------------------------------------------

    def _earlier(self, attribution: Attribution, statement: DenialStatement) -> bool:
        """Whether something was said before the article that reports the general denial was news, and not after the denial.

        In the same article: said at another time than its news, which is what its latest dated statements are. In another
        article: said, by the dates, before the denial's article was published.
        """
        said = attribution.said_on
        denied = edtf.bounds(statement.said_on.edtf) if statement.said_on else None
        when = edtf.bounds(said.edtf) if said else None
        if denied and when and when[0] > denied[1]:
            return False
        if attribution.article_id == statement.article_id:
            return said is not None and not self._is_news(said, self.ledger.articles[attribution.article_id])
        after = edtf.bounds(self.ledger.articles[statement.article_id].published)
        return bool(when and after and when[1] < after[0])

    def _is_news(self, said: DatePhrase, article: Article) -> bool:
        """Whether a statement date is that of the article's own news: some day of the week before its publication.

        A phrase that tells nothing counts as news: rather too few links than too many.
        """
        published = article.published if edtf.covers(article.published) == 1 else ANY_DAY
        said_days = edtf.bounds(dates.resolve(said.text, published, article.language).edtf)
        published_days = edtf.bounds(published)
        if said_days is None or published_days is None:
            return True
        lasted, ago = (said_days[1] - said_days[0]).days, (published_days[0] - said_days[1]).days
        return lasted < OCCASION_DAYS and ago <= OCCASION_DAYS


def _strength(statement: DenialStatement) -> LinkStrength:
    if statement.kind in DENIES:
        return "explicit"
    return "pledge" if statement.kind == "pledges_not_to" else "answer"
