import re
from dataclasses import replace

import pytest
import small_memory

from bo_loop.base.errors import BoLoopError
from bo_loop.library.memory import Memory
from bo_loop.report.card import card_page, write_card

SCORES = {"unseen ligands, n = 1": {"MAE": "1.25", "in 95 %": "95%"}}


@pytest.fixture(scope="module")
def memory() -> Memory:
    return small_memory.memory(scores=SCORES, features=["donors"], licence="none <needed>")


def test_the_page_says_what_the_card_says(memory):
    page = card_page(memory)
    assert "three metal ions" in page
    assert "none &lt;needed&gt;" in page
    assert re.search(r"<td>unseen ligands, n = 1</td><td class=\"number\">1.25</td>", page)
    assert "donors" in page
    assert page.count("<svg") == 1


def test_metal_ions_are_shown_with_their_mean_and_count_at_the_commonest_n(memory):
    pairs = memory.pairs[~memory.pairs["n_ligands"].eq(2) | memory.pairs["metal"].ne("Zn")]
    nickel = pairs[pairs["metal"].eq("Ni") & pairs["n_ligands"].eq(1)]
    page = card_page(replace(memory, pairs=pairs))
    assert f"Ni²⁺ {nickel['mean'].mean():.1f} ({len(nickel)})" in page
    assert "H⁺ " not in page


def test_a_memory_of_protons_alone_and_a_card_that_says_little(memory):
    acids = memory.pairs[memory.pairs["metal"].eq("H")]
    bare = {k: v for k, v in memory.card.items() if k not in ("scores", "features", "licence")}
    page = card_page(replace(memory, pairs=acids, card=bare))
    assert page.count("Its card does not say.") == 2
    assert "H⁺ " in page


def test_the_page_is_written_once(memory, tmp_path):
    path = write_card(memory, tmp_path / "card.html")
    assert path.read_text(encoding="utf-8") == card_page(memory)
    with pytest.raises(BoLoopError):
        write_card(memory, path)
