"""The two kinds of object in this package: what the model writes, and what the pipeline keeps."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Draft(BaseModel):
    """Written by the model, before anything was checked against the article.

    Drafts obey the subset of JSON Schema that every constrained decoder takes: no extra keys, no
    defaults, enums as literals, lists of flat objects linked by ids, no recursion. Whatever a
    decoder cannot enforce is checked by the pipeline instead.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, defer_build=True)


class Record(BaseModel):
    """Kept by the pipeline: checked, located in the raw text, and part of the dataset."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, defer_build=True)

    def model_post_init(self, _context: Any, /) -> None:
        """Forget which fields were given: nobody asks, and to know it takes more than half of a dataset's memory."""
        object.__setattr__(self, "__pydantic_fields_set__", _NO_FIELDS)


_NO_FIELDS: set[str] = set()
"""Of all records. pydantic changes only copies of it."""
