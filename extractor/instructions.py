"""Whether a sentence is an order to software: what its words weigh together.

An order to software is told by its make, not by its wording: an imperative where a clause begins, and an object that only
software has (its instructions, its prompt, its output, its records). ``orders.toml`` holds these words by role and
language, and the rules that say what their combinations weigh. A sentence of ``ENOUGH`` points is an order; one that
somebody is quoted as saying needs a point more, because people give each other orders too.

Few sentences are weighed: a rule of which no cue stands in the sentence is left out (``order_cues``), and a sentence whose
rules cannot come to ``ENOUGH`` points is no order.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .folding import folded
from .order_cues import known_cues
from .order_rules import CLAUSE, END, ENOUGH, MARKS, Rule, finders, pattern_of, points_of, table


def marked(view: str) -> str:
    """The view with a mark before each word that has a role and where a clause begins, and one after software's names."""
    clauses = _clause_starts(view)
    marks = {(at, CLAUSE) for at in clauses}
    for found in finders(view):
        has_verb = False  # the roles that come after the verbs mean nothing without one
        for role, words in found.items():
            if role in {"RULES", "GOODS"} and not has_verb:
                continue
            for match in words.finditer(view):
                marks |= {(match.start(), MARKS[role])} | ({(match.end(), END)} if role == "MACHINE" else set())
                has_verb |= role.endswith("_LAST") or match.start() in clauses
    pieces, done = [], 0
    for at, mark in sorted(marks):
        pieces += [view[done:at], mark]
        done = at
    return "".join([*pieces, view[done:]])


def _clause_starts(view: str) -> set[int]:
    return {match.end() for match in pattern_of(table()["begins"]).finditer(view)}


def _led(view: str, rules: list[Rule]) -> list[Rule]:
    """The rules, if they may come to ``ENOUGH``, without those that match nothing or want words that are not there."""
    if points_of(rules) < ENOUGH:
        return rules
    rules = [rule for rule in rules if rule.needs or rule.anywhere.search(view)]
    found = finders(view)
    wanted = {rule.leads for rule in rules if rule.leads}
    if wanted:  # a few places are looked at, so this comes before the roles, which are looked for everywhere
        starts = _clause_starts(view)
        led = {role for role in wanted for f in found if role in f and any(f[role].match(view, at) for at in starts)}
        rules = [rule for rule in rules if not rule.leads or rule.leads in led]
    for role, mark in MARKS.items():
        if points_of(rules) < ENOUGH:
            return rules
        if any(mark in rule.needs for rule in rules) and not any(role in f and f[role].search(view) for f in found):
            rules = [rule for rule in rules if mark not in rule.needs]
    return rules


class Order(NamedTuple):
    """What makes a sentence an order to software."""

    detail: str
    reach: int
    orders: bool
    """Whether it says itself what to do, so that the next line need not."""


def may_order(view: str) -> bool:
    """Whether the rules for which the words of a folded text suffice can come to ``ENOUGH``. Mostly not."""
    known = known_cues()
    return known.suffice(known.held(view))


def weigh(views: dict[str, str]) -> Order | None:
    """The order that a sentence is, or None. ``views``: the ways to read it, folded, each with how that is, the plain one first."""
    if not any(map(may_order, views)):
        return None
    known = known_cues()
    led = {view: _led(view, known.rules(known.held(view))) for view in views}
    if all(points_of(rules) < ENOUGH for rules in led.values()):
        return None
    orders = False
    for view, how in views.items():
        told = marked(view) if any(rule.marked for rule in led[view]) else ""
        marks = set(told)
        rules = (rule for rule in led[view] if rule.needs <= marks)
        hits = [(rule, match) for rule in rules if (match := rule.pattern.search(told if rule.marked else view))]
        orders |= any(not rule.reach for rule, _ in hits)
        if points_of(rule for rule, _ in hits) < ENOUGH:
            continue
        main, match = max(hits, key=lambda hit: hit[0].points)
        if points_of(rule for rule, _ in hits) >= ENOUGH + _is_speech(match):
            words = re.sub(r"[\ue000-\ue00f]", "", match.string[match.start() :]).split()
            shown = " ".join(words)[:90].encode("utf-8", "replace").decode()
            return Order(f"{main.sign}{how}: {shown}", 0 if main.reach == 1 and orders else main.reach, orders)
    return None


_SAYS_BEFORE = "<SAYS>"
_SAYS_AFTER = r"[,.!?。、][\"”»’」』]|[,\"”»]\W{0,5}(?:\w+\W+){0,8}?<SAYS>"
_TOLD_YOU = r"\byou (?:were|are|have been) \w+"
_GOES_ON = (
    r"^\W{0,6}(?:(?:then|also|finally|next|instead|furthermore|\d{1,2})\W{1,6})?"
    r"(?:<ORDER>|<OVERRIDE>|<WRITE>|(?:say|write|reply|do not|never)\b|[{}\[\]])|<ORDER_LAST>\W{0,6}$"
)


def goes_on(sentence: str) -> bool:
    """Whether the sentence continues the orders before it."""
    return bool(pattern_of(_GOES_ON).search(marked(folded(sentence))))


def _is_speech(match: re.Match[str]) -> bool:
    """Whether the words are somebody's who is quoted, with or without quotation marks."""
    before = match.string[: match.start() + 1]
    opened = sum(map(before.count, "“«„「『")) > sum(map(before.count, "”»」』")) or before.count('"') % 2
    said = pattern_of(_SAYS_BEFORE).search(pattern_of(_TOLD_YOU).sub("", before))
    return bool(opened or said or pattern_of(_SAYS_AFTER).search(match.string, match.end()))
