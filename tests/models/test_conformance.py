import pytest
from conformance import CHECKS

from bo_loop.models.matern_gp import MaternGP
from bo_loop.models.pair_gp import PairGP
from bo_loop.models.staged.beta_gp import BetaGP

PAIR_GP = PairGP(
    terms=["metal * ligand", "ligand", "metal"], source_noise=False, source_offset=False
)
RECIPES = [MaternGP(), MaternGP(fit_rows=25, seed=3), BetaGP(folds=3), PAIR_GP, PairGP()]


@pytest.mark.parametrize("recipe", RECIPES, ids=str)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_conformance(check, recipe):
    check(recipe)
