"""How much a model reads and writes for one grounded record, beside langextract, for the same articles and facts.

Run as ``python -m benchmarks answers``. A grounded record is one that stands at a place in the text: what the page says about
itself, an actor, a weapon, an attribution, a denial, a response, an excluded passage. Both sides carry the same
records with the same attributes, so the ratios do not depend on how they are counted. langextract is not needed; where it is
installed (``BENCH_VENV``), its own prompt and parser check the imitation.

Characters, since tokens depend on the model; tokens too, where tiktoken is at hand, and what the recordings took.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from extractor import articles, prompt
from extractor.recordings import _unfold
from extractor.schemas import answer_schema

from . import synthetic
from .grounding import table
from .langextract_form import extractions
from .pipeline import OTHER_PYTHON

ROOT = Path(__file__).parent.parent
CASSETTES = ROOT / "tests" / "corpus" / "cassettes"
SYNTHETIC = 100
CHUNK = 1000
"""Characters of langextract's chunks where nothing else is asked for (``max_char_buffer``)."""


class Recorded(NamedTuple):
    """An article's answer."""

    article: str
    """As the prompt shows it."""
    answer: dict[str, Any]
    written: str
    """The answer's text as the model wrote it."""
    tokens: int
    """Of the answer, as the server counted them; 0: nobody did."""
    reported: int
    """The same of the prompt."""


def main() -> int:
    """Print the figures. 1 if our answers take more than half of what langextract's take."""
    check_imitation()
    sets = {"recorded": list(recorded()), "synthetic": list(made())}
    met = [written(name, found) for name, found in sets.items()]
    for name, found in sets.items():
        read(name, found)
    tokens(sets["recorded"])
    for name, found in sets.items():
        spent_on(name, found)
    return 0 if all(met) else 1


def recorded() -> Iterator[Recorded]:
    """First answers to the corpus."""
    for path in sorted(CASSETTES.glob("*.json")):
        kept = _unfold(json.loads(path.read_text("utf-8")))
        messages = kept["request"]["body"]["messages"]
        if len(messages) != 2:
            continue
        body = kept["response"]["body"]
        text = body["choices"][0]["message"]["content"]
        usage = body.get("usage") or {}
        answer = json.loads(text)
        counts = usage.get("completion_tokens", 0), usage.get("prompt_tokens", 0)
        if set(answer) >= {"actors", "allegations", "excluded"}:
            yield Recorded(messages[1]["content"], answer, text, *counts)


def made() -> Iterator[Recorded]:
    """Synthetic articles, with perfect answers."""
    for number in range(SYNTHETIC):
        document = articles.read(synthetic.article(number), "article.txt")
        answer = synthetic.answer(number)
        yield Recorded(prompt.render(document), answer, synthetic.compact(answer), 0, 0)


def records(answer: dict[str, Any]) -> int:
    """Grounded records of an answer."""
    page = sum(value is not None for value in answer["publication"].values())
    said = sum(len(a["attributions"]) for a in answer["allegations"])
    return page + said + sum(len(answer[k]) for k in ("actors", "weapons", "denials", "responses", "excluded"))


# Written -------------------------------------------------------------------------------------------------------------


def written(name: str, found: list[Recorded]) -> bool:
    """Answers; whether ours take at most half of what langextract's take as its examples show them."""
    total = sum(records(r.answer) for r in found)
    answers = [r.answer for r in found]
    shown = "langextract, as its examples show it"
    forms = {
        "ours, compact as our example shows it": [synthetic.compact(a) for a in answers],
        "ours, with the white space that the model wrote": [r.written for r in found],
        shown: [as_shown(a) for a in answers],
        "langextract, as shown, without empty attributes": [as_shown(a, empty=False) for a in answers],
        "langextract, compact": [synthetic.compact(extractions(a)) for a in answers],
        "langextract, compact, without empty attributes": [synthetic.compact(extractions(a, empty=False)) for a in answers],
        "langextract, compact, nothing empty or twice": [
            synthetic.compact(extractions(a, repeat=False, empty=False)) for a in answers
        ],
    }  # fmt: skip
    sizes = {form: sum(map(len, texts)) for form, texts in forms.items()}
    counts = token_counts(["\n".join(texts) for texts in forms.values()]) or [0] * len(forms)
    (ours, *_), (our_count, *_) = sizes.values(), counts
    rows: list[list[object]] = []
    for (form, size), count in zip(sizes.items(), counts, strict=True):
        verdict = "" if form.startswith("ours") else "met" if 2 * ours <= size else "MISSED"
        in_tokens = [f"{count / total:.0f}", f"{our_count / count:.2f}"] if count else ["–", "–"]
        rows.append([form, f"{size / total:.0f}", f"{ours / size:.2f}", verdict, *in_tokens])
    title = f"Answer per grounded record, {name} ({len(found)} articles, {total} records); target: half the characters"
    table(title, ["", "characters", "ours are", "", "tokens", "ours are"], rows)
    return 2 * ours <= sizes[shown]


