"""Which state a name means."""

from __future__ import annotations

import pytest

from extractor.actors import state

MEANT = """
RU en: Russia, the Russian government, Kremlin, the Kremlin, Moscow, government of Russia, Russian Federation, Кремль, 크렘린궁
US en: American, U.S., U. S., the U.S. government, US, the White House, Washington, United States of America, America, 白宫
KP en: North Korea, North Korean, DPRK, Pyongyang, the North
GB en: Downing Street, London, British, UK
KR en: Blue House, South Korea, Seoul
CD en: DRC, DR Congo, Kinshasa, Democratic Republic of the Congo
CG en: Republic of the Congo, Brazzaville
NE en: Niger, Nigerien
NG en: Nigeria, Nigerian
US fr: la Maison Blanche, gouvernement américain, États-Unis, le gouvernement des États-Unis, administration américaine
FR fr: Élysée, l'Élysée, Paris, gouvernement français
US de: Weißes Haus, US-Regierung, Amerika, amerikanische Regierung
KP de: Pjöngjang, nordkoreanische Regierung, Regierung Nordkoreas
RU de: Russland, russische, Moskau, Kreml
RU ru: Кремль, российский, правительство России, РФ, Москва
RU es: Moscú, gobierno ruso, gobierno de Rusia, el Kremlin
US es: Estados Unidos, EE. UU., la Casa Blanca
US it: Stati Uniti, Casa Bianca, governo americano
US pt: Casa Branca, EUA, governo dos Estados Unidos
US nl: Witte Huis, de Amerikaanse regering
RU pl: Moskwa, rosyjski, Kreml
US cs: Bílý dům, americká vláda
RU uk: російський, Москва, уряд Росії
US tr: ABD, Beyaz Saray, ABD yönetimi
IR ar: طهران, إيران
RU ar: روسيا, الكرملين
IR fa: تهران, دولت ایران
US he: ארה״ב, וושינגטון, הבית הלבן
RU hi: रूस, रूसी, क्रेमलिन, रूसी सरकार
PK ur: پاکستان, پاکستانی
US zh: 白宫, 美国政府, 华盛顿
KP zh: 朝鲜, 平壤, 朝鲜政府
KP ja: 北朝鮮, 平壌
RU ja: ロシア政府, モスクワ
KP ko: 북한, 평양, 북한 정부
KR ko: 청와대, 서울
RU ko: 크렘린궁, 러시아 정부
US vi: Mỹ, Nhà Trắng, chính phủ Mỹ
US id: Amerika Serikat, Gedung Putih
US sv: Vita huset, amerikanska regeringen
RU fi: Venäjä, Kreml
RU el: Ρωσία, Κρεμλίνο
US hu: Fehér Ház
RU ro: Rusia, Kremlin
RU sr: Кремљ, Москва
US bn: মার্কিন
"""
CASES = [
    (name, *line.split(":")[0].split()[::-1])
    for line in MEANT.strip().splitlines()
    for name in line.partition(": ")[2].split(", ")
]


@pytest.mark.parametrize(("name", "language", "code"), CASES)
def test_a_name_means_a_state(name: str, language: str, code: str) -> None:
    assert state(name, language) == code


@pytest.mark.parametrize("language", ["en", "fr", "de", "ru", "zh", "xx", ""])
@pytest.mark.parametrize(
    "name",
    [
        "Georgia",
        "Korea",
        "Korean",
        "Congo",
        "Congolese",
        "Guinea",
        "the Korean government",
        "Dorvia",
        "Wagner",
        "",
        "government",
    ],
)
def test_a_name_of_two_states_or_of_none_is_no_guess(name: str, language: str) -> None:
    assert state(name, language) is None
