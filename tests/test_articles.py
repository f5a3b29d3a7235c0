"""Finding, reading and splitting articles."""

from __future__ import annotations

import math
from pathlib import Path

import py3langid
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor import articles, languages, prompt, sentences
from extractor.errors import UnreadableArticle, UsageError
from extractor.segments import classify


def texts(document: articles.Document) -> list[str]:
    return [document.raw[s.start : s.end] for s in document.sentences]


def segments(text: str) -> list[str]:
    return [s.segment for s in articles.read(text, "x.txt").sentences]


def test_a_folder_gives_its_text_files_sorted_and_tells_what_it_left_out(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "notes.md", ".hidden.txt", "sub/c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("Text.")
    files, skipped = articles.find([tmp_path])
    assert [f.relative_to(tmp_path).as_posix() for f in files] == ["a.txt", "b.txt", "sub/c.txt"]
    assert [(Path(s.path).name, s.reason) for s in skipped] == [("notes.md", "not a .txt file")]


def test_a_file_given_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Text.")
    files, _ = articles.find([tmp_path, tmp_path / "a.txt"])
    assert len(files) == 1


@pytest.mark.parametrize(
    ("make", "message"),
    [(lambda p: None, "no such file or folder"), (lambda p: p.mkdir(), "no .txt file in this folder")],
)
def test_a_path_that_gives_nothing_is_wrong_use(tmp_path: Path, make: object, message: str) -> None:
    make(tmp_path / "x")  # type: ignore[operator]
    with pytest.raises(UsageError, match=f"x: {message}"):
        articles.find([tmp_path / "x"])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file is empty"),
        (b" \n\t ", "the file is empty"),
        (b"GIF89a\x00\x01", "binary"),
        ("Größe".encode("cp1252"), "not UTF-8 .byte 2.*iconv"),
        (b"\xff\xfeD\x00o\x00", "binary"),
    ],
)
def test_a_file_that_is_no_text_says_what_is_wrong_and_what_to_do(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(data)
    with pytest.raises(UnreadableArticle, match=f"x.txt: .*{message}"):
        articles.load(path)


def test_a_missing_file_is_unreadable_not_empty(tmp_path: Path) -> None:
    with pytest.raises(UnreadableArticle, match="No such file"):
        articles.load(tmp_path / "gone.txt")


def test_offsets_count_code_points_of_the_untouched_text(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes("\ufeffÜber 🚀 Dorvia.\r\n\r\nKim sagte: „Nein“.".encode())
    document = articles.load(path)
    assert texts(document) == ["Über 🚀 Dorvia.", "Kim sagte: „Nein“."]
    assert document.raw.startswith("\ufeff")


def test_a_line_is_a_paragraph_unless_the_text_is_hard_wrapped() -> None:
    by_line = "Headline without a stop\nThe first sentence. The second.\nA third one."
    assert texts(articles.read(by_line, "x.txt")) == [
        "Headline without a stop",
        "The first sentence.",
        "The second.",
        "A third one.",
    ]
    wrapped = "\n".join(
        [
            "Dorvia has over the last few months shipped a great number of",
            "artillery shells to the army of Quell, a spokesman of the interior",
            "ministry said on Tuesday. He gave no number of them and would",
            "not say where his knowledge came from when he was asked for it.",
            "",
            "The League of Nine said that it was following the reports with a",
            "growing concern and that it would meet in the coming week to",
            "talk about them.",
        ]
    )
    assert [" ".join(t.split()) for t in texts(articles.read(wrapped, "x.txt"))] == [
        "Dorvia has over the last few months shipped a great number of artillery shells to the army of Quell, "
        "a spokesman of the interior ministry said on Tuesday.",
        "He gave no number of them and would not say where his knowledge came from when he was asked for it.",
        "The League of Nine said that it was following the reports with a growing concern and that it would meet in the "
        "coming week to talk about them.",
    ]


def test_parts_of_the_page_are_told_apart() -> None:
    text = "\n".join(
        [
            "Dorvia sends shells to Quell, ministry says",
            "Ministry says Dorvia has sent shells to Quell since May.",
            "  • Dorvia denies it.",
            "HALVEN — Dorvia has sent shells, the ministry said.",
            "A crate of shells, May 3. AP Photo/Jane Doe",
            "Nothing else is known.",
            "Sign up for our newsletter",
        ]
    )
    assert segments(text) == ["headline", "deck", "summary", "body", "caption", "caption", "body", "boilerplate"]


def test_the_first_paragraph_of_the_report_is_body_however_much_it_repeats_the_headline() -> None:
    text = "Dorvia sends shells to Quell\nHALVEN — Dorvia sends shells to Quell, the ministry said.\nMore."
    assert segments(text) == ["headline", "body", "body"]


def test_the_seeds_are_split_and_their_parts_recognised(root: Path) -> None:
    insider = articles.load(root / "seeds" / "000_3b23ed8fd743692b.txt")
    runs = [(r.segment, r.first, r.last) for r in insider.segments]
    assert runs[:3] == [("headline", 1, 1), ("summary", 2, 4), ("body", 5, 11)]
    assert ("caption", 12, 12) in runs
    assert runs[-1] == ("boilerplate", 32, 32)
    times = articles.load(root / "seeds" / "002_a9cedf9aad49a189.txt")
    assert [(r.segment, r.first) for r in times.segments][:3] == [("headline", 1), ("deck", 2), ("body", 3)]


@given(st.text())
def test_sentences_cover_everything_but_white_space_and_never_overlap(text: str) -> None:
    document = articles.read(text, "x.txt")
    position = 0
    for number, sentence in enumerate(document.sentences, start=1):
        assert sentence.number == number
        assert position <= sentence.start < sentence.end <= len(text)
        assert not text[position : sentence.start].strip("\ufeff\u200b \t\n").strip()
        position = sentence.end
    assert not text[position:].strip("\ufeff\u200b \t\n").strip()


def test_metadata_is_read_by_file_name(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text(
        '[{"file": "a.txt", "published": "2023-05-03", "outlet": "The Courier", "other": 1}, {"file": "b.txt"}]'
    )
    assert articles.load_metadata(path) == {"a.txt": {"published": "2023-05-03", "outlet": "The Courier"}, "b.txt": {}}


@pytest.mark.parametrize("content", ["{", '{"a": 1}', '[{"published": "2023"}]', "[1]"])
def test_metadata_of_another_form_is_wrong_use(tmp_path: Path, content: str) -> None:
    path = tmp_path / "m.json"
    path.write_text(content)
    with pytest.raises(UsageError, match="m.json: not a JSON list"):
        articles.load_metadata(path)


def test_the_guess_of_a_language_is_the_same_as_the_librarys_own_to_the_last_bit(root: Path) -> None:
    """Fails if py3langid's inner parts, which the guess uses, have moved."""
    texts = [p.read_text("utf-8")[:2000] for p in sorted(root.glob("tests/corpus/articles/*.txt"))]
    assert len(texts) > 20
    joined = "".join(t[:80] for t in texts)
    for text in [*texts, *(t[7:n] for n, t in enumerate(texts, 8)), joined, joined[::-1], "", "1", "\ufeff", "I"]:
        assert languages._identifier().classify(text) == py3langid.classify(text)


def test_menus_of_another_language_above_the_article_do_not_change_its_language(root: Path) -> None:
    menu = (
        "Cookies help us to deliver our services. Sign in to go on with this story and to share it with your friends.\n"
        * 6
    )
    texts = {p.name: p.read_text("utf-8") for p in sorted(root.glob("tests/corpus/articles/*.txt"))}
    others = {name: text for name, text in texts.items() if articles.read(text, name).language != "en"}
    assert len(others) >= 8
    for name, text in others.items():
        assert articles.read(menu + text, name).language == articles.read(text, name).language, name


def test_the_quick_count_of_features_is_in_use() -> None:
    """Fails if py3langid's scores are no finite 16-bit floats any more: then the guess takes three times as long."""
    identifier = languages._identifier()
    assert type(identifier) is not py3langid.langid.LanguageIdentifier
    assert abs(identifier.nb_ptc).max() < math.inf


@given(st.text())
def test_a_guess_of_any_text_is_the_librarys_own(text: str) -> None:
    assert languages._identifier().classify(text) == py3langid.classify(text)


def test_what_is_quickly_looked_at_leaves_nothing_out() -> None:
    every = list(map(chr, range(0x110000)))
    assert {c for c in every if c.isspace()} | {"\ufeff", "\u200b"} == set(sentences._OUTER)
    assert not [c for c in every if c.isprintable() and prompt._UNSHOWN.match(c)]


@pytest.mark.parametrize(
    "credit",
    [
        *("AP Photo", "KCNA/", "x/Reuters", "Getty Images", "via AP", "via AFP", "via EPA", "via Reuters", "via Getty"),
        *(
            "via Associated Press",
            "image released by",
            "pictures provided by",
            "file photo",
            "file picture",
            "(foto: x)",
        ),
        *("(image)", "Foto:", "Image credit:", "Crédit photo :", "Bild:"),
    ],
)
def test_a_credit_is_found_in_any_case_and_with_turkish_letters(credit: str) -> None:
    dotted, dotless = credit.replace("i", "\u0130"), credit.replace("i", "\u0131")
    for text in (credit, credit.upper(), credit.swapcase(), dotted, dotless):
        assert classify([text]) == ["caption"]


@pytest.mark.parametrize("space", ["\xa0", "\u2009", "\u3000", "\u202f"])
def test_a_space_that_breaks_the_splitter_costs_nothing(space: str) -> None:
    """sentencex panics on it, with an exception that no `except Exception` catches."""
    raw = f"Officials met Mr U{space}. They said nothing. Then they left."
    document = articles.read(raw, "a.txt")
    assert [raw[s.start : s.end] for s in document.sentences][-1] == "Then they left."


def test_whatever_breaks_the_splitter_its_paragraph_is_kept_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    panic = type("PanicException", (BaseException,), {})

    def segment(language: str, text: str) -> list[str]:
        raise panic

    monkeypatch.setattr("sentencex.segment", segment)
    raw = "One thing. Another thing."
    assert [raw[s.start : s.end] for s in articles.read(raw, "a.txt").sentences] == [raw]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "« C'est faux », a déclaré hier soir M. Maloum devant la presse de son pays."),
        ("fr", "Les ministres de la défense, MM. Dupont et Durand, ont parlé hier devant la presse."),
        ("fr", "Selon le gén. Idris, qui parlait hier devant la presse, rien n'a été livré à ce pays."),
        ("fr", "Le ministre J.-P. Dupont a dit hier à la presse que rien n'a été livré à ce pays."),
        ("pl", "Minister powiedział wczoraj, że gen. Nowak nie dostarczył żadnej broni do tego kraju."),
        ("tr", "Sözcünün dün açıkladığına göre Sn. Erdoğan bu silahların teslim edildiğini reddetti."),
        ("uk", "Міністр учора заявив, що В. Зеленський не отримував жодної зброї від цієї держави."),
        ("id", "Juru bicara kementerian itu mengatakan kemarin bahwa Tn. Budi tidak menerima senjata."),
        ("de", "Nach Angaben des Ministeriums erhielt gestern die 3. Brigade diese Raketen aus dem Ausland."),
        ("en", "The arms were held up by then-Sen. Patrick Leahy, who told this to the press yesterday."),
        ("it", "Secondo il ministero della difesa, l'on. Verdi ha ricevuto ieri le armi da questo paese."),
        ("nl", "Volgens het ministerie heeft mevr. Jansen gisteren gezegd dat de wapens niet zijn geleverd."),
        ("pl", "Ministerstwo powiedziało wczoraj, że dostawy broni w 2023 r. wzrosły do 5 mln. sztuk rocznie."),
        ("pl", "Ministerstwo powiedziało wczoraj, że broń dostarczyli m.in. Nowak i jego firma z tego kraju."),
        ("pl", "Ministerstwo powiedziało wczoraj, że zgodnie z art. 5 kupiło za granicą ok. 500 rakiet dla wojska."),
        ("ru", "Министерство заявило вчера, что по рез. 1929 завод поставил за рубеж ок. 500 ракет этого типа."),
        ("ar", "وقال المتحدث باسم الوزارة أمس إن د. أحمد لم يتسلم أي أسلحة من هذه الدولة خلال الحرب."),
        ("ru", "Министерство заявило вчера, что ген. Петров получил это оружие за 5 млн. долларов из-за рубежа."),
        ("tr", "Bakanlığın dün açıkladığına göre 5. Kolordu bu silahları yurt dışından teslim aldı."),
    ],
)
def test_a_sentence_does_not_end_behind_an_abbreviation(language: str, text: str) -> None:
    document = articles.read(f"{text} {text}", "a.txt")
    assert document.language == language
    assert texts(document) == [text, text]
