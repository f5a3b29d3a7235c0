"""A dataset as one page: a self-contained HTML file that opens from disk and asks nothing of any network.

``texts`` finds the articles' texts, ``blocks`` makes the data that the page carries, ``page`` renders it. The page's
looks and behaviour are files of their own: ``page.html.jinja``, ``report.css`` and the modules in ``script/``.
"""

from __future__ import annotations

from .page import Page, has_drawings, render, write
from .texts import Text, read_texts

__all__ = ["Page", "Text", "has_drawings", "read_texts", "render", "write"]
