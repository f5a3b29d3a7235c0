"""`extract evaluate`: a perfect prediction measures 1, and every kind of damage lowers what it should and nothing else."""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor import Dataset, evaluate, merge, save
from extractor.assigning import assign
from extractor.errors import UsageError
from extractor.gold import load_gold
from extractor.merging import merge_records
from extractor.scores import MEASURES, Evaluation
from tests import gold
from tests.test_cli import extract as command

Json = dict[str, Any]


CORPUS: dict[str, Path] = {}


@pytest.fixture(scope="module", autouse=True)
def _corpus(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The articles about which gold_merged.json says everything."""
    CORPUS["news"] = folder = tmp_path_factory.mktemp("news")
    for name in ("gold", "articles"):
        (folder / name).mkdir()
    for file in gold.files("news"):
        shutil.copy(gold.CORPUS / "articles" / file, folder / "articles")
        shutil.copy((gold.CORPUS / "gold" / file).with_suffix(".json"), folder / "gold")
    for name in ("gold_merged.json", "manifest.json"):
        shutil.copy(gold.CORPUS / name, folder)


@cache
def perfect(*, soft: bool = True) -> Dataset:
    return merge(gold.mapped("news", soft=soft).extractions)


@cache
def _content(*, soft: bool = True) -> str:
    return perfect(soft=soft).model_dump_json()


def content(*, soft: bool = True) -> Json:
    return json.loads(_content(soft=soft))  # type: ignore[no-any-return]


def measured(changed: Json, folder: Path | None = None) -> Evaluation:
    return evaluate(Dataset.model_validate(changed, context={"unchecked": True}), folder or CORPUS["news"])


def values(evaluation: Evaluation) -> dict[str, float | None]:
    return {name: m.value for name, m in evaluation.measures.items()}


def lowered(evaluation: Evaluation) -> set[str]:
    """The measures that are below 1."""
    return {name for name, value in values(evaluation).items() if value is not None and value < 1}


def claims(dataset: Json, file: str) -> Iterator[tuple[Json, Json]]:
    """The claims of an article, each with its allegation."""
    article = next(a["id"] for a in dataset["articles"] if a["path"].endswith(file))
    for allegation in dataset["allegations"]:
        for claim in allegation["claims"]:
            if claim["article_id"] == article:
                yield allegation, claim


def claim_of(dataset: Json, file: str, local: str) -> tuple[Json, Json]:
    """The claim that stands for a gold allegation, with its allegation."""
    id_ = gold.mapped().claims[file, local]
    return next((a, c) for a, c in claims(dataset, file) if c["id"] == id_)


def attributions(allegation: Json, claim: Json) -> list[Json]:
    return [t for t in allegation["attributions"] if t["claim"] == claim["id"]]


def statements(dataset: Json, file: str) -> list[Json]:
    article = next(a["id"] for a in dataset["articles"] if a["path"].endswith(file))
    return [s for d in dataset["denials"] for s in d["statements"] if s["article_id"] == article]


def drop(allegation: Json, claim: Json) -> None:
    allegation["attributions"] = [t for t in allegation["attributions"] if t["claim"] != claim["id"]]
    allegation["claims"].remove(claim)


def repeat(allegation: Json, claim: Json, times: int) -> None:
    for n in range(times):
        id_ = f"{claim['id']}{n:03d}"
        allegation["attributions"] += [t | {"claim": id_} for t in attributions(allegation, claim)]
        allegation["claims"].append(claim | {"id": id_})


# Perfect predictions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("soft", [True, False], ids=["all records", "without soft records"])
def test_a_perfect_prediction_measures_1_everywhere(soft: bool) -> None:
    evaluation = measured(content(soft=soft))
    assert evaluation.errors == []
    assert evaluation.notes == evaluation.without_gold == evaluation.without_article == evaluation.changed == []
    assert set(evaluation.measures) == set(MEASURES)
    free = {name for name in MEASURES if name.startswith("responses.")}  # every response of the corpus is soft
    assert {name: v for name, v in values(evaluation).items() if v != 1} == dict.fromkeys(free)


def test_of_all_articles_together_every_record_measures_1() -> None:
    """Whole clusters are known of each part of the corpus only, so merging is left out."""
    evaluation = evaluate(merge(gold.extractions()), gold.CORPUS)
    assert {n: v for n, v in values(evaluation).items() if v != 1 and not n.startswith("merge.")} == {}


@pytest.mark.parametrize("part", gold.MERGED)
def test_pairs_are_counted_as_the_measure_of_merging_counts_them(part: str) -> None:
    mapped = gold.mapped(part)
    pairs = gold.score(merge_records(mapped.extractions), mapped, gold.gold_merged(part)).pairs
    ours = evaluate(merge(mapped.extractions), gold.CORPUS).measures
    assert (ours[PAIRS("precision")].right, ours[PAIRS("precision")].of) == (pairs.right, pairs.right + pairs.wrong)
    assert (ours[PAIRS("recall")].right, ours[PAIRS("recall")].of) == (pairs.right, pairs.right + pairs.missing)


def test_what_is_soft_counts_neither_way() -> None:
    """Right and of: only the intervals may differ, and what has no must: grounding, what was kept, merging."""
    both = [
        {n: (m.right, m.of) for n, m in measured(content(soft=soft)).measures.items() if n.split(".")[0] in ours}
        for soft in (True, False)
        for ours in [{"precision", "recall", "f1", "allegations", "attributions", "denials", "items", "actors"}]
    ]
    assert both[0] == both[1]


def test_the_same_dataset_gives_the_same_evaluation() -> None:
    damaged = content()
    for allegation, claim in list(claims(damaged, "dprk_letters_en.txt"))[:3]:
        drop(allegation, claim)
    first, again = measured(damaged), measured(damaged)
    assert first == again
    assert list(first.measures) == list(MEASURES)
    f1 = first.measures["f1"]
    assert f1.value is not None
    assert f1.low is not None
    assert f1.high is not None
    assert f1.low <= f1.value <= f1.high
    assert f1.low < f1.high
    other = evaluate(Dataset.model_validate(damaged, context={"unchecked": True}), CORPUS["news"], seed=1)
    assert values(other) == values(first)


# Damage --------------------------------------------------------------------------------------------------------------


def dropped(d: Json) -> None:
    drop(*claim_of(d, "ship_envoy_en.txt", "a1"))


def repeated(d: Json) -> None:
    repeat(*claim_of(d, "ship_envoy_en.txt", "a1"), 50)


def turned_round(d: Json) -> None:
    _, claim = claim_of(d, "belarus_ammunition_en.txt", "a1")
    claim["suppliers"], claim["recipients"] = claim["recipients"], claim["suppliers"]


def supplier(d: Json) -> None:
    claim_of(d, "belarus_ammunition_en.txt", "a1")[1]["suppliers"] = ["state:US"]


def all_parties(d: Json) -> None:
    claim_of(d, "belarus_ammunition_en.txt", "a1")[1].update(suppliers=["state:US"], recipients=["state:EG"])


def stage_within_the_family(d: Json) -> None:
    claim_of(d, "iran_drones_en.txt", "a2")[1]["stage"] = "used"


def stage_of_another_family(d: Json) -> None:
    claim_of(d, "iran_drones_en.txt", "a2")[1]["stage"] = "negotiating"


def scope(d: Json) -> None:
    claim_of(d, "ship_envoy_en.txt", "a1")[1]["scope"] = "pattern"


def speaker_and_another(d: Json) -> tuple[Json, Json, str]:
    """An attribution, its source, and the id of a source of the same kind and another party."""
    said = attributions(*claim_of(d, "iran_drones_en.txt", "a2"))[0]
    sources = {s["id"]: s for s in d["sources"]}
    party = {a["id"]: a["party"] for a in d["actors"]}
    own = sources[said["source"]]
    parties = {party[i] for i in own["actors"]}
    others = (s for s in d["sources"] if s["kind"] == own["kind"] and not parties & {party[x] for x in s["actors"]})
    return said, own, next(others)["id"]


def speaker(d: Json) -> None:
    said, _, other = speaker_and_another(d)
    said["source"] = other


def relied_on(d: Json) -> None:
    _, own, other = speaker_and_another(d)
    own["relies_on"] = other


def speaker_and_kind(d: Json) -> None:
    said = attributions(*claim_of(d, "belarus_ammunition_en.txt", "a1"))[0]
    said["source"] = next(s["id"] for s in d["sources"] if s["kind"] == "named_official")


def certainty(d: Json) -> None:
    attributions(*claim_of(d, "belarus_ammunition_en.txt", "a1"))[0]["certainty"] = "possible"


def basis(d: Json) -> None:
    attributions(*claim_of(d, "belarus_ammunition_en.txt", "a1"))[0]["basis"] = "imagery"


def polarity(d: Json) -> None:
    attributions(*claim_of(d, "belarus_ammunition_en.txt", "a1"))[0]["polarity"] = "negative"


def event_time_as_printed(d: Json) -> None:
    claim_of(d, "belarus_ammunition_en.txt", "a1")[1]["event_time"]["text"] = "long ago"


def event_time_as_resolved(d: Json) -> None:
    claim_of(d, "belarus_ammunition_en.txt", "a1")[1]["event_time"]["edtf"] = "1999"


def said_on(d: Json) -> None:
    said = [
        t for a in d["allegations"] for t in a["attributions"] if t["said_on"] and t["said_on"]["text"] == "Wednesday"
    ]
    said[0]["said_on"] |= {"text": "Thursday", "edtf": "1999-01-01"}


def category(d: Json) -> None:
    item = claim_of(d, "belarus_ammunition_en.txt", "a1")[1]["items"][0]
    there = next(w for w in d["weapons"] if w["id"] == item["weapon"])
    d["weapons"].append(there | {"id": "naval:ammunition", "category": "naval"})
    item["weapon"] = "naval:ammunition"


def quantity(d: Json) -> None:
    claim_of(d, "belarus_ammunition_en.txt", "a1")[1]["items"][0]["quantity"] |= {
        "text": "10 tons",
        "low": 10,
        "high": 10,
    }


def item_lost(d: Json) -> None:
    claim_of(d, "belarus_ammunition_en.txt", "a1")[1]["items"].clear()


def denial_kind(d: Json) -> None:
    statements(d, "turkey_cluster_en.txt")[0]["kind"] = "pledges_not_to"


def denial_scope(d: Json) -> None:
    statements(d, "turkey_cluster_en.txt")[0]["scope"] = "generic"


def denier(d: Json) -> None:
    statements(d, "turkey_cluster_en.txt")[0]["denier"] = "state:US"


def denial_targets(d: Json) -> None:
    first = statements(d, "dprk_denial_en.txt")
    explicit = next(s for s in first if s["scope"] == "explicit")
    explicit["targets"].append(gold.mapped().claims["dprk_denial_en.txt", "a2"])


def denial_lost(d: Json) -> None:
    gone = gold.mapped().denials["turkey_cluster_en.txt", "d1"]
    for denial in d["denials"]:
        denial["statements"] = [s for s in denial["statements"] if s["id"] != gone]


def evidence_shifted(d: Json) -> None:
    for said in attributions(*claim_of(d, "belarus_ammunition_en.txt", "a1")):
        for e in said["evidence"]:
            e["start"], e["end"] = e["start"] + 2, e["end"] + 2


def joined_wrongly(d: Json) -> None:
    left, _ = claim_of(d, "belarus_ammunition_en.txt", "a1")
    right, _ = claim_of(d, "ship_envoy_en.txt", "a1")
    left["claims"] += right["claims"]
    left["attributions"] += right["attributions"]
    d["allegations"].remove(right)


def joined_though_forbidden(d: Json) -> None:
    left, _ = claim_of(d, "dprk_letters_en.txt", "a2")
    right, claim = claim_of(d, "summit_plan_es.txt", "a2")
    left["claims"].append(claim)
    left["attributions"] += attributions(right, claim)
    drop(right, claim)


def split_wrongly(d: Json) -> None:
    allegation, claim = claim_of(d, "dprk_letters_mt_de.txt", "a4")
    d["allegations"].append(
        allegation | {"id": "claim:apart", "claims": [claim], "attributions": attributions(allegation, claim)}
    )
    drop(allegation, claim)


def origins(d: Json) -> None:
    claim_of(d, "ship_envoy_en.txt", "a1")[0]["corroboration"]["origins"] = 7


def contested(d: Json) -> None:
    claim_of(d, "ship_envoy_en.txt", "a1")[0]["contested"] = "explicit"


def link_lost(d: Json) -> None:
    for denial in d["denials"]:
        denial["targets"] = []


def quarantined(d: Json) -> None:
    article = d["articles"][0]["id"]
    row = {"extraction": "extraction:x", "article_id": article, "record": "allegations", "local_id": "a9"}
    d["quarantine"].append(row | {"reason": "quote_not_found", "detail": "nowhere", "draft": {}})


RECALL = {f"{record}.{rate}" for record in ("allegations", "attributions", "items") for rate in ("recall", "f1")}
PRECISION = {f"{record}.{rate}" for record in ("allegations", "attributions", "items") for rate in ("precision", "f1")}
PAIRS = "merge.pairs.{}".format

DAMAGE: list[tuple[Callable[[Json], None], set[str]]] = [
    (dropped, {"recall", "f1", *RECALL}),
    (repeated, {"precision", "f1", *PRECISION}),
    (turned_round, {"allegations.direction", "allegations.suppliers", "allegations.recipients"}),
    (supplier, {"allegations.suppliers"}),
    (all_parties, {"precision", "recall", "f1", *RECALL, *PRECISION}),
    (stage_within_the_family, {"allegations.stage"}),
    (stage_of_another_family, {"allegations.stage", "allegations.stage_family"}),
    (scope, {"allegations.scope"}),
    (speaker, {"attributions.speaker", "attributions.root"}),
    (speaker_and_kind, {"attributions.speaker", "attributions.speaker_kind", "attributions.root"}),
    (relied_on, {"attributions.root"}),
    (certainty, {"attributions.certainty"}),
    (basis, {"attributions.basis"}),
    (polarity, {"attributions.polarity"}),
    (event_time_as_printed, {"allegations.event_time"}),
    (event_time_as_resolved, {"allegations.event_time_edtf"}),
    (said_on, {"attributions.said_on", "attributions.said_on_edtf"}),
    (category, {"items.category"}),
    (quantity, {"items.quantity"}),
    (item_lost, {"items.recall", "items.f1"}),
    (denial_kind, {"denials.kind"}),
    (denial_scope, {"denials.scope"}),
    (denier, {"denials.denier"}),
    (denial_targets, {"denials.targets"}),
    (denial_lost, {"denials.recall", "denials.f1", "recall", "f1"}),
    (evidence_shifted, {"grounding"}),
    (joined_wrongly, {PAIRS("precision"), PAIRS("f1")}),
    (joined_though_forbidden, {PAIRS("precision"), PAIRS("f1"), "merge.kept_apart"}),
    (split_wrongly, {PAIRS("recall"), PAIRS("f1")}),
    (origins, {"merge.origins"}),
    (contested, {"merge.contested"}),
    (link_lost, {"merge.links.recall", "merge.links.f1"}),
    (quarantined, {"kept"}),
]


@pytest.mark.parametrize(("damage", "lower"), DAMAGE, ids=[damage.__name__ for damage, _ in DAMAGE])
def test_damage_lowers_what_it_damages(damage: Callable[[Json], None], lower: set[str]) -> None:
    damaged = content()
    damage(damaged)
    evaluation = measured(damaged)
    assert lowered(evaluation) == lower, [e.model_dump() for e in evaluation.errors]
    assert evaluation.errors


def test_an_error_shows_both_records_and_the_words() -> None:
    damaged = content()
    certainty(damaged)
    [error] = measured(damaged).errors
    assert (error.kind, error.record, error.field) == ("wrong_field", "attributions", "certainty")
    assert (error.article, error.expected, error.found) == ("belarus_ammunition_en.txt", "certain", "possible")
    assert error.gold == "a1 attribution 1"
    assert error.predicted
    assert error.predicted.startswith("claim:")
    assert any("131,000 tons" in sentence for sentence in error.sentences)


# Traps ---------------------------------------------------------------------------------------------------------------


def resting_on(d: Json, file: str, quote: str) -> None:
    """A new claim whose only evidence is the quote."""
    allegation, claim = next(claims(d, file))
    at = (gold.CORPUS / "articles" / file).read_bytes().decode().index(quote)
    [said, *_] = copy.deepcopy(attributions(allegation, claim))
    place = {"exact": quote, "prefix": "", "suffix": "", "start": at, "end": at + len(quote)}
    said["evidence"] = [said["evidence"][0] | place]
    said["claim"] = "claim:trapped"
    allegation["claims"].append(claim | {"id": "claim:trapped"})
    allegation["attributions"].append(said)


def test_a_trap_that_became_an_allegation_is_named() -> None:
    damaged = content()
    resting_on(
        damaged, "belarus_ammunition_en.txt", "some 10,121 tons taken out of Belarusian depots in an average month"
    )
    evaluation = measured(damaged)
    assert lowered(evaluation) == {"precision", "f1", "traps.record"} | PRECISION
    [trap] = [e for e in evaluation.errors if e.kind == "trap"]
    assert (trap.field, trap.predicted) == ("derived_rate", "claim:trapped")


def test_a_trap_beside_other_evidence_is_no_hit() -> None:
    damaged = content()
    allegation, claim = claim_of(damaged, "belarus_ammunition_en.txt", "a1")
    resting_on(
        damaged, "belarus_ammunition_en.txt", "some 10,121 tons taken out of Belarusian depots in an average month"
    )
    extra = next(
        t
        for a, _ in claims(damaged, "belarus_ammunition_en.txt")
        for t in a["attributions"]
        if t["claim"] == "claim:trapped"
    )
    attributions(allegation, claim)[0]["evidence"] += extra["evidence"]
    for a, c in list(claims(damaged, "belarus_ammunition_en.txt")):
        if c["id"] == "claim:trapped":
            drop(a, c)
    assert lowered(measured(damaged)) == set()


def test_a_field_misread_in_a_record_that_rests_on_a_trap_is_a_hit() -> None:
    """ "to press for bigger munitions sales" presupposes sales, and says of none that it happened."""
    damaged = content()
    claim_of(damaged, "dprk_letters_en.txt", "a3")[1]["stage"] = "delivered"
    evaluation = measured(damaged)
    assert lowered(evaluation) == {"allegations.stage", "allegations.stage_family", "traps.field"}
    assert [e.field for e in evaluation.errors if e.kind == "trap"] == ["presupposition"]


def test_a_distractor_makes_every_record_false() -> None:
    damaged = content()
    article = next(a for a in damaged["articles"] if a["path"].endswith("football_transfers_en.txt"))
    allegation, claim = claim_of(damaged, "ship_envoy_en.txt", "a1")
    alien = copy.deepcopy(attributions(allegation, claim))
    for said in alien:
        said |= {"claim": "claim:football", "article_id": article["id"]}
        for e in said["evidence"]:
            e["article_id"] = article["id"]
    allegation["claims"].append(claim | {"id": "claim:football", "article_id": article["id"]})
    allegation["attributions"] += alien
    evaluation = measured(damaged)
    assert lowered(evaluation) >= PRECISION
    assert ("false", "football_transfers_en.txt") in {(e.kind, e.article) for e in evaluation.errors}


# What gold leaves free -----------------------------------------------------------------------------------------------


def test_a_record_that_may_be_part_of_another_is_not_missed() -> None:
    """dprk_denial_en a3 may be part of a2, and is demanded otherwise."""
    damaged = content()
    drop(*claim_of(damaged, "dprk_denial_en.txt", "a3"))
    assert not {"allegations.recall", "attributions.recall", "items.recall"} & lowered(measured(damaged))


def test_a_part_that_goes_with_its_whole_is_missed() -> None:
    damaged = content()
    for local in ("a2", "a3"):
        drop(*claim_of(damaged, "dprk_denial_en.txt", local))
    assert measured(damaged).measures["allegations.recall"].right == 26


def test_values_that_are_as_right_are_right() -> None:
    damaged = content()
    claim_of(damaged, "belarus_ammunition_en.txt", "a1")[1]["stage"] = "shipped"
    attributions(*claim_of(damaged, "dprk_letters_en.txt", "a2"))[0]["certainty"] = "certain"
    assert lowered(measured(damaged)) == set()


def test_without_a_prediction_recall_is_0_and_precision_unknown() -> None:
    empty = content() | {"allegations": [], "denials": [], "responses": [], "actors": [], "weapons": []}
    evaluation = measured(empty | {"quarantine": [], "sources": []})
    assert evaluation.measures["recall"].value == evaluation.measures["f1"].value == 0
    assert evaluation.measures["precision"].value is None
    assert evaluation.measures["merge.pairs.f1"].value is None


def test_a_repeated_record_costs_precision_every_time() -> None:
    damaged = content()
    repeated(damaged)
    precision = measured(damaged).measures["allegations.precision"]
    assert (precision.right, precision.of) == (28, 78)


# Articles and gold that do not fit -----------------------------------------------------------------------------------


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A copy of the corpus, to be changed."""
    return Path(shutil.copytree(CORPUS["news"], tmp_path / "corpus"))


def rewritten(corpus: Path, change: Callable[[Json], object], name: str = "gold/belarus_ammunition_en.json") -> None:
    path = corpus / name
    rows = json.loads(path.read_text("utf-8"))
    change(rows)
    path.write_text(json.dumps(rows), "utf-8")


def test_gold_may_lie_in_the_folder_itself_without_articles(corpus: Path) -> None:
    evaluation = measured(content(), corpus / "gold")
    assert lowered(evaluation) == set()
    assert evaluation.measures["grounding"].value is None
    assert evaluation.measures["merge.pairs.f1"].value is None
    assert "grounding not measured" in evaluation.notes[0]


def test_articles_are_known_by_content_whatever_their_name() -> None:
    renamed = content()
    for n, article in enumerate(renamed["articles"]):
        article["path"] = f"elsewhere/{n}.txt"
    assert lowered(measured(renamed)) == set()


def test_articles_without_gold_and_gold_without_articles_are_named(corpus: Path) -> None:
    (corpus / "gold" / "ship_envoy_en.json").unlink()
    fewer = content()
    fewer["articles"] = [a for a in fewer["articles"] if not a["path"].endswith("turkey_cluster_en.txt")]
    evaluation = measured(fewer, corpus)
    assert [Path(p).name for p in evaluation.without_gold] == ["ship_envoy_en.txt"]
    assert evaluation.without_article == ["turkey_cluster_en.txt"]
    assert (evaluation.measures["coverage"].right, evaluation.measures["coverage"].of) == (12, 13)
    assert any("ship_envoy_en.txt/a1: the merged gold names it" in note for note in evaluation.notes)


def test_an_article_whose_text_changed_is_named_and_left_out(corpus: Path) -> None:
    changed = content()
    article = next(a for a in changed["articles"] if a["path"].endswith("ship_envoy_en.txt"))
    article["sha256"] = hashlib.sha256(b"another text").hexdigest()
    drop(*claim_of(changed, "ship_envoy_en.txt", "a1"))
    evaluation = measured(changed, corpus)
    assert evaluation.changed == ["ship_envoy_en.txt"]
    assert lowered(evaluation) == {"coverage"}


def test_an_article_that_failed_counts_as_missed() -> None:
    failed = content()
    article = next(a for a in failed["articles"] if a["path"].endswith("ship_envoy_en.txt"))
    drop(*claim_of(failed, "ship_envoy_en.txt", "a1"))
    failure = {"path": article["path"], "article_id": article["id"], "kind": "refused", "message": "no", "run": "run:x"}
    failed["accounting"]["failures"].append(failure)
    evaluation = measured(failed)
    assert evaluation.failed == ["ship_envoy_en.txt"]
    assert "allegations.recall" in lowered(evaluation)


def test_a_quote_that_the_text_does_not_have_is_named(corpus: Path) -> None:
    rewritten(corpus, lambda g: g["allegations"][0]["attributions"][0]["evidence"].append("Never printed."))
    evaluation = measured(content(), corpus)
    assert evaluation.notes == ["belarus_ammunition_en.txt: the text has no quote a1: 'Never printed.'"]
    assert lowered(evaluation) == set()


BROKEN_GOLD: list[tuple[Callable[[Json], object], str]] = [
    (lambda g: g.update(schema_version="1"), "gold of schema version '1'; this version of armsledger reads '2'"),
    (lambda g: g["allegations"][0].pop("stage"), "allegations.0.stage: Field required"),
    (
        lambda g: g["allegations"][0].update(stages_ok=["used"]),
        "allegations.0: Value error, stages_ok: there is no such field",
    ),
    (
        lambda g: g["allegations"][0].update(stage_ok=["delivred"]),
        "allegations.0: Value error, stage_ok: Input should be",
    ),
    (lambda g: g["allegations"][1].update(id="a1"), "record id a1 stands there 2 times"),
    (lambda g: g["allegations"][0].update(suppliers=["xx"]), "a1 refers to xx, which is not there"),
    (lambda g: g.update(file="ship_envoy_en.txt"), "ship_envoy_en.txt has another gold in this folder"),
]


@pytest.mark.parametrize(("change", "message"), BROKEN_GOLD)
def test_gold_that_does_not_hold_is_refused_with_the_place(
    corpus: Path, change: Callable[[Json], object], message: str
) -> None:
    rewritten(corpus, change)
    with pytest.raises(UsageError) as refused:
        load_gold(corpus)
    assert message in str(refused.value)
    assert ".json: " in str(refused.value)


def test_a_folder_without_gold_and_gold_of_other_articles_are_refused(corpus: Path, tmp_path: Path) -> None:
    for folder, message in ((tmp_path / "none", "no such folder"), (corpus / "articles", "no gold here")):
        with pytest.raises(UsageError, match=message):
            load_gold(folder)
    alien = content()
    alien["articles"] = []
    with pytest.raises(UsageError, match="gold of other articles"):
        measured(alien)


def test_without_scipy_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    with pytest.raises(UsageError, match=r"armsledger\[evaluate\]"):
        measured(content())


# The command ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("evaluate")
    save(perfect(), path / "perfect.json")
    damaged = content()
    for file, local in (("ship_envoy_en.txt", "a1"), ("dprk_letters_en.txt", "a1"), ("dprk_letters_en.txt", "a2")):
        drop(*claim_of(damaged, file, local))
    damaged["allegations"] = [a for a in damaged["allegations"] if a["claims"]]
    kept = {a["id"] for a in damaged["allegations"]}
    for a in damaged["allegations"]:
        a["relations"] = [r for r in a["relations"] if r["allegation"] in kept]
    gone = {gold.mapped().claims["ship_envoy_en.txt", "a1"], gold.mapped().claims["dprk_letters_en.txt", "a1"]}
    gone.add(gold.mapped().claims["dprk_letters_en.txt", "a2"])
    damaged["judgements"] = []
    damaged["denials"] = []
    damaged["responses"] = []
    for a in damaged["allegations"]:
        a["denials"] = []
    for c in (c for a in damaged["allegations"] for c in a["claims"]):
        c["part_of"] = None if c["part_of"] in gone else c["part_of"]
    (path / "damaged.json").write_text(json.dumps(damaged), "utf-8")
    return path


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["perfect.json", "--min", "f1=1", "--min", "merge.pairs.f1=0.9"], 0),
        (["damaged.json"], 0),
        (["damaged.json", "--min", "recall=0.5"], 0),
        (["damaged.json", "--min", "recall=0.5", "--min", "allegations.recall=0.99"], 1),
        (["perfect.json", "--min", "responses.f1=0.1"], 1),
        (["perfect.json", "--min", "f2=1"], 2),
        (["perfect.json", "--min", "f1"], 2),
        (["perfect.json", "--min", "f1=2"], 2),
        (["perfect.json", "--min", "f1=nan"], 2),
        (["gone.json"], 2),
    ],
)
def test_the_exit_status_says_whether_the_floors_hold(folder: Path, arguments: list[str], status: int) -> None:
    run = command("evaluate", *arguments, "--gold", CORPUS["news"], cwd=folder)
    assert run.returncode == status, run.stderr
    if "f2=1" in arguments:
        assert "attributions.certainty" in run.stderr
    if status == 1:
        assert "is demanded" in run.stderr


