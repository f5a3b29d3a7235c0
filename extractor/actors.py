"""Who an actor is: one canonical id from its names, the party to which it belongs, and one record of several."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from .languages import UNSPACED, entries, locale, primary, table
from .schemas import Actor, ActorDraft, Evidence, Link

if TYPE_CHECKING:
    from babel import Locale

_SHORT = 3
"""Letters that a Latin abbreviation has at most."""

_GENERIC = frozenset(
    [
        "the",
        "a",
        "an",
        "group",
        "organization",
        "organisation",
        "company",
        "corporation",
        "corp",
        "inc",
        "ltd",
        "llc",
        "co",
        "mercenary",
        "private",
        "military",
        "pmc",
        "militia",
    ]
)
"""Words that come and go beside the name of an organisation: "Wagner", "the Wagner Group", "Wagner mercenary group"."""

_ORGANS = frozenset({"government_body", "military"})
_NAMELESS = frozenset({"unnamed_person", "unnamed_group"})
_INDEPENDENT = frozenset({"state", "armed_group", "company", "ngo", "international_org", "media", "vessel"})
"""Kinds that stand for themselves: whoever pays or arms them, they are not that state."""


@lru_cache(1 << 10)
def country(code: str | None) -> str | None:
    """``code`` if it is an ISO 3166-1 alpha-2 code, else None."""
    import pycountry

    return code.upper() if code and pycountry.countries.get(alpha_2=code.upper()) else None


@lru_cache(1 << 16)
def state(name: str, language: str = "en") -> str | None:
    """ISO 3166-1 alpha-2 code of the state that ``name`` means: its name, adjective or government in ``language`` or English,
    or its capital where that is used for the government. None if unknown, or where two states share the name.

    The tables are CLDR's and ISO's, with ``statenames.toml``. rigour's own list of territories takes seconds to load, and
    makes of "Korea" the South and of "Moscow" a region."""
    wanted = _key(name)
    if wanted in _unsure():
        return None
    tongues = dict.fromkeys((primary(language), "en"))
    for tongue in tongues:
        if found := _states(tongue).get(wanted):
            return found
    for tongue in tongues:
        if (bare := _without_government(wanted, tongue)) and bare not in _unsure():
            for other in tongues:
                if found := _states(other).get(bare):
                    return found
    return _anywhere().get(wanted)


@cache
def _states(language: str) -> dict[str, str]:
    """The names of states in a language, the curated ones stronger than CLDR's."""
    import pycountry

    cldr = locale(language)
    official = [
        (getattr(territory, form, None), territory.alpha_2)
        for territory in pycountry.countries
        for form in ("name", "common_name", "official_name")
        if language == "en"
    ]
    territories = ((cldr.territories.get(t.alpha_2), t.alpha_2) for t in pycountry.countries)
    seats = ((_city(cldr, zone), code) for code, zone in table("statenames")["zones"].items())
    return _keyed(official) | _keyed(seats) | _keyed(territories) | _keyed(_curated(language))


@cache
def _anywhere() -> dict[str, str]:
    """The curated names of all languages, for an article whose language was not recognised. Short Latin words are left out:
    "AS" is the United States in Indonesian only."""
    tongues = set(table("statenames")) - {"endings", "government", "unsure", "zones"}
    names = _keyed(name for tongue in sorted(tongues) for name in _curated(tongue))
    return {name: code for name, code in names.items() if len(name) > _SHORT or not name.isascii()}


@cache
def _unsure() -> frozenset[str]:
    return frozenset(_key(name) for _, name in entries("statenames", "unsure"))


def _city(cldr: Locale, zone: str) -> str:
    """The exemplar city of a time zone; CLDR leaves it out where it is the last part of the zone's English name."""
    return str(cldr.time_zones.get(zone, {}).get("city") or zone.rpartition("/")[2].replace("_", " "))


def _curated(language: str) -> Iterator[tuple[str, str]]:
    endings = table("statenames")["endings"].get(language, "").split(", ")
    for code, name in entries("statenames", language):
        if name.endswith("~"):
            yield from ((name[:-1] + ending, code) for ending in endings)
        else:
            yield name, code


def _keyed(names: Iterable[tuple[str | None, str]]) -> dict[str, str]:
    """Codes by the key of a name; a name of two states is the name of neither."""
    codes: dict[str, set[str]] = defaultdict(set)
    for name, code in names:
        if name:
            codes[_key(name)].add(code)
    return {name: min(found) for name, found in codes.items() if len(found) == 1}


def _without_government(name: str, language: str) -> str | None:
    """What "the Russian government" leaves of a key; None if it holds no word for a government."""
    words = _government(language)
    if language in UNSPACED:
        bare = next((name.removesuffix(word) for word in words if name.endswith(word) and name != word), None)
        return bare.strip(" 의的の") if bare else None
    rest = [word for word in name.split() if word not in words]
    return " ".join(rest) if 0 < len(rest) < len(name.split()) else None


@cache
def _government(language: str) -> frozenset[str]:
    return frozenset(_key(w) for w in table("statenames")["government"].get(language, "").split(", ")) - {""}


