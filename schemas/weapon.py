"""What is said to be supplied."""

from __future__ import annotations

from typing import Literal

from .base import Draft, Record
from .evidence import Evidence

WeaponCategory = Literal[
    "artillery_ammunition",
    "munitions_unspecified",
    "missiles_rockets",
    "small_arms_light_weapons",
    "artillery_systems",
    "armoured_vehicles",
    "aircraft_helicopters",
    "uav",
    "air_defence",
    "naval",
    "explosives_mines",
    "components_materials",
    "wmd_related",
    "arms_unspecified",
    "other",
]
"""Our own vocabulary: SIPRI's registers leave out ammunition, UNROCA has seven categories plus small arms."""


class WeaponTypeDraft(Draft):
    """A kind of weapon or material that an allegation names. One record per wording."""

    id: str
    """Your own short id: w1, w2, …"""
    term: str
    """The words of the text, copied, without quantity."""
    category: WeaponCategory
    """The narrowest category that the words themselves give. "ammunition", "munitions": munitions_unspecified; "arms",
    "weapons", "military aid": arms_unspecified; shells, artillery rounds: artillery_ammunition; drones: uav; parts,
    raw materials and machinery for an arms industry: components_materials."""


class WeaponType(Record):
    """A kind of weapon, shared by all articles that name it, with where public lists have it.

    The lists follow from the name by rule. They say under what a transfer of such a weapon would be reported, not that
    anything was.
    """

    id: str
    """Canonical id, from category and name: ``artillery_ammunition:artillery-shell``, ``uav:shahed-136``. Spellings, plurals
    and other names of a known system have one id."""
    term: str
    """The words as printed, of one of the mentions."""
    category: WeaponCategory
    """The category."""
    unroca: list[str]
    """Categories of the UN Register of Conventional Arms, I to VII, and "SALW" for the small arms and light weapons reported
    beside them. Several where the words leave it open, none where the register has none, as for ammunition."""
    munitions_list: list[str]
    """Headings of the EU Common Military List and of Wassenaar's Munitions List, ML1 to ML22; several where the words leave
    it open."""
    sipri_eligible: bool | None
    """Whether SIPRI's Arms Transfers Database would count it as a major weapon. None: the words leave it open."""
    mentions: list[Evidence]
    """Where each article uses the term first."""
