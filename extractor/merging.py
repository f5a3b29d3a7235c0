"""One set of records from many extractions: allegations from claims, with who stands behind them and who denies them.

Pure functions: the result does not depend on the order of the parts, nor on the steps in which they are merged. Values of
single claims are never overwritten; where they differ, the difference is data.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from . import conflicts, copies, edtf
from .actors import unnamed_state
from .aliases import NO_ALIASES, Aliases
from .candidates import Candidate, World, candidate
from .clustering import Clusters, Edge, cluster
from .decisions import edited
from .denials import VERDICT, merge_denials
from .identity import identities
from .judging import narrower
from .ledger import Ledger, Part, mentions
from .origins import corroboration, roots
from .schemas import (
    Actor,
    Allegation,
    Article,
    Claim,
    Decided,
    Decision,
    Denial,
    Edit,
    Grade,
    Item,
    Judgement,
    Record,
    Relation,
    Response,
    Source,
    WeaponType,
)
from .schemas.allegation import Contested
from .schemas.denial import LinkStrength
from .settling import Settled, settle

CONTESTS: tuple[Contested, ...] = ("explicit", "generic", "pledge")
"""From the strongest answer to the weakest. An ``answer`` contests nothing."""

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Merged:
    """The records of all parts together, each list sorted by id."""

    articles: list[Article]
    """Every file that was given, copies included."""
    actors: list[Actor]
    weapons: list[WeaponType]
    sources: list[Source]
    allegations: list[Allegation]
    denials: list[Denial]
    responses: list[Response]
    candidates: Mapping[str, Candidate]
    """The claims as the rules saw them, by id."""
    judgements: list[Judgement]
    unlisted: int
    """Pairs of allegations that were not judged for the reader."""
    identities: list[Judgement]
    aliases: Mapping[str, str]
    decisions: list[Decided]


def merge_ledger(
    ledger: Ledger,
    *,
    decisions: Iterable[Decision] = (),
    aliases: Aliases = NO_ALIASES,
) -> Merged:
    """Claims that are the same become one allegation, denials are linked to it, origins are counted.

    ``decisions`` and ``aliases`` are added to those that the ledger's datasets hold.
    """
    return _Merge(ledger, decisions, aliases).run()


def merge_records(parts: Iterable[Part]) -> Merged:
    """The same for extractions and datasets, with no more than they hold."""
    return merge_ledger(Ledger(parts))


class _Merge:
    def __init__(self, ledger: Ledger, decisions: Iterable[Decision], aliases: Aliases) -> None:
        self.ledger = ledger
        self.settled: Settled = settle([*ledger.decisions, *decisions], ledger)
        same_actors = [(a, b, verb) for a, b, verb, _ in self.settled.actors if verb in {"same", "different"}]
        self.aliases = ledger.aliases | aliases
        found = identities(ledger.actors.values(), aliases=self.aliases, decided=same_actors)
        self.canonical: Mapping[str, str] = found.canonical
        there = {*self.canonical, *self.canonical.values()}
        self.identities: list[Judgement] = [  # a name may point to a state that no article names
            j for j in found.judgements if {j.left, j.right} <= there
        ]
        self._report_identities()
        self.groups = copies.groups(
            copies.Copy(a.id, a.sketch, a.agency, a.published) for a in ledger.articles.values()
        )
        self.claims: dict[str, Claim] = {i: self._as_edited(c) for i, c in ledger.claims.items()}

    def run(self) -> Merged:
        ledger = self.ledger
        self.candidates = {i: candidate(c, ledger.attributions[i], self.world) for i, c in self.claims.items()}
        self.clusters = self._clusters()
        self.allegation_of = {claim: ids[0] for ids in self.clusters.members for claim in ids}
        self.cluster_of = {ids[0]: ids for ids in self.clusters.members}
        denials = merge_denials(
            ledger,
            self.candidates,
            self.world,
            allegation_of=self.allegation_of,
            verdicts=self.settled.verdicts,
        )
        self.answers: dict[str, list[tuple[LinkStrength, Denial]]] = defaultdict(list)
        for denial in denials:
            for link in denial.targets:
                self.answers[link.allegation].append((link.strength, denial))
        merged = {**self.allegation_of, **{s.id: d.id for d in denials for s in d.statements}}
        narrows = self._narrows()
        return Merged(
            articles=[self._file(a) for a in ledger.copies],
            actors=self.actors,
            weapons=_by_id(ledger.weapons.values()),
            sources=self.sources,
            allegations=_by_id(self._allegation(ids, narrows.get(ids[0], [])) for ids in self.clusters.members),
            denials=denials,
            responses=_by_id(
                r.model_copy(update={"about": sorted({merged[i] for i in r.targets})})
                for r in ledger.responses.values()
            ),
            candidates=self.candidates,
            judgements=[Judgement(**e._asdict()) for e in self.clusters.edges],
            unlisted=self.clusters.unlisted,
            identities=self.identities,
            aliases=self.aliases.targets,
            decisions=self.settled.decided(),
        )

    def _file(self, article: Article) -> Article:
        """A file with its text's group; one with another's content is its duplicate, whichever dataset it is from."""
        first = self.ledger.articles[article.id].path
        of = None if article.path == first else first
        return article.model_copy(update={"syndication_group": self.groups[article.id], "duplicate_of": of})

    # Who is who ------------------------------------------------------------------------------------------------------

    @cached_property
    def actors(self) -> list[Actor]:
        """All actors with the one that stands for each; a state known by an alias alone gets a record."""
        known = self.ledger.actors
        named: dict[str, list[Actor]] = defaultdict(list)
        for i, stands in self.canonical.items():
            named[stands].append(known[i])
        states = [
            unnamed_state(i, mentions(e for a in forms for e in a.mentions))
            for i, forms in named.items()
            if i not in known
        ]
        return _by_id([*(a.model_copy(update={"canonical": self.canonical[a.id]}) for a in known.values()), *states])

    @cached_property
    def party(self) -> dict[str, str]:
        """The government or organisation of every actor, as all articles together know it: one may leave open whom a
        spokesman represents."""
        belongs: dict[str, set[str]] = defaultdict(set)
        for a in self.ledger.actors.values():
            belongs[self.canonical[a.id]].add(self.canonical[a.party])

        def of(i: str) -> str:
            return min(belongs.get(i, {i}) - {i}, default=i)

        return {i: of(self.canonical.get(i, i)) for i in {*self.canonical, *self.canonical.values()}}

    @cached_property
    def world(self) -> World:
        """What claims are looked up in."""
        countries: dict[str, str | None] = {}
        for a in self.actors:
            stands = self.canonical.get(a.id, a.id)
            countries[stands] = min(filter(None, (countries.get(stands), a.country)), default=None)
        return World(
            articles=self.ledger.articles,
            weapons=self.ledger.weapons,
            party=self.party,
            canonical=self.canonical,
            country=countries,
            origins={i: frozenset(roots(i, self.ledger.sources, self.party)) for i in self.ledger.sources},
        )

    @cached_property
    def sources(self) -> list[Source]:
        """All sources with their origins and grades."""
        grades = self.settled.grades
        return _by_id(
            s.model_copy(
                update={
                    "origins": sorted(self.world.origins[s.id]),
                    "reliability": next((d.reliability for d in grades.get(s.id, ()) if d.reliability), None),
                }
            )
            for s in self.ledger.sources.values()
        )

    def _report_identities(self) -> None:
        for a, b, verb, decision in self.settled.actors:
            if (self.canonical[a] == self.canonical[b]) != (verb == "same"):
                self.settled.refuse(decision, f"{a} and {b} cannot be {verb}: see identities")

    # Which claims are the same ---------------------------------------------------------------------------------------

    def _as_edited(self, claim: Claim) -> Claim:
        """A claim with what people corrected."""
        values: dict[str, Any] = {}
        for decision in self.settled.edits.get(claim.id, ()):
            values |= decision.edit
        return edited(claim, values, self.ledger) if values else claim

    def _clusters(self) -> Clusters:
        people = [
            Edge(a, b, verb, "person", i) for a, b, verb, i in self.settled.claims if verb in {"same", "different"}
        ]
        models = [
            Edge(j.left, j.right, j.verdict, "model", j.rule)
            for j in self.ledger.judged
            if j.by == "model" and j.left in self.candidates and j.right in self.candidates
        ]
        alone = {i for i, verb in self.settled.verdicts.items() if verb == "reject"}
        found = cluster(self.candidates, told=[*people, *models], alone=alone)
        for edge in found.edges:
            if edge.by == "person" and edge.refused:
                self.settled.refuse(
                    edge.rule, f"joining {edge.left} and {edge.right} would join what people keep apart"
                )
        return found

    def _narrows(self) -> dict[str, list[str]]:
        """Allegations that say the same as others more narrowly, by id: a time and weapons within theirs."""
        found: dict[str, list[str]] = defaultdict(list)
        for edge in self.clusters.edges:
            if edge.verdict != "unsure":
                continue
            left, right = self.candidates[edge.left], self.candidates[edge.right]
            for a, b in ((left, right), (right, left)):
                if _says_more(a, b):
                    found[self.allegation_of[a.id]].append(self.allegation_of[b.id])
        return found

    # Allegations -----------------------------------------------------------------------------------------------------

    def _allegation(self, ids: list[str], narrows: Iterable[str]) -> Allegation:
        claims = [self.claims[i] for i in ids]
        candidates = [self.candidates[i] for i in ids]
        attributions = [t for i in ids for t in self.ledger.attributions[i]]
        whole = {self.allegation_of[c.part_of] for c in claims if c.part_of in self.allegation_of} - {ids[0]}
        event_time, differing = conflicts.event_time(claims)
        review = self._review(ids)
        answers = self.answers[ids[0]]
        strengths = {strength for strength, denial in answers if denial.review != "rejected"}
        return Allegation(
            id=ids[0],
            summary=claims[0].summary,
            stage=max((c.stage for c in claims), key=conflicts.STAGE_ORDER.index),
            scope=claims[0].scope,
            suppliers=sorted({p for c in candidates for p in c.suppliers}),
            recipients=sorted({p for c in candidates for p in c.recipients}),
            participants=_distinct(p for c in claims for p in c.participants),
            items=_items(claims),
            in_return=_distinct(r for c in claims for r in c.in_return),
            event_time=event_time,
            event_place=sorted({text for c in claims for text in c.event_place}),
            end_use=sorted({text for c in claims for text in c.end_use}),
            concealment=sorted({text for c in claims for text in c.concealment}),
            route=_distinct(p for c in claims for p in c.route),
            attributions=attributions,
            corroboration=corroboration(
                attributions,
                articles=self.files,
                sources=self.ledger.sources,
                party=self.party,
                rejected=review == "rejected",
            ),
            contested=next((c for c in CONTESTS if c in strengths), "none"),
            denials=sorted({denial.id for _, denial in answers}),
            conflicts=[*differing, *conflicts.others(claims, candidates, self.ledger.weapons)],
            relations=[
                *(Relation(kind="part_of", allegation=i) for i in sorted(whole)),
                *(Relation(kind="narrower", allegation=i) for i in sorted(set(narrows) - whole - {ids[0]})),
            ],
            review=review,
            grades=[_grade(i, d) for i in ids for d in self.settled.grades.get(i, ())],
            edits=[e for i in ids for e in self._edits(i)],
            claims=[self.ledger.claims[i] for i in ids],
        )

    @cached_property
    def files(self) -> dict[str, Sequence[Article]]:
        """Every file with an article's content, by the article's id; the one that was read first."""
        found: dict[str, list[Article]] = {
            i: [a.model_copy(update={"syndication_group": self.groups[i]})] for i, a in self.ledger.articles.items()
        }
        for article in self.ledger.copies:
            if article != self.ledger.articles[article.id]:
                found[article.id].append(article)
        return dict(found)

    def _review(self, ids: Iterable[str]) -> Any:
        verdicts = {self.settled.verdicts.get(i) for i in ids} - {None}
        return VERDICT[verdicts.pop() if len(verdicts) == 1 else None]

    def _edits(self, claim: str) -> list[Edit]:
        extracted, corrected = self.ledger.claims[claim].model_dump(), self.claims[claim].model_dump()
        return [
            Edit(claim=claim, field=name, extracted=extracted[name], edited=corrected[name], decision=d.id)
            for d in self.settled.edits.get(claim, ())
            for name in sorted(d.edit)
        ]


def _says_more(a: Candidate, b: Candidate) -> bool:
    """Whether a claim lies within another one of the same parties."""
    within = edtf.narrower(a.event, b.event) or (a.event == b.event and a.categories != b.categories)
    alike = (a.suppliers, a.recipients) == (b.suppliers, b.recipients)
    return alike and bool(a.event) and within and narrower(a.categories, b.categories)


def _grade(claim: str, d: Decision) -> Grade:
    return Grade(claim=claim, reliability=d.reliability, credibility=d.credibility, by=d.by, decision=d.id)


def _items(claims: list[Claim]) -> list[Item]:
    """What is supplied; a weapon with its amount stands for the same one without."""
    items = _distinct(i for c in claims for i in c.items)
    with_amount = {i.weapon for i in items if i.quantity}
    return [i for i in items if i.quantity or i.weapon not in with_amount]


def _by_id(records: Iterable[Any]) -> list[Any]:
    return sorted(records, key=lambda r: r.id)


def _distinct(records: Iterable[R]) -> list[R]:
    return [r for _, r in sorted({r.model_dump_json(): r for r in records}.items())]
