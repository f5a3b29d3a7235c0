"""Which actors of different articles are one."""

from __future__ import annotations

import random
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.actors import slug
from extractor.aliases import Aliases, load_aliases
from extractor.identity import identities
from extractor.schemas import Actor, Judgement, Link
from tests.factory import evidence

ORGANISATIONS = {"company", "armed_group", "ngo", "media", "international_org"}


def actor(
    name: str, kind: Any = "person", country: str | None = None, *, own: str = "", mentions: int = 1, **more: Any
) -> Actor:
    """An actor as an article gives it."""
    prefix = "org" if kind in ORGANISATIONS | {"vessel"} else kind.partition("_")[0]
    prefixed = {"government": f"body:{country or 'XX'}", "military": f"body:{country or 'XX'}"}.get(prefix, prefix)
    id_ = own or f"{prefixed}:{country if kind == 'state' and country else slug(name)}"
    fields: dict[str, Any] = {"title": None, "party": id_, "links": [], "names": [name]}
    return Actor(
        id=id_, name=name, kind=kind, country=country, represents=None, canonical=id_, findings=[],
        mentions=[evidence(f"article:{n}") for n in range(mentions)], **(fields | more),
    )  # fmt: skip


def link(entry: str, *, match: bool = True, database: str = "wikidata") -> Link:
    return Link(id=entry, name="", database=database, score=0.9, match=match)


def together(*actors: Actor, **more: Any) -> bool:
    found = identities(actors, **more)
    assert set(found.canonical) == {a.id for a in actors}
    return len(set(found.canonical.values())) == 1


def verdicts(*actors: Actor, **more: Any) -> list[tuple[str, bool]]:
    return [(j.verdict, j.refused) for j in identities(actors, **more).judgements]


ONE = [
    (actor("Sergei Shoigu", country="RU"), actor("Sergey Shoygu", country="RU")),
    (actor("Sergei Shoigu", country="RU"), actor("Sergej Schoigu")),
    (actor("Sergei Shoigu"), actor("Sergei Kuzhugetovich Shoigu")),
    (actor("Sergei Shoigu", country="RU"), actor("Shoigu", country="RU")),
    (actor("John Kirby", party="state:US"), actor("Kirby", party="state:US")),
    (actor("Kamikawa Yoko", country="JP"), actor("Yoko Kamikawa", country="JP")),
    (actor("Wagner Group", "armed_group"), actor("ЧВК Вагнер", "armed_group", "RU")),
    (actor("RSF", "armed_group", "SD"), actor("Rapid Support Forces", "armed_group", "SD")),
    (actor("Ministry of Defence", "government_body", "RU"), actor("Defence Ministry", "government_body", "RU")),
    (actor("Defence Ministry", "government_body", "RU"), actor("Russian Defense Ministry", "government_body", "RU")),
    (actor("Rheinmetall", "company", "DE"), actor("Rheinmetall AG", "company")),
    (actor("Kim Jong Un", country="KP"), actor("김정은", country="KP")),
    (actor("Pasdaran", "military", "IR", names=["IRGC"]), actor("سپاه پاسداران", "military", "IR", names=["IRGC"])),
    (actor("Lady R", "vessel", "RU"), actor("MV Lady R", "vessel", "RU")),
    (actor("A B", links=[link("Q1")]), actor("C D", links=[link("Q1"), link("Q9", match=False)])),
    (actor("Republic of Mali", "state", names=["Mali"]), actor("Mali", "state", "ML")),
]
TWO = [
    (actor("Russia", "state", "RU"), actor("Wagner", "armed_group", "RU")),
    (actor("Russia", "state", "RU"), actor("Russia", "company")),
    (actor("Wagner"), actor("Wagner", "armed_group")),
    (actor("Sergei Ivanov", country="RU"), actor("Sergei Ivanov", country="BG", own="person:2")),
    (actor("Al-Nour", "armed_group", "EG"), actor("Al Nour", "armed_group", "SY", own="org:2")),
    (actor("Ministry of Defence", "government_body", "RU"), actor("Ministry of Defence", "government_body", "UA")),
    (actor("Ministry of Defence", "government_body", "RU"), actor("Ministry of Defence", "government_body")),
    (actor("Wagner", "armed_group", "RU"), actor("Wagner", "military", "RU")),
    (actor("officials", "unnamed_group"), actor("officials", "unnamed_group", own="unnamed:2")),
    (actor("Kim Jong Un", country="KP"), actor("Kim Jong Il", country="KP")),
    (actor("Kirby"), actor("John Kirby")),
    (actor("A B", names=["Russian president"]), actor("C D", names=["Russian president"])),
    (actor("RSF", "ngo", "FR"), actor("RSF", "armed_group", own="org:2")),
    (actor("Rapid Support Forces", "armed_group", names=["RSF"]), actor("Reporters", "ngo", names=["RSF"])),
    (
        actor("Rapid Support Forces", "armed_group", names=["RSF"]),
        actor("Royal Security Force", "armed_group", names=["RSF"]),
    ),
    (actor("Ali Hassan"), actor("Ali Mohammed Hassan")),
    (actor("Ali Hassan"), actor("Hassan Ali")),
    (actor("Pentagon spokesman", country="US"), actor("Pentagon press secretary", country="US")),
    (actor("Jaish", "armed_group", names=["the group"]), actor("Fatah", "armed_group", names=["the group"])),
    (actor("A B", links=[link("Q1", match=False)]), actor("C D", links=[link("Q1")])),
    (actor("A B", links=[link("Q1")]), actor("C D", links=[link("Q1", database="sanctions")])),
    (actor("Lady R", "vessel"), actor("Lady R", "vessel", own="org:2")),
]


