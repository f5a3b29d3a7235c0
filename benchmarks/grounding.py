"""How quotes are located: false ones accepted, true ones lost, and the time it takes beside other aligners.

Run as ``python -m benchmarks.grounding``. Exits with 1 if a false quote is accepted or a true one is not located at its
place; times are only printed. With langextract installed its aligner is measured too.
"""

from __future__ import annotations

import math
import random
import re
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median

from rapidfuzz import fuzz

from extractor.grounding import TextIndex, closest, locate

SEEDS = [path.read_bytes().decode() for path in sorted((Path(__file__).parents[1] / "seeds").glob("*.txt"))]
LESSON = (
    "Kyiv said on Monday that Iran had shipped hundreds of Shahed drones to Russia.\n"
    "Tehran has denied supplying weapons for use in Ukraine. Some 400 missiles had been shipped before."
)
LESSON_FALSE = [
    "Iran secretly delivered 400 ballistic missiles to Hezbollah",
    "Tehran has never denied supplying weapons",
    "Iraq had shipped hundreds of Shahed drones to Russia",
    "North Korea had shipped hundreds of Shahed drones to Russia",
    "Iran had not shipped hundreds of Shahed drones to Russia",
    "Some 900 missiles had been shipped before",
    "Some 400 missiles had not been shipped before",
    "Iran had shipped hundreds of Shahed drones for use in Ukraine",
    "Tehran has supplying weapons for use in Ukraine",
]

OTHERS = {
    "Korean": (
        "백악관은 수요일 북한이 러시아에 포탄 300만 발을 공급했다고 밝혔다. 평양은 무기를 판매한 적이 없다고 부인했다.\n"
        "한국 국방부는 컨테이너 6,700개가 나진항을 떠났다고 말했다. 러시아는 “근거 없는 주장”이라고 반박했다.",
        [
            ("북한", "남한"),
            ("러시아", "벨라루스"),
            ("300만", "400만"),
            ("없다고", "있다고"),
            ("6,700", "6,100"),
            ("포탄", "미사일"),
        ],
    ),
    "Arabic": (
        "قالت وزارة الدفاع يوم الأربعاء إن إيران سلمت 400 صاروخ باليستي إلى روسيا. ونفت طهران أنها زودت موسكو بأي أسلحة.\n"
        "وأكد مسؤول غربي أن السفينة «بورت أوليا» نقلت الشحنة عبر بحر قزوين في سبتمبر.",
        [
            ("إيران", "العراق"),
            ("400", "900"),
            ("ونفت", "وأكدت"),
            ("روسيا", "سوريا"),
            ("بأي", "بكل"),
            ("سبتمبر", "أكتوبر"),
        ],
    ),
    "Hindi": (
        "अमेरिकी अधिकारियों ने बुधवार को कहा कि ईरान ने रूस को 400 मिसाइलें दीं। तेहरान ने हथियार देने से इनकार किया है।\n"
        "यूक्रेन की सेना ने क़रीब 1,500 ड्रोन मार गिराने का दावा किया, लेकिन मॉस्को ने इसे “झूठ” बताया।",
        [("ईरान", "इराक"), ("रूस", "सीरिया"), ("400", "900"), ("1,500", "1,800"), ("इनकार", "इक़रार"), ("दीं", "लीं")],
    ),
    "Russian": (
        "Белый дом в среду заявил, что КНДР поставила России более 1000 контейнеров с боеприпасами. Пхеньян не признаёт "
        "поставок.\nМинобороны Южной Кореи сообщило, что суда вышли из порта Раджин — «под чужим флагом» — ещё в сентябре.",
        [
            ("КНДР", "КНР"),
            ("России", "Сирии"),
            ("1000", "4000"),
            ("не признаёт", "признаёт"),
            ("Южной", "Северной"),
            ("ещё", "уже"),
        ],
    ),
    "Chinese": (
        "白宫周三表示，朝鲜向俄罗斯提供了300多万发炮弹。平壤否认出售武器，称有关报道是“毫无根据的谣言”。\n"
        "韩国国防部说，约6700个集装箱已从罗津港运出，但没有公布证据。俄罗斯拒绝置评。",
        [
            ("朝鲜", "韩国的"),
            ("俄罗斯提供", "叙利亚提供"),
            ("300多万", "400多万"),
            ("否认", "承认"),
            ("没有公布", "公布"),
            ("6700", "6100"),
        ],
    ),
    "Japanese": (
        "ホワイトハウスは水曜日、北朝鮮がロシアに砲弾300万発を供与したと発表した。平壌は武器の売却を否定している。\n"
        "韓国国防省によると、約6700個のコンテナが羅津港を出た。ロシアは「根拠のない主張」だと反論した。",
        [
            ("北朝鮮", "韓国側"),
            ("ロシアに", "シリアに"),
            ("300万", "400万"),
            ("否定", "肯定"),
            ("6700", "6100"),
            ("砲弾", "爆弾"),
        ],
    ),
}
UNSPACED = {"Chinese", "Japanese"}


