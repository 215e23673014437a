import numpy as np
from model_tables import counted

from bo_loop.base.types import PairFeatures
from bo_loop.models.pair_gp import PairGP

TERMS = ["metal * ligand * atoms", "metal * ligand", "ligand", "metal"]


def recipe(**options) -> PairGP:
    return PairGP(**({"terms": TERMS, "source_noise": False, "source_offset": False} | options))


def test_rows_to_fit_on_are_an_equal_share_of_each_source():
    features = counted(40)
    source = np.array(["big"] * 34 + ["small"] * 6)
    rows = recipe().fill(PairFeatures(**(vars(features) | {"source": source})), 16)
    assert len(rows) == 16
    assert (np.diff(rows) > 0).all()
    assert (source[rows] == "small").sum() == 6
    assert len(recipe().fill(features, 100)) == 40
