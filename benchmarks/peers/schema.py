"""The answer that peers ask for: the same facts as ours, nested the way that most people write such schemas."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

SYSTEM = (
    "You read one news article about arms and write down who alleges that who supplies which weapons to whom, who denies "
    "it and who reacts. Every claim, denial and response carries verbatim quotes from the article, with the number of the "
    "sentence. Invent nothing. Passages about arms that are no allegation go into `excluded`."
)


class Part(BaseModel):
    """Base of every object."""

    model_config = ConfigDict(extra="forbid")


class Quote(Part):
    """Words of the article."""

    sentence: int
    phrase: str


class Actor(Part):
    """Who acts or speaks."""

    id: str
    name: str
    kind: Literal["state", "person", "ngo", "vessel", "company", "other"]
    title: str
    represents: str


class Weapon(Part):
    """What is supplied."""

    id: str
    term: str
    category: str


class Claim(Part):
    """Who says that who supplies whom."""

    id: str
    summary: str
    stage: Literal["contact", "seeking", "offered", "agreed", "shipped", "delivered"]
    scope: Literal["specific", "pattern"]
    supplier: str
    recipient: str
    weapon: str
    quantity: str
    date: str
    source: str
    cue: str
    said_on: str
    basis: str
    certainty: Literal["certain", "probable", "possible", "unspecified"]
    polarity: Literal["positive", "negative", "no_evidence"]
    evidence: list[Quote]


class Denial(Part):
    """Who denies it."""

    id: str
    denier: str
    kind: str
    scope: Literal["explicit", "generic"]
    targets: list[str]
    said_on: str
    evidence: list[Quote]


class Response(Part):
    """Who reacts."""

    id: str
    kind: str
    source: str
    about: list[str]
    measure: str
    legal_basis: str
    said_on: str
    evidence: list[Quote]


class Excluded(Part):
    """What tempts."""

    id: str
    reason: str
    evidence: list[Quote]


class Found(Part):
    """All records of one article."""

    outlet: str
    actors: list[Actor]
    weapons: list[Weapon]
    claims: list[Claim]
    denials: list[Denial]
    responses: list[Response]
    excluded: list[Excluded]


def response_format() -> dict[str, Any]:
    """As the chat API takes it."""
    schema = Found.model_json_schema()
    return {"type": "json_schema", "json_schema": {"name": "Found", "strict": True, "schema": schema}}


def messages(text: str) -> list[dict[str, str]]:
    """The request for one article."""
    return [{"role": "system", "content": SYSTEM}, {"role": "user", "content": text}]


def complete(found: Found) -> bool:
    """Whether everything arrived."""
    return len(found.actors) == 7 and len(found.claims) == 4 and len(found.excluded) == 15
