"""Who can be who: pairs of names of one person or organisation, and of two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.names import keys, organisation, person

# One pair a line. The second table of each sort was written before the code was tried on it.
ONE_PERSON = """
Sergei Shoigu | Sergey Shoygu
Sergei Shoigu | Сергей Шойгу
Sergei Shoigu | Sergej Schoigu
Sergei Shoigu | Sergueï Choïgou
Sergei Shoigu | Sergei Kuzhugetovich Shoigu
Сергей Кужугетович Шойгу | Sergei Shoigu
Sergei Shoigu | سيرغي شويغو
Sergei Shoigu | セルゲイ・ショイグ
Shoigu | שויגו
Defence Minister Sergei Shoigu | Sergei Shoigu
Shoigu | Sergei Shoigu
John Kirby | Kirby
Kirby | किर्बी
Kirby | 커비
John Kirby | John F. Kirby
Shoigu, Sergei | Sergei Shoigu
Sergei Shoigu, Russia's defence minister | Sergei Shoigu
Kamikawa Yoko | Yoko Kamikawa
Kim Jong Un | Kim Jong-un
Kim Jong Un | Kim Jongun
Kim Jong Un | 김정은
Kim Jong Un | Kim Jong-eun
김정은 국무위원장 | 김정은
習近平 | 習近平国家主席
Xi Jinping | Xi Jin Ping
Xi Jinping | 习近平
Gen. Mark Milley | Mark Milley
Volodymyr Zelensky | Volodymyr Zelenskyy
Volodymyr Zelensky | Wolodymyr Selenskyj
Vladimir Putin | Vladimir Poutine
Vladimir Putin | Wladimir Putin
Vladimir Putin | Владимир Владимирович Путин
Vladimir Putin | Βλαντιμίρ Πούτιν
Viktor Bout | Виктор Бут
Viktor Bout | Victor Bout
Mohammed Hamdan Dagalo | Mohamed Hamdan Dagalo
Mohammed Hamdan Dagalo | محمد حمدان دقلو
Abdel Fattah al-Burhan | Abdelfattah al-Burhan
Bashar al-Assad | Bashar Assad
Bashar al-Assad | بشار الأسد
Recep Tayyip Erdoğan | Recep Tayyip Erdogan
Alexander Lukashenko | Aleksandr Lukashenko
Mikhail Khodorkovsky | Michail Chodorkowski
Nikolas Maduro | Nicolás Maduro
President Nicolás Maduro | Nicolás Maduro Moros
Aleksandar Vucic | Александар Вучић
Ali Khamenei | Ayatollah Ali Khamenei
Dmitry Peskov | Dmitri Peskow
Dmitry Peskov | दिमित्री पेसकोव
"""
ONE_PERSON_UNSEEN = """
Yevgeny Prigozhin | Evgeny Prigozhin
Yevgeny Prigozhin | Jewgeni Prigoschin
Yevgeny Prigozhin | Евгений Пригожин
Yevgeny Prigozhin | Evgueni Prigojine
Sergey Lavrov | Sergej Lawrow
Sergey Lavrov | Sergueï Lavrov
Sergey Lavrov | 세르게이 라브로프
Sergey Lavrov | सर्गेई लावरोव
Antony Blinken | أنتوني بلينكن
Antony Blinken | Secretary of State Antony Blinken
Blinken | ブリンケン
Choe Son Hui | Choe Son-hui
Choe Son Hui | 최선희
Kim Yo Jong | 김여정
Kim Yo Jong | Kim Yo-jong
Kishida Fumio | Fumio Kishida
Lloyd Austin | Defense Secretary Lloyd Austin
Lloyd Austin | Lloyd J. Austin
Muammar Gaddafi | Moammar Qaddafi
Khalifa Haftar | خليفة حفتر
Hassan Nasrallah | Hasan Nasrallah
Hassan Nasrallah | حسن نصر الله
Rustem Umerov | Рустем Умєров
Oleksiy Reznikov | Oleksii Reznikov
Oleksiy Reznikov | Олексій Резніков
Emmanuel Macron | Эмманюэль Макрон
Emmanuel Macron | Εμανουέλ Μακρόν
Olaf Scholz | Bundeskanzler Olaf Scholz
Olaf Scholz | Олаф Шольц
Nikol Pashinyan | Նիկոլ Փաշինյան
Ilham Aliyev | İlham Əliyev
Ramzan Kadyrov | Ramsan Kadyrow
Robert Malley | Malley
Wang Yi | 王毅
Ursula von der Leyen | Ursula Leyen
Ebrahim Raisi | Ibrahim Raisi
Ebrahim Raisi | ابراهیم رئیسی
Hossein Salami | Hussein Salami
Benjamin Netanyahu | בנימין נתניהו
Benjamin Netanyahu | Benyamin Netanyahu
Valery Gerasimov | General Valery Gerasimov
Valery Gerasimov | Walerij Gerassimow
Moussa Faki | Musa Faki
Nguyễn Phú Trọng | Nguyen Phu Trong
Mikheil Saakashvili | მიხეილ სააკაშვილი
"""
TWO_PEOPLE = """
Kim Jong Un | Kim Jong Il
Kim Jong Un | Kim Jong Nam
Kim Jong Un | 김정일
Kim Jong Un | Kim Yo Jong
Kim Jong Il | Kim Il Sung
Viktor Bout | Alla Bout
Sergei Ivanov | Sergei Ivanova
Maria Ivanova | Mario Ivanov
Sergei Shoigu | Sergei Lavrov
Sergei Shoigu | Sergei Surovikin
John Kirby | Jack Kirby
John Kirby | John Kerry
John F. Kirby | John G. Kirby
Vladimir Putin | Vladimir Potanin
Hassan Rouhani | Hussein Rouhani
Bashar al-Assad | Hafez al-Assad
Bashar al-Assad | Maher al-Assad
George Bush | Barbara Bush
Xi Jinping | Xi Zhongxun
Mohammed bin Salman | Mohammed bin Zayed
Ali Khamenei | Ruhollah Khomeini
Khamenei | Khomeini
Mark Milley | Mark Miller
Joe Biden | Hunter Biden
Shoigu | Gerasimov
Alexander Petrov | Alexandra Petrova
Ahmed Hassan | Ahmed Hussein
Ivan Petrov | Igor Petrov
Yoko Kamikawa | Yoko Kishida
Defence Minister | Prime Minister
이재명 | 이재용
Boris Johnson | Boris Jonson Petrov Ivan
Wang Yi | Wang Wei
محمد علي | Mahmoud Ali
محمد علي | Ahmed Ali
Hassan Nasrallah | حسين نصر الله
Wang | 王毅
Pak Jong Chon | 박정철
"""
TWO_PEOPLE_UNSEEN = """
Kang Sun Nam | Kang Sun Il
Pak Jong Chon | Pak Jong Hui
Choe Ryong Hae | Choe Son Hui
Donald Trump | Ivanka Trump
Uday Hussein | Qusay Hussein
Saddam Hussein | Uday Hussein
Saif Gaddafi | Muammar Gaddafi
Abdel Fattah al-Burhan | Abdel Fattah al-Sisi
Mahmoud Abbas | Mohammed Abbas
Mahmoud Ahmadinejad | Mohammad Ahmadinejad
Hamid Karzai | Hamad Karzai
Dmitry Medvedev | Dmitry Peskov
Anton Siluanov | Anna Siluanova
Oleg Deripaska | Olga Deripaska
Nikolai Patrushev | Dmitry Patrushev
Nicolás Maduro | Nicolás Petro
Raúl Castro | Fidel Castro
Karl Müller | Karla Müller
Li Shangfu | Li Qiang
Li Peng | Li Ping
Lee Jong-sup | Lee Jong-seok
Ismail Haniyeh | Ismail Qaani
Qassem Soleimani | Esmail Qaani
Владимир Путин | Людмила Путина
Сергей Шойгу | Ксения Шойгу
محمد بن سلمان | محمد بن زايد
بشار الأسد | ماهر الأسد
金正恩 | 金正日
김정은 | 김여정
安倍晋三 | 安倍晋太郎
Jean Dupont | Jeanne Dupont
Isaias Afwerki | Abiy Ahmed
Daniel Ortega | Daniela Ortega
"""
ONE_ORGANISATION = """
RSF | Rapid Support Forces
IRGC | Islamic Revolutionary Guard Corps
Wagner | Wagner Group
Wagner Group | the Wagner mercenary group
Wagner Group | Группа Вагнера
Wagner Group | PMC Wagner
ЧВК Вагнер | Wagner
Gruppe Wagner | Groupe Wagner
Rheinmetall | Rheinmetall GmbH
OAO Rosoboronexport | Rosoboronexport
Rosoboronexport | Рособоронэкспорт
ОАО Рособоронэкспорт | Rosoboronexport JSC
Ministry of Defence | Defence Ministry
Ministry of Defense | Defence Ministry
34th Brigade | 34th brigade
Hezbollah | Hizbullah
Hezbollah | Hizballah
Houthi rebels | the Houthis
Houthi | Huthi
Lockheed Martin Corp. | Lockheed Martin
Norinco Co., Ltd | Norinco
National Security Council | NSC
"""
ONE_ORGANISATION_UNSEEN = """
Almaz-Antey | Алмаз-Антей
Almaz-Antey | Almas-Antej
PAO Kamaz | Kamaz JSC
Uralvagonzavod | Уралвагонзавод
Kalashnikov Concern | Концерн Калашников
Hezbollah | Hisbollah
United Nations Security Council | UNSC
International Atomic Energy Agency | IAEA
Sudanese Armed Forces | SAF
People's Liberation Army | PLA
Ministry of Foreign Affairs | Foreign Affairs Ministry
Africa Corps | Africa Korps
the Azov Brigade | Azov brigade
Tata Advanced Systems Limited | Tata Advanced Systems Ltd.
Saab AB | Saab
Nexter SA | Nexter
Elbit Systems Ltd | Elbit Systems
Baykar | Baykar A.Ş.
Boko Haram | Boko-Haram
Al-Shabaab | al Shabab
"""
TWO_ORGANISATIONS = """
34th Brigade | 43rd Brigade
1st Army | 2nd Army
Rheinmetall | Rheinmetall Denel
Wagner Group | Patriot Group
RSF | Rapid Reaction Unit
IRGC | Iraqi Republican Guard
Ministry of Defence | Ministry of Trade
Rosoboronexport | Rosatom
Northern Fleet | Southern Fleet
Northern Alliance | Northern Fleet
Hezbollah | Kata'ib Hezbollah
Iran Air | Iraq Air
National Security Council | National Security Agency
Green Pine | Green Mountain
Bank Melli | Bank Mellat
Fifth Army | Army of Islam
Free Syrian Army | Syrian Arab Army
Unit 61 | Unit 61398
The Group | The Company
Liberation Army | Liberation Front
"""
TWO_ORGANISATIONS_UNSEEN = """
Lashkar-e-Taiba | Lashkar-e-Jhangvi
Ansar Allah | Ansar al-Sharia
Ansar Allah | Ansar Dine
Jaish al-Islam | Jaish al-Fatah
Army of Conquest | Army of Islam
7th Fleet | 5th Fleet
Brigade 313 | Brigade 131
Office 39 | Office 99
Bureau 121 | Bureau 39
State Department | Treasury Department
Department of State | Department of Defense
KOMID | KOMET
Tula Arms Plant | Tula Cartridge Plant
Air Koryo | Air China
Al-Qaeda | Al-Aqsa
Аль-Каида | Аль-Акса
China North Industries | China South Industries
NORINCO | NORICUM
Saab | Scania
Reuters | Regnum
Korean People's Army | Korean People's Party
People's Protection Units | Women's Protection Units
Popular Mobilization Forces | Popular Resistance Forces
SAF | Rapid Support Forces
RSF | Rwandan Armed Forces
PLA | PLO
ISIS | IRGC
Quds Force | Quds Brigades
Sukhoi | Suzuki
Mikoyan | Mil
Tupolev | Tupelo Ltd
قوات الدعم السريع | القوات المسلحة
国防部 | 外交部
국방부 | 외교부
"""


def pairs(*tables: str) -> list[tuple[str, str]]:
    return [(a.strip(), b.strip()) for t in tables for a, b in (line.split("|") for line in t.strip().splitlines())]


SAME_PEOPLE, OTHER_PEOPLE = pairs(ONE_PERSON, ONE_PERSON_UNSEEN), pairs(TWO_PEOPLE, TWO_PEOPLE_UNSEEN)
SAME_ORGANISATIONS = pairs(ONE_ORGANISATION, ONE_ORGANISATION_UNSEEN)
OTHER_ORGANISATIONS = pairs(TWO_ORGANISATIONS, TWO_ORGANISATIONS_UNSEEN)


@pytest.mark.parametrize(("left", "right"), SAME_PEOPLE)
def test_two_names_can_be_of_one_person(left: str, right: str) -> None:
    assert person(left, right) == person(right, left) != "no"


@pytest.mark.parametrize(("left", "right"), OTHER_PEOPLE)
def test_two_names_are_of_two_people(left: str, right: str) -> None:
    assert person(left, right) == person(right, left) == "no"


@pytest.mark.parametrize(("left", "right"), SAME_ORGANISATIONS)
def test_two_names_can_be_of_one_organisation(left: str, right: str) -> None:
    assert organisation(left, right) == organisation(right, left) != "no"


@pytest.mark.parametrize(("left", "right"), OTHER_ORGANISATIONS)
def test_two_names_are_of_two_organisations(left: str, right: str) -> None:
    assert organisation(left, right) == organisation(right, left) == "no"


@pytest.mark.parametrize(
    ("left", "right"),
    pairs("""
