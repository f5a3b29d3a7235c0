"""For tests of pipelines built on this one: the fixture ``extract_replay`` and the option ``--extract-update``.

Every project with this package installed loads the module when pytest starts, so nothing else is imported before a test asks
for the fixture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from .regression import Checked
    from .schemas import Dataset


class ExtractReplay(Protocol):
    """What the fixture ``extract_replay`` gives."""

    def __call__(
        self,
        paths: str | Path | Iterable[str | Path],
        *,
        cassettes: str | Path,
        expect: str | Path | None = None,
        model: str | None = None,
        metadata: Mapping[str, Mapping[str, str]] | None = None,
    ) -> Dataset:
        """The dataset that the recorded answers in ``cassettes`` give for articles; nothing is sent anywhere.

        Fails the test if an article has no recording, or with the difference if the dataset is not the one in the file
        ``expect``. Paths count from pytest's root folder. ``model`` is only needed without ``expect``, where neither
        ``[tool.extractor]`` nor the environment names one.
        """
        ...


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--extract-update``."""
    group = parser.getgroup("armsledger")
    group.addoption(
        "--extract-update", action="store_true", help="Rewrite the datasets that tests with extract_replay expect."
    )


@pytest.fixture
def extract_replay(pytestconfig: pytest.Config) -> ExtractReplay:
    """A function that replays recorded answers and compares the dataset with an expected one."""

    def replayed(
        paths: str | Path | Iterable[str | Path],
        *,
        cassettes: str | Path,
        expect: str | Path | None = None,
        model: str | None = None,
        metadata: Mapping[str, Mapping[str, str]] | None = None,
    ) -> Dataset:
        __tracebackhide__ = True
        from concurrent.futures import ThreadPoolExecutor
        from contextlib import chdir

        from .errors import ExtractorError

        def checked() -> Checked:
            from .regression import check, replayed_only

            given = [paths] if isinstance(paths, str | Path) else list(paths)
            if expect is None:
                return replayed_only(given, Path(cassettes), model=model, metadata=metadata)
            update = bool(pytestconfig.getoption("--extract-update"))
            return check(given, Path(cassettes), Path(expect), update=update, model=model, metadata=metadata)

        # paths in the dataset are the same wherever pytest is started; a thread, since a test may run an event loop
        with chdir(pytestconfig.rootpath), ThreadPoolExecutor(1) as thread:
            replay = thread.submit(checked)
        if isinstance(error := replay.exception(), ExtractorError):
            pytest.fail(f"extract_replay: {error}", pytrace=False)
        done = replay.result()
        if not done.same and not done.updated:
            pytest.fail(f"extract_replay: {done}", pytrace=False)
        return done.dataset

    return replayed
