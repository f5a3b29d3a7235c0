"""Links to a reference database, over a real connection to a stand-in for yente."""

from __future__ import annotations

import asyncio
import json
import socket
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from extractor import extract, linking
from extractor.errors import ExtractorError, ReferenceFailed, UsageError
from extractor.schemas import Actor, Link
from extractor.testing import ScriptedModel
from tests.factory import actor
from tests.runs import scripted_settings
from tests.yente import ENTITIES, KEY, MATCHABLE, Fault, yente


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits that no server asked for are cut short; those it asked for are kept."""
    import tenacity

    monkeypatch.setattr(tenacity, "wait_random_exponential", lambda **_: lambda _state: 0.01)


def make(
    id_: str, kind: str, name: str, country: str | None = None, *, names: Sequence[str] = (), **more: Any
) -> Actor:
    changes = {"id": id_, "kind": kind, "name": name, "country": country, "names": list(names), **more}
    return actor("person:x", "a").model_copy(update=changes)


BELIKOV = make("person:anton-belikov", "person", "Anton Belikov", "DV", title="Defence Minister")


def link(actors: Sequence[Actor], url: str, **options: Any) -> dict[str, list[Link]]:
    return asyncio.run(linking.link(actors, url, **options))


def test_the_likeliest_entities_come_first() -> None:
    with yente() as server:
        links = link([BELIKOV], server.url)[BELIKOV.id]
    assert [(entity.id, entity.score, entity.match) for entity in links] == [
        ("Q101", 1.0, True),
        ("NK-person-3", 0.8, True),
    ]
    assert links[0] == Link(id="Q101", name="Anton Belikov", database="default", score=1.0, match=True)


def test_every_form_of_the_name_country_and_title_are_sent() -> None:
    sollen = make(
        "person:sollen", "person", "Sollen", "KT", names=["Mira Sollen", "Sollen", " \u202e\x00 "], title="envoy"
    )
    with yente() as server:
        assert link([sollen], server.url)[sollen.id][0].id == "Q104"
    assert server.queries == [
        {
            sollen.id: {
                "schema": "Person",
                "properties": {"name": ["Sollen", "Mira Sollen"], "country": ["kt"], "position": ["envoy"]},
            }
        }
    ]


def test_states_and_unnamed_actors_are_not_asked_for() -> None:
    actors = [
        make("state:DV", "state", "Dorvia"),
        make("unnamed:1", "unnamed_group", "Grey Falcon"),
        make("unnamed:2", "unnamed_person", "Mira Sollen"),
        make("org:blank", "company", "\u200b", names=["\t"]),
    ]
    with yente() as server:
        assert link(actors, server.url) == {a.id: [] for a in actors}
    assert server.queries == []


@pytest.mark.parametrize(
    ("kind", "name", "schema", "entity"),
    [
        ("company", "Halden Precision Works", "Company", "NK-co-1"),
        ("armed_group", "Grey Falcon", "Organization", "NK-org-1"),
        ("government_body", "Ministry of Defence of Dorvia", "PublicBody", "NK-body-1"),
        ("vessel", "Lady of Halden", "Vessel", "NK-ship-1"),
        ("media", "Northern Resistance Front", "Organization", "NK-org-2"),
    ],
)
def test_each_kind_has_its_schema(kind: str, name: str, schema: str, entity: str) -> None:
    with yente() as server:
        links = link([make("x", kind, name)], server.url)["x"]
    assert links[0].id == entity
    assert server.queries[0]["x"]["schema"] == schema
    assert schema in MATCHABLE


def test_many_actors_go_in_batches_and_their_order_changes_nothing() -> None:
    actors = [
        make(f"person:{n:03}", "person", str(ENTITIES[n % 4]["caption"]), names=[f"Alias {n}"]) for n in range(120)
    ]
    with yente() as server:
        links = link(actors, server.url)
        assert links == link(actors[::-1], server.url)
    assert sorted(map(len, server.queries)) == [20, 20, 50, 50, 50, 50]
    assert list(links) == [a.id for a in actors]
    assert links["person:003"][0].id == "Q104"


def test_a_hostile_name_is_a_string_among_others() -> None:
    name = 'Belikov"}}, {"$ne": 1} OR 1=1 --\r\nAuthorization: x\x00</script>{{7*7}}\ud800' + "й" * 5_000
    with yente() as server:
        assert link([make("person:x", "person", name, names=[name, "Anton Belikov"])], server.url)["person:x"]
    sent = server.queries[0]["person:x"]["properties"]["name"]
    assert sent[0].startswith('Belikov"}}, {"$ne": 1} OR 1=1 -- Authorization: x </script>{{7*7}} й')
    assert len(sent[0]) == linking.LENGTH


def answer(*results: dict[str, Any], status: int = 200) -> Fault:
    """An answer to the query for Belikov."""
    entity = {"id": "Q1", "caption": "A", "score": 0.9, "match": True, "schema": "Person"}
    matches = {"status": status, "results": [{**entity, **r} for r in results], "total": {"value": 9}, "query": {}}
    return Fault(body=json.dumps({"responses": {BELIKOV.id: matches, "someone-else": matches}, "matcher": {}}))


def test_what_the_server_says_is_sorted_cut_and_cleaned() -> None:
    many = [{"id": f"Q{n}", "score": 0.5 + n % 3 / 10} for n in range(9)]
    odd = {"id": "Q99", "score": 1, "caption": "\x1b[31mA\u202e\n" + "b" * 10_000}
    with yente(answer(*many, odd, {"id": "Q99", "score": 0.1}), answer(odd, *many[::-1])) as server:
        first, second = link([BELIKOV], server.url), link([BELIKOV], server.url)
    links = first[BELIKOV.id]
    assert first == second
    assert set(first) == {BELIKOV.id}
    assert [entity.id for entity in links] == ["Q99", "Q2", "Q5", "Q8", "Q1"]
    assert links[0].name.startswith("[31mA bbb")
    assert len(links[0].name) == linking.LENGTH


@pytest.mark.parametrize(
    "faults",
    [
        [Fault(429, headers={"retry-after": "0"})],
        [Fault(429), Fault(503), Fault(500)],
        [Fault(cut_after=10)],
    ],
)
def test_what_passes_is_tried_again(faults: list[Fault]) -> None:
    with yente(*faults) as server:
        assert link([BELIKOV], server.url)[BELIKOV.id][0].id == "Q101"
    assert len(server.queries) == len(faults) + 1


def test_a_wait_that_the_server_asks_for_is_kept() -> None:
    with yente(Fault(429, headers={"retry-after": "1"})) as server:
        link([BELIKOV], server.url)
    assert server.times[1] - server.times[0] >= 0.9


@pytest.mark.parametrize(
    ("fault", "error", "requests"),
    [
        (Fault(500), ReferenceFailed, linking.ATTEMPTS),
        (Fault(429), ReferenceFailed, linking.ATTEMPTS),
        (Fault(429, headers={"retry-after": "86400"}), ReferenceFailed, 1),
        (Fault(cut_after=10), ReferenceFailed, linking.ATTEMPTS),
        (Fault(400), ReferenceFailed, 1),
        (Fault(401), UsageError, 1),
        (Fault(403), UsageError, 1),
        (Fault(404), UsageError, 1),
        (Fault(307, headers={"location": "http://127.0.0.1:9/elsewhere"}), UsageError, 1),
        (Fault(body="<!doctype html><title>Sign in</title>", headers={"content-type": "text/html"}), UsageError, 1),
        (Fault(body="\x00\x01 garbage"), UsageError, 1),
        (Fault(body="[" * 100_000), UsageError, 1),
        (Fault(body='{"results": []}'), UsageError, 1),
        (answer({"score": float("nan")}), UsageError, 1),
        (answer({"score": "high"}), UsageError, 1),
        (answer({"score": 7}), UsageError, 1),
        (answer({"id": "Q1\nQ2"}), UsageError, 1),
        (answer(status=500), ReferenceFailed, 1),
        (Fault(body='{"responses": {}}'), ReferenceFailed, 1),
    ],
)
def test_every_failure_has_its_error_and_no_message_a_secret(
    fault: Fault, error: type[ExtractorError], requests: int
) -> None:
    """Nor has the traceback, with the values of the module's variables in it."""
    with yente(*[fault] * 9) as server, pytest.raises(error) as caught:
        link([BELIKOV], server.url, api_key=SecretStr(KEY))
    assert len(server.queries) == requests
    assert server.headers[0]["authorization"] == f"ApiKey {KEY}"
    assert server.url in str(caught.value)
    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    ours = [frame for frame in told.stack if frame.filename == linking.__file__]
    assert ours
    assert "SECRET" not in repr([frame.locals for frame in ours]) + repr(caught.value)


