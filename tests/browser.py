"""A real browser without a network: pages from disk or from this machine, and a note of whatever goes wrong in them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Tab:
    """A page that is open, and what it did that it should not."""

    page: Any
    errors: list[str] = field(default_factory=list)
    """What its console said, and what its scripts threw."""
    asked: list[str] = field(default_factory=list)
    """Addresses that it asked for beyond itself, whether or not it may."""


def apart(work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """What ``work`` gives, from a thread of its own: Playwright keeps an event loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work, *args, **kwargs).result()


@contextmanager
def browser() -> Iterator[Any]:
    """Debian's chromium."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium")
    assert path, "the browser's tests need Debian's chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def tab(opened: Any, address: str, **context: Any) -> Iterator[Tab]:
    """A tab at an address."""
    held = opened.new_context(viewport={"width": 1400, "height": 900}, **context)
    page = held.new_page()
    found = Tab(page)
    home = urlsplit(address)
    page.on(
        "console", lambda message: found.errors.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: found.errors.append(str(error)))

    def asks(request: Any) -> None:
        to = urlsplit(request.url)
        if (to.scheme != "data" and (to.scheme, to.netloc) != (home.scheme, home.netloc)) or (
            home.scheme == "file" and to.path != home.path
        ):
            found.asked.append(request.url)

    page.on("request", asks)
    page.goto(address)
    try:
        yield found
    finally:
        held.close()