def test_json_goes_to_a_file_or_to_standard_output_alone(folder: Path) -> None:
    run = command("evaluate", "damaged.json", "--gold", CORPUS["news"], "--json", "-", cwd=folder)
    piped = Evaluation.model_validate_json(run.stdout)
    assert "allegations.recall" in run.stderr
    command("evaluate", "damaged.json", "--gold", CORPUS["news"], "--json", "e.json", cwd=folder)
    assert (folder / "e.json").read_text("utf-8") == run.stdout
    assert piped.measures["allegations.recall"].right == 25


def test_what_is_not_listed_is_counted(folder: Path) -> None:
    run = command("evaluate", "damaged.json", "--gold", CORPUS["news"], "--errors", "1", cwd=folder)
    missed = len([e for e in evaluate_file(folder / "damaged.json").errors if e.kind == "missed"])
    assert f"missed: {missed}" in run.stdout
    assert f"and {missed - 1} more; --errors {missed} lists them" in run.stdout
    listed = command("evaluate", "damaged.json", "--gold", CORPUS["news"], "--errors", str(missed), cwd=folder)
    assert "more; --errors" not in listed.stdout


def evaluate_file(path: Path) -> Evaluation:
    from extractor import load

    return evaluate(load(path), CORPUS["news"])


# What always holds ---------------------------------------------------------------------------------------------------

