"""The main job on the two real articles, from the recorded answers: what an analyst would check by hand."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from extractor import Dataset, verify
from extractor.dataset import serialise
from extractor.schemas import Allegation
from tests.test_cli import extract

INSIDER, TIMES = "000_3b23ed8fd743692b.txt", "002_a9cedf9aad49a189.txt"


@pytest.fixture(scope="module")
def run(root_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The dataset as written, and what the command said."""
    out = tmp_path_factory.mktemp("seeds") / "out.json"
    done = extract("seeds/", "-o", out, cwd=root_folder)
    assert done.returncode == 0, done.stderr
    return out.read_text("utf-8"), done.stderr


@pytest.fixture(scope="module")
def root_folder() -> Path:
    return Path(__file__).parent.parent


@pytest.fixture(scope="module")
def dataset(run: tuple[str, str]) -> Dataset:
    return Dataset.model_validate_json(run[0])


@pytest.fixture(scope="module")
def texts(root_folder: Path, dataset: Dataset) -> dict[str, str]:
    return {a.id: (root_folder / a.path).read_bytes().decode("utf-8") for a in dataset.articles}


def paths(dataset: Dataset, allegation: Allegation) -> set[str]:
    names = {a.id: Path(a.path).name for a in dataset.articles}
    return {names[t.article_id] for t in allegation.attributions}


def the(dataset: Dataset, condition: Callable[[Allegation], bool]) -> Allegation:
    found = [a for a in dataset.allegations if condition(a)]
    assert len(found) == 1, [a.summary for a in found]
    return found[0]


def test_the_seeds_are_the_texts_as_collected(root_folder: Path) -> None:
    lines = (root_folder / "seeds" / "SHA256SUMS").read_text("utf-8").splitlines()
    listed = {name: digest for digest, name in (line.split() for line in lines)}
    assert set(listed) == {INSIDER, TIMES} == {p.name for p in (root_folder / "seeds").glob("*.txt")}
    for name, digest in listed.items():
        assert hashlib.sha256((root_folder / "seeds" / name).read_bytes()).hexdigest() == digest


def test_it_says_that_it_replays_and_what_came_out(run: tuple[str, str]) -> None:
    _, said = run
    assert "no key and no server given: replaying the recorded answers in tests/cassettes" in said
    assert "2 extracted, 0 empty, 0 failed" in said
    assert "answered by relay/" in said


def test_every_evidence_of_every_record_slices_back(dataset: Dataset, texts: dict[str, str]) -> None:
    count = 0
    for record, e in dataset.evidence():
        text = texts[e.article_id]
        assert text[e.start : e.end] == e.exact, record
        assert text[e.start - len(e.prefix) : e.end + len(e.suffix)] == e.prefix + e.exact + e.suffix, record
        count += 1
    assert count > 60
    assert verify(dataset, [Path(__file__).parent.parent / "seeds"]) == []


def test_nothing_was_lost(dataset: Dataset) -> None:
    assert dataset.accounting.articles.extracted == 2
    assert dataset.accounting.failures == []
    written = sum(r.written for r in dataset.accounting.records)
    assert written == sum(r.kept + r.quarantined for r in dataset.accounting.records) > 60


SHARED: dict[str, Callable[[Allegation], bool]] = {
    "the talks": lambda a: a.stage == "negotiating" and a.suppliers == ["state:KP"],
    "the letters": lambda a: any(p.role == "correspondent" for p in a.participants),
    "Shoigu's request": lambda a: (
        a.stage == "seeking" and any(p.actor == "person:RU:sergei-shoigu" for p in a.participants)
    ),
    "the second delegation": lambda a: a.stage == "contact" and any(p.role == "delegation" for p in a.participants),
    "the delivery to Wagner": lambda a: a.recipients == ["org:wagner"],
    "food for arms": lambda a: any("food" in r.text for r in a.in_return),
}


@pytest.mark.parametrize("claim", SHARED.values(), ids=SHARED)
def test_a_claim_in_both_articles_is_one_record_with_the_evidence_of_both(
    dataset: Dataset, claim: Callable[[Allegation], bool]
) -> None:
    allegation = the(dataset, claim)
    assert paths(dataset, allegation) == {INSIDER, TIMES}
    assert (allegation.corroboration.articles, allegation.corroboration.outlets) == (2, 2)
    assert allegation.corroboration.origin_ids == ["state:US"]