@pytest.mark.parametrize("pair", ONE, ids=lambda p: f"{p[0].id} {p[1].id}")
def test_two_records_are_of_one_actor(pair: tuple[Actor, Actor]) -> None:
    assert together(*pair)
    assert verdicts(*pair) == [("same", False)]


@pytest.mark.parametrize("pair", TWO, ids=lambda p: f"{p[0].id} {p[1].id}")
def test_two_records_are_of_two_actors(pair: tuple[Actor, Actor]) -> None:
    assert not together(*pair)


def test_a_surname_that_two_people_bear_is_left_open() -> None:
    kims = [actor(name, country="KP") for name in ("Kim Jong Un", "Kim Yo Jong", "Kim")]
    assert not together(kims[0], kims[2], kims[1])
    assert verdicts(*kims) == [("unsure", False)] * 2


def test_a_surname_without_a_country_is_left_open() -> None:
    assert verdicts(actor("Kirby"), actor("John Kirby", country="US")) == [("unsure", False)]


def test_a_name_without_a_country_that_bears_two_is_left_open() -> None:
    smiths = [actor("John Smith", country=c, own=f"person:{c}") for c in ("US", "GB", None)]
    assert len(set(identities(smiths).canonical.values())) == 3
    assert verdicts(*smiths) == [("unsure", False)] * 2


def test_a_middle_name_keeps_two_apart_whom_the_short_name_would_join() -> None:
    kirbys = [actor(name, country="US") for name in ("John F. Kirby", "John G. Kirby", "John Kirby")]
    assert len(set(identities(kirbys).canonical.values())) == 3


def test_the_state_then_mentions_then_the_longest_name_stands_for_all() -> None:
    short, long = actor("Sergei Shoigu", mentions=2), actor("Sergei Kuzhugetovich Shoigu")
    assert set(identities([short, long]).canonical.values()) == {short.id}
    short = short.model_copy(update={"mentions": short.mentions[:1]})
    assert set(identities([short, long]).canonical.values()) == {long.id}
    mali = actor("Republic of Mali", "state", mentions=9), actor("Mali", "state", "ML")
    assert set(identities(mali).canonical.values()) == {"state:ML"}


def test_a_decision_is_stronger_than_the_rules() -> None:
    a, b = actor("Sergei Shoigu"), actor("Sergey Shoygu")
    assert verdicts(a, b, decided=[(b.id, a.id, "different")]) == [("different", False)]
    assert not together(a, b, decided=[(b.id, a.id, "different")])
    c = actor("Wagner", "company", "DE")
    assert together(a, c, decided=[(a.id, c.id, "same")])