def main() -> int:
    adversarial = check("False quotes (accepted must be 0)", list(false_quotes()), accepted)
    harmless = check("True quotes in other typography (lost must be 0)", list(true_quotes()), lost)
    speed()
    growth()
    return 1 if adversarial or harmless else 0


# Correctness ---------------------------------------------------------------------------------------------------------

Case = tuple[str, str, str, tuple[int, int]]
"""Kind, text, quote, and where the words stand that the quote was made from."""


def check(title: str, cases: list[Case], is_wrong: Callable[[Case], bool]) -> int:
    total, wrong = Counter(kind for kind, *_ in cases), Counter(case[0] for case in cases if is_wrong(case))
    label = title[title.index("(") + 1 : title.index(" must")]
    table(
        title,
        ["kind", "cases", label],
        [*([kind, total[kind], wrong[kind]] for kind in total), ["all", total.total(), wrong.total()]],
    )
    for kind, _, quote, _ in filter(is_wrong, cases):
        print(f"  {label}: {kind}: {quote!r}")
    return wrong.total()


def accepted(case: Case) -> bool:
    _, text, quote, place = case
    return locate(quote, text) is not None or locate(quote, text, place) is not None


def lost(case: Case) -> bool:
    _, text, quote, place = case
    span = locate(quote, text, place)
    return span is None or (span.start, span.end) != place


def false_quotes() -> Iterator[Case]:
    """Passages with one thing changed, from a fixed seed. What happens to stand in the text all the same is left out."""
    chance = random.Random(7)
    for quote in LESSON_FALSE:
        yield "what other tools accept", LESSON, quote, (0, len(LESSON))
    for text in [LESSON, *SEEDS]:
        for case in distorted(text, chance):
            if tokens(case[2]) not in tokens(text):
                yield case
    for script, (text, changes) in OTHERS.items():
        for case in [*replaced(script, text, changes), *misspelt(script, text, chance)]:
            if letters(case[2]) not in letters(text):
                yield case