def token_counts(texts: list[str]) -> list[int] | None:
    """Tokens of each text (o200k_base), where tiktoken and its encoding are at hand without a network: litellm brings it."""
    code = """
import json, os, sys
from importlib.util import find_spec
from pathlib import Path
root = Path(find_spec("litellm").origin).parent
os.environ["TIKTOKEN_CACHE_DIR"] = str(root / "litellm_core_utils" / "tokenizers")
assert (root / "litellm_core_utils" / "tokenizers" / "fb374d419588a4632f3f557e76b4b70aebbca790").exists()  # o200k_base
import tiktoken
print(json.dumps([len(x) for x in tiktoken.get_encoding("o200k_base").encode_batch(json.load(sys.stdin))]))
"""
    counted = elsewhere(code, texts)
    return counted if isinstance(counted, list) else None


def elsewhere(code: str, given: Any) -> Any:
    """What a script of the other environment prints; where it fails or there is none, the last line of why, as text."""
    if not OTHER_PYTHON.exists():
        return f"there is no {OTHER_PYTHON}"
    done = subprocess.run(
        [OTHER_PYTHON, "-c", code], input=json.dumps(given), text=True, capture_output=True, check=False
    )
    return (done.stderr.strip().splitlines() or ["?"])[-1] if done.returncode else json.loads(done.stdout)


def as_shown(answer: dict[str, Any], *, empty: bool = True) -> str:
    """As langextract writes an answer in its prompt: every quote with all attributes, indented by two, in a fence."""
    body = json.dumps(extractions(answer, empty=empty), ensure_ascii=False, indent=2)
    return f"```json\n{body}\n```"


# Read ----------------------------------------------------------------------------------------------------------------


