"""An analyst's own names: a CSV with the columns ``name`` and ``same_as``."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from .actors import slug
from .errors import UsageError

COLUMNS = ("name", "same_as")
_ID = re.compile(r"(state|person|body|org|unnamed):\S+")


@dataclass(frozen=True)
class Aliases:
    """What a name stands for: the key of another name, or the id of an actor. No target is itself a name."""

    targets: Mapping[str, str] = field(default_factory=dict)

    def of(self, names: Iterable[str]) -> set[str]:
        """What names stand for; a name that others stand for stands for itself."""
        keys = {slug(name) for name in names}
        return {self.targets[k] for k in keys if k in self.targets} | (keys & set(self._ends))

    def __or__(self, other: Aliases) -> Aliases:
        """The names of both. Raises UsageError for a name that stands for two things, and for names that go in a circle."""
        together = dict(self.targets)
        for name, target in other.targets.items():
            if together.setdefault(name, target) != target:
                raise UsageError(
                    f"the name {name!r} stands for {together[name]!r} in what is merged, and for {target!r} in your "
                    "names; make them agree"
                )
        return Aliases({name: _last(name, together) for name in together})

    @cached_property
    def _ends(self) -> frozenset[str]:
        return frozenset(self.targets.values())


NO_ALIASES = Aliases()


def is_id(target: str) -> bool:
    """Whether a target is an actor's id, not the key of a name."""
    return bool(_ID.fullmatch(target))


def _last(name: str, targets: Mapping[str, str]) -> str:
    """What a name stands for in the end. Raises UsageError for a circle."""
    passed = [name]
    while (there := targets.get(passed[-1])) is not None:
        if there in passed:
            raise UsageError(f"the names go round in a circle ({' → '.join([*passed, there])}); remove one of them")
        passed.append(there)
    return passed[-1]


def load_aliases(path: Path) -> Aliases:
    """The names of a CSV file, each with what it stands for in the end. Raises ``UsageError`` with the line."""
    direct: dict[str, tuple[str, int]] = {}
    for line, name, same_as in _rows(path):
        if not name or not same_as:
            raise UsageError(f"{path}, line {line}: an empty cell; give both a name and what it is the same as")
        key, target = slug(name), same_as if is_id(same_as) else slug(same_as)
        known, earlier = direct.setdefault(key, (target, line))
        if known != target:
            raise UsageError(
                f"{path}, line {line}: {name!r} stands for something else in line {earlier}; keep one of the two lines"
            )
    return Aliases({key: _end(path, key, direct) for key in direct})


def _end(path: Path, key: str, direct: Mapping[str, tuple[str, int]]) -> str:
    """The last target of a chain of names."""
    chain = [key]
    while chain[-1] in direct:
        target, line = direct[chain[-1]]
        if target in chain:
            around = " → ".join([*chain[chain.index(target) :], target])
            raise UsageError(f"{path}, line {line}: the names go round in a circle ({around}); remove one of the lines")
        chain.append(target)
    return chain[-1]


def _rows(path: Path) -> list[tuple[int, str, str]]:
    """Line number, name and target of every row that is not empty."""
    reader = csv.DictReader(io.StringIO(_text(path), newline=""), skipinitialspace=True)
    try:
        header = [(name or "").strip() for name in reader.fieldnames or ()]
        missing = [column for column in COLUMNS if column not in header]
        if missing:
            raise UsageError(f"{path}, line 1: no column {missing[0]!r}; the first line must be: {','.join(COLUMNS)}")
        reader.fieldnames = header
        rows = [(reader.line_num, (row["name"] or "").strip(), (row["same_as"] or "").strip()) for row in reader]
    except csv.Error as e:
        raise UsageError(f"{path}, line {reader.line_num}: not CSV ({e}); save it as CSV in UTF-8") from e
    return [(line, name, same_as) for line, name, same_as in rows]


def _text(path: Path) -> str:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as e:
        line = e.object[: e.start].count(b"\n") + 1
        raise UsageError(f"{path}, line {line}: not UTF-8 text; save it as CSV in UTF-8") from e
    except OSError as e:
        raise UsageError(f"{path}: cannot be read ({e.strerror}); give a CSV file with the columns name,same_as") from e
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise UsageError(f"{path}, line {line}: a binary file; save it as CSV in UTF-8")
    return text