def distorted(text: str, chance: random.Random) -> Iterator[Case]:
    sentences = list(passages(text, at_least=7))
    for start, end in sentences:
        for kind, words in distortions(text[start:end].split(), text, chance):
            yield kind, text, " ".join(words), (start, end)
    for one, two in pairwise(sentences):
        first, second = text[slice(*one)].split(), text[slice(*two)].split()
        yield "sentences fused", text, " ".join(first[: len(first) // 2] + second[len(second) // 2 :]), one


def replaced(script: str, text: str, changes: list[tuple[str, str]]) -> Iterator[Case]:
    for old, new in changes:
        at = text.index(old)
        start, end = max(0, text.rfind(" ", 0, max(0, at - 12)) + 1), at + len(old) + 8
        yield f"{script}: word, name or number", text, text[start:at] + new + text[at + len(old) : end], (start, end)


def misspelt(script: str, text: str, chance: random.Random) -> Iterator[Case]:
    for start, end in passages(text, at_least=1 if script in UNSPACED else 4):
        for at in chance.sample([i for i in range(start, end) if text[i].isalpha()], 3):
            new = chance.choice([c for c in text if c.isalpha() and c != text[at]])
            yield f"{script}: letter", text, text[start:at] + new + text[at + 1 : end], (start, end)


def distortions(words: list[str], text: str, chance: random.Random) -> Iterator[tuple[str, list[str]]]:
    inner = range(1, len(words) - 1)
    at = chance.choice(inner)
    other = chance.choice([w for w in text.split() if w.isalpha() and w.casefold() != words[at].casefold()])
    yield "word swapped", [*words[:at], other, *words[at + 1 :]]
    yield "word dropped", [*words[:at], *words[at + 1 :]]
    yield "words left out with an ellipsis", [*words[:at], "…", *words[at + 2 :]]
    yield "words transposed", [*words[:at], words[at + 1], words[at], *words[at + 2 :]]
    yield "negation added", [*words[:at], chance.choice(["not", "never", "no"]), *words[at:]]
    yield "begins inside a word", [words[0][1:], *words[1:]]
    yield "ends inside a word", [*words[:-1], words[-1][: max(1, len(words[-1]) // 2)]]
    yield "another number added", [*words[:at], str(chance.randint(2, 900)), *words[at:]]
    letter = chance.randrange(len(words[at]))
    if words[at][letter].isalpha():
        new = chance.choice("abcdefghijklmnopqrstuvwxyz")
        yield "letter changed", [*words[:at], words[at][:letter] + new + words[at][letter + 1 :], *words[at + 1 :]]
    for index, word in enumerate(words):
        if word.lower() in {"not", "no", "never", "denied", "unsuccessful"} and index not in (0, len(words) - 1):
            yield "negation removed", [*words[:index], *words[index + 1 :]]
        if any(map(str.isdigit, word)):
            yield (
                "number changed",
                [
                    *words[:index],
                    re.sub(r"\d", lambda m: str((int(m[0]) + 3) % 10), word, count=1),
                    *words[index + 1 :],
                ],
            )
            yield "number changed", [*words[:index], re.sub(r"(\d)(?=\D*$)", r"\g<1>0", word), *words[index + 1 :]]
        for name, another in NAMES.items():
            if name in word:
                yield "name changed", [*words[:index], word.replace(name, another), *words[index + 1 :]]


NAMES = {
    "Iran": "Iraq",
    "North": "South",
    "Korean": "Chinese",
    "Russia": "Belarus",
    "Putin": "Lukashenko",
    "Kirby": "Sullivan",
    "Kim": "Kin",
    "Pyongyang": "Pyongsong",
    "Moscow": "Minsk",
    "Shoigu": "Shoigo",
    "Ukraine": "Ukrainian",
}


def true_quotes() -> Iterator[Case]:
    """Passages whose typography was changed, in the quote or in the text, with the place where they must be found."""
    for text in [LESSON, *SEEDS, *(text for text, _ in OTHERS.values())]:
        for start, end in passages(text, at_least=1 if text in (OTHERS[s][0] for s in UNSPACED) else 4):
            words = text[start:end]
            for kind, change in CHANGES.items():
                changed = change(words)
                if changed == words:
                    continue
                yield f"quote: {kind}", text, changed, (start, end)
                yield f"text: {kind}", text[:start] + changed + text[end:], words, (start, start + len(changed))


CHANGES: dict[str, Callable[[str], str]] = {
    "straight quote marks": lambda s: s.translate(str.maketrans("“”‘’«»「」", '""\'\'""""')),
    "curly quote marks": lambda s: re.sub(r"\"(?=\w)", "“", s).replace('"', "”").replace("'", "’"),
    "guillemets": lambda s: s.translate(str.maketrans("“”", "«»")),
    "quote marks decoded wrongly": lambda s: s.replace("’", "â€™").replace("“", "â€œ").replace("”", "â€\x9d"),
    "dashes": lambda s: re.sub(r"\s?—\s?", " - ", s),
    "dashes without spaces": lambda s: re.sub(r"\s[—–]\s", "—", s),
    "hyphens": lambda s: re.sub(r"(?<=\w)-(?=\w)", "‑", s),
    "double spaces and line breaks": lambda s: s.replace(" ", "  ", 1).replace(" ", "\n", 3),
    "no-break spaces": lambda s: s.replace(" ", "\u00a0"),
    "spaces around digits": lambda s: re.sub(
        r"(?<=[\u4e00-\u9fff\u3040-\u30ff])(?=\d)|(?<=\d)(?=[\u4e00-\u9fff])", " ", s
    ),
    "decomposed": lambda s: unicodedata.normalize("NFD", s),
    "full width": lambda s: s.translate({c: c + 0xFEE0 for c in b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}),
    "upper case": str.upper,
    "lower case": str.lower,
    "soft hyphens": lambda s: re.sub(r"(?<=[^\W\d_]{2})(?=[^\W\d_]{2})", "\u00ad", s),
    "zero-width spaces": lambda s: s.replace(" ", " \u200b"),
    "direction marks": lambda s: s.replace(" ", " \u200f"),
}


def passages(text: str, at_least: int) -> Iterator[tuple[int, int]]:
    """Stretches of one sentence without outer punctuation, of at most 20 words."""
    for sentence in re.finditer(r"[^\n.!?。।]+(?:\.(?=\S)[^\n.!?。।]+)*", text):
        words = list(re.finditer(r"\S+", sentence[0]))[:20]
        if len(words) < at_least:
            continue
        start, end = sentence.start() + words[0].start(), sentence.start() + words[-1].end()
        while start < end and not text[start].isalnum():
            start += 1
        while start < end and unicodedata.category(text[end - 1])[0] not in "LNM":
            end -= 1
        if start < end:
            yield start, end


def tokens(text: str) -> str:
    return " " + " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())) + " "


def letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if unicodedata.category(c)[0] in "LNM")


# Speed ---------------------------------------------------------------------------------------------------------------

RUNS = 15


def speed() -> None:
    text = "\n".join(SEEDS)[:5_000]
    quotes = forty(text)
    makers = {
        "as written": quotes[0],
        "other typography": quotes[1],
        "not in the text": quotes[2],
        "the mix": mix(*quotes),
    }
    contestants: dict[str, Callable[[], object]] = {
        f"TextIndex, {name}": partial(ours, text, asked) for name, asked in makers.items()
    }
    contestants |= {f"rapidfuzz alignment, {name}": partial(rapidfuzz, text, asked) for name, asked in makers.items()}
    contestants |= {f"langextract alignment, {name}": run for name, run in langextract(text, makers["the mix"])}
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(RUNS):
        for name, run in contestants.items():
            times[name].append(clocked(run) / 40 * 1e6)
    rows = [[name, f"{median(t):.1f}", f"{min(t):.1f}", f"{max(t):.1f}"] for name, t in times.items()]
    if not any(name.startswith("langextract") for name in times):
        rows.append(["langextract alignment", "not installed", "", ""])
    title = f"Microseconds a quote: 40 quotes, {len(text)} characters, building included, {RUNS} interleaved runs"
    table(title, ["", "median", "least", "most"], rows)


def growth() -> None:
    rows: list[list[object]] = []
    before = (0, 0.0)
    for size in (5_000, 50_000, 500_000, 5_000_000):
        tail = SEEDS[1][-2_500:]
        filler = "\n".join(SEEDS[:1]) + "\n"
        text = (filler * (size // len(filler) + 1))[: size - len(tail)] + tail
        quotes = forty(tail)
        spent = median(clocked(partial(ours, text, mix(*quotes))) for _ in range(3))
        hint = median(clocked(partial(closest, quotes[2][0], text)) for _ in range(3))
        exponent = f"{math.log(spent / before[1]) / math.log(size / before[0]):.2f}" if before[0] else ""
        rows.append([f"{size:,}", f"{spent * 1e3:.2f}", f"{spent / size * 1e9:.0f}", exponent, f"{hint * 1e3:.1f}"])
        before = size, spent
    title = "Time against length: index and 40 quotes, all at the end of the text"
    table(title, ["characters", "milliseconds", "ns a character", "exponent", "one hint, ms"], rows)


def ours(text: str, quotes: list[str]) -> list[object]:
    index = TextIndex(text)
    return [index.locate(quote) for quote in quotes]


def rapidfuzz(text: str, quotes: list[str]) -> list[object]:
    return [fuzz.partial_ratio_alignment(quote, text) for quote in quotes]


def forty(text: str) -> tuple[list[str], list[str], list[str]]:
    """Forty passages of 5 to 25 words: as written, in other typography, and with a word that is not there."""
    chance = random.Random(1)
    words = [m.span() for m in re.finditer(r"\S+", text)]
    spans = [(first, first + chance.randint(5, 25)) for first in (chance.randrange(len(words) - 26) for _ in range(40))]
    exact = [text[words[a][0] : words[b - 1][1]] for a, b in spans]
    typography = [CHANGES["curly quote marks"](q).upper().replace(" ", "\u00a0", 1) for q in exact]
    absent = [" ".join([*q.split()[:2], "zebra", *q.split()[2:]]) for q in exact]
    return exact, typography, absent


def mix(exact: list[str], typography: list[str], absent: list[str]) -> list[str]:
    """What a model gives: 28 as written, 8 in other typography, 4 that are not there."""
    return [*exact[:28], *typography[28:36], *absent[36:]]


def langextract(text: str, quotes: list[str]) -> Iterator[tuple[str, Callable[[], object]]]:
    try:
        from langextract.core.data import Extraction
        from langextract.resolver import Resolver
    except ImportError:
        return
    extractions = [Extraction("quote", quote) for quote in quotes]
    for name, fuzzy in {"the mix": True, "the mix, fuzzy off": False}.items():
        yield name, lambda fuzzy=fuzzy: list(Resolver().align(extractions, text, 0, 0, enable_fuzzy_alignment=fuzzy))


def clocked(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def table(title: str, head: list[str], rows: list[list[object]]) -> None:
    width = max(34, *(len(str(row[0])) + 2 for row in rows))
    print(title + "\n" + "-" * len(title))
    for row in [head, *rows]:
        print(f"{row[0]!s:{width}}" + "".join(f"{cell!s:>16}" for cell in row[1:]))
    print()


if __name__ == "__main__":
    sys.exit(main())
