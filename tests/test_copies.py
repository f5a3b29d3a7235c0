"""Copies of one text are found, and nothing else is taken for one."""

from __future__ import annotations

import random
import string
import subprocess
import sys
from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor import copies
from extractor.copies import THRESHOLD, Copy, K, alike, groups, sketch
from tests.conftest import ROOT

SEEDS = [path.read_text("utf-8") for path in sorted((ROOT / "seeds").glob("*.txt"))]


def story(name: str, paragraphs: int = 10) -> list[str]:
    """Paragraphs of 50 invented words, the same for the same name."""
    rng = random.Random(name)
    return [
        " ".join("".join(rng.choices(string.ascii_lowercase, k=rng.randint(2, 9))) for _ in range(50)) + "."
        for _ in range(paragraphs)
    ]


def text(*paragraphs: str) -> str:
    return "\n".join(paragraphs)


def grouped(**texts: str) -> dict[str, str]:
    return groups(Copy(id_, sketch(t)) for id_, t in texts.items())


# Sketches -----------------------------------------------------------------------------------------------------------

WORDS = st.lists(st.text("abcdefgéяж中ไ", min_size=1, max_size=6), min_size=12, max_size=200)
GAPS = st.sampled_from([" ", "\n", "  ", "\t", ", ", ". ", " — ", "; ", "… ", "\u00a0", ' "', "\r\n\r\n"])


@settings(deadline=None)
@given(WORDS, st.data())
def test_case_white_space_and_punctuation_make_no_difference(words: list[str], data: st.DataObject) -> None:
    changed = [(w.upper() if data.draw(st.booleans()) else w) + data.draw(GAPS) for w in words]
    assert sketch("".join(changed)) == sketch(" ".join(words))


def test_typography_makes_no_difference() -> None:
    plain = "The U.S. said it doesn't know whether the short-range missile flew from Dorvia to Kastria on Monday"
    fancy = "“The US said it doesn’t know whether the short–range missile ﬂew / from Dorvia to Kastria (on Monday)”"
    assert sketch(plain) == sketch(fancy) != []


@settings(deadline=None)
@given(st.text())
def test_a_sketch_is_ascending_and_of_bounded_size(anything: str) -> None:
    values = sketch(anything)
    assert values == sorted(set(values))
    assert len(values) == 0 or copies.SHORTEST <= len(values) <= K
    assert all(0 <= value < 1 << 32 for value in values)


def test_a_sketch_is_the_same_on_every_machine() -> None:
    """Whatever seeds Python's own hashes; and the values are those of the first release."""
    program = f"from extractor.copies import sketch; print(sketch({SEEDS[0]!r}))"
    told = [
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    ]
    assert told == [f"{sketch(SEEDS[0])}\n"] * 2
    assert sketch("one two three four five six seven eight nine ten eleven twelve")[:2] == [754896016, 1036500176]


@pytest.mark.parametrize("short", ["", "\x00", "…", "Talks go on in Dorvia, officials say", "한국 북한", "中" * 9])
def test_a_text_too_short_to_tell_has_no_sketch(short: str) -> None:
    assert sketch(short) == []
    assert alike(sketch(short), sketch(short)) == 0
    assert grouped(a=short, b=short) == {"a": "a", "b": "b"}