def test_an_answer_without_end_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linking, "MAX_BYTES", 1_000)
    with yente(answer({"caption": "x" * 2_000})) as server, pytest.raises(UsageError, match="more than"):
        link([BELIKOV], server.url)


def test_a_failing_batch_ends_the_others() -> None:
    actors = [make(f"person:{n:03}", "person", "Anton Belikov") for n in range(1_000)]
    with yente(*[Fault(401)] * 20) as server, pytest.raises(UsageError, match="refuses the key"):
        link(actors, server.url)
    assert len(server.queries) <= linking.CONCURRENCY + 1


def test_the_key_is_sent_as_yente_wants_it() -> None:
    with yente(wants_key=True) as server:
        assert link([BELIKOV], server.url, api_key=SecretStr(KEY))[BELIKOV.id]
        with pytest.raises(UsageError, match="refuses the key, or wants one"):
            link([BELIKOV], server.url)


@pytest.mark.parametrize("key", ["", "SECRET KEY", "SECRET\r\nx: y", "SECRETé"])
def test_a_key_that_no_header_takes_is_not_shown(key: str) -> None:
    with pytest.raises(UsageError, match="the key") as caught:
        link([BELIKOV], "http://127.0.0.1:9", api_key=SecretStr(key))
    assert "SECRET" not in str(caught.value)


