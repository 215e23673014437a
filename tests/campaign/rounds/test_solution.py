import numpy as np
import pandas as pd
import pytest
from fakes import FakePosterior

from bo_loop.campaign.ledger.state import CampaignState
from bo_loop.campaign.rounds.solution import DRAWS, last_model, predicted
from bo_loop.solution.mixed import pk_of_mhl

GLYCINE = pd.Series(
    {"metal": "Ni", "charge": 2, "ligand": "glycine", "smiles": "NCC(=O)O", "n_ligands": 1}
)
AT = {"temperature_C": 25.0, "ionic_strength_M": 0.1}


class Surrogate:
    """Knows log β of NiL, HL and H2L, each to within `sd`, independently."""

    def __init__(self, sd):
        self.posterior = FakePosterior.independent([5.8, 9.6, 12.0], [sd**2] * 3)
        self.model = self

    def features_of(self, pairs):
        self.pairs = pairs
        return pairs

    def bind(self, features):
        return self.posterior


def test_the_species_are_those_of_the_pair_and_of_its_ligands_protons():
    surrogate = Surrogate(0.3)
    found = predicted(surrogate, GLYCINE, mhl=False, **AT)
    assert surrogate.pairs["metal"].tolist() == ["Ni", "H", "H"]
    assert surrogate.pairs["temperature_C"].tolist() == [25.0] * 3
    names = [one.name for one in found.system.species]
    assert names[:3] == ["NiL", "HL", "H2L"]
    assert any(name.startswith("Ni(OH)") or name == "NiOH" for name in names[3:])
    assert [one.log_beta for one in found.system.species[:3]] == [5.8, 9.6, 12.0]
    assert found.system.species[0].source.startswith("predicted, ± 0.3")
    assert found.log_beta.shape == (DRAWS, len(names))
    assert found.log_beta[:, :3].mean(axis=0) == pytest.approx([5.8, 9.6, 12.0], abs=0.05)
    assert found.log_beta[:, :3].std(axis=0) == pytest.approx([0.3] * 3, rel=0.1)
    assert (np.ptp(found.log_beta[:, 3:], axis=0) == 0.0).all()  # constants of the databases


def test_a_protonated_complex_is_estimated_with_its_own_doubt():
    found = predicted(Surrogate(1e-9), GLYCINE, mhl=True, **AT)
    at = [one.name for one in found.system.species].index("NiHL")
    protons = np.r_[9.6, 12.0, np.full(6, -np.inf)]
    expected = 5.8 + float(pk_of_mhl(np.array(5.8), protons, 2))
    assert found.system.species[at].log_beta == pytest.approx(expected, abs=1e-6)
    assert found.log_beta[:, at].std() > 1.0


def test_without_a_round_or_protonation_constants_there_is_no_model():
    class Record:
        knows_acids = False

    assert last_model(Record(), CampaignState()) is None
    assert last_model(Record(), CampaignState(rounds=("a round",))) is None
