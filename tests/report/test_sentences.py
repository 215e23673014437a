from types import SimpleNamespace

import pandas as pd
import pytest

from bo_loop.campaign.ledger.state import CampaignState
from bo_loop.report.sentences import summary

NODE = "bo_loop.acquisition."
POOL = pd.DataFrame(
    {
        "metal": ["Ni", "Ni", "Cu"],
        "charge": 2,
        "ligand_group": ["a", "b", "a"],
        "n_ligands": [1, 2, 1],
        "temperature_C": 25.0,
        "ionic_strength_M": 0.1,
    }
)
LITERATURE = pd.DataFrame(
    {
        "metal": ["H", "Ni", "Zn"],
        "charge": [1, 2, 2],
        "ligand_group": ["a", "a", "c"],
        "source": ["book", "book", "paper"],
        "temperature_C": [20.0, 25.0, 25.0],
        "ionic_strength_M": [0.1, 0.1, 1.0],
    }
)


def said(objective, **options):
    node = {"_target_": NODE + objective, **options}
    settings, state = {"objective": node}, CampaignState()
    return summary(
        SimpleNamespace(settings=settings, state=state, pool=POOL, literature=LITERATURE)
    )


@pytest.mark.parametrize(
    ("objective", "options", "question"),
    [
        ("Maximise", {}, "Which ligand binds Ni²⁺ and Cu²⁺ most strongly?"),
        ("Target", {"log_beta": 7.0}, "a log β closest to 7?"),
        ("Range", {"low": 5.0, "high": 6.5}, "a log β from 5 to 6.5?"),
        ("Conditional", {"pH": 7.4}, "most strongly at pH 7.4?"),
        (
            "Selectivity",
            {"metal": "Cu+2", "competitors": ["Zn+2", "Ni+2"], "pH": 7.0},
            "Which ligand binds Cu²⁺ most strongly compared with Zn²⁺ and Ni²⁺ at pH 7?",
        ),
    ],
)
def test_the_question_of_an_objective(objective, options, question):
    assert said(objective, **options)["question"].endswith(question)


def test_pool_and_data_are_counted():
    found = said("Maximise")
    assert found["pool"] == (
        "3 pairs of 2 ligands with Ni²⁺ and Cu²⁺, n = 1 and 2, at 25 °C and I = 0.1 mol/L."
    )
    assert found["data"] == (
        "3 constants (1 of them of protonation) of 2 metal ions with 2 ligands, 1 of them for "
        "Ni²⁺ and Cu²⁺, at 20 to 25 °C and I = 0.1 to 1 mol/L, from book and paper."
    )
