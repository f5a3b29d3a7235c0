"""The messages that ask a model for the records of one article.

The first message is the same bytes for every article, so that a provider's prompt cache serves it: instructions,
a glossary made from the schema's docstrings, and a worked example. The article comes last, as numbered lines.
"""

from __future__ import annotations

import hashlib
import json
import re
import types
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypedDict, Union, get_args, get_origin

from .articles import Document, read
from .replies import Message
from .schemas import AllegationDraft, Answer, Citation, DenialDraft, Draft
from .schemas.accounting import RecordType
from .schemas.claim import AttributionDraft, CircumstanceDraft, ItemDraft, ParticipantDraft, PlaceDraft, ReturnDraft

_PARTS = (
    AttributionDraft,
    ParticipantDraft,
    ItemDraft,
    ReturnDraft,
    CircumstanceDraft,
    PlaceDraft,
    Citation,
)
"""Drafts that stand inside another one, in the order in which the glossary explains them."""

_UNSHOWN = re.compile(
    r"[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f\x00-\x1f\x7f-\x9f]+"
)


Field = tuple[str, Any]
"""A label, and texts, numbers, lists and objects of them."""


class Problem(TypedDict):
    """A record that does not hold, as the model is told of it."""

    record: RecordType
    id: str
    problem: str


def messages(document: Document, part: range | None = None) -> list[Message]:
    """The request for one article, or for the sentences of a part of it."""
    return [
        {"role": "system", "content": system_message()},
        {"role": "user", "content": render(document, part)},
    ]


def reask_message(problems: Iterable[Problem]) -> Message:
    """The request for the records that did not hold, and for nothing else."""
    lines = "\n".join(json.dumps(p, ensure_ascii=False) for p in problems)
    return {"role": "user", "content": f"{_text('reask.md')}\n{lines}\n"}


def more_message(used: Mapping[str, Iterable[str]]) -> Message:
    """The request for what the records miss; ``used`` are the ids that they have, by list."""
    lines = "".join(f"{record}: {json.dumps(list(ids), ensure_ascii=False)}\n" for record, ids in used.items())
    return {"role": "user", "content": f"{_text('more.md')}\n{lines}"}


@cache
def more_prompt_sha256() -> str:
    """Hash of what is asked in a further pass."""
    return hashlib.sha256(_text("more.md").encode()).hexdigest()


@cache
def system_message() -> str:
    """The fixed part of the prompt."""
    example = read(_text("example_article.txt"), "example")
    return "\n".join(
        [
            _text("instructions.md"),
            "# The records\n",
            *_glossary(),
            "# Example (invented countries)\n",
            _lines(example),
            "gives\n",
            json.dumps(json.loads(_text("example_answer.json")), ensure_ascii=False, separators=(",", ":")) + "\n",
        ]
    )


@cache
def prompt_sha256() -> str:
    """Hash of everything in the prompt of every run that is not the article; what options add has hashes of its own."""
    fixed = "\0".join([system_message(), _text("article.md"), _text("reask.md")])
    return hashlib.sha256(fixed.encode()).hexdigest()


def pair_messages(left: Iterable[Field], right: Iterable[Field]) -> list[Message]:
    """The request for two claims, whether they are one allegation.

    Every line begins with a report's letter and a label, neither of them an article's, and holds one JSON value: what an
    article says can neither begin a line nor end its quotes.
    """
    lines = [
        f"{letter} {label}: {_value(v)}\n" for letter, report in (("A", left), ("B", right)) for label, v in report
    ]
    return [{"role": "system", "content": _text("adjudicate.md")}, {"role": "user", "content": "".join(lines)}]


@cache
def pair_prompt_sha256() -> str:
    """Hash of everything in the request for two claims that is not of their articles."""
    return hashlib.sha256(_text("adjudicate.md").encode()).hexdigest()


def support_messages(document: Document, records: Iterable[Mapping[str, Any]]) -> list[Message]:
    """The request for verdicts on records: the article without what gives orders to software, and the records.

    Every line begins with a sentence's number or with the word "record", neither of them the article's, and no value of a
    record can end its line.
    """
    lines = "".join(f"record: {_value(dict(r))}\n" for r in records)
    article = f"Language: {document.language}\n\n{_lines(document, orders=False)}"
    return [{"role": "system", "content": _support_message()}, {"role": "user", "content": f"{article}\n{lines}"}]


