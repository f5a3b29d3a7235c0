"""What people decide: how it is written down and read, what it changes, and what becomes of it when articles change."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from extractor import Dataset, Decision, Extraction, decide, merge
from extractor.decisions import append_decision, load_decisions
from extractor.errors import UsageError
from tests.factory import claim, denial, extraction

MAY, LATER = claim(event="2023-05-03"), claim(event="2023-09-03")


def articles(*claims: dict[str, Any]) -> list[Extraction]:
    return [extraction(f"article {n}", c) for n, c in enumerate(claims)]


def ids(world: list[Extraction]) -> list[str]:
    return [c.id for e in world for c in e.claims]


def sizes(dataset: Dataset) -> list[int]:
    return sorted(len(a.claims) for a in dataset.allegations)


def statuses(dataset: Dataset) -> list[str]:
    return sorted(d.status for d in dataset.decisions)


# Verbs -----------------------------------------------------------------------------------------------------------------


def test_same_joins_what_the_rules_leave_apart_until_it_is_replaced() -> None:
    world = articles(MAY, LATER)
    before = merge(world)
    same = decide(before, "same", ids(world))
    joined = merge(world, decisions=[same])
    assert (sizes(before), sizes(joined)) == ([1, 1], [2])
    assert [c.field for c in joined.allegations[0].conflicts] == ["event_time"]
    assert [(j.by, j.rule) for j in joined.judgements] == [("person", same.id)]
    taken_back = decide(joined, "note", [ids(world)[0]], note="a mistake", replaces=same.id)
    apart = merge([joined], decisions=[taken_back])
    assert sizes(apart) == [1, 1]
    assert statuses(apart) == ["applied", "replaced"]
    assert merge(world) == before, "without the line, nothing is left of it"


def test_same_joins_other_parties_and_tells_the_difference() -> None:
    world = articles(MAY, claim(event="2023-05-03", suppliers=["state:IR"]))
    (a,) = merge(world, decisions=[decide(merge(world), "same", ids(world))]).allegations
    assert a.suppliers == ["state:IR", "state:KP"]
    assert ("suppliers", "disagreement", None) in [(c.field, c.kind, c.preferred) for c in a.conflicts]


def test_different_splits_what_the_rules_join() -> None:
    world = articles(MAY, MAY, MAY)
    whole = merge(world)
    a, b, c = ids(world)
    split = merge(world, decisions=[decide(whole, "different", [a, b])])
    of = {x.id: y.id for y in split.allegations for x in y.claims}
    assert sizes(whole) == [3]
    assert of[a] != of[b]
    assert of[c] in {of[a], of[b]} or len(set(of.values())) == 3


def test_what_is_the_same_as_a_is_different_from_whatever_a_is_different_from() -> None:
    """A same B, A different C: B is not with C, though the rules would join them."""
    world = articles(MAY, claim(event="2023-05"), claim(event="2023-05-03"))
    a, b, c = ids(world)
    whole = merge(world)
    decided = merge(world, decisions=[decide(whole, "same", [a, b]), decide(whole, "different", [a, c])])
    assert sizes(whole) == [3]
    assert sorted([x.id for x in y.claims] for y in decided.allegations) == sorted([sorted([a, b]), [c]])
    assert statuses(decided) == ["applied", "applied"]


def test_same_never_joins_a_state_and_its_proxy() -> None:
    world = articles(claim(recipients=["org:wagner"], event="2023-05-03"), MAY)
    d = merge(world, decisions=[decide(merge(world), "same", ["state:RU", "org:wagner"])])
    assert statuses(d) == ["refused"]
    assert sizes(d) == [1, 1]


def test_same_and_different_actors_are_honoured() -> None:
    people = [
        claim(stage="seeking", participants=[("delegation", p)])
        for p in ("person:sergei-shoigu", "person:vladimir-putin")
    ]
    world = articles(*people)
    same = decide(merge(world), "same", ["person:sergei-shoigu", "person:vladimir-putin"])
    joined = merge(world, decisions=[same])
    assert sizes(joined) == [2]
    assert len({a.canonical for a in joined.actors if a.id.startswith("person:")}) == 1
    different = decide(joined, "different", [s.id for s in same.subjects], replaces=same.id)
    assert sizes(merge([joined], decisions=[different])) == [1, 1]


def test_a_rejected_claim_stands_alone_counts_nothing_and_stays() -> None:
    world = articles(MAY, MAY)
    d = merge(world, decisions=[decide(merge(world), "reject", ids(world)[:1], note="a parody")])
    rejected, other = sorted(d.allegations, key=lambda a: a.review != "rejected")
    assert [c.id for c in rejected.claims] == ids(world)[:1]
    assert (rejected.corroboration.origins, other.corroboration.origins) == (0, 1)
    assert {c.rule for c in rejected.corroboration.chains} == {"rejected by a person"}
    assert other.review == "open"


def test_a_rejected_denial_contests_nothing_and_stays() -> None:
    article = extraction("one", claim(), denials=[denial("state:KP", targets=[0])])
    d = merge([article], decisions=[decide(merge([article]), "reject", [article.denials[0].id])])
    assert merge([article]).allegations[0].contested == "explicit"
    assert (d.allegations[0].contested, d.denials[0].review) == ("none", "rejected")
    assert d.allegations[0].denials == [article.denials[0].id]


def test_an_accepted_claim_is_marked() -> None:
    world = articles(MAY, MAY)
    d = merge(world, decisions=[decide(merge(world), "accept", ids(world)[:1])])
    assert [(a.review, len(a.claims)) for a in d.allegations] == [("accepted", 2)]


EDITS: dict[str, tuple[dict[str, Any], dict[str, Any], list[int], list[int]]] = {
    "a date that joins": (LATER, {"event_time": "2023-05-03"}, [1, 1], [2]),
    "a date that splits": (MAY, {"event_time": "2023-08"}, [2], [1, 1]),
    "a recipient": (claim(event="2023-05-03", recipients=["org:wagner"]), {"recipients": ["state:RU"]}, [1, 1], [2]),
    "a stage": (claim(event="2023-05-03", stage="agreed"), {"stage": "shipped"}, [1, 1], [2]),
    "no date at all": (MAY, {"event_time": None}, [2], [1, 1]),
}


@pytest.mark.parametrize(("other", "edit", "before", "after"), EDITS.values(), ids=EDITS)
def test_an_edit_changes_what_is_joined_and_keeps_what_was_extracted(
    other: dict[str, Any], edit: dict[str, Any], before: list[int], after: list[int]
) -> None:
    world = articles(MAY, other)
    decision = decide(merge(world), "edit", ids(world)[1:], edit=edit)
    d = merge(world, decisions=[decision])
    assert (sizes(merge(world)), sizes(d)) == (before, after)
    (told,) = [e for a in d.allegations for e in a.edits]
    (field,) = edit
    kept = next(c for a in d.allegations for c in a.claims if c.id == told.claim)
    assert kept == world[1].claims[0]
    assert (told.field, told.decision) == (field, decision.id)
    assert told.extracted == kept.model_dump()[field]
    assert (told.edited["edtf"] if field == "event_time" and told.edited else told.edited) == edit[field]


INVALID_EDITS: dict[str, dict[str, Any]] = {
    "no stage": {"stage": "sent"},
    "no date": {"event_time": "last May"},
    "a number for a date": {"event_time": 2023},
    "an unknown actor": {"recipients": ["state:XX"]},
    "no list": {"suppliers": "state:KP"},
    "a number for a list": {"suppliers": 5},
    "a list of lists": {"recipients": [["state:KP"]]},
    "nothing for a list": {"suppliers": None},
    "nothing for a summary": {"summary": None},
}


@pytest.mark.parametrize("edit", INVALID_EDITS.values(), ids=INVALID_EDITS)
def test_an_edit_to_what_is_no_value_is_refused_when_decided_and_reported_when_merged(
    tmp_path: Path, edit: dict[str, Any]
) -> None:
    world = articles(MAY)
    with pytest.raises(UsageError):
        decide(merge(world), "edit", ids(world), edit=edit)
    path = tmp_path / "d.jsonl"
    path.write_text(json.dumps({"verb": "edit", "subjects": ids(world), "edit": edit}))
    d = merge(world, decisions=load_decisions(path)[0])
    assert statuses(d) == ["invalid"]
    assert d.allegations == merge(world).allegations


def test_grades_are_listed_and_leave_the_counting_alone() -> None:
    world = articles(MAY)
    plain = merge(world)
    source = world[0].sources[0].id
    d = merge(
        world,
        decisions=[
            decide(plain, "grade", ids(world), reliability="B", credibility="2", by="ann"),
            decide(plain, "grade", ids(world), credibility="3", by="bob"),
            decide(plain, "grade", [source], reliability="C"),
        ],
    )
    (a,) = d.allegations
    assert {(g.reliability, g.credibility, g.by) for g in a.grades} == {("B", "2", "ann"), (None, "3", "bob")}
    assert d.sources[0].reliability == "C"
    assert a.corroboration == plain.allegations[0].corroboration
    assert statuses(d) == ["applied"] * 3


def test_a_note_changes_nothing_else() -> None:
    world = articles(MAY)
    d = merge(world, decisions=[decide(merge(world), "note", ids(world), note="ask the desk")])
    assert d == merge(world).model_copy(update={"decisions": d.decisions})


# Contradictions ----------------------------------------------------------------------------------------------------------


def contradictory(*decided: tuple[str, list[int], dict[str, Any]]) -> tuple[Dataset, list[str]]:
    """Decisions about five claims, and which of them are contradictory (by position)."""
    world = articles(*(claim(event=f"2023-0{n}-03") for n in range(1, 6)))
    whole = merge(world)
    decisions = [
        decide(whole, verb, [ids(world)[n] for n in which], **more)  # type: ignore[arg-type]
        for verb, which, more in decided
    ]
    d = merge(world, decisions=decisions)
    status = {x.decision.id: x.status for x in d.decisions}
    assert {x.decision.id for x in d.decisions if "none is applied" in x.detail} == {
        i for i, s in status.items() if s == "contradictory"
    }
    return d, [status[x.id] for x in decisions]


NOTHING: dict[str, Any] = {}
CONTRADICTIONS: dict[str, list[tuple[str, list[int], dict[str, Any]]]] = {
    "accepted and rejected": [("accept", [0], NOTHING), ("reject", [0], NOTHING)],
    "two stages": [("edit", [0], {"edit": {"stage": "used"}}), ("edit", [0], {"edit": {"stage": "shipped"}})],
    "same and different": [("same", [0, 1], NOTHING), ("different", [1, 0], NOTHING)],
    "same by a way": [("same", [0, 1], NOTHING), ("same", [1, 2], NOTHING), ("different", [0, 2], NOTHING)],
    "same by two people": [
        ("same", [0, 1], {"by": "ann"}),
        ("same", [0, 1], {"by": "bob"}),
        ("different", [0, 1], NOTHING),
    ],
    "same by two ways": [
        ("same", [0, 1], NOTHING),
        ("same", [1, 2], NOTHING),
        ("same", [0, 2], NOTHING),
        ("different", [0, 2], NOTHING),
    ],
    "two grades by one person": [
        ("grade", [0], {"credibility": "1", "by": "ann"}),
        ("grade", [0], {"credibility": "2", "by": "ann"}),
    ],
}


@pytest.mark.parametrize("decided", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_of_contradictory_decisions_all_are_listed_and_none_applied(decided: list[Any]) -> None:
    d, status = contradictory(*decided, ("same", [3, 4], NOTHING))
    assert status == ["contradictory"] * len(decided) + ["applied"]
    assert sizes(d) == [1, 1, 1, 2]
    assert {a.review for a in d.allegations} == {"open"}
    assert not any(a.edits or a.grades for a in d.allegations)


def test_people_may_grade_differently_and_say_the_same_twice() -> None:
    _, status = contradictory(
        ("grade", [0], {"credibility": "1", "by": "ann"}),
        ("grade", [0], {"credibility": "2", "by": "bob"}),
        ("accept", [0], {"by": "ann"}),
        ("accept", [0], {"by": "bob"}),
        ("same", [0, 1], {"by": "ann"}),
        ("same", [0, 1], {"by": "bob"}),
        ("different", [0, 2], {}),
    )
    assert status == ["applied"] * 7


def test_a_contradiction_ends_when_one_side_is_replaced() -> None:
    world = articles(MAY)
    whole = merge(world)
    accept, reject = (decide(whole, verb, ids(world)) for verb in ("accept", "reject"))
    again = decide(whole, "accept", ids(world), note="seen twice", replaces=reject.id)
    d = merge(world, decisions=[accept, reject, again])
    assert statuses(d) == ["applied", "applied", "replaced"]
    assert d.allegations[0].review == "accepted"


# Articles that change ----------------------------------------------------------------------------------------------------


def changed(*claims: dict[str, Any]) -> Extraction:
    """Another version of an article: the same file with other content."""
    return extraction("version 2", *claims, path="a.txt")


SHELLS, DRONES = claim(words="sent shells"), claim(words="sent drones", items=["uav:drones"])


def decided_before(verb: Any = "reject") -> tuple[Extraction, Decision]:
    first = extraction("version 1", SHELLS, path="a.txt")
    return first, decide(merge([first]), verb, [first.claims[0].id], note="n")


def test_a_decision_is_carried_over_to_a_changed_article_that_says_the_same() -> None:
    first, decision = decided_before()
    second = changed(DRONES, SHELLS)
    d = merge([second], decisions=[decision])
    assert statuses(d) == ["applied"]
    assert f"{first.claims[0].id} is now {second.claims[1].id}: a.txt has changed" in d.decisions[0].detail
    assert {c.id for a in d.allegations if a.review == "rejected" for c in a.claims} == {second.claims[1].id}


@pytest.mark.parametrize(
    "claims", [[DRONES], [claim(words="sent shells", stage="shipped")], [claim(words="sent some shells")], []]
)
def test_a_decision_about_what_a_changed_article_no_longer_says_is_reported(claims: list[dict[str, Any]]) -> None:
    _, decision = decided_before()
    d = merge([changed(*claims)], decisions=[decision])
    assert statuses(d) == ["extraction_changed"]
    assert "no longer extracted from a.txt" in d.decisions[0].detail
    assert all(a.review == "open" for a in d.allegations)


def test_a_decision_about_what_an_unchanged_article_no_longer_gives_is_reported() -> None:
    first, decision = decided_before()
    d = merge([first.model_copy(update={"claims": [], "attributions": []})], decisions=[decision])
    assert statuses(d) == ["extraction_changed"]


def test_a_decision_about_an_article_that_is_not_merged_waits() -> None:
    first, decision = decided_before()
    without = merge([extraction("other", claim())], decisions=[decision])
    assert statuses(without) == ["not_here"]
    assert "(a.txt) is not among what was merged" in without.decisions[0].detail
    assert statuses(merge([without, first])) == ["applied"]


def test_the_dataset_holds_the_decisions() -> None:
    first, decision = decided_before()
    d = merge([merge([first], decisions=[decision]), extraction("other", MAY)])
    assert d == merge([first, extraction("other", MAY)], decisions=[decision])
    assert statuses(d) == ["applied"]


# The file ----------------------------------------------------------------------------------------------------------------


def line(**changes: Any) -> str:
    return json.dumps({"verb": "reject", "subjects": ["claim:1"], **changes})


def read(tmp_path: Path, content: str | bytes) -> tuple[list[Decision], list[str]]:
    path = tmp_path / "d.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    decisions, broken = load_decisions(path)
    return decisions, [str(b).removeprefix(f"{tmp_path}/") for b in broken]


BROKEN = {
    "no JSON": ("reject claim:1", "Invalid JSON"),
    "half a line": (line()[:-5], "Invalid JSON"),
    "an unknown key": (line(verdict="x"), "verdict: Extra inputs are not permitted"),
    "an unknown verb": (line(verb="merge"), "verb: Input should be"),
    "no subject": (line(subjects=[]), "reject is about one record"),
    "two subjects": (line(subjects=["claim:1", "claim:2"]), "reject is about one record"),
    "one record twice": (line(verb="same", subjects=["claim:1", "claim:1"]), "two different records"),
    "a claim and an actor": (line(verb="same", subjects=["claim:1", "state:KP"]), "two claims or two actors"),
    "a rejected actor": (line(subjects=["state:KP"]), "reject is about a claim or a denial statement"),
    "an edit of nothing": (line(verb="edit"), "edit gives new values"),
    "an edit of the evidence": (line(verb="edit", edit={"evidence": []}), "edit gives new values"),
    "an edited denial": (line(verb="edit", subjects=["denial:1"], edit={"stage": "used"}), "edit gives new values"),
    "a grade without a grade": (line(verb="grade"), "grade gives"),
    "no grade": (line(verb="grade", credibility="7"), "credibility: Input should be"),
    "an empty note": (line(verb="note", note=""), "note without a note"),
    "a list": ("[]", "Input should be an object"),
    "a lone surrogate": ('{"verb": "note", "subjects": ["claim:1"], "note": "\\ud800"}', "no decision"),
    "very deep": ('{"verb": "edit", "edit": ' + "[" * 10_000, "no decision"),
}


@pytest.mark.parametrize(("text", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_line_is_named_and_the_others_are_used(tmp_path: Path, text: str, reason: str) -> None:
    decisions, broken = read(tmp_path, f"{line()}\n{text}\n{line(verb='accept')}\n")
    assert [d.verb for d in decisions] == ["reject", "accept"]
    assert len(broken) == 1
    assert broken[0].startswith("d.jsonl, line 2: no decision (")
    assert reason in broken[0]


FILES: dict[str, tuple[str | bytes, int]] = {
    "nothing": ("", 0),
    "empty lines": (f"\n\n{line()}\n  \n{line(verb='accept')}\n\n", 2),
    "a byte order mark": (f"\ufeff{line()}\n", 1),
    "lines as Windows writes them": (f"{line()}\r\n{line(verb='accept')}\r\n", 2),
    "no end of the last line": (f"{line()}\n{line(verb='accept')}", 2),
    "a line twice": (f"{line()}\n" * 3, 1),
    "a line separator within a string": (json.dumps({"verb": "note", "subjects": ["claim:1"], "note": "a\u2028\x85b"}, ensure_ascii=False), 1),
    "a huge line": (line(note="x" * 5_000_000) + "\n" + line(), 2),
}  # fmt: skip


@pytest.mark.parametrize(("content", "n"), FILES.values(), ids=FILES)
def test_a_file_as_people_and_editors_leave_it_is_read(tmp_path: Path, content: str | bytes, n: int) -> None:
    decisions, broken = read(tmp_path, content)
    assert (len(decisions), broken) == (n, [])


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="gone: cannot be read"):
        load_decisions(tmp_path / "gone")
    with pytest.raises(UsageError, match="cannot be read"):
        load_decisions(tmp_path)
    with pytest.raises(UsageError, match=r"d\.jsonl: not UTF-8 .* at byte 3\); save it as UTF-8"):
        read(tmp_path, b'{"a\xff"}')


def test_what_is_appended_is_read_back_also_after_an_open_last_line(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    _, decision = decided_before()
    append_decision(path, decision)
    assert load_decisions(path) == ([decision], [])
    path.write_text(line(), "utf-8")
    append_decision(path, decision)
    assert [d.verb for d in load_decisions(path)[0]] == ["reject", "reject"]
    assert path.read_text("utf-8").count("\n") == 2


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    _, decision = decided_before()
    for path in (tmp_path, tmp_path / "no" / "d.jsonl"):
        with pytest.raises(UsageError, match="cannot be written"):
            append_decision(path, decision)


def test_two_processes_that_append_at_once_lose_nothing(tmp_path: Path, root: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from extractor.decisions import append_decision as a, load_decisions as l\n"
        "import extractor.decisions as d\n"
        "for n in range(60):\n"
        "    x = d._decision(d._Line(verb='note', subjects=['claim:1'], note=f'{sys.argv[2]} {n} ' + 'x' * 20000))\n"
        "    a(Path(sys.argv[1]), x)"
    )
    path = tmp_path / "d.jsonl"
    running = [subprocess.Popen([sys.executable, "-c", code, str(path), who], cwd=root) for who in ("ann", "bob")]
    assert [p.wait(timeout=120) for p in running] == [0, 0]
    decisions, broken = load_decisions(path)
    assert (len(decisions), broken) == (120, [])


# Writing one ---------------------------------------------------------------------------------------------------------------


def test_a_decision_needs_a_record_of_the_dataset() -> None:
    d = merge(articles(MAY))
    with pytest.raises(UsageError, match="claim:gone: no claim, denial statement, actor or source of this dataset"):
        decide(d, "reject", ["claim:gone"])


@pytest.mark.parametrize("verb", ["same", "grade", "edit", "note", "bogus"])
def test_a_verb_needs_what_goes_with_it(verb: Any) -> None:
    world = articles(MAY)
    with pytest.raises(UsageError):
        decide(merge(world), verb, ids(world))


def test_a_decision_is_the_same_whatever_the_order_of_its_records() -> None:
    world = articles(MAY, LATER)
    d = merge(world)
    assert decide(d, "same", ids(world)) == decide(d, "same", ids(world)[::-1])


def test_several_that_replace_one_are_told_the_same_in_any_order() -> None:
    world = articles(MAY)
    whole = merge(world)
    first = decide(whole, "reject", ids(world))
    more = [decide(whole, "accept", ids(world), by=by, replaces=first.id) for by in ("ann", "bob", "cy")]
    told = [merge(world, decisions=order) for order in ([first, *more], [*more[::-1], first])]
    assert told[0] == told[1]
    assert statuses(told[0]) == ["applied"] * 3 + ["replaced"]
