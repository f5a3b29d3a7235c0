"""``extract report``, in a real browser: what an analyst sees, finds and opens; nothing leaves the page, nothing gets in."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from extractor import extract
from extractor.dataset import load, save
from extractor.errors import UsageError
from extractor.report import Page, has_drawings, read_texts, render, write
from extractor.reviewing import Review, serve
from extractor.settings import build
from extractor.testing import ScriptedModel
from tests.big import big_dataset
from tests.browser import Tab, apart, browser, tab
from tests.examples import ARTICLE, answer
from tests.runs import run_texts

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent.parent / "extractor" / "report" / "web" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the two seeds, with their texts."""
    root = Path(__file__).parent.parent
    dataset = apart(
        extract, [root / "seeds"], settings=build(model="gpt-5.4-mini", replay=root / "tests" / "cassettes")
    )
    path = tmp_path_factory.mktemp("report") / "report.html"
    write(dataset, path, read_texts(dataset, [root / "seeds"]))
    return path


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of 10,000 allegations in 5,000 articles."""
    path = tmp_path_factory.mktemp("report") / "big.html"
    write(apart(big_dataset), path, {})
    return path


def opened(page: Tab, fragment: str = "") -> Any:
    if fragment:
        page.page.evaluate(f"location.hash = {json.dumps(fragment)}")
    page.page.wait_for_selector("main h1")
    return page.page


def clean(page: Tab) -> None:
    assert page.errors == []
    assert page.asked == []


def test_the_drawings_are_bundled() -> None:
    assert has_drawings(), "make assets"


def test_an_analyst_searches_filters_and_opens_a_claim_with_its_words_marked(chromium: Any, seeds: Path) -> None:
    with tab(chromium, seeds.as_uri()) as found:
        page = opened(found)
        assert page.locator("tr[data-id]").count() == 13
        page.fill("input[name=q]", "Wagner")
        page.wait_for_function("document.querySelectorAll('tr[data-id]').length < 13")
        assert 0 < page.locator("tr[data-id]").count() < 13
        page.fill("input[name=q]", "")
        page.wait_for_function("document.querySelectorAll('tr[data-id]').length === 13")
        page.select_option("select[name=contested]", "pledge")
        page.wait_for_function("document.querySelectorAll('tr[data-id]').length < 13")
        page.locator("a.open").first.click()
        page.wait_for_selector("article.claim mark")
        mark = page.locator("article.claim .text mark").first
        assert mark.is_visible()
        assert mark.inner_text().strip()
        assert page.locator("article.claim h2").all_inner_texts()[:2] == ["Evidence", "From outlet to origin"]
        clean(found)


def test_every_allegation_has_an_address_of_its_own(chromium: Any, seeds: Path) -> None:
    with tab(chromium, seeds.as_uri()) as found:
        page = opened(found)
        page.locator("a.open").nth(2).click()
        page.wait_for_selector("article.claim")
        address, heading = page.url, page.locator("h1").inner_text()
        assert "#claim/" in address
    with tab(chromium, address) as found:
        page = found.page
        page.wait_for_selector("article.claim")
        assert page.locator("h1").inner_text() == heading
        assert "Not in this dataset" in opened(found, "#claim/claim:nobody").inner_text("h1") or page.wait_for_selector(
            "text=Not in this dataset"
        )
        clean(found)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", ["claims", "claim", "articles", "article", "network", "timeline", "accounting"])
def test_every_view_is_drawn_and_accessible(chromium: Any, seeds: Path, view: str, scheme: str) -> None:
    """WCAG 2.1 A and AA as far as axe-core can tell."""
    with tab(chromium, seeds.as_uri(), color_scheme=scheme, bypass_csp=True) as found:
        page = opened(found)
        if view == "claim":
            page.locator("a.open").first.click()
            page.wait_for_selector("article.claim")
        elif view == "article":
            opened(found, "#articles")
            page.locator("main a[href^='#article/']").first.click()
            page.wait_for_selector("main mark")
        else:
            opened(found, f"#{view}")
        page.wait_for_timeout(300)
        page.add_script_tag(path=str(AXE))
        told = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})")
        assert [(v["id"], v["nodes"][0]["html"][:120]) for v in told["violations"]] == []
        if view in {"network", "timeline"}:
            assert page.locator("main svg").count() >= 1
        clean(found)


def test_the_keyboard_is_enough(chromium: Any, seeds: Path) -> None:
    with tab(chromium, seeds.as_uri()) as found:
        page = opened(found)
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_selector("article.claim")
        page.keyboard.press("Escape")
        page.wait_for_selector("tr[data-id]")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.name") == "q"
        page.keyboard.press("Escape")
        page.keyboard.press("3")
        page.wait_for_selector("main svg.network")
        clean(found)


def test_ten_thousand_allegations_are_searched_and_opened(chromium: Any, big: Path) -> None:
    with tab(chromium, big.as_uri()) as found:
        page = opened(found)
        assert "10,000 allegations" in page.locator(".tally").inner_text()
        assert page.locator("tr[data-id]").count() == 100
        page.fill("input[name=q]", "Houthi")
        page.wait_for_function("/^[\\d,]+ of 10,000/.test(document.querySelector('.tally').textContent)")
        page.get_by_role("button", name="Next").click()
        page.wait_for_selector("text=Page 2 of")
        page.locator("a.open").first.click()
        page.wait_for_selector("article.claim")
        opened(found, "#network")
        page.wait_for_selector("main svg")
        clean(found)


HOSTILE = (
    "<script>alert(1)</script></script><img src=x onerror=alert(2)> javascript:alert(3) {{ 7*7 }} {% raw %} "
    "<!-- ]]> \u2028 \u202e end"
)


def test_an_article_full_of_markup_shows_as_text(chromium: Any, tmp_path: Path) -> None:
    text = f"{ARTICLE}\n\n{HOSTILE}\n\nhttp://evil.example/x.png"
    given = answer()
    dataset = apart(run_texts, {"one.txt": text}, ScriptedModel({"": [given]}))
    (tmp_path / "one.txt").write_bytes(text.encode())
    dataset = dataset.model_copy(
        update={"allegations": [a.model_copy(update={"summary": HOSTILE}) for a in dataset.allegations]}
    )
    write(dataset, tmp_path / "r.html", read_texts(dataset, [tmp_path]))
    with tab(chromium, (tmp_path / "r.html").as_uri()) as found:
        dialogs: list[str] = []
        found.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        page = opened(found)
        assert "<script>alert(1)</script>" in page.locator("a.open").first.inner_text()
        page.locator("a.open").first.click()
        page.wait_for_selector("article.claim .text")
        assert "javascript:alert(3) {{ 7*7 }}" in page.locator("article.claim .text").first.inner_text()
        assert page.locator("main img, main script, main iframe").count() == 0
        assert not page.locator("main a").evaluate_all(
            "links => links.filter((a) => !a.getAttribute('href').startsWith('#')).length"
        )
        assert dialogs == []
        clean(found)


def test_nothing_from_outside_can_run_or_load(chromium: Any, seeds: Path) -> None:
    """The policy stops an injected script, a request and an inline handler, should one ever get in."""
    with tab(chromium, seeds.as_uri()) as found:
        page = opened(found)
        page.evaluate(
            """() => {
              const script = document.createElement("script"); script.textContent = "globalThis.hit = 1"; document.body.append(script);
              const image = document.createElement("div"); image.innerHTML = '<img src="x" onerror="globalThis.hit = 2">'; document.body.append(image);
              return fetch("http://127.0.0.1:9/").catch(() => 0);
            }"""
        )
        assert page.evaluate("globalThis.hit") is None
        assert len([e for e in found.errors if "Content Security Policy" in e]) >= 2


def test_without_texts_it_says_how_to_include_them(chromium: Any, tmp_path: Path) -> None:
    dataset = apart(run_texts, {"one.txt": ARTICLE}, ScriptedModel({"": [answer()]}))
    write(dataset, tmp_path / "r.html", {})
    with tab(chromium, (tmp_path / "r.html").as_uri()) as found:
        page = opened(found)
        assert "extract report out.json ARTICLES -o report.html" in page.locator(".notice").first.inner_text()
        page.locator("a.open").first.click()
        page.wait_for_selector("article.claim mark")
        assert page.locator("article.claim .text").count() == 0
        clean(found)


def test_in_a_text_that_changed_nothing_is_marked(chromium: Any, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(ARTICLE, "utf-8")
    dataset = apart(
        extract,
        [tmp_path / "one.txt"],
        settings=build(model="scripted", base_url="http://127.0.0.1:9/v1"),
        model=ScriptedModel({"": [answer()]}),
    )
    (tmp_path / "one.txt").write_text(f"Another beginning. {ARTICLE}", "utf-8")
    write(dataset, tmp_path / "r.html", read_texts(dataset, [tmp_path / "one.txt"]))
    with tab(chromium, (tmp_path / "r.html").as_uri()) as found:
        page = opened(found)
        assert "changed since" in page.locator(".notice").first.inner_text()
        page.locator("a.open").first.click()
        page.wait_for_selector("article.claim figure mark, article.claim .quote mark")
        assert page.locator("article.claim .text mark").count() == 0
        clean(found)


def test_the_same_dataset_gives_the_same_bytes(seeds: Path) -> None:
    root = Path(__file__).parent.parent
    dataset = apart(
        extract, [root / "seeds"], settings=build(model="gpt-5.4-mini", replay=root / "tests" / "cassettes")
    )
    assert render(dataset, read_texts(dataset, [root / "seeds"])).encode() == seeds.read_bytes()


def test_without_the_bundle_the_report_does_without_drawings(chromium: Any, tmp_path: Path) -> None:
    dataset = apart(run_texts, {"one.txt": ARTICLE}, ScriptedModel({"": [answer()]}))
    write(dataset, tmp_path / "r.html", {}, Page(drawings=tmp_path / "none.js"))
    with tab(chromium, (tmp_path / "r.html").as_uri()) as found:
        page = opened(found, "#network")
        page.wait_for_timeout(200)
        assert re.search("drawing", page.locator("main").inner_text(), re.IGNORECASE)
        clean(found)


def test_a_folder_that_takes_no_file_is_said(tmp_path: Path) -> None:
    dataset = apart(run_texts, {"one.txt": ARTICLE}, ScriptedModel({"": [answer()]}))
    with pytest.raises(UsageError, match="cannot be written"):
        write(dataset, tmp_path / "gone" / "r.html", {})


def test_a_decision_made_in_the_browser_is_in_the_file_and_in_the_other_tab(chromium: Any, tmp_path: Path) -> None:
    save(apart(run_texts, {"one.txt": ARTICLE}, ScriptedModel({"": [answer()]})), tmp_path / "out.json")
    decisions = tmp_path / "decisions.jsonl"
    review = Review(tmp_path / "out.json", decisions, lambda d: read_texts(d, ()))
    address: list[str] = []
    ready = threading.Event()

    def told(at: str) -> None:
        address.append(at)
        ready.set()

    threading.Thread(target=serve, args=(review,), kwargs={"ready": told}, daemon=True).start()
    assert ready.wait(60)
    with tab(chromium, address[0]) as first, tab(chromium, address[0]) as second:
        for one in (first, second):
            opened(one)
            one.page.locator("a.open").first.click()
            one.page.wait_for_selector(".actions fieldset")
        first.page.fill("input[name=by]", "A. N.")
        first.page.locator(".actions input[name=note]").first.fill("read twice")
        first.page.get_by_role("button", name="Reject").first.click()
        first.page.wait_for_selector(".decisions strong")
        line = json.loads(decisions.read_text("utf-8"))
        assert (line["verb"], line["note"], line["by"]) == ("reject", "read twice", "A. N.")
        second.page.wait_for_selector(".decisions strong")
        assert "read twice" in second.page.locator(".decisions").inner_text()
        clean(first)
        clean(second)
    assert load(tmp_path / "out.json").decisions == []
