"""Which articles are copies of one text: the same wire story in many papers, cut, retitled or lightly edited.

A text is reduced to a sketch: the ``K`` smallest hashes of its runs of ``RUN`` words. The hash alone decides which runs
are kept, so two texts keep the same ones where they have the same words (bottom-k sketches: Broder 1997; Cohen and
Kaplan 2007). Sketches are compared; texts never again.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from heapq import nsmallest
from itertools import chain
from typing import NamedTuple
from zlib import crc32

K = 64
RUN = 5
SHORTEST = 8
"""Runs that a text must have for a sketch (twelve words), and values that a likeness rests on."""
THRESHOLD = 0.5
"""Likeness from which one text is a copy of another. Measured on texts of 700 words and more: halves, other headlines, added
and reordered paragraphs, a typo in every twelfth word reach 0.66 at least; two stories with 40 % of their
paragraphs in common reach 0.42 at most."""
LOOSE = 0.35
"""Likeness that a copy has to every text with which it is compared in its group. Lower, and stories that grew from one flash
run together; higher, and a third of a text parts from its longest version."""
PART = 0.4
"""A text with less than this part of the other's length loses likeness in proportion: a flash isn't the story."""
COMPARED = 8
"""Texts of a group that a further one is compared with, the shortest: in them the common core stands bare."""
INDEXED = 20
"""Smallest values by which a text is found: with half of its runs in the other, one in a million isn't."""
FEW = 20
"""Different texts in which any run may stand; in more, it may be boilerplate."""

_END = 1 << 32
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])"
)
"""Thai, Lao, Burmese, Khmer, kana, Han: no space between words, so that each character counts as one."""
_DASH = re.compile(r"[-‐-―/]")
_PUNCTUATION = re.compile(r"[\W_]+")


class Copy(NamedTuple):
    """What :func:`groups` knows of an article."""

    id: str
    sketch: Sequence[int]
    agency: str | None = None
    """Not looked at here: two stories of one agency on one day are two stories."""
    published: str | None = None
    """EDTF. Not looked at here: a copy may be printed days later."""
    duplicate_of: str | None = None
    """Id of an article that is known to be the same."""


class _Text(NamedTuple):
    """A sketch ready for comparing."""

    values: frozenset[int]
    order: list[int]
    """The values, ascending."""
    end: int
    """Below it the values are complete: every run of the text whose hash is smaller is among them."""


def sketch(text: str) -> list[int]:
    """The sketch, ascending and the same on every machine; case, punctuation and white space make no difference.

    Empty for a text of fewer than ``SHORTEST`` runs: too little to call anything its copy.
    """
    words = " ".join(_words(text)).encode("utf-8", "surrogatepass").split()
    runs = map(b" ".join, zip(*(words[n:] for n in range(RUN)), strict=False))
    hashes = set(map(crc32, runs))
    return nsmallest(K, hashes) if len(hashes) >= SHORTEST else []


def alike(a: Sequence[int], b: Sequence[int]) -> float:
    """How much of the shorter text stands in the longer, 0 to 1, estimated from their sketches (standard error 0.05 to 0.1).

    A text far shorter than the other counts as if it had ``PART`` of its length.
    """
    return _alike(_text(a), _text(b))


def groups(articles: Iterable[Copy]) -> dict[str, str]:
    """For each article's id the smallest id among its copies, its own included; independent of the articles' order.

    A text joins a group if it is alike to one of its texts and not unlike any other: of a large group, its ``COMPARED``
    shortest. Shorter texts come first, so that one that strings two stories together becomes a copy of one of them,
    and never a bridge between both. ``duplicate_of`` joins whatever the texts hold.
    """
    articles = list(articles)
    group_of = _grouped({tuple(article.sketch) for article in articles if article.sketch})
    root: dict[str | int, str | int] = {}
    """Of articles (by id) and groups of texts (by number), one that stands for all that are known to be the same."""

    def find(node: str | int) -> str | int:
        while (parent := root.get(node, node)) != node:
            root[node] = node = root.get(parent, parent)
        return node

    for article in articles:
        for other in (article.duplicate_of, group_of.get(tuple(article.sketch))):
            if other is not None:
                root[find(article.id)] = find(other)
    smallest: dict[str | int, str] = {}
    for article in articles:
        top = find(article.id)
        smallest[top] = min(article.id, smallest.get(top, article.id))
    return {article.id: smallest[find(article.id)] for article in articles}


def _grouped(sketches: Iterable[tuple[int, ...]]) -> dict[tuple[int, ...], int]:
    """The number of each sketch's group."""
    ordered = sorted(sketches, key=lambda s: (len(s), -s[-1], s))  # the shorter the text, the larger its 64th value
    boilerplate = _boilerplate(ordered)
    group_of: dict[tuple[int, ...], int] = {}
    members: list[list[_Text]] = []
    index: defaultdict[int, list[int]] = defaultdict(list)
    for values in ordered:
        text = _text(values, boilerplate)
        near = {number for value in text.values for number in index.get(value, ())}
        joined = max(((_fit(text, members[n]), -n) for n in near), default=(0.0, 0))
        number = -joined[1] if joined[0] >= THRESHOLD else len(members)
        if number == len(members):
            members.append([])
        group_of[values] = number
        if len(members[number]) < COMPARED:
            members[number].append(text)
            for value in text.order[:INDEXED]:
                if number not in index[value]:
                    index[value].append(number)
    return group_of


def _fit(text: _Text, group: Sequence[_Text]) -> float:
    """Likeness to the most alike text of the group; 0 if another is too unlike."""
    most = 0.0
    for member in group:
        likeness = _alike(text, member)
        if likeness < LOOSE:
            return 0.0
        most = max(most, likeness)
    return most


def _boilerplate(sketches: Sequence[tuple[int, ...]]) -> frozenset[int]:
    """Values of runs that stand in many texts which have little else in common: mostly, their smallest values differ. A story
    that was printed a thousand times shares its runs among many texts too, but mostly the smallest value as well."""
    often = {value for value, times in Counter(chain.from_iterable(sketches)).items() if times > FEW}
    smallest: defaultdict[int, list[int]] = defaultdict(list)
    for values in sketches:
        for value in often.intersection(values):
            smallest[value].append(values[0])
    return frozenset(value for value, least in smallest.items() if len(set(least)) > len(least) / 2)


def _text(values: Sequence[int], boilerplate: frozenset[int] = frozenset()) -> _Text:
    own = [value for value in values if value not in boilerplate]
    return _Text(frozenset(own), own, values[-1] + 1 if len(values) >= K else _END)


def _alike(a: _Text, b: _Text) -> float:
    end = min(a.end, b.end)
    of_a, of_b = bisect_left(a.order, end), bisect_left(b.order, end)
    part = max(
        min(of_a, of_b), PART * max(of_a, of_b), SHORTEST
    )  # few values are left of a text that is mostly boilerplate
    return len(a.values & b.values) / part


def _words(text: str) -> list[str]:
    normal = _DASH.sub(" ", unicodedata.normalize("NFKC", text).casefold())
    words = _UNSPACED.sub(r" \1 ", normal).split()
    return [word if word.isalnum() else _PUNCTUATION.sub("", word) for word in words]