def _key(name: str) -> str:
    """Words without case, punctuation, diacritics and the English article; the vowel signs of Indic scripts stay."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    plain = re.sub(r"(?<=\b\w)\.(?=\s?\w\b)\s?|['’ʼ`´\u200c״\"]", "", unicodedata.normalize("NFC", plain))
    words = "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in plain).split()
    return " ".join(words[1:] if len(words) > 1 and words[0] == "the" else words)


@lru_cache(1 << 14)
def slug(name: str) -> str:
    """Lower-case words joined by hyphens, without diacritics; letters of other scripts stay as they are."""
    plain = name.casefold()
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
        # NFKD takes Korean syllables apart; NFC puts them together again
        plain = unicodedata.normalize("NFC", plain.replace("'", "").replace("’", ""))
    return "-".join(_WORD.findall(plain.replace("'", ""))) or "unnamed"


_WORD = re.compile(r"\w+")


def _fold(name: str) -> str:
    return slug(name).removeprefix("the-")


class Registry:
    """Canonical ids for the actors of one article."""

    def __init__(self, drafts: Iterable[ActorDraft], article_id: str, language: str) -> None:
        self._drafts = {d.id: d for d in drafts}
        self._article = article_id.rsplit(":", 1)[-1]
        self._language = language
        self._ids: dict[str, str] = {}
        self._countries: dict[str, str | None] = {}

    def id(self, local: str) -> str:
        """The canonical id of an actor, from its names."""
        if local not in self._ids:
            self._ids[local] = self._id(local)
        return self._ids[local]

    def _id(self, local: str) -> str:
        draft = self._drafts[local]
        name = draft.name_en or draft.name
        if draft.kind == "state":
            return f"state:{self.country(local) or slug(name)}"
        if draft.kind in _NAMELESS:
            return f"unnamed:{self._article}:{slug(draft.name)}"
        if draft.kind == "person":
            home = self.country(local)  # two people of two countries can bear one name
            return f"person:{home}:{slug(name)}" if home else f"person:{slug(name)}"
        if draft.kind in _ORGANS:
            return f"body:{self.country(local) or 'XX'}:{_fold(name)}"
        core = [word for word in slug(name).split("-") if word not in _GENERIC]
        return f"org:{'-'.join(core) or slug(name)}"

    def country(self, local: str) -> str | None:
        """The country of an actor: a state by its name first, an organ by what it represents, else as the model gave it."""
        if local not in self._countries:
            self._countries[local] = self._country(local)
        return self._countries[local]

    def _country(self, local: str) -> str | None:
        draft = self._drafts[local]
        if draft.kind == "state":
            names = (draft.name, *([draft.name_en] if draft.name_en else []), *draft.aliases)
            return next((code for name in names if (code := state(name, self._language))), None) or country(
                draft.country
            )
        if given := country(draft.country):
            return given
        root = self._root(local)
        return self.country(root) if root != local and self._drafts[root].kind == "state" else None

    def party(self, local: str) -> str:
        """The canonical id of the government or organisation that an actor belongs to."""
        root = self._root(local)
        draft = self._drafts[root]
        code = self.country(root)
        if draft.kind in _ORGANS and code:  # an organ of a state that the text does not name apart from it
            return f"state:{code}"
        return self.id(root)

    def _root(self, local: str) -> str:
        """The last actor in the chain of ``represents``; a cycle ends where it closes."""
        seen = [local]
        while self._drafts[seen[-1]].kind not in _INDEPENDENT:
            above = self._drafts[seen[-1]].represents
            if above is None or above not in self._drafts or above in seen:
                break
            seen.append(above)
        return seen[-1]


def combined(left: Actor, right: Actor) -> Actor:
    """Two records of one actor as one: the longer name, every form, every first mention. Associative and commutative."""
    first, second = sorted((left, right), key=lambda a: (-len(a.name), a.name, a.kind))
    places = {(e.article_id, e.start, e.end): e for e in (*second.mentions, *first.mentions)}
    findings = {(f.kind, f.detail): f for f in (*first.findings, *second.findings)}
    return first.model_copy(
        update={
            "country": _either(first.country, second.country),
            "title": _either(first.title, second.title),
            "represents": _either(first.represents, second.represents),
            "party": min(first.party, second.party, key=lambda p: (p == first.id, p)),
            "canonical": first.id,
            "links": _best({link.model_dump_json(): link for link in (*first.links, *second.links)}.values()),
            "names": sorted({*first.names, *second.names}),
            "mentions": [places[i] for i in sorted(places)],
            "findings": [findings[i] for i in sorted(findings)],
        }
    )


def _either(one: str | None, other: str | None) -> str | None:
    return min((value for value in (one, other) if value), key=lambda v: (-len(v), v), default=None)


def _best(links: Iterable[Link]) -> list[Link]:
    return sorted(links, key=lambda link: (-link.score, link.database, link.id))


def unnamed_state(id_: str, mentions: list[Evidence]) -> Actor:
    """A state that is named by its organs or by an analyst's alias only: theirs are its mentions."""
    code = id_.removeprefix("state:")
    return Actor(
        id=id_,
        name=_territories().get(code, code),
        kind="state",
        country=code,
        title=None,
        represents=None,
        party=id_,
        canonical=id_,
        links=[],
        names=[],
        mentions=mentions,
        findings=[],
    )


@cache
def _territories() -> Mapping[str, str]:
    return dict(locale("en").territories)