def test_a_decision_holds_through_a_third() -> None:
    a, b, c = actor("Sergei Shoigu"), actor("Sergey Shoygu"), actor("Sergej Schoigu")
    found = identities([a, b, c], decided=[(a.id, b.id, "different")])
    assert found.canonical[a.id] != found.canonical[b.id]
    assert any(j.refused for j in found.judgements)


@pytest.mark.parametrize("kind", ["armed_group", "government_body", "person", "unnamed_group", "vessel"])
def test_a_state_is_nobody_else_whoever_wishes_it(kind: str) -> None:
    russia, other = actor("Russia", "state", "RU"), actor("Wagner", kind)
    for wish in ({"decided": [(russia.id, other.id, "same")]}, {"aliases": Aliases({"wagner": "state:RU"})}):
        assert not together(russia, other, **wish)
        assert verdicts(russia, other, **wish) == [("same", True)]


def test_an_analysts_name_joins_and_may_point_to_a_state_of_no_article(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text("name,same_as\nHemedti,Mohamed Hamdan Dagalo\nBamako Land,state:ML\n", "utf-8")
    aliases = load_aliases(path)
    assert together(actor("Hemedti"), actor("Mohamed Hamdan Dagalo"), aliases=aliases)
    land = actor("Bamako Land", "state")
    assert identities([land], aliases=aliases).canonical == {land.id: "state:ML"}


NAMES = ["Sergei Shoigu", "Sergey Shoygu", "Shoigu", "Sergei Kuzhugetovich Shoigu", "Kim Jong Un", "Kim", "Kim Jong Il", "김정은", "RSF",
         "Rapid Support Forces", "Wagner", "Wagner Group", "Defence Ministry", "Ministry of Defence"]  # fmt: skip
KINDS = ["person", "armed_group", "state", "government_body", "unnamed_person", "company", "vessel"]
ACTORS = st.lists(
    st.builds(actor, st.sampled_from(NAMES), st.sampled_from(KINDS), st.sampled_from(["RU", "KP", "SD", None]),
              mentions=st.integers(1, 3)),
    max_size=12, unique_by=lambda a: a.id,
)  # fmt: skip


@given(ACTORS, st.randoms(), st.data())
@settings(max_examples=150, deadline=None)
def test_the_order_says_nothing_and_nothing_is_joined_that_must_not_be(
    actors: list[Actor], chance: random.Random, data: st.DataObject
) -> None:
    pairs = st.tuples(*[st.sampled_from([a.id for a in actors])] * 2, st.sampled_from(["same", "different"]))
    decided = data.draw(st.lists(pairs, max_size=3)) if actors else []
    found = identities(actors, decided=decided)
    shuffled = chance.sample(actors, len(actors))
    assert identities(shuffled, decided=decided[::-1]) == found
    assert set(found.canonical) == {a.id for a in actors}
    assert all(found.canonical[c] == c for c in found.canonical.values())
    wished = {frozenset(d[:2]) for d in decided if d[2] == "same"}
    for a, b in combinations(actors, 2):
        if found.canonical[a.id] == found.canonical[b.id]:
            assert (a.kind == "state") == (b.kind == "state")
            assert (a.id, b.id, "different") not in decided
            assert (b.id, a.id, "different") not in decided
            if not wished:
                assert "unnamed_person" not in {a.kind, b.kind}
                assert (a.kind == "person") == (b.kind == "person")
                assert not (a.country and b.country) or a.country == b.country
    assert all(isinstance(j, Judgement) and j.left < j.right for j in found.judgements)


def test_questions_stay_linear() -> None:
    crowd = [actor(f"Kim {a} {b}", country="KP") for a in ("Jong", "Yong", "Chol") for b in NAMES] + [
        actor("Kim", country="KP")
    ]
    assert len([j for j in identities(crowd).judgements if j.verdict == "unsure"]) <= 2 * len(crowd)
