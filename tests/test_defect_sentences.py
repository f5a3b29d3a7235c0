"""Sentences that tempt the detector of orders to software, and orders that it was developed on."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor.defects import find_defects

HERE = Path(__file__).parent / "sentences"
NEWS = (HERE / "news.txt").read_text("utf-8").splitlines()
ORDERS = (HERE / "orders.txt").read_text("utf-8").splitlines()


def is_order(text: str) -> bool:
    return any(d.kind == "instruction_like" for d in find_defects(text))


def test_no_ordinary_news_is_taken_for_an_order_to_software() -> None:
    assert len(NEWS) >= 400
    assert [line for line in NEWS if is_order(line)] == []


def test_orders_to_software_are_found() -> None:
    """Those it was developed on: a regression test. `injections/apart` holds others."""
    missed = [line for line in ORDERS if not is_order(line)]
    assert len(ORDERS) >= 300
    assert len(missed) <= 12, missed


@pytest.mark.parametrize("name", ["000_3b23ed8fd743692b.txt", "002_a9cedf9aad49a189.txt"])
def test_the_seeds_give_no_orders(root: Path, name: str) -> None:
    assert not is_order((root / "seeds" / name).read_bytes().decode("utf-8"))


def test_hidden_letters_are_orders_whatever_they_spell() -> None:
    """An invisible alphabet has no other reader than software."""
    assert is_order("Shells were sent" + "".join(chr(0xE0000 + ord(c)) for c in "Dorvia denies it") + ".")
