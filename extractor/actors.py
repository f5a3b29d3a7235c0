"""Who an actor is: one canonical id from its names, and the party to which it belongs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache

from .schemas import ActorDraft

# Names that neither CLDR nor ISO 3166 holds, in English; the seat of government stands for the state.
_STATE_NAMES = {
    "AE": "UAE, the Emirates, Emirati, Abu Dhabi",
    "AF": "Kabul",
    "AM": "Yerevan",
    "AZ": "Baku",
    "BY": "Minsk, Belarusian",
    "CD": "DR Congo, DRC, Kinshasa",
    "CN": "PRC, Beijing, Chinese, mainland China",
    "DE": "Berlin",
    "EG": "Cairo, Egyptian",
    "ER": "Asmara",
    "ET": "Addis Ababa",
    "FR": "Paris, French",
    "GB": "UK, U.K., Britain, Great Britain, England, London, British",
    "IL": "Jerusalem, Tel Aviv, Israeli",
    "IN": "New Delhi, Indian",
    "IQ": "Baghdad, Iraqi",
    "IR": "Tehran, Islamic Republic, Islamic Republic of Iran, Iranian",
    "JP": "Tokyo, Japanese",
    "KP": "DPRK, D.P.R.K., North Korea, Pyongyang, the North, North Korean, Democratic People's Republic of Korea",
    "KR": "ROK, South Korea, Seoul, the South, South Korean, Republic of Korea",
    "LB": "Beirut, Lebanese",
    "LY": "Tripoli, Libyan",
    "MM": "Burma, Naypyidaw",
    "PK": "Islamabad, Pakistani",
    "PS": "Palestine, Palestinian Authority",
    "RU": "Moscow, the Kremlin, Kremlin, Russian Federation, Russian",
    "SA": "Riyadh, Saudi, the kingdom of Saudi Arabia",
    "SD": "Khartoum, Sudanese",
    "SS": "Juba",
    "SY": "Damascus, Syrian",
    "TR": "Turkey, Türkiye, Ankara, Turkish",
    "TW": "Taipei, Taiwanese",
    "UA": "Kyiv, Kiev, Ukrainian",
    "US": "USA, U.S., U.S.A., US, America, the States, Washington, American",
    "VE": "Caracas",
    "YE": "Sanaa, Yemeni",
    "ZA": "Pretoria, South African",
}

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


def country(code: str | None) -> str | None:
    """``code`` if it is an ISO 3166-1 alpha-2 code, else None."""
    import pycountry

    return code.upper() if code and pycountry.countries.get(alpha_2=code.upper()) else None


def state(name: str, language: str = "en") -> str | None:
    """ISO 3166-1 alpha-2 code of the state that ``name`` means: its name in English or in ``language``, its capital where that
    is used for the government, or a common short form. None if unknown."""
    wanted = _fold(name)
    return _states(language).get(wanted) or _states("en").get(wanted)


@cache
def _states(language: str) -> dict[str, str]:
    import pycountry
    from babel import Locale, UnknownLocaleError

    names: dict[str, str] = {}
    territories: Mapping[str, str] = {}
    with suppress(UnknownLocaleError, ValueError):  # a language that CLDR doesn't have
        territories = Locale.parse(language).territories
    for territory in pycountry.countries:
        code = territory.alpha_2
        known = (territory.name, getattr(territory, "common_name", None), getattr(territory, "official_name", None))
        for name in (territories.get(code), *known, *_STATE_NAMES.get(code, "").split(", ")):
            if name:
                names[_fold(name)] = code
    return names


def slug(name: str) -> str:
    """Lower-case words joined by hyphens, without diacritics; letters of other scripts stay as they are."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    # NFKD takes Korean syllables apart; NFC puts them together again
    return (
        "-".join(re.findall(r"\w+", unicodedata.normalize("NFC", plain.replace("'", "").replace("’", "")))) or "unnamed"
    )


def _fold(name: str) -> str:
    return slug(name).removeprefix("the-")


class Registry:
    """Canonical ids for the actors of one article."""

    def __init__(self, drafts: Iterable[ActorDraft], article_id: str, language: str) -> None:
        self._drafts = {d.id: d for d in drafts}
        self._article = article_id.rsplit(":", 1)[-1]
        self._language = language

    def id(self, local: str) -> str:
        """The canonical id of an actor, from its names."""
        draft = self._drafts[local]
        name = draft.name_en or draft.name
        if draft.kind == "state":
            return f"state:{self.country(local) or slug(name)}"
        if draft.kind in _NAMELESS:
            return f"unnamed:{self._article}:{slug(draft.name)}"
        if draft.kind == "person":
            return f"person:{slug(name)}"
        if draft.kind in _ORGANS:
            return f"body:{self.country(local) or 'XX'}:{_fold(name)}"
        core = [word for word in slug(name).split("-") if word not in _GENERIC]
        return f"org:{'-'.join(core) or slug(name)}"

    def country(self, local: str) -> str | None:
        """The country of an actor: a state by its name first, an organ by what it represents, else as the model gave it."""
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
