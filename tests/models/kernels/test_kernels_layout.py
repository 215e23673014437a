import pytest
from model_tables import log_beta, pairs

from bo_loop.base.errors import ConfigError
from bo_loop.models.kernels.layout import Term
from bo_loop.models.pair_gp import PairGP

TERMS = ["metal * ligand * atoms", "metal * ligand", "ligand", "metal"]


def recipe(**options) -> PairGP:
    return PairGP(**({"terms": TERMS, "source_noise": False, "source_offset": False} | options))


def test_terms_are_read_in_any_order_and_wrong_ones_refused():
    assert Term.parse("atoms*metal").name == "metal * atoms"
    for wrong in ("metal * metals", "metal*metal", ""):
        with pytest.raises(ConfigError, match="is not a valid term of the kernel"):
            Term.parse(wrong)
    for no_list in ("metal", 3):
        with pytest.raises(ConfigError, match=f"terms is {no_list!r}: give a list"):
            PairGP(terms=no_list)
    with pytest.raises(ConfigError, match="at least one term, each once"):
        PairGP(terms=["metal", "metal"])
    features = pairs(20)
    with pytest.raises(ConfigError, match=r"name the blocks atoms.*features=chemistry"):
        recipe().fit(features, log_beta(features))
