"""What is the same allegation and what never is; who stands behind it; who denies it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.merging import Merged, merge_records
from extractor.schemas import Extraction, Quantity
from tests.factory import claim, denial, extraction

MUNITIONS, ARMS, DRONES = "munitions_unspecified:munitions", "arms_unspecified:arms", "uav:drones"
SHOIGU = ("delegation", "person:sergei-shoigu")
PUTIN = ("correspondent", "person:vladimir-putin")

SAME = {
    "a shared day of the event": (claim(event="2023-05-03"), claim(event="2023-05")),
    "the same statement on the same day": (
        claim(stage="negotiating", said="2023-08-30"),
        claim(stage="seeking", said="2023-08-30"),
    ),
    "the same government on the same day, another mouth": (
        claim(said="2023-08-30", by="person:john-kirby"),
        claim(said="2023-08-30", by="body:US:white-house"),
    ),
    "the same weekday in print, where neither article has a date": (
        claim(said="on Wednesday"),
        claim(said="Wednesday"),
    ),
    "a named participant": (
        claim(stage="seeking", participants=[SHOIGU]),
        claim(stage="seeking", participants=[SHOIGU]),
    ),
    "a non-state recipient": (
        claim(recipients=["org:wagner"], said="2022-12-22"),
        claim(recipients=["org:wagner"], said="2023-01-05"),
    ),
    "the same thing in return": (
        claim(stage="seeking", returns=["food"]),
        claim(stage="seeking", returns=["food", "commodities"]),
    ),
    "one weapon broader than the other": (claim(event="2023-05", items=[ARMS]), claim(event="2023-05")),
    "weapons not named": (claim(event="2023-05", items=[]), claim(event="2023-05")),
    "the same pattern": (
        claim(scope="pattern", stage="unspecified_support"),
        claim(scope="pattern", stage="unspecified_support"),
    ),
    "an organ and its state": (
        claim(event="2023-05", suppliers=["body:US:white-house"], recipients=["state:UA"]),
        claim(event="2023-05", suppliers=["state:US"], recipients=["state:UA"]),
    ),
}

DIFFERENT = {
    "the direction is reversed": (
        claim(event="2023-05"),
        claim(event="2023-05", suppliers=["state:RU"], recipients=["state:KP"]),
    ),
    "another supplier": (claim(event="2023-05"), claim(event="2023-05", suppliers=["state:IR"])),
    "another recipient": (claim(event="2023-05"), claim(event="2023-05", recipients=["state:SY"])),
    "disjoint event dates": (claim(event="2023-05", said="2023-08-30"), claim(event="2022", said="2023-08-30")),
    "talks told on disjoint dates": (
        claim(stage="negotiating", said="2023-08-30"),
        claim(stage="negotiating", said="2023-03"),
    ),
    "another stage family": (
        claim(stage="negotiating", said="2023-08-30"),
        claim(stage="delivered", said="2023-08-30"),
    ),
    "a pattern and a specific claim": (claim(event="2023-05", scope="pattern"), claim(event="2023-05")),
    "other weapons": (claim(event="2023-05", items=[DRONES]), claim(event="2023-05")),
    "letters and a delegation of one briefing": (
        claim(stage="contact", items=[], participants=[PUTIN], said="2023-08-30"),
        claim(stage="contact", items=[], participants=[("delegation", "unnamed:1:officials")], said="2023-08-30"),
    ),
    "other things in return": (
        claim(stage="seeking", returns=["food"], said="2023-03"),
        claim(stage="brokering", returns=["commercial aircraft"], said="2023-03"),
    ),
    "two patterns of two suppliers": (claim(scope="pattern"), claim(scope="pattern", suppliers=["state:IR"])),
}

UNSURE = {
    "no shared anchor": (claim(), claim()),
    "state and proxy": (claim(event="2022-11"), claim(event="2022-11", recipients=["org:wagner"])),
    "one recipient more": (claim(event="2022-11"), claim(event="2022-11", recipients=["state:RU", "org:wagner"])),
    "a delivery and a statement date only": (claim(said="2022-11"), claim(said="2023-05")),
    "the whole year": (claim(event="2022"), claim(event="2022")),
    "the same words by other governments": (claim(said="on Wednesday"), claim(said="on Wednesday", by="state:UA")),
    "vague goods in return": (
        claim(stage="seeking", returns=["commodities"]),
        claim(stage="seeking", returns=["commodities"]),
    ),
}


def merged(*claims: dict[str, Any]) -> Merged:
    return merge_records(extraction(f"article {n}", c) for n, c in enumerate(claims))


@pytest.mark.parametrize("pair", SAME.values(), ids=SAME)
def test_the_same_allegation(pair: tuple[Any, Any]) -> None:
    result = merged(*pair)
    assert len(result.allegations) == 1
    assert len(result.allegations[0].claims) == len(result.allegations[0].attributions) == 2
    assert result.allegations[0].corroboration.articles == 2


@pytest.mark.parametrize("pair", DIFFERENT.values(), ids=DIFFERENT)
def test_never_the_same_allegation(pair: tuple[Any, Any]) -> None:
    result = merged(*pair)
    assert len(result.allegations) == 2
    assert {j.verdict for j in result.judgements} <= {"different"}


@pytest.mark.parametrize("pair", UNSURE.values(), ids=UNSURE)
def test_unsure_is_not_merged_and_is_told(pair: tuple[Any, Any]) -> None:
    result = merged(*pair)
    assert len(result.allegations) == 2
    if pair[0]["by"] == pair[1]["by"]:
        assert [j.verdict for j in result.judgements] == ["unsure"]


BETWEEN_ARTICLES = {
    "the same statement on the same day",
    "the same government on the same day, another mouth",
    "the same weekday in print, where neither article has a date",
    "a non-state recipient",
    "the same pattern",
}


@pytest.mark.parametrize("name", [*SAME, *DIFFERENT])
def test_within_one_article_only_what_names_the_episode_ties_two_claims(name: str) -> None:
    """Who wrote two records of one article read two episodes there; that one person told both on one day joins nothing."""
    within = merge_records([extraction("one article", *(SAME | DIFFERENT)[name])])
    assert len(within.allegations) == (1 if name in SAME.keys() - BETWEEN_ARTICLES else 2)


def test_what_fits_two_allegations_that_exclude_each_other_joins_neither() -> None:
    """An undated claim is tied to either of two dated ones by a participant; the dated ones exclude each other."""
    dated, other = claim(event="2023-05", participants=[SHOIGU]), claim(event="2022-05", participants=[SHOIGU])
    result = merged(dated, claim(participants=[SHOIGU]), other)
    assert sorted(len(a.claims) for a in result.allegations) == [1, 1, 1]
    assert [j.refused for j in result.judgements if j.verdict == "same"] == [True, True]
    by_claim = {c.id: a.id for a in result.allegations for c in a.claims}
    for j in result.judgements:
        if j.verdict == "different":
            assert by_claim[j.left] != by_claim[j.right]


# Origins --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attributions", "origins"),
    [
        ([{"by": "person:john-kirby", "kind": "named_official"}, {"by": "body:US:white-house"}], ["state:US"]),
        ([{"by": "state:US"}, {"by": "state:UA"}], ["state:UA", "state:US"]),
        ([{"kind": "outlet_narration"}, {"kind": "unknown"}], []),
        ([{"kind": "joint_statement"}], []),
        ([{"by": "state:US", "polarity": "no_evidence"}, {"by": "state:UA", "polarity": "negative"}], []),
        ([{"by": "org:houthi", "kind": "company_or_group"}, {"by": "state:US"}], ["org:houthi", "state:US"]),
    ],
)
def test_independent_origins_are_governments_and_organisations_that_affirm(
    attributions: list[dict[str, Any]], origins: list[str]
) -> None:
    result = merged(*(claim(event="2023-05-03", **a) for a in attributions))
    (allegation,) = result.allegations
    assert allegation.corroboration.origin_ids == origins
    assert allegation.corroboration.origins == len(origins)
    assert allegation.corroboration.articles == len(attributions)


def test_outlets_are_counted_and_unknown_ones_are_one() -> None:
    c = claim(event="2023-05-03")
    result = merge_records(
        [extraction("a", c, outlet="X"), extraction("b", c, outlet="X"), extraction("c", c), extraction("d", c)]
    )
    assert result.allegations[0].corroboration.outlets == 2


# Denials --------------------------------------------------------------------------------------------------------------


def contested(*extractions: Extraction) -> list[str]:
    return [a.contested for a in sorted(merge_records(extractions).allegations, key=lambda a: a.summary)]


def test_an_explicit_denial_contests_its_targets_in_every_article() -> None:
    one = extraction("a", claim(event="2023-05-03"), denials=[denial("state:KP", targets=[0])])
    assert contested(one, extraction("b", claim(event="2023-05-03"))) == ["explicit"]


@pytest.mark.parametrize("kind", ["sidesteps", "declines_comment", "acknowledges"])
def test_an_answer_that_denies_nothing_contests_nothing(kind: str) -> None:
    result = merge_records([extraction("a", claim(), denials=[denial("state:KP", kind=kind, targets=[0])])])
    assert result.allegations[0].contested == "none"
    assert len(result.allegations[0].denials) == 1


def test_a_general_denial_answers_earlier_accusations_and_skips_the_news_of_its_article() -> None:
    article = extraction(
        "a",
        claim(stage="negotiating", said="Wednesday"),
        claim(stage="delivered", recipients=["org:wagner"], said="Late last year"),
        claim(stage="delivered", said="in March", by="state:UA"),
        claim(scope="pattern", suppliers=["state:IR"], said="in March"),
        denials=[denial("state:KP", accusers=["state:US"])],
    )
    assert contested(article) == ["none", "generic", "none", "none"]


def test_parties_that_deny_together_deny_what_concerns_them_together() -> None:
    both = [denial("state:KP", accusers=["state:US"]), denial("state:RU", accusers=["state:US"])]
    article = extraction(
        "a", claim(said="in March"), claim(said="in March", suppliers=["state:IR"]), denials=both
    )  # fmt: skip
    assert contested(article) == ["generic", "none"]


def test_a_general_denial_reaches_other_articles_only_by_dates() -> None:
    denying = extraction(
        "a", claim(said="2023-08-30"), denials=[denial("state:KP", accusers=["state:US"])], published="2023-08-31"
    )
    earlier, later = (
        extraction(n, claim(said=said, event=said)) for n, said in (("b", "2023-03-01"), ("c", "2023-09-15"))
    )
    undated = extraction("d", claim(event="2021-01-01"))
    assert contested(denying, earlier, later, undated) == ["none", "generic", "none", "none"]


def test_a_pledge_answers_what_is_prepared_and_never_a_past_delivery() -> None:
    article = extraction(
        "a", claim(stage="negotiating"), claim(stage="delivered"), denials=[denial("state:KP", kind="pledges_not_to")]
    )
    assert contested(article) == ["pledge", "none"]


def test_the_recipients_pledge_is_not_the_suppliers() -> None:
    article = extraction("a", claim(stage="negotiating"), denials=[denial("state:RU", kind="pledges_not_to")])
    assert contested(article) == ["none"]


def test_the_strongest_answer_counts() -> None:
    article = extraction(
        "a",
        claim(stage="negotiating", said="in March"),
        denials=[
            denial("state:KP", kind="pledges_not_to", sentence=7),
            denial("state:KP", accusers=["state:US"], sentence=8),
            denial("state:RU", targets=[0], sentence=9),
        ],
    )
    assert contested(article) == ["explicit"]
    assert len(merge_records([article]).allegations[0].denials) == 3


# Conflicts ------------------------------------------------------------------------------------------------------------


def quantity(number: float, text: str) -> Quantity:
    return Quantity(text=text, low=number, high=number, approximate=False)


def test_values_that_differ_are_kept_and_none_is_preferred_where_they_exclude_each_other() -> None:
    result = merged(
        claim(event="2023-05-03", quantity=quantity(400, "400")),
        claim(event="2023-05-03", quantity=quantity(900, "900")),
    )
    (conflict,) = result.allegations[0].conflicts
    assert (conflict.kind, conflict.preferred, [v.value for v in conflict.values]) == (
        "disagreement",
        None,
        ["400", "900"],
    )


@pytest.mark.parametrize(
    ("other", "kind", "preferred"),
    [
        (Quantity(text="roughly 750", low=750, high=750, approximate=True), "disagreement", None),
        (Quantity(text="about 1,100", low=1100, high=1100, approximate=True), "refinement", "1,200"),
        (Quantity(text="at least 20", low=20, high=None, approximate=False), "refinement", "1,200"),
        (Quantity(text="hundreds", low=None, high=None, approximate=False), "refinement", "1,200"),
    ],
)
def test_amounts_disagree_where_they_exclude_each_other(other: Quantity, kind: str, preferred: str | None) -> None:
    result = merged(
        claim(event="2023-05-03", quantity=quantity(1200, "1,200")), claim(event="2023-05-03", quantity=other)
    )
    (conflict,) = result.allegations[0].conflicts
    assert (conflict.kind, conflict.preferred) == (kind, preferred)


def test_a_narrower_date_and_a_further_stage_are_refinements() -> None:
    result = merged(claim(event="2023-05", stage="shipped"), claim(event="2023-05-03", stage="delivered"))
    (allegation,) = result.allegations
    assert (allegation.stage, allegation.event_time and allegation.event_time.edtf) == ("delivered", "2023-05-03")
    assert {(c.field, c.kind, c.preferred) for c in allegation.conflicts} == {
        ("event_time", "refinement", "2023-05-03"),
        ("stage", "refinement", "delivered"),
    }
    assert {v.value for c in allegation.conflicts for v in c.values} == {
        "2023-05",
        "2023-05-03",
        "shipped",
        "delivered",
    }


# Properties -----------------------------------------------------------------------------------------------------------

claims = st.builds(
    claim,
    suppliers=st.sampled_from([["state:KP"], ["state:IR"], ["state:RU"], []]),
    recipients=st.sampled_from([["state:RU"], ["org:wagner"], ["state:RU", "org:wagner"], ["state:KP"]]),
    stage=st.sampled_from(["contact", "seeking", "negotiating", "shipped", "delivered", "unspecified_support"]),
    scope=st.sampled_from(["specific", "specific", "pattern"]),
    items=st.sampled_from([[], [MUNITIONS], [ARMS], [DRONES], ["artillery_ammunition:shells"]]),
    participants=st.sampled_from([[], [SHOIGU], [PUTIN]]),
    returns=st.sampled_from([[], ["food"], ["oil"]]),
    event=st.sampled_from([None, "2023-05-03", "2023-05", "2022", "2022-10/2022-12"]),
    said=st.sampled_from([None, "2023-08-30", "Wednesday", "2022-12"]),
    by=st.sampled_from(["state:US", "person:john-kirby", "state:UA"]),
)
answers = st.builds(
    denial,
    st.sampled_from(["state:KP", "state:RU"]),
    kind=st.sampled_from(["denies", "pledges_not_to"]),
    accusers=st.just(["state:US"]),
)
worlds = st.lists(
    st.tuples(st.lists(claims, max_size=3), st.lists(answers, max_size=1)), min_size=1, max_size=5
).map(lambda rows: [extraction(f"article {n}", *cs, denials=ds) for n, (cs, ds) in enumerate(rows)])  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(worlds, st.randoms())
def test_merging_does_not_depend_on_the_order(world: Sequence[Extraction], random: Any) -> None:
    shuffled = list(world)
    random.shuffle(shuffled)
    assert merge_records(shuffled) == merge_records(world)


@settings(max_examples=60, deadline=None)
@given(worlds)
def test_merging_the_same_again_changes_nothing(world: Sequence[Extraction]) -> None:
    assert merge_records([*world, *world]) == merge_records(world)


@settings(max_examples=60, deadline=None)
@given(worlds)
def test_every_statement_is_in_the_result_exactly_once(world: Sequence[Extraction]) -> None:
    result = merge_records(world)
    assert sorted(t.model_dump_json() for e in world for t in e.attributions) == sorted(
        t.model_dump_json() for a in result.allegations for t in a.attributions
    )
    assert sorted(c.id for e in world for c in e.claims) == sorted(c.id for a in result.allegations for c in a.claims)
    assert sorted(d.id for e in world for d in e.denials) == sorted(s.id for d in result.denials for s in d.statements)


@settings(max_examples=60, deadline=None)
@given(worlds)
def test_no_allegation_holds_two_claims_judged_different(world: Sequence[Extraction]) -> None:
    from extractor.judging import judge

    result = merge_records(world)
    candidates = result.candidates
    for allegation in result.allegations:
        for a in allegation.claims:
            for b in allegation.claims:
                if a.id != b.id:
                    verdict = judge(candidates[a.id], candidates[b.id])
                    assert verdict == judge(candidates[b.id], candidates[a.id])
                    assert verdict[0] != "different"
