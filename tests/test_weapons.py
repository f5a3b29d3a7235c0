"""One name for a weapon in every spelling, and where public lists have it."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.articles import read
from extractor.checking import check, drafts
from extractor.resolution import resolve
from extractor.schemas import Answer
from extractor.schemas.weapon import WeaponCategory
from extractor.weapons import _classes, _systems, canonical, crosswalk

from .examples import ARTICLE, answer

unhurried = settings(deadline=None)
"""The first name of a language waits for its words."""

CATEGORIES = get_args(WeaponCategory)
SYSTEMS = sorted((name, code) for name, code in _systems().classes.items())

SAME = [
    # number, articles, case
    ("artillery shells", "artillery_ammunition", "en", "artillery-shell"),
    ("artillery shell", "artillery_ammunition", "en", "artillery-shell"),
    ("the Artillery Shells", "artillery_ammunition", "en", "artillery-shell"),
    ("batteries", "components_materials", "en", "battery"),
    ("torpedoes", "naval", "en", "torpedo"),
    ("boxes", "other", "en", "box"),
    ("arms", "arms_unspecified", "en", "arms"),
    ("armaments", "arms_unspecified", "en", "arms"),
    ("aircraft", "aircraft_helicopters", "en", "aircraft"),
    ("unmanned aircraft", "uav", "en", "unmanned-aircraft"),
    ("chassis", "components_materials", "en", "chassis"),
    # calibres
    ("152mm shells", "artillery_ammunition", "en", "152mm-shell"),
    ("152 mm shells", "artillery_ammunition", "en", "152mm-shell"),
    ("152-mm shells", "artillery_ammunition", "en", "152mm-shell"),
    ("152-millimeter shells", "artillery_ammunition", "en", "152mm-shell"),
    ("152-millimetre shells", "artillery_ammunition", "en", "152mm-shell"),
    ("152-мм снаряды", "artillery_ammunition", "ru", "152mm-снаряд"),
    ("152 мм снарядов", "artillery_ammunition", "ru", "152mm-снаряд"),
    ("152毫米炮弹", "artillery_ammunition", "zh", "152mm-炮弹"),
    # spellings and abbreviations
    ("rocket-propelled grenades", "small_arms_light_weapons", "en", "rpg"),
    ("rocket propelled grenades", "small_arms_light_weapons", "en", "rpg"),
    ("RPGs", "small_arms_light_weapons", "en", "rpg"),
    ("anti-tank guided missiles", "missiles_rockets", "en", "atgm"),
    ("antitank missiles", "missiles_rockets", "en", "anti-tank-missile"),
    ("anti tank missiles", "missiles_rockets", "en", "anti-tank-missile"),
    ("multiple launch rocket systems", "artillery_systems", "en", "mlrs"),
    ("multiple rocket launchers", "artillery_systems", "en", "mlrs"),
    ("MLRS", "artillery_systems", "en", "mlrs"),
    ("man-portable air defense systems", "air_defence", "en", "manpads"),
    ("MANPADs", "air_defence", "en", "manpads"),
    ("unmanned aerial vehicles", "uav", "en", "uav"),
    ("UAVs", "uav", "en", "uav"),
    ("armored vehicles", "armoured_vehicles", "en", "armoured-vehicle"),
    ("armoured vehicles", "armoured_vehicles", "en", "armoured-vehicle"),
    ("air defense systems", "air_defence", "en", "air-defence-system"),
    ("machineguns", "small_arms_light_weapons", "en", "machine-gun"),
    # other languages
    ("los misiles balísticos", "missiles_rockets", "es", "misil-balistico"),
    ("les missiles balistiques", "missiles_rockets", "fr", "missile-balistique"),
    ("die Artilleriegranaten", "artillery_ammunition", "de", "artilleriegranate"),
    ("артиллерийских снарядов", "artillery_ammunition", "ru", "артиллерийский-снаряд"),
    ("артиллерийские снаряды", "artillery_ammunition", "ru", "артиллерийский-снаряд"),
    ("ракет", "missiles_rockets", "ru", "ракета"),
    ("포탄", "artillery_ammunition", "ko", "포탄"),
    ("ドローン", "uav", "ja", "ドローン"),
    # adjectives stay
    ("Iranian drones", "uav", "en", "iranian-drone"),
    ("short-range missiles", "missiles_rockets", "en", "short-range-missile"),
    # listed systems
    ("Shahed-136", "uav", "en", "shahed-136"),
    ("Shahed 136", "uav", "en", "shahed-136"),
    ("Shahed136", "uav", "en", "shahed-136"),
    ("Shahed–136 drones", "uav", "en", "shahed-136"),
    ("Iranian-made Shahed-136 attack drones", "uav", "en", "shahed-136"),
    ("Shahed-136s", "uav", "en", "shahed-136"),
    ("Shahed-136-Drohnen", "uav", "de", "shahed-136"),
    ("Geran-2", "uav", "en", "shahed-136"),
    ("Шахед-136", "uav", "ru", "shahed-136"),
    ("дроны «Шахед-136»", "uav", "ru", "shahed-136"),
    ("Герань-2", "uav", "ru", "shahed-136"),
    ("Герани-2", "uav", "ru", "shahed-136"),
    ("Шахедів-136", "uav", "uk", "shahed-136"),
    ("沙希德-136", "uav", "zh", "shahed-136"),
    ("沙希德136无人机", "uav", "zh", "shahed-136"),
    ("샤헤드-136 드론", "uav", "ko", "shahed-136"),
    ("شاهد ۱۳۶", "uav", "fa", "shahed-136"),
    ("Shahed-131/136 drones", "uav", "en", "shahed-131+shahed-136"),
    ("Shahed-136 and Shahed-131", "uav", "en", "shahed-131+shahed-136"),
    ("KN-23", "missiles_rockets", "en", "kn-23"),
    ("KN-23 short-range ballistic missiles", "missiles_rockets", "en", "kn-23"),
    ("화성-11가", "missiles_rockets", "ko", "kn-23"),
    ("КН-23", "missiles_rockets", "ru", "kn-23"),
    ("С-300", "air_defence", "ru", "s-300"),
    ("S-300s", "air_defence", "en", "s-300"),
    ("苏-35战斗机", "aircraft_helicopters", "zh", "su-35"),
    ("Su35", "aircraft_helicopters", "en", "su-35"),
    ("Kalashnikovs", "small_arms_light_weapons", "en", "ak-47"),
    ("BM-21 Grad", "artillery_systems", "en", "bm-21"),
    ("Bayraktar TB2", "uav", "en", "bayraktar-tb2"),
    ("TB-2 drones", "uav", "en", "bayraktar-tb2"),
    # a part of one, or what belongs to it
    ("components for Shahed-136 drones", "components_materials", "en", "component-for-shahed-136-drone"),
    ("Geran-2 engines", "uav", "en", "shahed-136-engine"),
    ("Grad rockets", "missiles_rockets", "en", "bm-21-rocket"),
    ("Shahed-136 and Ababil drones", "uav", "en", "shahed-136-and-ababil-drone"),
    ("Su-35 and Su-34 fighters", "aircraft_helicopters", "en", "su-35-and-su-34-fighter"),
    ("122mm BM-21 Grad launchers", "artillery_systems", "en", "122mm-bm-21-launcher"),
    ("", "other", "en", "unnamed"),
]


@pytest.mark.parametrize(("term", "category", "language", "name"), SAME)
def test_the_spellings_of_a_weapon_have_one_name(term, category, language, name):
    assert canonical(term, category, language) == name


DIFFERENT = [
    ("KN-23", "KN-24", "missiles_rockets"),
    ("S-300", "S-400", "air_defence"),
    ("S-300", "S-300PMU2", "air_defence"),
    ("122mm shells", "152mm shells", "artillery_ammunition"),
    ("shells", "152mm shells", "artillery_ammunition"),
    ("Su-30", "Su-35", "aircraft_helicopters"),
    ("Mohajer-6", "Mohajer-10", "uav"),
    ("Shahed-131", "Shahed-136", "uav"),
    ("Shahed-129", "Shahed-136", "uav"),
    ("Geran-1", "Geran-2", "uav"),
    ("Shahed drones", "Shahed-136 drones", "uav"),
    ("Igla", "Igla-S", "small_arms_light_weapons"),
    ("Lancet", "Lancet-3", "uav"),
    ("Hwasong-15", "Hwasong-17", "missiles_rockets"),
    ("Hwasong-1", "Hwasong-17", "missiles_rockets"),
    ("T-54", "T-55", "armoured_vehicles"),
    ("T-72", "T-72B3", "armoured_vehicles"),
    ("Mi-24", "Mi-35", "aircraft_helicopters"),
    ("RPG-7", "RPG-29", "small_arms_light_weapons"),
    ("ballistic missiles", "cruise missiles", "missiles_rockets"),
    ("short-range missiles", "long-range missiles", "missiles_rockets"),
    ("arms", "arm", "arms_unspecified"),
    ("Shahed-136", "Shahed-136 engines", "uav"),
    ("Shahed-136", "Shahed-136 and Ababil drones", "uav"),
    ("Su-35", "Su-35, Su-34", "aircraft_helicopters"),
]


@pytest.mark.parametrize(("left", "right", "category"), DIFFERENT)
def test_two_weapons_have_two_names(left, right, category):
    assert canonical(left, category) != canonical(right, category)


@pytest.mark.parametrize("name", [name for name, _ in SYSTEMS])
def test_a_listed_system_is_found_by_its_own_name_and_no_other_claims_it(name):
    category = _classes()[_systems().classes[name]]["categories"][0]
    assert canonical(name, category) == name
    assert canonical(name.replace("-", " ").upper(), category, "fr") == name


def test_no_spelling_stands_for_two_systems():
    owners: dict[str, set[str]] = {}
    for entry in _classes().values():
        for name, aliases in entry.get("systems", {}).items():
            for alias in (name, *aliases.split(", ")):
                owners.setdefault(alias.casefold(), set()).add(name)
                if "*" not in alias:
                    assert canonical(alias, entry["categories"][0]) == name
    assert all(len(names) == 1 for names in owners.values())


_PIECES = ["the ", "A ", "s", "Shahed", "-136", " ", "drones", "Geran-2", "/", "152", " mm", "S-300", "PMU", "engines", "multiple rocket launcher", "es", "'", "土", "Игла-С", "y", "ies"]  # fmt: skip


@unhurried
@given(st.text() | st.lists(st.sampled_from(_PIECES), max_size=8).map("".join), st.sampled_from(CATEGORIES), st.sampled_from(["en", "de", "fr", "ru", "zh", "xx"]))  # fmt: skip
def test_the_name_of_a_name_is_that_name(term, category, language):
    name = canonical(term, category, language)
    assert name
    assert canonical(name, category, language) == name == canonical(term, category, language)
    assert crosswalk(name, category) == crosswalk(name, category)


def test_two_names_of_a_system_in_one_article_are_one_record_with_every_mention():
    text = ARTICLE.replace("artillery shells", "Shahed-136 drones").replace("shells", "Geran-2 drones")
    weapons = [
        {"id": f"w{n}", "term": t, "category": "uav"} for n, t in enumerate(("Shahed-136 drones", "Geran-2 drones"))
    ]
    for order in (weapons, weapons[::-1]):
        drafted = Answer.model_validate(answer(weapons=order, allegations=[], denials=[], responses=[]))
        document = read(text, "a.txt")
        (record,) = resolve(document, drafted, check(document, dict(drafts(drafted)))).weapons
        assert (record.id, record.term, record.unroca) == ("uav:shahed-136", "Geran-2 drones", ["VII"])
        assert [e.exact for e in record.mentions] == ["Geran-2 drones", "Shahed-136 drones"]


# Lists ----------------------------------------------------------------------------------------------------------------

ALL = ["I", "II", "III", "IV", "V", "VI", "VII", "SALW"]

LISTED = [
    # categories
    ("shells", "artillery_ammunition", [], ["ML3"], False),
    ("munitions", "munitions_unspecified", [], ["ML3", "ML4"], None),
    ("missiles", "missiles_rockets", ["VII", "SALW"], ["ML4"], None),
    ("light weapons", "small_arms_light_weapons", ["SALW"], ["ML1", "ML2"], None),
    ("howitzers", "artillery_systems", ["III"], ["ML2"], None),
    ("armoured vehicles", "armoured_vehicles", ["I", "II"], ["ML6"], True),
    ("aircraft", "aircraft_helicopters", ["IV", "V"], ["ML10"], True),
    ("drones", "uav", ["IV", "V", "VII"], ["ML4", "ML10"], None),
    ("anti-aircraft weapons", "air_defence", ["VII"], ["ML2", "ML4", "ML5"], None),
    ("vessels", "naval", ["VI"], ["ML9"], None),
    ("detonators", "explosives_mines", [], ["ML4", "ML8"], False),
    ("parts", "components_materials", [], ["ML11", "ML16", "ML17", "ML18"], None),
    ("nerve agents", "wmd_related", [], ["ML7"], False),
    ("arms", "arms_unspecified", ALL, ["ML1", "ML2", "ML3", "ML4", "ML6", "ML9", "ML10"], None),
    ("uniforms", "other", [], [], None),
    # words
    ("guided artillery shells", "artillery_ammunition", [], ["ML3", "ML4"], True),
    ("short-range ballistic missiles", "missiles_rockets", ["VII"], ["ML4"], True),
    ("cruise missiles", "missiles_rockets", ["VII"], ["ML4"], True),
    ("70mm rockets", "missiles_rockets", [], ["ML4"], False),
    ("unguided rockets", "missiles_rockets", ["VII"], ["ML4"], False),
    ("surface-to-air missiles", "air_defence", [], ["ML4", "ML5"], True),
    ("MANPADS", "small_arms_light_weapons", ["VII"], ["ML4"], True),
    ("battle tanks", "armoured_vehicles", ["I"], ["ML6"], True),
    ("infantry fighting vehicles", "armoured_vehicles", ["II"], ["ML6"], True),
    ("anti-tank vehicles", "armoured_vehicles", ["I", "II"], ["ML6"], True),
    ("attack helicopters", "aircraft_helicopters", ["V"], ["ML10"], True),
    ("assault rifles", "small_arms_light_weapons", ["SALW"], ["ML1"], False),
    ("rifles and heavy machine guns", "small_arms_light_weapons", ["SALW"], ["ML1", "ML2"], False),
    ("mortars", "artillery_systems", ["III", "SALW"], ["ML2"], None),
    ("kamikaze drones", "uav", ["VII"], ["ML4", "ML10"], True),
    ("submarines", "naval", ["VI"], ["ML9"], True),
    ("anti-submarine equipment", "naval", ["VI"], ["ML9"], None),
    ("torpedoes", "naval", [], ["ML4"], True),
    # systems
    ("Shahed-136", "uav", ["VII"], ["ML4", "ML10"], True),
    ("Geran-2", "missiles_rockets", ["VII"], ["ML4", "ML10"], True),
    ("Mohajer-6", "uav", ["IV"], ["ML10"], True),
    ("Bayraktar TB2", "uav", ["IV"], ["ML10"], True),
    ("KN-23", "missiles_rockets", ["VII"], ["ML4"], True),
    ("Fateh-110", "missiles_rockets", ["VII"], ["ML4"], True),
    ("Iskander-M", "missiles_rockets", ["VII"], ["ML4"], True),
    ("Kornet", "missiles_rockets", ["SALW"], ["ML4"], True),
    ("Igla-S", "air_defence", ["VII"], ["ML4"], True),
    ("Stinger", "small_arms_light_weapons", ["VII"], ["ML4"], True),
    ("S-300", "air_defence", [], ["ML4", "ML5"], True),
    ("Patriot", "air_defence", [], ["ML4", "ML5"], True),
    ("HIMARS", "artillery_systems", ["III"], ["ML2", "ML4"], True),
    ("KN-25", "artillery_systems", ["III"], ["ML2", "ML4"], True),
    ("Koksan", "artillery_systems", ["III"], ["ML2"], True),
    ("T-72", "armoured_vehicles", ["I"], ["ML6"], True),
    ("BMP-2", "armoured_vehicles", ["II"], ["ML6"], True),
    ("Su-35", "aircraft_helicopters", ["IV"], ["ML10"], True),
    ("Mi-28", "aircraft_helicopters", ["V"], ["ML10"], True),
    ("Il-76", "aircraft_helicopters", [], ["ML10"], True),
    ("AK-47", "small_arms_light_weapons", ["SALW"], ["ML1"], False),
    ("DShK", "small_arms_light_weapons", ["SALW"], ["ML2"], False),
    ("RPG-7", "small_arms_light_weapons", ["SALW"], ["ML2", "ML4"], False),
    ("Shahed-136 and Mohajer-6", "uav", ["IV", "VII"], ["ML4", "ML10"], True),
    ("Grad rockets", "missiles_rockets", ["VII", "SALW"], ["ML4"], None),
    # variants
    ("S-300PMU2", "air_defence", [], ["ML4", "ML5"], True),
    ("Su-30SM", "aircraft_helicopters", ["IV"], ["ML10"], True),
    ("T-72B3", "armoured_vehicles", ["I"], ["ML6"], True),
    ("Lancet-3", "uav", ["VII"], ["ML4", "ML10"], True),
    ("torpedo boats", "naval", ["VI"], ["ML9"], True),
]


@pytest.mark.parametrize(("term", "category", "unroca", "munitions_list", "sipri_eligible"), LISTED)
def test_where_public_lists_have_a_weapon(term, category, unroca, munitions_list, sipri_eligible):
    assert crosswalk(canonical(term, category), category) == (unroca, munitions_list, sipri_eligible)


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_is_a_class_of_its_own(category):
    assert _classes()[category]["categories"] == [category]
    assert crosswalk("thing", category).unroca == _classes()[category]["unroca"]


@pytest.mark.parametrize("code", sorted(_classes()))
def test_a_class_names_only_what_the_lists_have(code):
    entry = _classes()[code]
    assert set(entry) <= {"categories", "unroca", "munitions_list", "sipri_eligible", "words", "systems"}
    assert set(entry["categories"]) <= set(CATEGORIES)
    assert set(entry["unroca"]) <= set(ALL)
    assert set(entry["munitions_list"]) <= {f"ML{n}" for n in range(1, 23)}
    for word in filter(None, entry.get("words", "").split(", ")):
        assert canonical(word, entry["categories"][0]) == word, "a word stands in canonical form"


def test_the_time_for_a_long_term_grows_with_its_length():
    for piece in ("a ", "the-", "152 ", "Shahed-", "s", "multiple ", "1/", "Шах"):
        canonical(piece * 2_000, "uav")