Shoigu | Sergei Shoigu
J. Kirby | John Kirby
Ali Hassan | Hassan Ali
Ali Hassan | Ali Hassan al-Majid
Sergei Shoigu | سيرغي شويغو
"""),
)
def test_a_part_another_order_or_a_script_without_vowels_is_not_enough_by_itself(left: str, right: str) -> None:
    assert person(left, right) == "perhaps"


@pytest.mark.parametrize(("left", "right"), [("Wagner Group", "Wagner AG"), ("RSF", "Rapid Support Forces")])
def test_another_legal_form_or_an_acronym_is_not_enough_by_itself(left: str, right: str) -> None:
    assert organisation(left, right) == "perhaps"


@pytest.mark.xfail(strict=True, reason="the Egyptian g, another first sound, and Arabic that writes in two words")
@pytest.mark.parametrize(
    ("left", "right"),
    pairs("""
Sergey Lavrov | سيرجي لافروف
Muammar Gaddafi | Muammar Kadhafi
Hezbollah | حزب الله
"""),
)
def test_what_the_spelling_alone_does_not_tell(left: str, right: str) -> None:
    assert "perhaps" in {person(left, right), organisation(left, right)}


@pytest.mark.parametrize(
    "name",
    ["Russian president", "Defence Minister", "Supreme Leader", "the group", "the company", "", "...", "?", "大統領"],
)
def test_a_description_is_nobodys_name(name: str) -> None:
    assert person(name, name) == "no" or organisation(name, name) == "no"


@pytest.mark.parametrize(("left", "right"), SAME_PEOPLE + SAME_ORGANISATIONS)
def test_names_that_can_match_share_a_key(left: str, right: str) -> None:
    assert keys(left) & keys(right)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_can_be_compared(left: str, right: str) -> None:
    for compare in (person, organisation):
        assert compare(left, right) == compare(right, left)
        assert compare(left, right) == "no" or keys(left) & keys(right)


WORDS = sorted({word for pair in SAME_PEOPLE + OTHER_PEOPLE for name in pair for word in name.split()})


@given(*[st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)] * 2)
def test_likeness_is_symmetric_and_never_without_a_key(left: str, right: str) -> None:
    for compare in (person, organisation):
        assert compare(left, right) == compare(right, left)
        assert compare(left, right) == "no" or keys(left) & keys(right)
