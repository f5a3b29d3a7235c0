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
    """One wording of one category, shared by all articles that use it."""

    id: str
    """Canonical id, from content: ``artillery_ammunition:artillery-shells``."""
    term: str
    """The words as printed."""
    category: WeaponCategory
    """The category."""
    mentions: list[Evidence]
    """Where each article uses the term first."""