def shown_records(request: str) -> list[tuple[dict[str, str], str]]:
    """The records in a request for verdicts: the list and the id of each, and its line."""
    lines = [line.removeprefix("record: ") for line in request.splitlines() if line.startswith("record: ")]
    return [({name: json.loads(line)[name] for name in ("record", "id")}, line) for line in lines]


@cache
def support_prompt_sha256() -> str:
    """Hash of everything in the request for verdicts that is not of an article."""
    return hashlib.sha256(_support_message().encode()).hexdigest()


@cache
def _support_message() -> str:
    """The fixed part of that request: with what the values mean that whoever wrote the records had to choose from."""
    chosen: dict[str, tuple[type[Draft], tuple[str, ...]]] = {
        "allegation": (AllegationDraft, ("stage", "scope")),
        "said": (AttributionDraft, ("basis", "certainty", "polarity")),
        "denial": (DenialDraft, ("kind", "scope")),
    }
    meanings = [
        f"- {name} of {record}: {_prose(draft.model_fields[name].description)}\n"
        for record, (draft, names) in chosen.items()
        for name in names
    ]
    return "\n".join([_text("check.md"), "# What the values mean\n", "".join(meanings)])


def render(document: Document, part: range | None = None) -> str:
    """The article as the model sees it, or the sentences of a part of it, which keep their numbers.

    Every line begins with the number that this function gives it, and no character of the article can begin a new
    line: so nothing in an article closes the block or passes for another sentence.
    """
    told = f"{_text('part.md')}\nSentences {part[0]} to {part[-1]} of {len(document.sentences)}\n" if part else ""
    return f"{_text('article.md')}\n{told}Language: {document.language}\n\n{_lines(document, part)}"


def _lines(document: Document, part: range | None = None, *, orders: bool = True) -> str:
    """Numbered sentences; without ``orders``, only the numbers of those that give orders to software."""
    raw, suspect = document.raw, document.suspect
    lines = []
    for s in document.sentences[part[0] - 1 : part[-1]] if part else document.sentences:
        segment = f" {s.segment}" if s.segment != "body" else ""
        order = " instruction-like" if s.number in suspect else ""
        shown = plain(raw[s.start : s.end]) if orders or not order else "(not shown)"
        lines.append(f"[{s.number}{segment}{order}] {shown}\n")
    return "".join(lines)


def plain(text: str) -> str:
    """What can be seen of a text, on one line."""
    if not text.isprintable():  # none of _UNSHOWN is printable, and of white space only the blank
        text = _UNSHOWN.sub(_shown, text)
    elif "  " not in text:
        return text.strip()
    return " ".join(text.split())


def _value(value: Any) -> str:
    match value:
        case str():
            return json.dumps(plain(value), ensure_ascii=False)
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case dict():
            return f"{{{', '.join(f'{_value(k)}: {_value(v)}' for k, v in value.items())}}}"
        case _:
            return json.dumps(value)


def _shown(unshown: re.Match[str]) -> str:
    """Line breaks and tabs are white space; what cannot be seen is left out."""
    return " " if any(c.isspace() for c in unshown[0]) else ""


@cache
def _text(name: str) -> str:
    return files("extractor").joinpath("prompts", name).read_text("utf-8")


def _glossary() -> list[str]:
    answer = [
        (name, get_args(field.annotation)[0]) for name, field in Answer.model_fields.items() if name != "publication"
    ]
    return [
        f"## Answer\n\nKeys, in this order: publication, {', '.join(name for name, _ in answer)}. {_prose(Answer.__doc__)}\n",
        _section("publication", Answer.model_fields["publication"].annotation),
        *(_section(f"{name} (list)", draft) for name, draft in answer),
        *(_section(draft.__name__.removesuffix("Draft").lower(), draft) for draft in _PARTS),
    ]


def _section(title: str, draft: Any) -> str:
    assert issubclass(draft, Draft)  # noqa: S101 - a fact about this package's own schema
    fields = [f"- {name} ({_type(f.annotation)}): {_prose(f.description)}" for name, f in draft.model_fields.items()]
    return "\n".join([f"## {title}", "", _prose(draft.__doc__), "", *fields, ""])


def _type(annotation: Any) -> str:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return "one of " + ", ".join(args)
    if origin is list:
        return f"list of {_type(args[0])}"
    if origin in (Union, types.UnionType):
        return " or ".join("null" if a is type(None) else _type(a) for a in args)
    if isinstance(annotation, type) and issubclass(annotation, Draft):
        return annotation.__name__.removesuffix("Draft").lower()
    return {str: "text", int: "number"}[annotation]


def _prose(text: str | None) -> str:
    return " ".join((text or "").split())
