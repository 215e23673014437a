from dataclasses import replace

import numpy as np
import pytest
from fakes import choose, pool_pairs, trio

from bo_loop.acquisition.objectives.compound import Selectivity
from bo_loop.acquisition.scores.functions import EI
from bo_loop.base.errors import ConfigError

CU_OVER_ZN = Selectivity(metal="Cu+2", competitors=["Zn2+"])


def test_no_ligand_with_all_metals_is_refused():
    fake, pairs = trio()
    with pytest.raises(ConfigError, match=r"Cu\+2, Fe\+3 at one n.*pool.metals"):
        choose(fake, Selectivity(metal="Cu+2", competitors=["Fe+3"]), EI(), pairs)


@pytest.mark.parametrize("competitors", [[], "Zn+2", ["Cu+2"], ["Zn+2", "Zn2+"]])
def test_competitors_are_other_metals(competitors):
    with pytest.raises(ConfigError, match=r"objective\.competitors"):
        Selectivity(metal="Cu+2", competitors=competitors)


def test_a_selectivity_needs_pairs_that_can_be_measured():
    pairs = pool_pairs(4, metals=["Cu+2", "Zn+2"] * 2, ligands=list("AABB"))
    lost = replace(pairs, own=np.array([True, False, True, True]))
    assert CU_OVER_ZN.parts(pairs)[[0, 2]].tolist() == [[0, 1], [2, 3]]
    assert CU_OVER_ZN.parts(lost)[[0, 2]].tolist() == [[-1, -1], [2, 3]]
