import numpy as np
import pytest
from small_chemistry import LIGANDS

from bo_loop.base.errors import ConfigError
from bo_loop.ligands.generators.base import Known

EDTA = LIGANDS[0]


def test_one_ligand_is_not_enough():
    with pytest.raises(ConfigError, match="at least two"):
        Known.ranked([EDTA], np.array([1.0]))


def test_the_best_come_first_and_ties_go_by_name():
    ranked = Known.ranked(["b", "c", "a"], np.array([1.0, 2.0, 1.0]))
    assert ranked.smiles == ("c", "a", "b")
    assert ranked.best(2) == ("c", "a")
    assert ranked.best(None) == ranked.smiles
