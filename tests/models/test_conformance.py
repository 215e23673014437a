import pytest
from conformance import CHECKS

from bo_loop.models.matern_gp import MaternGP
from bo_loop.models.pair_gp import PairGP
from bo_loop.models.staged.beta_gp import BetaGP
from bo_loop.models.transfer import Transfer

PLAIN = {"terms": ["metal * ligand", "ligand"], "source_noise": False, "source_offset": False}
PAIR_GP = PairGP(**PLAIN | {"terms": ["metal * ligand", "ligand", "metal"]})
TRANSFER = Transfer(**PLAIN)
RECIPES = [MaternGP(), MaternGP(fit_rows=25, seed=3), BetaGP(folds=3), PAIR_GP, PairGP(), TRANSFER]


@pytest.mark.parametrize("recipe", RECIPES, ids=str)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_conformance(check, recipe):
    check(recipe)
