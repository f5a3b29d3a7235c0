"""Everything that the model writes about one article: the schema that constrains its answer."""

from __future__ import annotations

from functools import cache
from typing import Any, Self, cast

from pydantic import PrivateAttr, ValidationError
from pydantic_core import from_json

from .accounting import RecordType
from .actor import ActorDraft
from .article import PublicationDraft
from .base import Draft
from .claim import AllegationDraft
from .denial import DenialDraft
from .excluded import ExcludedDraft
from .response import ResponseDraft
from .source import SourceDraft
from .weapon import WeaponTypeDraft


class Rejected(Draft):
    """An item of a list that does not obey the schema."""

    record: RecordType
    """The list it stood in."""
    local_id: str
    """The id that the model gave it, or its position."""
    reason: str
    """What is wrong with it."""
    draft: dict[str, Any]
    """The item as the model wrote it."""


class Answer(Draft):
    """The records of one article. Empty lists are a valid answer: most articles allege nothing."""

    publication: PublicationDraft
    """What the page says about itself."""
    excluded: list[ExcludedDraft]
    """What tempts and is no allegation."""
    actors: list[ActorDraft]
    """Everybody whom another record names, once each."""
    weapons: list[WeaponTypeDraft]
    """Every kind of weapon that an allegation names."""
    sources: list[SourceDraft]
    """Every speaker."""
    allegations: list[AllegationDraft]
    """Who is said to supply whom."""
    denials: list[DenialDraft]
    """Answers of the accused parties."""
    responses: list[ResponseDraft]
    """Reactions of others."""

    _rejected: list[Rejected] = PrivateAttr(default_factory=list)

    @property
    def rejected(self) -> list[Rejected]:
        """Items that do not obey the schema: the valid ones of a list are kept without them."""
        return self._rejected

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """An answer without the items that do not obey the schema: one bad item must not cost the good ones, which are paid
        for. Raises ValidationError where the answer as a whole is unusable."""
        try:
            return super().model_validate_json(json_data, **options)
        except ValidationError as error:
            bad = _bad_items(error)
            if not bad:
                raise
        value = from_json(json_data)
        answer = cls.model_validate(
            {
                name: [item for i, item in enumerate(part) if (name, i) not in bad] if isinstance(part, list) else part
                for name, part in value.items()
            },
            **options,
        )
        answer._rejected = [_rejected(record, i, value[record][i], why) for (record, i), why in bad.items()]  # noqa: SLF001 - its own
        return answer


def _bad_items(error: ValidationError) -> dict[tuple[RecordType, int], list[str]]:
    """What is wrong with each item of a list; nothing, where more than items is wrong."""
    reasons: dict[tuple[RecordType, int], list[str]] = {}
    for e in error.errors(include_url=False, include_input=False):
        match e["loc"]:
            case (str() as name, int() as index, *inner):
                where = ".".join(map(str, inner))
                record = cast("RecordType", name)  # a list of this class
                reasons.setdefault((record, index), []).append(f"{where}: {e['msg']}" if where else e["msg"])
            case _:
                return {}
    return reasons


def _rejected(record: RecordType, index: int, item: Any, reasons: list[str]) -> Rejected:
    draft = item if isinstance(item, dict) else {"value": item}
    return Rejected(record=record, local_id=str(draft.get("id", f"#{index}")), reason="; ".join(reasons), draft=draft)


@cache
def answer_schema() -> dict[str, Any]:
    """The JSON Schema that constrains an answer. Do not change the returned object.

    Structure only: the prompt carries the descriptions, since most decoders never show a schema's to the model.
    """
    schema: dict[str, Any] = bare(Answer.model_json_schema())
    return schema


def bare(part: Any) -> Any:
    """A schema without titles and descriptions."""
    match part:
        case {"properties": dict() as properties, **rest}:
            inner = {name: bare(value) for name, value in properties.items()}  # a property may itself be called title
            return {**bare(rest), "properties": inner}
        case dict():
            return {k: bare(v) for k, v in part.items() if k not in {"title", "description"} or isinstance(v, dict)}
        case list():
            return [bare(v) for v in part]
        case _:
            return part
