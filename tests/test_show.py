"""``extract show``: what stands on the terminal."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from extractor.errors import UsageError
from extractor.schemas import Dataset
from extractor.showing import find, json_text, page, plain
from tests.big import corpus_dataset


def shown(dataset: Dataset, id_: str | None = None, width: int = 80) -> str:
    stream = io.StringIO()
    page(dataset, id_, Console(file=stream, width=width, force_terminal=False))
    return stream.getvalue()


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_list_has_every_allegation(width: int) -> None:
    dataset = corpus_dataset()
    text = shown(dataset, width=width)
    assert all(a.id in text for a in dataset.allegations)
    assert f"{len(dataset.allegations)} allegations" in text


def test_an_allegation_is_shown_with_every_quote_denial_and_origin() -> None:
    dataset = corpus_dataset()
    for a in dataset.allegations:
        text = shown(dataset, a.id)
        assert all(plain(e.exact) in text for t in a.attributions for e in t.evidence)
        assert all(i in text for i in a.denials)
        assert all(c.field in text for c in a.conflicts)
        assert text.count("→") >= len(a.corroboration.chains)


def test_every_record_is_found_by_its_id_and_shown() -> None:
    dataset = corpus_dataset()
    some = [
        dataset.denials,
        dataset.responses,
        dataset.actors,
        dataset.sources,
        dataset.weapons,
        dataset.articles,
        dataset.runs,
    ]
    for record in (table[0] for table in some):
        assert find(dataset, record.id)[1] == record  # type: ignore[attr-defined]
        assert plain(record.id) in shown(dataset, record.id)  # type: ignore[attr-defined]


def test_a_unique_beginning_is_enough_and_another_is_refused() -> None:
    dataset = corpus_dataset()
    a = dataset.articles[0]
    assert find(dataset, a.id[:-1])[1] == a
    with pytest.raises(UsageError, match="records begin so"):
        find(dataset, "claim:")
    with pytest.raises(UsageError, match="no record has this id"):
        find(dataset, "nothing-like-it")


def test_neither_markup_nor_escape_sequences_of_a_text_reach_the_terminal() -> None:
    base = corpus_dataset()
    evil = "[bold]x[/bold] [link=http://x]y[/link] \x1b]0;owned\x07\x1b[2J\x9b31m \u202e\ud800\0"
    first = base.allegations[0]
    spoken = [
        t.model_copy(update={"cue": evil, "evidence": [e.model_copy(update={"exact": evil}) for e in t.evidence]})
        for t in first.attributions
    ]
    dataset = base.model_copy(
        update={"allegations": [first.model_copy(update={"summary": evil, "attributions": spoken})]}
    )
    for text in (shown(dataset), shown(dataset, first.id)):
        assert "[bold]x[/bold] [link=http://x]y[/link]" in text
        assert not set(text) & {"\x1b", "\x07", "\x9b", "\u202e", "\ud800", "\0"}
    assert json_text(dataset, first.id).isascii()


def test_json_gives_the_record_and_the_list() -> None:
    dataset = corpus_dataset()
    a = dataset.allegations[0]
    assert json.loads(json_text(dataset, a.id)) == a.model_dump()
    assert {line["id"] for line in json.loads(json_text(dataset, None))} == {a.id for a in dataset.allegations}