def test_scripts_without_spaces_count_by_characters() -> None:
    chinese = "朝鲜向俄罗斯运送了一千多个集装箱的军事装备和弹药，白宫发言人周五表示。"
    assert alike(sketch(chinese), sketch(chinese[: len(chinese) // 2])) > THRESHOLD
    assert alike(sketch(chinese), sketch("中国外交部发言人在例行记者会上说，双方将继续推进各领域务实合作。")) < 0.1


# Likeness -----------------------------------------------------------------------------------------------------------


def typos(whole: str, every: int) -> str:
    words = whole.split(" ")
    return " ".join(w[:-1] if n % every == 0 and len(w) > 3 else w for n, w in enumerate(words))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_copy_is_known_however_it_was_edited(seed: str) -> None:
    lines = [line for line in seed.splitlines() if line.strip()]
    added = story("added", 2)
    shuffled = random.Random(1).sample(lines, len(lines))
    variants = {
        "first half": seed[: len(seed) // 2],
        "first third": seed[: len(seed) // 3],
        "other headline, two paragraphs more": text("A headline of their own", *lines[1:], *added),
        "half, two paragraphs more": text(*lines[: len(lines) // 2], *added),
        "every fourth dropped": text(*(line for n, line in enumerate(lines) if n % 4)),
        "reordered": text(*shuffled),
        "edited": typos(seed, 12),
        "doubled": text(*lines, *story("more", len(seed.split()) // 50)),
    }
    likeness = {name: alike(sketch(seed), sketch(variant)) for name, variant in variants.items()}
    assert {name: value for name, value in likeness.items() if value < THRESHOLD} == {}
    assert all(
        alike(sketch(seed), sketch(v)) == pytest.approx(alike(sketch(v), sketch(seed))) for v in variants.values()
    )


def test_different_texts_are_not_alike() -> None:
    texts = [*SEEDS, *(text(*story(str(n))) for n in range(20))]
    assert max(alike(sketch(a), sketch(b)) for a, b in combinations(texts, 2)) < 0.2


@pytest.mark.parametrize("shared", [1, 2, 3])
def test_two_stories_with_the_same_quotes_are_two_stories(shared: int) -> None:
    for n in range(20):
        quotes = story(f"quotes {n}", shared)
        a, b = (text(*quotes, *story(f"{name} {n}", 10 - shared)) for name in "ab")
        assert alike(sketch(a), sketch(b)) < THRESHOLD


# Groups -------------------------------------------------------------------------------------------------------------


def test_copies_have_the_smallest_id_of_their_group() -> None:
    a, b = story("a"), story("b")
    assert grouped(z=text(*a), m=text(*a[:5]), c=text("Retitled by hand", *a[1:]), b=text(*b)) == {
        "z": "c",
        "m": "c",
        "c": "c",
        "b": "b",
    }


def test_a_text_that_joins_two_stories_does_not_join_their_groups() -> None:
    a, b = story("a"), story("b")
    found = grouped(a=text(*a), b=text(*b), c=text(*a, *b))
    assert (found["a"], found["b"]) == ("a", "b")
    assert found["c"] in {"a", "b"}


def test_a_chain_of_likeness_does_not_make_one_group() -> None:
    """Each text has seven of ten paragraphs of the one before: neighbours are copies, the ends have nothing in common."""
    long = story("chain", 40)
    found = groups(Copy(f"{n:02}", sketch(text(*long[3 * n : 3 * n + 10]))) for n in range(11))
    assert found["00"] != found["10"]
    assert len(set(found.values())) >= 3


def test_stories_that_grew_from_one_flash_are_not_its_copies() -> None:
    flash = story("flash", 2)
    a, b = text(*flash, *story("a")), text(*flash, *story("b"))
    assert len(set(grouped(flash=text(*flash), a=a, b=b).values())) == 3


def test_agency_and_day_alone_are_no_copy() -> None:
    stories = [Copy(name, sketch(text(*story(name))), "Reuters", "2023-08-31") for name in "ab"]
    assert groups(stories) == {"a": "a", "b": "b"}


def test_known_duplicates_go_together_even_without_a_sketch() -> None:
    a = sketch(text(*story("a")))
    articles = [
        Copy("1", []),
        Copy("2", [], duplicate_of="1"),
        Copy("3", a),
        Copy("4", [], duplicate_of="3"),
        Copy("5", a),
        Copy("6", [], duplicate_of="absent"),
        Copy("7", [], duplicate_of="absent"),
        Copy("8", [], duplicate_of="9"),
        Copy("9", [], duplicate_of="8"),
    ]
    assert groups(articles) == dict(zip("123456789", "113336688", strict=True))


def test_no_article_is_no_group() -> None:
    assert groups([]) == {}


@st.composite
def collections(draw: st.DrawFn) -> list[Copy]:
    """Articles of a few sources: cuts, joins and edits, some known duplicates."""
    sources = [story(str(n)) for n in range(4)]
    articles = []
    for n in range(draw(st.integers(1, 14))):
        pick = st.tuples(st.integers(0, 3), st.integers(0, 8), st.integers(1, 10))
        parts = [p for s, first, size in draw(st.lists(pick, max_size=3)) for p in sources[s][first : first + size]]
        known = draw(st.none() | st.integers(0, 14).map(str))
        articles.append(Copy(str(n), sketch(text(*parts)), duplicate_of=known))
    return articles


@settings(max_examples=50, deadline=None)
@given(collections(), st.randoms())
def test_the_order_of_the_articles_makes_no_difference(articles: list[Copy], rng: random.Random) -> None:
    found = groups(articles)
    assert groups(rng.sample(articles, len(articles))) == found
    assert set(found) == {article.id for article in articles}
    for id_, first in found.items():
        assert found[first] == first <= id_


# Many ---------------------------------------------------------------------------------------------------------------


def drawn(rng: random.Random, size: int = 400) -> list[int]:
    """The sketch of a text nobody wrote."""
    return sorted(rng.randrange(1 << 32) for _ in range(size))[:K]


def comparisons(monkeypatch: pytest.MonkeyPatch, articles: Sequence[Copy]) -> tuple[dict[str, str], int]:
    calls = [0]
    compare = copies._alike

    def counted(a: copies._Text, b: copies._Text) -> float:
        calls[0] += 1
        return compare(a, b)

    monkeypatch.setattr(copies, "_alike", counted)
    return groups(articles), calls[0]


def test_different_texts_are_hardly_ever_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(3)
    found, calls = comparisons(monkeypatch, [Copy(f"{n}", drawn(rng)) for n in range(1_000)])
    assert len(set(found.values())) == 1_000
    assert calls < 100


def test_boilerplate_neither_joins_nor_slows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A third of each text is the same."""
    rng = random.Random(4)
    footer = [rng.randrange(1 << 32) for _ in range(200)]
    articles = [
        Copy(f"{n}", sorted({*footer, *(rng.randrange(1 << 32) for _ in range(400))})[:K]) for n in range(1_000)
    ]
    found, calls = comparisons(monkeypatch, articles)
    assert len(set(found.values())) == 1_000
    assert calls < 1_000


def test_a_story_in_a_thousand_papers_is_one_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its runs are no boilerplate, and each copy is compared with a few others only."""
    rng = random.Random(5)
    original = drawn(rng)
    edited = [
        sorted({v if rng.random() > 0.1 else rng.randrange(original[-1]) for v in original}) for _ in range(1_000)
    ]
    found, calls = comparisons(monkeypatch, [Copy(f"{n:04}", values) for n, values in enumerate(edited)])
    assert set(found.values()) == {"0000"}
    assert calls <= copies.COMPARED * 1_000
