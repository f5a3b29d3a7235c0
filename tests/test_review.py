"""``extract review``: the page takes decisions, from this machine and this page alone, and loses none."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from extractor import load_decisions
from extractor.dataset import load, save
from extractor.errors import UsageError
from extractor.report import read_texts
from extractor.reviewing import Review, application, serve
from extractor.testing import ScriptedModel
from tests.examples import ARTICLE, answer
from tests.runs import run_texts

TOKEN, PORT = "secret-token", 8123
HOME = f"http://127.0.0.1:{PORT}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A dataset of two articles that say the same."""
    texts = {"a.txt": ARTICLE, "b.txt": f"{ARTICLE}\nAnother ending."}
    dataset = run_texts(texts, ScriptedModel({"": [answer()]}))
    save(dataset, tmp_path / "out.json")
    return tmp_path


@pytest.fixture
def review(folder: Path) -> Review:
    return Review(folder / "out.json", folder / "decisions.jsonl", lambda d: read_texts(d, ()))


@pytest.fixture
def client(review: Review) -> Iterator[TestClient]:
    with TestClient(application(review, TOKEN, PORT), base_url=HOME) as opened:
        yield opened


def choice(review: Review, folder: Path, **changes: object) -> dict[str, object]:
    claim = load(folder / "out.json").allegations[0].claims[0].id
    return {"dataset": review.version, "verb": "accept", "ids": [claim], **changes}


def post(client: TestClient, content: object, **headers: str) -> tuple[int, dict[str, object]]:
    response = client.post(f"/{TOKEN}/decisions", json=content, headers={"origin": HOME, **headers})
    return response.status_code, response.json()


def test_a_decision_is_in_the_file_before_the_page_is_told(review: Review, client: TestClient, folder: Path) -> None:
    status, told = post(client, choice(review, folder, note="seen by two of us", by="N. N."))
    assert status == 200
    (written,), broken = load_decisions(folder / "decisions.jsonl")
    assert not broken
    assert written.id == told["id"]
    assert (written.verb, written.note, written.by) == ("accept", "seen by two of us", "N. N.")
    assert client.get(f"/{TOKEN}/decisions").json()["decisions"][0]["status"] == "applied"


def test_the_next_merge_honours_it(review: Review, client: TestClient, folder: Path) -> None:
    from extractor import merge

    post(client, choice(review, folder, verb="edit", edit={"stage": "agreed"}))
    decided, _ = load_decisions(folder / "decisions.jsonl")
    merged = merge([load(folder / "out.json")], decisions=decided)
    assert [d.status for d in merged.decisions] == ["applied"]
    assert any(e.edited == "agreed" for a in merged.allegations for e in a.edits)


def test_two_tabs_do_not_lose_each_others_work(review: Review, client: TestClient, folder: Path) -> None:
    for n in range(5):
        post(client, choice(review, folder, verb="note", note=f"first tab {n}"))
        assert (
            len(post(client, choice(review, folder, verb="note", note=f"second tab {n}"))[1]["decisions"]) == 2 * n + 2
        )
    notes = [d.note for d in load_decisions(folder / "decisions.jsonl")[0]]
    assert sorted(notes) == sorted(f"{tab} tab {n}" for n in range(5) for tab in ("first", "second"))


def test_a_line_that_is_none_is_named_and_the_rest_used(review: Review, client: TestClient, folder: Path) -> None:
    post(client, choice(review, folder))
    with (folder / "decisions.jsonl").open("a") as file:
        file.write("{broken\n")
    post(client, choice(review, folder, verb="note", note="after it"))
    state = client.get(f"/{TOKEN}/decisions").json()
    assert len(state["decisions"]) == 2
    assert len(state["broken"]) == 1
    assert "decisions.jsonl, line 2" in state["broken"][0]


def test_a_tab_of_an_older_dataset_is_told_and_what_still_holds_is_written(
    review: Review, client: TestClient, folder: Path
) -> None:
    assert post(client, choice(review, folder, dataset="older"))[0] == 200
    status, told = post(client, choice(review, folder, dataset="older", ids=["claim:gone"]))
    assert status == 409
    assert "claim:gone" in str(told["error"])
    assert "older dataset" in str(told["error"])
    assert len(load_decisions(folder / "decisions.jsonl")[0]) == 1


def test_a_dataset_that_changed_on_disk_is_noticed(review: Review, client: TestClient, folder: Path) -> None:
    assert client.get(f"/{TOKEN}/decisions").json()["changed"] is False
    (folder / "out.json").write_text("{}")
    assert client.get(f"/{TOKEN}/decisions").json()["changed"] is True


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"ids": ["claim:nobody"]}, "claim:nobody"),
        ({"verb": "same"}, "two"),
        ({"verb": "edit", "edit": {"stage": "nonsense"}}, "stage"),
        ({"verb": "fly"}, "verb"),
        ({"ids": []}, "ids"),
        ({"extra": 1}, "extra"),
    ],
)
def test_what_is_no_decision_is_refused_in_words(
    review: Review, client: TestClient, folder: Path, changes: dict[str, object], says: str
) -> None:
    status, told = post(client, choice(review, folder, **changes))
    assert status == 400
    assert says in str(told["error"])
    assert not (folder / "decisions.jsonl").exists()


def test_nobody_else_can_decide(review: Review, client: TestClient, folder: Path) -> None:
    """Another site, a form, another name of this host, a wrong or missing secret."""
    wanted = choice(review, folder)
    assert post(client, wanted, origin="http://evil.example")[0] == 403
    assert client.post(f"/{TOKEN}/decisions", json=wanted).status_code == 403  # no origin at all
    form = client.post(
        f"/{TOKEN}/decisions", content=json.dumps(wanted), headers={"origin": HOME, "content-type": "text/plain"}
    )
    assert form.status_code == 415
    assert client.get(f"/{TOKEN}/", headers={"host": "rebound.example"}).status_code == 400
    assert client.get("/wrong-token/").status_code == 404
    assert client.get("/").status_code == 404
    assert post(client, choice(review, folder, note="x" * 200_000))[0] == 413
    assert not (folder / "decisions.jsonl").exists()


def test_the_page_is_the_report_and_keeps_its_address_to_itself(client: TestClient) -> None:
    page = client.get(f"/{TOKEN}/")
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-frame-options"] == "DENY"
    policy = page.text.split('http-equiv="Content-Security-Policy"')[1].split(">")[0]
    assert "connect-src &#39;self&#39;" in policy or "connect-src 'self'" in policy
    assert "unsafe" not in policy
    assert TOKEN not in page.text


def test_a_port_in_use_is_said(review: Review) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(UsageError, match="cannot be used .*leave --port out"):
            serve(review, port=other.getsockname()[1], ready=lambda _: None)
