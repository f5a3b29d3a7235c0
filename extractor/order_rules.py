"""What orders to software are made of: the words and rules of ``orders.toml``, as patterns for folded text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, NamedTuple

from .folding import Fold

ENOUGH = 3
"""Points of a sentence that is an order."""

ROLES = ("OVERRIDE", "OVERRIDE_LAST", "REVEAL", "ORDER", "ORDER_LAST", "MACHINE", "RULES", "GOODS")
MARKS = {role: chr(0xE001 + number) for number, role in enumerate(ROLES)}
CLAUSE, END = "\ue000", "\ue00f"
_UNSPACED = frozenset({"zh", "ja", "ko", "hi"})
"""Languages in which ``\\b`` does not find the ends of words."""
_VERB_LAST = frozenset({"fa", "tr", "ja", "ko", "hi"})
"""Languages in which the imperative has a form of its own and comes after its object."""


def _table_text() -> str:
    return files("extractor").joinpath("orders.toml").read_text("utf-8")


@cache
def table() -> dict[str, Any]:
    """The words and rules of ``orders.toml``."""
    return tomllib.loads(_table_text())


def table_digest() -> str:
    """Tells from which state of the table order_cues.json was written."""
    return sha256(_table_text().encode()).hexdigest()


@cache
def _shapes() -> dict[str, str]:
    """What a name in <> stands for."""
    own = {"HEAD": f"{CLAUSE}[\ue001-\ue00f]*", "MACHINE_END": END, **MARKS}
    shapes: dict[str, str] = table()["shapes"]
    return own | shapes


def filled(shape: str) -> str:
    """The shape, filled in, for folded text; a blank in it stands for all that may stand between two words."""
    while (filled := re.sub(r"<([A-Z_]+)>", lambda m: _shapes()[m[1]], shape)) != shape:
        shape = filled
    shape = shape.replace(" ?", r"\W{0,6}").replace(" ", r"\W{1,6}")
    fold = Fold({code: chr(code) for code in range(0xE000, 0xE010)})
    return "".join(char if char.isascii() else fold[ord(char)] for char in shape)


@cache
def pattern_of(shape: str) -> re.Pattern[str]:
    return re.compile(filled(shape), re.MULTILINE)


@cache
def role_shapes(script: str) -> dict[str, str]:
    """The words of each role in the languages of a script, as patterns."""
    found = {}
    for role in MARKS:
        words = table()["words"][role.removesuffix("_LAST")]
        languages = table()["scripts"][script].split()
        codes = [c for c in languages if c in words and (c in _VERB_LAST or not role.endswith("_LAST"))]
        spaced = "|".join(words[code] for code in codes if code not in _UNSPACED)
        shapes = [words[code] for code in codes if code in _UNSPACED] + ([rf"\b(?:{spaced})(?!\w)"] if spaced else [])
        if shapes:
            found[role] = "|".join(shapes)
    return found


def finders(view: str) -> list[dict[str, re.Pattern[str]]]:
    """What finds the words of each role, for each script that the text holds a letter of."""
    scripts = _ascii_scripts() if view.isascii() else table()["scripts"]
    return [_finders_of(script) for script in scripts if pattern_of(script).search(view)]


@cache
def _ascii_scripts() -> list[str]:
    """The scripts that an ASCII letter is of."""
    return [script for script in table()["scripts"] if pattern_of(script).search("".join(map(chr, range(128))))]


@cache  # compiling takes longer than reading an article, and most articles need one script only
def _finders_of(script: str) -> dict[str, re.Pattern[str]]:
    """What finds the words of each role in the languages of a script."""
    return {role: pattern_of(shape) for role, shape in role_shapes(script).items()}


class Rule(NamedTuple):
    """What one combination of words tells."""

    number: int
    points: int
    reach: int
    sign: str
    """In words, for the defect's detail."""
    shape: str
    needs: frozenset[str]
    """The marks without which there is nothing to find: a shape names a role only if it cannot do without it."""
    marked: bool
    """Whether it is looked for in marked text."""
    leads: str | None
    """A role that it wants at the beginning of a clause."""

    @property
    def pattern(self) -> re.Pattern[str]:
        """The shape, compiled when it is first asked for: most are never."""
        return pattern_of(self.shape)

    @property
    def anywhere(self) -> re.Pattern[str]:
        """The shape without its places, for text that is not marked. Of rules without roles only."""
        return pattern_of(self.shape.replace("<HEAD>", ""))


@cache
def rules() -> list[Rule]:
    """All rules, in the table's order."""
    found: list[Rule] = []
    sign = ""
    for line in table()["rules"].strip().splitlines():
        if not line[0].isdigit():
            sign = line
            continue
        points, reach, shape = line.split(" ", 2)
        names = {name.replace("NAME", "MACHINE") for name in re.findall(r"<([A-Z_]+)>", shape)}
        needs = frozenset(MARKS[role] for role in names & MARKS.keys())
        leads = re.search(r"<HEAD><(OVERRIDE|REVEAL|ORDER)>", shape)
        marked = bool(needs) or "HEAD" in names
        found.append(Rule(len(found), int(points), int(reach), sign, shape, needs, marked, leads and leads[1]))
    return found


def points_of(rules: Iterable[Rule]) -> int:
    """What the rules come to: of all rules of one sign only the strongest counts."""
    by_sign: dict[str, int] = {}
    for rule in rules:
        by_sign[rule.sign] = max(rule.points, by_sign.get(rule.sign, 0))
    return sum(by_sign.values())
