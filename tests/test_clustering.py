"""Clusters at the level of candidates: many, and what people and models say about pairs."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import networkx as nx
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from extractor import edtf
from extractor.candidates import Candidate
from extractor.clustering import LISTED, Clusters, Edge, cluster
from extractor.judging import judge

SHOIGU, PUTIN = ("delegation", "person:sergei-shoigu"), ("correspondent", "person:vladimir-putin")


def candidate(number: int, event: str | None = "2023-05-03", **changes: Any) -> Candidate:
    plain = Candidate(
        id=f"claim:{number:06}", article_id=f"article:{number}", scope="specific", family="post",
        suppliers=frozenset({"state:KP"}), recipients=frozenset({"state:RU"}), proxies={},
        categories=frozenset({"artillery_ammunition"}), event=event, reach=edtf.reach(event), current=(),
        participants=frozenset(), roles=frozenset(), returns=frozenset(), occasions=frozenset(), part_of=None,
    )  # fmt: skip
    return replace(plain, **changes)


def clustered(*candidates: Candidate, **options: Any) -> Clusters:
    return cluster({c.id: c for c in candidates}, **options)


def edge(a: Candidate, b: Candidate, verdict: Any, by: Any = "person") -> Edge:
    return Edge(min(a.id, b.id), max(a.id, b.id), verdict, by, "decision:1")


@pytest.mark.parametrize("n", [5_000, 50_000])
def test_many_claims_told_alike_are_one(n: int) -> None:
    """50,000 would be 1.25 billion pairs."""
    found = clustered(*map(candidate, range(n)))
    assert [len(ids) for ids in found.members] == [n]
    assert len(found.edges) < n


def test_many_allegations_of_the_same_parties_are_not_all_compared() -> None:
    days = [f"{y}-{m:02}-{d:02}" for y in range(2000, 2020) for m in range(1, 13) for d in range(1, 29)]
    found = clustered(*(candidate(n, day) for n, day in enumerate(days)))
    n = len(days)
    assert len(found.members) == n
    assert len(found.edges) == 0
    assert found.unlisted == 2 * n * (n - 1) // 2, "by supplier and by recipient"


def test_few_allegations_of_the_same_parties_are_all_compared() -> None:
    found = clustered(*(candidate(n, f"2023-{n // 28 + 1:02}-{n % 28 + 1:02}") for n in range(LISTED)))
    assert len(found.edges) == LISTED * (LISTED - 1) // 2
    assert {e.verdict for e in found.edges} == {"different"}
    assert found.unlisted == 0


candidates = st.lists(
    st.builds(
        lambda event, suppliers, people, returns, family: {
            "event": event,
            "suppliers": frozenset({suppliers}),
            "participants": frozenset(people),
            "roles": frozenset(role for role, _ in people),
            "returns": frozenset(returns),
            "family": family,
        },
        st.sampled_from([None, "2023-05-03", "2023-05", "2023-05-29/2023-06-02", "2022"]),
        st.sampled_from(["state:KP", "state:IR"]),
        st.sampled_from([[], [SHOIGU], [PUTIN], [SHOIGU, PUTIN]]),
        st.sampled_from([[], ["food"], ["oil"]]),
        st.sampled_from(["post", "pre"]),
    ),
    max_size=9,
).map(lambda rows: [candidate(n, **row) for n, row in enumerate(rows)])


def contradict_each_other(told: list[Edge]) -> bool:
    """Whether people call two claims different that they call the same by way of others: no such judgements are handed over."""
    by_people = [e for e in told if e.by == "person"]
    together = nx.Graph((e.left, e.right) for e in by_people if e.verdict == "same")
    return any(
        e.left in together and e.right in together and nx.has_path(together, e.left, e.right)
        for e in by_people
        if e.verdict == "different"
    )


@settings(max_examples=100, deadline=None)
@given(candidates, st.data())
def test_clusters_follow_from_the_claims_and_what_was_said_about_them(given_: list[Candidate], data: Any) -> None:
    pairs = list(combinations(given_, 2))
    told = [
        edge(a, b, data.draw(st.sampled_from(["same", "different"])), data.draw(st.sampled_from(["person", "model"])))
        for a, b in data.draw(
            st.lists(st.sampled_from(pairs), max_size=4, unique_by=lambda p: (p[0].id, p[1].id))
            if pairs
            else st.just([])
        )
    ]
    assume(not contradict_each_other(told))
    alone = data.draw(st.lists(st.sampled_from(given_), max_size=2) if given_ else st.just([]))
    options = {"told": told, "alone": {c.id for c in alone}}
    found = clustered(*given_, **options)
    assert found == clustered(*data.draw(st.permutations(given_)), **options)
    of = {i: ids for ids in found.members for i in ids}
    assert sorted(of) == [c.id for c in given_], "every claim is in one cluster"
    assert all(of[c.id] == [c.id] for c in alone)
    known = {c.id: c for c in given_}
    by_hand = {of[e.left][0] for e in found.edges if e.by == "person" and e.verdict == "same" and not e.refused}
    for ids in found.members:
        if ids[0] not in by_hand:
            assert all(judge(known[a], known[b])[0] != "different" for a, b in combinations(ids, 2))
    for e in found.edges:
        if e.by == "person" and e.verdict == "different":
            assert of[e.left] is not of[e.right]
        if e.verdict == "same":
            assert (of[e.left] is of[e.right]) != e.refused or e.by == "rule"


def test_a_model_settles_what_is_unsure_and_never_what_is_different() -> None:
    a, b, c = candidate(0, None), candidate(1, None), candidate(2, suppliers=frozenset({"state:IR"}))
    assert clustered(a, b, told=[edge(a, b, "same", "model")]).members == [[a.id, b.id]]
    refused = clustered(a, c, told=[edge(a, c, "same", "model")])
    assert refused.members == [[a.id], [c.id]]
    assert [e.refused for e in refused.edges if e.by == "model"] == [True]


def test_a_person_overrules_a_model() -> None:
    a, b = candidate(0, None), candidate(1, None)
    for person, model in (("same", "different"), ("different", "same")):
        found = clustered(a, b, told=[edge(a, b, person), edge(a, b, model, "model")])
        assert len(found.members) == (1 if person == "same" else 2)


def test_a_part_and_its_whole_are_never_joined() -> None:
    whole = candidate(0)
    part = candidate(1, part_of=whole.id)
    assert clustered(whole, part).members == [[whole.id], [part.id]]


def test_wholes_of_which_a_part_is_the_same_are_joined() -> None:
    wholes = [candidate(n, None) for n in (0, 1)]
    parts = [candidate(n + 2, part_of=w.id) for n, w in enumerate(wholes)]
    assert clustered(*wholes, *parts).members == [[w.id for w in wholes], [p.id for p in parts]]


def test_a_rejected_whole_is_not_joined_through_its_part() -> None:
    wholes = [candidate(n, None) for n in (0, 1)]
    parts = [candidate(n + 2, part_of=w.id) for n, w in enumerate(wholes)]
    found = clustered(*wholes, *parts, alone={wholes[0].id})
    assert [wholes[0].id] in found.members
