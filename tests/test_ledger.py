"""Merging in steps, in any order and with parts in common gives what merging at once gives; nothing is lost on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor import Dataset, Decision, Extraction, decide, merge
from extractor.aliases import Aliases
from extractor.dataset import assemble, failed_account, load, save, serialise
from extractor.errors import DatasetInvalid
from extractor.ledger import Ledger, Part, Rest
from extractor.merging import merge_ledger, merge_records
from extractor.schemas import NO_USAGE, Failure, Response, Skipped
from tests.factory import RUN, claim, denial, evidence, extraction
from tests.test_merge import answers, claims

PEOPLE = Aliases({"sergei-shoigu": "person:vladimir-putin", "wagner": "org:houthi"})
PEOPLE_TOLD_APART = ("sergei-shoigu", "vladimir-putin")
ELSEWHERE = Aliases({"sergei-shoigu": "the-minister", "ua": "state:UZ"})


def reaction(article: Extraction) -> Response:
    """Somebody reacts to all that an article says."""
    about = [c.id for c in article.claims] + [d.id for d in article.denials]
    return Response(
        id=f"response:{article.article.sha256[:12]}", article_id=article.article.id, kind="demand",
        source=article.sources[0].id, actors=article.sources[0].actors, about=about, targets=about, measure=None,
        legal_basis=None, said_on=None, evidence=[evidence(article.article.id, 12)], findings=[],
    )  # fmt: skip


def article(number: int, cs: Sequence[Any], ds: Sequence[Any], quarantined: int, outlet: str | None) -> Extraction:
    made = extraction(f"article {number}", *cs, denials=ds, quarantined=quarantined, outlet=outlet)
    return made.model_copy(update={"responses": [reaction(made)]}) if cs else made


worlds = st.lists(
    st.tuples(
        st.lists(claims, max_size=3),
        st.lists(answers, max_size=1),
        st.integers(0, 2),
        st.sampled_from([None, "X", "Y"]),
    ),
    min_size=1,
    max_size=5,
).map(lambda rows: [article(n, *row) for n, row in enumerate(rows)])


@st.composite
def decided_worlds(draw: st.DrawFn) -> tuple[list[Extraction], list[Decision]]:
    """Articles, and what somebody decided about their records, contradictions included."""
    world = draw(worlds)
    whole = merge(world)
    found = sorted(c.id for e in world for c in e.claims)
    decisions: list[Decision] = []
    verbs: list[Any] = ["same", "different", "accept", "reject", "edit", "grade"]
    for verb in [verbs[n] for n in draw(st.lists(st.integers(0, len(verbs) - 1), max_size=5))]:
        ids = draw(st.permutations(found))[: 2 if verb in {"same", "different"} else 1]
        if len(ids) == (2 if verb in {"same", "different"} else 1):
            more: dict[str, Any] = {"edit": {"stage": "shipped"}} if verb == "edit" else {}
            more |= {"credibility": draw(st.sampled_from(["1", "5"]))} if verb == "grade" else {}
            replacing = draw(st.booleans())
            if decisions and replacing:
                more["replaces"] = draw(st.sampled_from([d.id for d in decisions]))
            decisions.append(decide(whole, verb, ids, **more))
    return world, decisions


def in_steps(draw: Callable[[Any], Any], parts: Sequence[Part], **given_along: Any) -> Dataset:
    """Parts merged in nested steps, in any order, some of them in several steps."""
    piles: list[list[Part]] = [[], []]
    for part in parts:
        for pile in draw(st.sampled_from([[0], [1], [0, 1]])):
            piles[pile].append(part)
    along = [draw(st.booleans()) for _ in piles]
    step = [merge(pile, **(given_along if now else {})) for pile, now in zip(piles, along, strict=True)]
    nested = [merge([*step, *draw(st.sampled_from([[], parts[:1]]))]), *step[:1]]
    return merge(draw(st.permutations(nested)), **({} if any(along) and draw(st.booleans()) else given_along))


@settings(max_examples=25, deadline=None)
@given(decided_worlds(), st.data())
def test_in_steps_is_at_once(case: tuple[list[Extraction], list[Decision]], data: st.DataObject) -> None:
    """Byte for byte, whatever the steps have in common, and with decisions from the first step on or at the end."""
    world, decisions = case
    at_once = serialise(merge(world, decisions=decisions))
    assert serialise(in_steps(data.draw, world, decisions=decisions)) == at_once


@settings(max_examples=25, deadline=None)
@given(decided_worlds(), st.randoms())
def test_the_order_makes_no_difference(case: tuple[list[Extraction], list[Decision]], random: Any) -> None:
    world, decisions = case
    at_once = serialise(merge(world, decisions=decisions))
    random.shuffle(world)
    random.shuffle(decisions)
    assert serialise(merge(world, decisions=decisions)) == at_once


@settings(max_examples=25, deadline=None)
@given(decided_worlds())
def test_merging_again_changes_nothing(case: tuple[list[Extraction], list[Decision]]) -> None:
    """The dataset alone, twice, or with an article of its own; it holds what was decided."""
    world, decisions = case
    d = merge(world, decisions=decisions)
    again: list[list[Part]] = [[d], [d, d], [world[0], d], [d, *world]]
    for parts in again:
        assert serialise(merge(parts)) == serialise(d)


@settings(max_examples=25, deadline=None)
@given(worlds, st.data())
@pytest.mark.parametrize("aliases", [PEOPLE, ELSEWHERE], ids=["people and groups", "a name and a state"])
def test_aliases_at_the_end_are_aliases_at_once(aliases: Aliases, world: list[Extraction], data: st.DataObject) -> None:
    step = in_steps(data.draw, world)
    assert serialise(merge([step], aliases=aliases)) == serialise(merge(world, aliases=aliases))


@settings(max_examples=25, deadline=None)
@given(decided_worlds())
def test_everything_is_in_the_dataset_exactly_once(case: tuple[list[Extraction], list[Decision]]) -> None:
    world, decisions = case
    d = merge([*world, merge(world[:1])], decisions=decisions)
    assert Counter(c for a in d.allegations for c in map(repr, a.claims)) == Counter(
        repr(c) for e in world for c in e.claims
    )
    assert Counter(t for a in d.allegations for t in map(repr, a.attributions)) == Counter(
        repr(t) for e in world for t in e.attributions
    )
    assert Counter(repr(s) for x in d.denials for s in x.statements) == Counter(
        repr(s) for e in world for s in e.denials
    )
    assert sorted(r.id for r in d.responses) == sorted(r.id for e in world for r in e.responses)
    assert Counter(map(repr, d.quarantine)) == Counter(repr(q) for e in world for q in e.quarantine)
    assert {x.decision.id for x in d.decisions} == {x.id for x in decisions}
    kept = {r.record: (r.written, r.kept, r.quarantined) for r in d.accounting.records}["allegations"]
    n = sum(len(e.claims) for e in world)
    assert kept == (n + len(d.quarantine), n, len(d.quarantine))
    assert d.accounting.articles.given == len(world)
    assert not list(d.problems())


@settings(max_examples=25, deadline=None)
@given(decided_worlds())
def test_people_alone_join_what_is_judged_different(case: tuple[list[Extraction], list[Decision]]) -> None:
    from extractor.judging import judge

    world, decisions = case
    ledger = Ledger(world)
    merged = merge_ledger(ledger, decisions=decisions)
    of = {c.id: a.id for a in merged.allegations for c in a.claims}
    by_hand = {of[j.left] for j in merged.judgements if j.by == "person" and j.verdict == "same" and not j.refused}
    for a in merged.allegations:
        ids = [c.id for c in a.claims]
        if a.id not in by_hand:
            assert all(
                judge(merged.candidates[x], merged.candidates[y])[0] != "different" for x in ids for y in ids if x < y
            )
    for j in merged.judgements:
        if j.by == "person":
            assert (of[j.left] == of[j.right]) == (j.verdict == "same" and not j.refused)


# Files, runs, failures -------------------------------------------------------------------------------------------------


def of_run(rest: Rest, *parts: Part) -> Dataset:
    ledger = Ledger(parts, rest)
    return assemble(ledger, merge_ledger(ledger))


def failing(e: Extraction) -> Rest:
    """A run that failed at an article."""
    failure = Failure(path=e.article.path, article_id=e.article.id, kind="refused", message="no", run=RUN.id)
    return Rest([RUN], [e.article], [failed_account(RUN, e.article, NO_USAGE, [])], [failure])


def test_a_failure_stays_a_failure_until_the_article_is_read() -> None:
    one, two = extraction("one", claim()), extraction("two", claim())
    failed = of_run(failing(two), one)
    assert merge([failed]) == failed
    assert failed.accounting.articles.failed == len(failed.accounting.failures) == 1
    later = merge([failed, two])
    assert later.accounting.articles.failed == 0
    assert later.accounting.articles.given == later.accounting.articles.extracted == 2
    assert [x.outcome for x in later.accounting.extractions].count("failed") == 1, "what it took is still told"


def test_skipped_files_and_unlinked_actors_are_told_on() -> None:
    d = of_run(Rest([RUN], skipped=[Skipped(path="notes.md", reason="no .txt file")]), extraction("one", claim()))
    d = d.model_copy(update={"accounting": d.accounting.model_copy(update={"unlinked": "the server is down"})})
    assert merge([d, d]) == d


def test_one_text_under_two_names_is_one_article_and_a_duplicate() -> None:
    """As it is within one run."""
    one = extraction("one", claim(), path="a.txt")
    again = one.model_copy(update={"article": one.article.model_copy(update={"path": "b.txt"})})
    for d in (merge([one, again]), merge([merge([again]), merge([one])]), merge([merge([one, again]), again])):
        assert [(a.path, a.duplicate_of) for a in d.articles] == [("a.txt", None), ("b.txt", "a.txt")]
        assert d.accounting.articles.model_dump() == {
            "given": 2, "extracted": 1, "empty": 0, "duplicate": 1, "skipped": 0, "failed": 0,
        }  # fmt: skip
    failed = of_run(failing(again))
    assert merge([failed, one]).accounting.articles == merge([one, again]).accounting.articles
    both = merge([failed, of_run(failing(one))])
    assert (both.accounting.articles.given, both.accounting.articles.failed) == (2, 2)


def test_a_copy_of_two_files_is_told_the_same_in_any_order() -> None:
    one = extraction("one", claim(), path="a.txt").article
    copies = [one.model_copy(update={"path": "c.txt", "duplicate_of": of}) for of in ("a.txt", "b.txt")]
    parts = [of_run(Rest([RUN], [copy]), extraction("one", claim(), path=copy.duplicate_of)) for copy in copies]
    assert serialise(merge(parts)) == serialise(merge(parts[::-1]))


def test_two_runs_on_one_article_are_both_accounted_for() -> None:
    one = extraction("one", claim(), claim(stage="shipped"))
    other = one.model_copy(
        update={
            "id": "extraction:other",
            "run": RUN.model_copy(update={"id": "run:other", "model": "other"}),
            "claims": one.claims[:1],
            "attributions": [one.attributions[0].model_copy(update={"basis": "imagery"})],
        }
    )
    d = merge([one, other])
    assert d == merge([merge([other]), merge([one])])
    assert d.accounting.articles.given == 1
    assert [r.id for r in d.runs] == ["run:made-by-hand", "run:other"]
    assert len(d.accounting.extractions) == 2
    assert sorted(t.basis for a in d.allegations for t in a.attributions) == ["imagery", "unstated", "unstated"]


def test_the_better_dated_telling_of_an_article_is_kept() -> None:
    plain, dated = extraction("one", claim()), extraction("one", claim(), published="2023-08-30", outlet="X")
    for parts in ([plain, dated], [dated, plain], [merge([plain]), merge([dated])]):
        (found,) = merge(parts).articles
        assert (found.published, found.outlet) == ("2023-08-30", "X")


def test_nothing_gives_an_empty_dataset() -> None:
    d = merge([])
    assert not d.allegations
    assert not d.articles
    assert d.accounting.articles.given == 0
    assert merge([d]) == d


# What is refused -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["one.txt", "elsewhere.txt"])
def test_two_contents_under_one_id_are_refused_and_both_named(path: str) -> None:
    one = extraction("one", claim())
    altered = one.model_copy(update={"article": one.article.model_copy(update={"sha256": "f" * 64, "path": path})})
    with pytest.raises(DatasetInvalid, match="bear one id") as caught:
        merge([one, merge([altered])])
    assert {"one.txt", path, one.article.sha256[:16], "f" * 16} <= set(
        str(caught.value).replace("(", " ").replace("…", " ").split()
    )


def without(e: Extraction, what: str) -> Extraction:
    def bare(records: Sequence[Any]) -> list[Any]:
        return [r.model_copy(update={"evidence": []}) for r in records]

    match what:
        case "no attribution":
            return e.model_copy(update={"attributions": []})
        case "attributions":
            return e.model_copy(update={"attributions": bare(e.attributions)})
        case "denials":
            return e.model_copy(update={"denials": bare(e.denials)})
        case _:
            return e.model_copy(update={"responses": bare([reaction(e)])})


@pytest.mark.parametrize("what", ["no attribution", "attributions", "denials", "responses"])
def test_nothing_without_evidence_is_merged(what: str) -> None:
    whole = extraction("one", claim(), denials=[denial("state:KP")])
    with pytest.raises(DatasetInvalid, match=f"of {whole.article.id} has no evidence"):
        merge([extraction("two", claim()), without(whole, what)])


VERSIONS = {"an old one": "1", "a new one": "99", "none": None, "a number": 2}


@pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS)
def test_another_schema_version_is_refused_by_name(tmp_path: Any, version: Any) -> None:
    import json

    content = json.loads(serialise(merge([extraction("one", claim())])))
    content["schema_version"] = version
    if version is None:
        del content["schema_version"]
    path = tmp_path / "old.json"
    path.write_text(json.dumps(content))
    with pytest.raises(DatasetInvalid) as caught:
        load(path)
    assert f"old.json: schema version {version!r}; this version of armsledger reads '2'" in str(caught.value)


NO_DATASETS = {
    "nothing": (b"", "not JSON"),
    "no JSON": (b"{", "not JSON"),
    "not UTF-8": (b'{"a": "\xff"}', "not JSON"),
    "a list": (b"[]", "schema version None"),
    "too deep": (b"[" * 100_000, "not JSON"),
    "no dataset": (b'{"schema_version": "2"}', "do not hold; the first: runs: Field required"),
}


@pytest.mark.parametrize(("content", "said"), NO_DATASETS.values(), ids=NO_DATASETS)
def test_what_is_no_dataset_is_said(tmp_path: Any, content: bytes, said: str) -> None:
    path = tmp_path / "d.json"
    path.write_bytes(content)
    with pytest.raises(DatasetInvalid, match="d.json") as caught:
        load(path)
    assert said in str(caught.value)


def test_a_folder_is_no_dataset(tmp_path: Any) -> None:
    with pytest.raises(DatasetInvalid, match="cannot be read"):
        load(tmp_path)


def test_a_dangling_reference_is_refused(tmp_path: Any) -> None:
    path = tmp_path / "d.json"
    save(merge([extraction("one", claim())]), path)
    path.write_text(path.read_text("utf-8").replace('"state:KP"', '"state:XX"', 1), "utf-8")
    with pytest.raises(DatasetInvalid, match="state:"):
        load(path)


def test_what_is_saved_is_loaded(tmp_path: Any) -> None:
    d = merge([extraction("one", claim(), denials=[denial("state:KP")])])
    save(d, tmp_path / "d.json")
    assert load(tmp_path / "d.json") == d


# Many ------------------------------------------------------------------------------------------------------------------


def test_three_thousand_claims_are_merged_and_the_judgements_stay_few() -> None:
    """As many as would be eleven million pairs."""
    days = [f"2023-{m:02}-{d:02}" for m in range(1, 13) for d in range(1, 26)]
    suppliers = ["state:KP", "state:IR", "state:BY", "state:CN", "state:SY"]
    world = [
        extraction(f"article {n}", *(claim(event=days[(n + k) % 300], suppliers=[suppliers[k]]) for k in range(5)))
        for n in range(600)
    ]
    merged = merge_records(world)
    assert sum(len(a.claims) for a in merged.allegations) == 3000
    assert len(merged.allegations) == 5 * 300
    assert len(merged.judgements) <= 3000 + 6 * 50 * 49 // 2
    assert merged.unlisted > 0


def test_names_that_an_analyst_gave_hold_for_what_was_merged_with_them() -> None:
    people = [claim(stage="seeking", participants=[("delegation", f"person:{p}")]) for p in PEOPLE_TOLD_APART]
    world = [extraction(str(n), c) for n, c in enumerate(people)]
    assert len(merge(world).allegations) == 2
    d = merge(world, aliases=PEOPLE)
    assert len(d.allegations) == 1
    assert serialise(merge([merge([merge([d]), d])])) == serialise(d)


def test_a_name_for_a_state_that_no_article_names_does_no_harm() -> None:
    d = merge([extraction("one", claim(by="state:UA"))], aliases=ELSEWHERE)
    assert {a.id: a.canonical for a in d.actors}["state:UA"] == "state:UA"
