"""Who stands behind an allegation: the rules, each with the chain that says why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor import Extraction, decide, merge
from extractor.copies import sketch
from extractor.origins import chain, roots
from extractor.schemas import Allegation, Source
from tests.factory import claim, extraction

WIRE = sketch(" ".join(f"word{n}" for n in range(300)))
EDITED = sketch(" ".join(f"word{n}" for n in range(12, 300)))
OTHER = sketch(" ".join(f"term{n}" for n in range(300)))

Articles = Sequence[dict[str, Any]]

SPEAKER = "the speaker, by its government or organisation"
ROOT = "the root of what is relied on, by its government or organisation"
ITSELF = "the root names nobody: it counts as itself"
VOICE = "the outlet's own voice is no origin"
JOINT = "a joint statement is a position, not evidence"
UNKNOWN = "an unknown source is no origin"
NOTHING = "it affirms nothing"
GAINSAID = "whoever is relied on says of its own that it is not so, or that nothing shows it"
ONCE = "nobody is named: it may be the same as in another article, and counts once"

NAMELESS = {"kind": "unnamed_official", "by": "unnamed:officials"}


def said(article: dict[str, Any] | None = None, **who: Any) -> dict[str, Any]:
    """An article and who says in it what all articles say."""
    return {"article": article or {}, **who}


def written(articles: Articles) -> list[Extraction]:
    """Several articles that say the same; a number among the speakers puts two into one article."""
    return [
        extraction(f"article {n}", claim(event="2023-05-03", **{k: v for k, v in a.items() if k != "article"}), **a["article"])
        for n, a in enumerate(articles)
    ]  # fmt: skip


def allegation(*articles: dict[str, Any]) -> Allegation:
    (found,) = merge(written(articles)).allegations
    return found


RULES: dict[str, tuple[Articles, list[str], set[str]]] = {
    "one government by its speaker, its office and its state": (
        [
            said(kind="named_official", by="person:john-kirby"),
            said(by="body:US:white-house"),
            said(kind="unnamed_official", by="state:US"),
        ],
        ["state:US"],
        {SPEAKER},
    ),
    "two governments": ([said(by="state:US"), said(by="state:UA")], ["state:UA", "state:US"], {SPEAKER}),
    "a state and its proxy": (
        [said(kind="combatant", by="org:wagner"), said(kind="named_official", by="person:sergei-shoigu")],
        ["org:wagner", "state:RU"],
        {SPEAKER},
    ),
    "two speakers who rely on one government": (
        [
            said(kind="media_report", by="org:houthi", via=[("unnamed_official", "state:US")]),
            said(kind="expert_ngo", by="org:wagner", via=[("named_official", "person:john-kirby")]),
        ],
        ["state:US"],
        {ROOT},
    ),
    "a chain of three": (
        [said(kind="media_report", by="org:houthi", via=[("named_official", "person:john-kirby"), ("document", "state:UA")])],
        ["state:UA"],
        {ROOT},
    ),
    "an official who relies on nobody known": ([said(by="state:US", via=[("unknown", "")])], [], {UNKNOWN}),
    "the outlet's own voice": ([said(kind="outlet_narration", by="")], [], {VOICE}),
    "an unknown source": ([said(kind="unknown", by="")], [], {UNKNOWN}),
    "a joint statement": ([said(kind="joint_statement", by="state:US")], [], {JOINT}),
    "an official who relies on a joint statement": (
        [said(by="state:UA", via=[("joint_statement", "state:US")])],
        [],
        {JOINT},
    ),
    "a joint statement that relies on intelligence": (
        [said(kind="joint_statement", by="state:US", via=[("intelligence", "state:US")])],
        [],
        {JOINT},
    ),
    "somebody who says it is not so": ([said(by="state:UA", polarity="negative")], [], {NOTHING}),
    "somebody who says nothing shows it": ([said(by="state:UA", polarity="no_evidence")], [], {NOTHING}),
    "one who affirms and one who doesn't": (
        [said(by="state:US"), said(by="state:UA", polarity="negative")],
        ["state:US"],
        {SPEAKER, NOTHING},
    ),
    "one who is relied on and says that nothing shows it": (
        [said(by="state:UA", via=[("intelligence", "state:US")]), said(by="person:john-kirby", polarity="no_evidence")],
        [],
        {GAINSAID, NOTHING},
    ),
    "one of two who are relied on": (
        [said(by="state:UA", via=[("intelligence", "state:UA+state:US")]), said(by="state:US", polarity="negative")],
        ["state:UA"],
        {ROOT, NOTHING},
    ),
    "a government that says yes and no": (
        [said(by="state:US"), said(by="person:john-kirby", polarity="negative")],
        ["state:US"],
        {SPEAKER, NOTHING},
    ),
    "a government that cites its own intelligence and says no elsewhere": (
        [said(by="person:john-kirby", via=[("intelligence", "state:US")]), said(by="state:US", polarity="no_evidence")],
        ["state:US"],
        {ROOT, NOTHING},
    ),
    "somebody who says that another knows nothing of it": (
        [said(by="state:UA", via=[("intelligence", "state:US")]), said(by="state:RU", via=[("document", "state:US")], polarity="negative")],
        ["state:US"],
        {ROOT, NOTHING},
    ),
    "a leaked document": ([said(kind="document", by="")], ["a source"], {ITSELF}),
    "a document of a government": ([said(kind="document", by="state:RU")], ["state:RU"], {SPEAKER}),
    "two documents in two articles": (
        [said({"sketch": WIRE}, kind="document", by=""), said({"sketch": OTHER}, kind="document", by="")],
        ["a source", "a source"],
        {ITSELF},
    ),
    "one document in two copies of one text": (
        [said({"sketch": WIRE}, kind="document", by=""), said({"sketch": EDITED}, kind="document", by="")],
        ["a source"],
        {ITSELF, ONCE},
    ),
    "one document in two texts of one agency": (
        [said({"agency": "AP"}, kind="document", by=""), said({"agency": "ap"}, kind="document", by="")],
        ["a source"],
        {ITSELF, ONCE},
    ),
    "unnamed officials of one text in two papers": (
        [said({"sketch": WIRE, "outlet": "X"}, **NAMELESS), said({"sketch": EDITED, "outlet": "Y"}, **NAMELESS)],
        ["unnamed:officials"],
        {SPEAKER},
    ),
    "unnamed officials of two articles": (
        [said(kind="unnamed_official", by="unnamed:1:officials"), said(kind="unnamed_official", by="unnamed:2:officials")],
        ["unnamed:1:officials"],
        {SPEAKER, ONCE},
    ),
    "an unnamed official and an unnamed expert": (
        [said(kind="unnamed_official", by="unnamed:1:officials"), said(kind="expert_ngo", by="unnamed:2:experts")],
        ["unnamed:1:officials", "unnamed:2:experts"],
        {SPEAKER},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("articles", "origins", "rules"), RULES.values(), ids=RULES)
def test_origins_and_why_they_count(articles: Articles, origins: list[str], rules: set[str]) -> None:
    found = allegation(*articles).corroboration
    assert ["a source" if o.startswith("source:") else o for o in found.origin_ids] == origins
    assert found.origins == len(origins)
    assert {c.rule for c in found.chains} == rules
    assert all(
        bool(c.origins) == (c.rule not in {VOICE, JOINT, UNKNOWN, NOTHING, ONCE, GAINSAID}) for c in found.chains
    )


@pytest.mark.parametrize(
    ("first", "second", "texts"),
    [
        ({"sketch": WIRE}, {"sketch": EDITED}, 1),
        ({"sketch": WIRE}, {"sketch": OTHER}, 2),
        ({"sketch": WIRE, "agency": "AP"}, {"sketch": OTHER, "agency": "AP"}, 1),
        ({"sketch": WIRE, "agency": "AP"}, {"sketch": EDITED, "agency": "AFP"}, 1),
        ({}, {}, 2),
    ],
)
def test_copies_of_one_text_are_one_text_and_several_articles(
    first: dict[str, Any], second: dict[str, Any], texts: int
) -> None:
    found = allegation(said({**first, "outlet": "X"}), said({**second, "outlet": "Y"})).corroboration
    assert (found.texts, found.articles, found.outlets) == (texts, 2, 2)


def test_a_chain_leads_from_the_outlet_to_the_root() -> None:
    told = said(
        {"outlet": "X", "agency": "AP"},
        kind="media_report",
        by="org:houthi",
        via=[("named_official", "person:john-kirby")],
    )
    (link,) = allegation(told).corroboration.chains
    assert (link.outlet, link.agency, link.origins) == ("X", "AP", ["state:US"])
    assert [s.split(":")[1] for s in link.sources] == ["media_report", "named_official"]


def test_two_speakers_in_one_article_are_two_chains() -> None:
    article = extraction("one", claim(event="2023-05-03"), claim(event="2023-05-03", by="state:UA"))
    (a,) = merge([article]).allegations
    assert a.corroboration.articles == 1
    assert a.corroboration.origin_ids == ["state:UA", "state:US"]
    assert len(a.corroboration.chains) == 2


def test_sources_that_rely_on_each_other_end_where_the_circle_closes() -> None:
    def source(i: str, below: str) -> Source:
        return Source(
            id=i, actors=[f"org:{i}"], kind="media_report", relies_on=below, reliability=None, origins=[]
        )  # fmt: skip

    known = {s.id: s for s in (source("a", "b"), source("b", "c"), source("c", "a"), source("d", "d"))}
    assert [s.id for s in chain("a", known)] == ["a", "b", "c"]
    assert [s.id for s in chain("d", known)] == ["d"]
    party = {f"org:{i}": f"org:{i}" for i in known}
    assert (roots("b", known, party), roots("d", known, party)) == (["org:a"], ["org:d"])


def test_what_is_rejected_counts_nothing() -> None:
    world = written([said()])
    (a,) = merge(world, decisions=[decide(merge(world), "reject", [world[0].claims[0].id])]).allegations
    assert (a.corroboration.origins, a.corroboration.origin_ids) == (0, [])
    assert [(c.origins, c.rule) for c in a.corroboration.chains] == [([], "rejected by a person")]


def test_two_actors_that_are_one_are_one_origin() -> None:
    world = written([said(kind="combatant", by="person:sergei-shoigu"), said(kind="combatant", by="org:houthi")])
    world += written([said(by="state:UA")] * 3)[2:]
    before = merge(world).allegations[0].corroboration.origin_ids
    assert before == ["org:houthi", "state:RU", "state:UA"]
    joined = merge(world, decisions=[decide(merge(world), "same", ["person:sergei-shoigu", "org:houthi"])])
    assert joined.allegations[0].corroboration.origins <= len(before)


speakers = st.builds(
    said,
    st.builds(
        lambda s, agency, outlet: {"sketch": s, "agency": agency, "outlet": outlet},
        st.sampled_from([(), WIRE, EDITED, OTHER]),
        st.sampled_from([None, "AP", "AFP"]),
        st.sampled_from([None, "X", "Y"]),
    ),
    by=st.sampled_from(["state:US", "person:john-kirby", "org:wagner", "unnamed:1:officials", "unnamed:2:men", ""]),
    kind=st.sampled_from(["named_official", "unnamed_official", "document", "joint_statement", "outlet_narration"]),
    via=st.sampled_from([[], [("document", "")], [("intelligence", "state:UA")], [("unknown", "")]]),
    polarity=st.sampled_from(["positive", "positive", "positive", "negative"]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(speakers, min_size=1, max_size=5))
def test_the_number_is_that_of_the_different_origins_of_the_chains(articles: Articles) -> None:
    for a in merge(written(articles)).allegations:
        found = a.corroboration
        assert found.origin_ids == sorted({o for c in found.chains for o in c.origins})
        assert found.origins == len(found.origin_ids) <= len(found.chains) == len(a.attributions)
        assert found.outlets <= found.articles
        assert found.texts <= found.articles
        assert all(c.rule for c in found.chains)


@settings(max_examples=40, deadline=None)
@given(st.lists(speakers, min_size=1, max_size=4), speakers)
def test_another_article_never_lowers_the_number(articles: list[dict[str, Any]], more: dict[str, Any]) -> None:
    before, after = allegation(*articles).corroboration, allegation(*articles, more).corroboration
    assert before.articles + 1 == after.articles
    assert before.outlets <= after.outlets
