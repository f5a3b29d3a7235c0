"""The page: markup, styles, scripts and data in one file, under a policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from extractor.placing import replaced
from extractor.schemas import Dataset

from .blocks import blocks
from .texts import Text

HERE = Path(__file__).parent
DRAWINGS = HERE / "web" / "dist" / "graph.js"
"""The libraries of the drawings, bundled at build time; the report does without where it is missing."""

_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|let|class)\*? (\w+))", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Page:
    """How a page is to be. The defaults are those of a report on disk."""

    mode: Literal["report", "review"] = "report"
    """The page knows it as ``report.mode``. review: served by a server that takes decisions."""
    title: str = "Allegations of arms transfers"
    """What the page is called."""
    scripts: Sequence[str] = ()
    """Further scripts, run after the page's own; they find ``globalThis.report`` (see ``script/actions.js``)."""
    connect: Literal["'none'", "'self'"] = "'none'"
    """Where the page may send requests."""
    drawings: Path = DRAWINGS
    """The bundle."""


REPORT = Page()


def has_drawings(page: Page = REPORT) -> bool:
    """Whether the bundle that draws is there."""
    return page.drawings.is_file()


def render(dataset: Dataset, texts: Mapping[str, Text], page: Page = REPORT) -> str:
    """The page as HTML. The same dataset and texts give the same characters.

    ``texts`` as :func:`read_texts` gives them; articles that it doesn't have count as missing.
    """
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    style = (HERE / "report.css").read_text("utf-8")
    drawings = page.drawings.read_text("utf-8") if has_drawings(page) else ""
    scripts = {"own": program(), "drawings": drawings, "further": "\n".join(page.scripts)}
    return environment.get_template("page.html.jinja").render(
        title=page.title,
        policy=_policy(style, [s for s in scripts.values() if s], page.connect),
        style=_verbatim(style),
        blocks=[(name, Markup(text)) for name, text in blocks(dataset, texts, mode=page.mode)],  # noqa: S704 - blocks.encode
        **{name: _verbatim(script) for name, script in scripts.items()},
    )


def write(dataset: Dataset, path: Path, texts: Mapping[str, Text], page: Page = REPORT) -> None:
    """Write the page to a file, whole or not at all. Raises UsageError."""
    with replaced(path) as beside:
        beside.write_bytes(render(dataset, texts, page).encode("utf-8"))


def program() -> str:
    """The module ``report`` in ``script/`` and all that it imports, as one script: an inline script can't import, so each
    module becomes a function's scope, behind those it imports."""
    scopes: dict[str, str] = {}
    _add_scope("report", scopes)
    return '"use strict";\n(() => {\n' + "".join(scopes.values()) + "})();\n"


def _add_scope(module: str, scopes: dict[str, str]) -> None:
    text = (HERE / "script" / f"{module}.js").read_text("utf-8")
    for _, imported in _IMPORT.findall(text):
        if imported not in scopes:
            _add_scope(imported, scopes)
    body = _EXPORT.sub("", _IMPORT.sub(r"const \1 = \2_js;", text))
    exported = ", ".join(_EXPORT.findall(text))
    scopes[module] = f"const {module}_js = (() => {{\n{body}return {{ {exported} }};\n}})();\n"


def _verbatim(text: str) -> Markup:
    """A script or style as it stands. Only for files of ours: nothing of an article goes this way."""
    if re.search(r"</(?:script|style)|<!--", text, re.IGNORECASE):
        raise ValueError("this script or style holds a mark that would end it early")
    return Markup(text)  # noqa: S704 - a file of ours


def _policy(style: str, scripts: Sequence[str], connect: str) -> str:
    """A Content-Security-Policy that runs these scripts and this style, and loads nothing."""
    allowed = " ".join(map(_hash, scripts))
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_hash(style)}; img-src data:; connect-src {connect}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    """A source expression of the policy: the hash of what stands between the tags."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