def read(name: str, found: list[Recorded]) -> None:
    """Prompts, all of it and the part that is the same for every article (and stands first, so that it is cached)."""
    total = sum(records(r.answer) for r in found)
    prefix, schema = len(prompt.system_message()), len(synthetic.compact(answer_schema()))
    theirs = len(their_prompt(""))
    bodies = sum(len(r.article) for r in found)
    plain = [_plain(r.article) for r in found]
    chunks = sum(-(-len(text) // CHUNK) for text in plain)
    n = len(found)
    rows: list[list[object]] = [
        _reading("ours", n * prefix + bodies, n * prefix, total),
        _reading("langextract, whole articles", n * theirs + sum(map(len, plain)), n * theirs, total),
        _reading(f"langextract, chunks of {CHUNK:,} (its default)", chunks * theirs + sum(map(len, plain)), chunks * theirs, total),
    ]  # fmt: skip
    table(
        f"Prompt: characters per grounded record, {name}; the same instructions on both sides, {prefix:,} (ours) and "
        f"{theirs:,} (langextract) characters are the same for every article, and our schema of {schema:,} is sent beside",
        ["", "read", "of these cached", "not cached"],
        rows,
    )


def _reading(what: str, size: int, cached: int, total: int) -> list[object]:
    return [what, f"{size / total:,.0f}", f"{cached / total:,.0f}", f"{(size - cached) / total:,.0f}"]


def _plain(article: str) -> str:
    """An article as langextract would be given it: the text without the numbers of the sentences."""
    lines = article.splitlines()[1:]
    return "\n".join(line.split("] ", 1)[-1] for line in lines if line.startswith("["))


def their_prompt(question: str) -> str:
    """langextract's prompt for the same task: our instructions and glossary, our example in its form."""
    ours = prompt.system_message()
    description = ours[: ours.index("# Example")]
    texts = [prompt._text("example_article.txt"), as_shown(json.loads(prompt._text("example_answer.json")))]
    return f"{description}\n\nExamples\nQ: {texts[0]}\nA: {texts[1]}\n\nQ: {question}\nA: "


def check_imitation() -> None:
    """Say whether langextract itself renders and parses what is imitated here."""
    code = """
import json, sys
import langextract as lx
from langextract import prompting
from langextract.core import format_handler
given = json.load(sys.stdin)
handler = format_handler.FormatHandler()
made = []
for item in given["answer"]["extractions"]:
    (kind, text), (_, attributes) = item.items()
    made.append(lx.data.Extraction(kind, text, attributes=attributes))
template = prompting.PromptTemplateStructured(description=given["description"])
template.examples.append(lx.data.ExampleData(text=given["text"], extractions=made))
rendered = prompting.QAPromptGenerator(template=template, format_handler=handler).render("")
print(json.dumps([rendered, len(handler.parse_output(handler.format_extraction_example(made))) == len(made)]))
"""
    ours = prompt.system_message()
    given = {
        "text": prompt._text("example_article.txt"),
        "answer": extractions(json.loads(prompt._text("example_answer.json"))),
        "description": ours[: ours.index("# Example")],
    }
    match elsewhere(code, given):
        case str() as why:
            print(f"langextract's form is imitated, and nothing could check it ({why})\n")
        case answered:
            same = answered == [their_prompt(""), True]
            print(
                f"langextract's own prompt and parser {'agree with' if same else 'DIFFER from'} what is counted here\n"
            )


def tokens(found: list[Recorded]) -> None:
    """What the recordings took, as the server counted it."""
    counted = [r for r in found if r.tokens]
    if not counted:
        return
    total = sum(records(r.answer) for r in counted)
    answered, asked = sum(r.tokens for r in counted), sum(r.reported for r in counted)
    per_token = sum(len(r.written) for r in counted) / answered
    rows: list[list[object]] = [
        ["answer", f"{answered / total:.0f}", f"{per_token:.1f}"],
        ["prompt", f"{asked / total:.0f}", ""],
    ]
    table(f"Tokens per grounded record in {len(counted)} recordings", ["", "tokens", "characters each"], rows)


# What takes the characters -------------------------------------------------------------------------------------------

IDS = frozenset(
    {"id", "represents", "actors", "relies_on", "suppliers", "recipients", "actor", "weapon", "part_of", "source"}
    | {"denier", "targets", "accusers", "reported_by", "about"}
)
CHOICES = frozenset(
    {"kind", "category", "stage", "scope", "role", "status", "basis", "certainty", "polarity", "reason"}
)


def spent_on(name: str, found: list[Recorded]) -> None:
    """Where the characters of our answers go: by sort, and by field."""
    sorts: Counter[str] = Counter()
    fields: Counter[str] = Counter()
    for r in found:
        for sort, field, size in _pieces(r.answer, "", ""):
            sorts[sort] += size
            fields[field] += size
    total = sum(len(synthetic.compact(r.answer)) for r in found)
    assert sorts.total() == total
    rows: list[list[object]] = [[sort, f"{size / total:.1%}"] for sort, size in sorts.most_common()]
    table(f"Our answers, {name}: characters by sort", ["", "share"], rows)
    rows = [[field, f"{size / total:.1%}"] for field, size in fields.most_common(24)]
    table(f"Our answers, {name}: characters by field, with its key, quotes and comma", ["", "share"], rows)


Piece = tuple[str, str, int]
"""Sort, field, characters."""


def _pieces(value: Any, path: str, key: str) -> Iterator[Piece]:
    """The characters of compact JSON, each counted once."""
    match value:
        case dict():
            yield "brackets and commas", path, 1 + max(len(value), 1)
            for k, inner in value.items():
                where = f"{path}.{k}" if path else k
                empty = inner is None or inner == []
                yield "keys of empty fields" if empty else "keys", where, len(k) + 3
                yield from _pieces(inner, where, k)
        case []:
            yield "empty values", path, 2
        case list():
            yield "brackets and commas", path, 1 + len(value)
            for inner in value:
                yield from _pieces(inner, path, key)
        case None:
            yield "empty values", path, 4
        case _:
            yield _sort(path, key), path, len(synthetic.compact(value))


def _sort(path: str, key: str) -> str:
    if key == "phrase":
        return "quotes"
    if key == "sentence":
        return "sentence numbers"
    if key == "summary":
        return "summaries"
    if key in CHOICES:
        return "choices"
    return "ids and references" if key in IDS and not path.startswith("publication") else "copied values"


if __name__ == "__main__":
    sys.exit(main())
