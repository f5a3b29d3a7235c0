"""Values that keep the words of the text beside what a rule made of them."""

from __future__ import annotations

from typing import Literal

from .base import Record

DateMethod = Literal[
    "absolute",
    "publication_relative",
    "year_of_publication",
    "unresolved",
    "edited",
]
"""How a date was got: printed in full; counted from the date of publication; the month is printed and the year
is that of the publication; not at all; or by a person."""


class DatePhrase(Record):
    """A date as printed, and what it comes to."""

    text: str
    """The words of the text."""
    edtf: str | None
    """Extended Date/Time Format, level 1 (ISO 8601-2). A trailing ``?`` says that the date of publication from which it
    was counted is itself inferred. None: a relative date whose anchor is unknown."""
    anchor: str | None
    """The date of publication (EDTF) that a relative date was counted from."""
    method: DateMethod
    """How ``edtf`` was got."""


class Quantity(Record):
    """An amount as printed. "hundreds", "at least 300" and "400" are three different values."""

    text: str
    """The words of the text."""
    low: float | None
    """Lower bound, where a number is printed."""
    high: float | None
    """Upper bound; None for "at least", "more than"."""
    approximate: bool
    """Printed with "about", "some", "nearly" or the like."""
    unit: str | None = None
    """What the number counts, if not the thing itself: a measure or a container, in the English singular ("tonne", "ton",
    "container", "shipment", "round"), "percent", or the ISO 4217 code of a currency. Nothing is converted."""
    per: Literal["day", "week", "month", "year"] | None = None
    """The time in which that much is supplied, for a rate: "month" of "some 10,000 tons a month"."""


class Finding(Record):
    """Something that a rule, or a second model, noticed on a record that is kept all the same."""

    kind: Literal[
        "value_unsupported",
        "sentence_repaired",
        "polarity_doubtful",
        "reference_dropped",
        "rests_on_headline",
        "support_doubted",
    ]
    """What was noticed. support_doubted: a second model doubts that the article says what the record says."""
    detail: str
    """The field and the value concerned, in words."""