def test_two_articles_and_one_briefing_are_one_origin(dataset: Dataset) -> None:
    assert all(a.corroboration.origins <= 1 for a in dataset.allegations)
    outlets = {a.outlet for a in dataset.articles}
    assert outlets == {"Business Insider", "Los Angeles Times"}


def test_claims_of_one_article_that_differ_stay_apart(dataset: Dataset) -> None:
    of = {c.id: a.id for a in dataset.allegations for c in a.claims}
    assert len({a.id for a in (the(dataset, c) for c in SHARED.values())}) == len(SHARED)
    for j in dataset.judgements:
        if j.verdict == "different":
            assert of[j.left] != of[j.right]
    sanctioned = the(dataset, lambda a: any(p.role == "broker" for p in a.participants))
    assert sanctioned.id != the(dataset, SHARED["food for arms"]).id


def test_denials_stand_beside_the_claims(dataset: Dataset) -> None:
    kinds = {(d.denier, d.kind, d.scope) for d in dataset.denials}
    assert {
        ("state:KP", "denies", "generic"),
        ("state:RU", "denies", "generic"),
        ("state:KP", "pledges_not_to", "generic"),
    } <= kinds
    assert the(dataset, SHARED["the talks"]).contested == "pledge"  # the general denial came before them
    assert the(dataset, SHARED["food for arms"]).contested == "generic"
    assert the(dataset, SHARED["the delivery to Wagner"]).contested == "none"  # a pledge never contests a delivery


def test_directions_are_right(dataset: Dataset) -> None:
    for a in dataset.allegations:
        assert a.suppliers in ([], ["state:KP"], ["state:IR"]), a.summary
        assert a.recipients in (["state:RU"], ["org:wagner"]), a.summary


def test_a_wagner_delivery_does_not_arm_russia(dataset: Dataset) -> None:
    delivered = the(dataset, SHARED["the delivery to Wagner"])
    assert "state:RU" not in delivered.recipients
    assert next(a for a in dataset.actors if a.id == "org:wagner").party == "org:wagner"


TRAPS = [
    "ballistic missile toward its eastern waters",
    "long-range bomber to the Korean Peninsula",
    "drastic increase in production of missiles",
    "sending construction workers",
    "$250 million security assistance package",
    "Former President Trump traded letters",
    "if you sell Russia arms",
    "declined to detail how U.S. officials had gathered",
    "Sign up for Essential California",
]


@pytest.mark.parametrize("trap", TRAPS)
def test_what_only_looks_like_an_allegation_is_none(dataset: Dataset, texts: dict[str, str], trap: str) -> None:
    article, place = next((i, t.index(trap)) for i, t in texts.items() if trap in t)
    for a in dataset.allegations:
        for t in a.attributions:
            for e in t.evidence:
                assert not (e.article_id == article and e.start < place + len(trap) and place < e.end), a.summary
    for d in dataset.denials:
        for s in d.statements:
            assert all(trap not in e.exact for e in s.evidence)


def test_the_demand_and_the_law_are_responses(dataset: Dataset) -> None:
    kinds = {r.kind for r in dataset.responses}
    assert {"demand", "legal_assessment", "sanction_imposed"} <= kinds
    joint = [r for r in dataset.responses if len(r.actors) == 4]
    assert joint
    assert all(set(r.actors) == {"state:US", "state:GB", "state:KR", "state:JP"} for r in joint)


def test_no_name_is_printed_that_the_article_leaves_out(run: tuple[str, str]) -> None:
    assert "Mkrtychev" not in run[0]
    assert "1718" not in run[0]


def test_the_output_is_the_same_bytes_again_and_holds_no_clock(
    run: tuple[str, str], dataset: Dataset, root_folder: Path, tmp_path: Path
) -> None:
    assert serialise(dataset).decode() == run[0]
    again = extract("seeds/", "-o", tmp_path / "again.json", "--concurrency", "1", cwd=root_folder)
    assert again.returncode == 0
    assert (tmp_path / "again.json").read_text("utf-8") == run[0]
    assert "20" + "26" not in run[0]


def test_an_article_without_a_recording_is_a_failure_that_names_the_ways_out(root_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("Dorvia sent shells to Quell, Tam Oriel said.", "utf-8")
    shutil.copy(root_folder / "seeds" / TIMES, tmp_path)
    done = extract(tmp_path, "-o", tmp_path / "out.json", cwd=root_folder)
    assert done.returncode == 1
    assert "mine.txt: unrecorded" in done.stderr
    assert "1 extracted, 0 empty, 1 failed" in done.stderr
