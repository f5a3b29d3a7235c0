"""The analyst's own names: what a file may say, and how a wrong one is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor.aliases import NO_ALIASES, load_aliases
from extractor.errors import UsageError


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "names.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_name_stands_for_a_name_or_an_id(tmp_path: Path, mark: str) -> None:
    aliases = load_aliases(written(tmp_path, mark + "name,same_as\nHemedti,Mohamed Hamdan Dagalo\nБамако,state:ML\n\n"))
    assert aliases.of(["Hemedti"]) == aliases.of(["mohamed hamdan dagalo"]) == {"mohamed-hamdan-dagalo"}
    assert aliases.of(["Бамако"]) == {"state:ML"}
    assert aliases.of(["Somebody else"]) == NO_ALIASES.of(["Hemedti"]) == set()


def test_chains_are_followed_and_more_columns_do_no_harm(tmp_path: Path) -> None:
    text = 'note,name,same_as\r\n,A,B\r\n"x, y",B,C\r\n,C,org:wagner\r\n,A,B\r\n'
    assert set(load_aliases(written(tmp_path, text)).targets.values()) == {"org:wagner"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,same_as\nA,B\nB,A\n", "line 3: the names go round in a circle"),
        ("name,same_as\nA,A\n", "line 2: the names go round in a circle"),
        ("name,same_as\nA,\n", "line 2: an empty cell"),
        ("name,same_as\nA\n", "line 2: an empty cell"),
        ("name,same_as\n ,B\n", "line 2: an empty cell"),
        ("name,same_as\nA,B\nA,C\n", "line 3: 'A' stands for something else in line 2"),
        ("name,alias\nA,B\n", "line 1: no column 'same_as'"),
        ("", "line 1: no column 'name'"),
        (b"name,same_as\nA,\xff\xfe\n", "line 2: not UTF-8"),
        (b"name,same_as\nA,\x00\n", "line 2: a binary file"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(UsageError) as error:
        load_aliases(written(tmp_path, text))
    assert "names.csv" in str(error.value)
    assert said in str(error.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_aliases(tmp_path / "names.csv")