Where = st.integers(0, 10_000)


def picked(d: Json, n: int) -> tuple[Json, Json]:
    everything = [(a, c) for a in d["allegations"] for c in a["claims"]]
    return everything[n % len(everything)]


@settings(max_examples=8, deadline=None)
@given(Where, Where, st.integers(1, 4))
def test_a_false_record_never_raises_precision(n: int, other: int, times: int) -> None:
    """A repeated one, in any state of damage."""
    damaged = content()
    drop(*picked(damaged, n))
    before = values(measured(damaged))
    repeat(*picked(damaged, other), times)
    after = values(measured(damaged))
    for name in ("precision", "allegations.precision", "attributions.precision", "items.precision"):
        assert (after[name] or 0) <= (before[name] or 0)


@settings(max_examples=8, deadline=None)
@given(st.lists(Where, min_size=1, max_size=3))
def test_dropping_a_record_never_raises_recall(order: list[int]) -> None:
    damaged = content()
    before = values(measured(damaged))
    for n in order:
        drop(*picked(damaged, n))
        after = values(measured(damaged))
        for name in ("recall", "allegations.recall", "attributions.recall", "items.recall"):
            assert (after[name] or 0) <= (before[name] or 0)
        before = after


@given(st.lists(st.lists(st.floats(0, 1), min_size=3, max_size=3), max_size=5), st.floats(0.1, 0.9))
def test_an_assignment_is_one_to_one_and_above_the_threshold(table: list[list[float]], threshold: float) -> None:
    pairs = assign(table, threshold)
    assert len({r for r, _ in pairs}) == len({c for _, c in pairs}) == len(pairs)
    assert all(table[r][c] >= threshold - 1e-9 for r, c in pairs)