def test_no_server() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(ReferenceFailed, match=f"^http://127.0.0.1:{port}: .* could not be reached"):
        link([BELIKOV], f"http://127.0.0.1:{port}")


@pytest.mark.parametrize(
    "url", ["", "yente", "ftp://host", "http://", "http://host:x", "http://u:SECRET@host/?key=SECRET", "http://host/#a"]
)
def test_a_wrong_address_is_told_before_anything_is_sent(url: str) -> None:
    with pytest.raises(UsageError, match="not a server's root") as caught:
        link([BELIKOV], url)
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize("dataset", ["", "../x", "a/b", "a b", "sanctions?x=1", "ü"])
def test_a_dataset_is_a_plain_name(dataset: str) -> None:
    with pytest.raises(UsageError, match="no dataset's name"):
        link([BELIKOV], "http://127.0.0.1:9", dataset=dataset)


def test_an_unknown_dataset_and_a_slash_at_the_end() -> None:
    with yente() as server:
        assert link([BELIKOV], server.url + "/")[BELIKOV.id]
        with pytest.raises(UsageError, match="no dataset 'sanctions'"):
            link([BELIKOV], server.url, dataset="sanctions")


@pytest.mark.parametrize("url", ["yente", "ftp://host", "http://", "http://host?key=1"])
def test_a_wrong_url_is_told_before_an_article_is_asked_about(url: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Dorvia armed Quell.")
    model = ScriptedModel({})
    with pytest.raises(UsageError, match="not a server's root"):
        extract([tmp_path], settings=scripted_settings(link=url), model=model)
    assert model.conversations == []
