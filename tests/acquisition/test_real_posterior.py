"""Every acquisition under every objective on a fitted model, against a fake of the same numbers."""

import numpy as np
import pytest
from fakes import FakePosterior
from test_acquisition_conformance import EVERY, SIZE

from bo_loop.base.types import PairFeatures
from bo_loop.models.matern_gp import MaternGP
from bo_loop.propose import Candidates, propose

KNOWN = np.arange(24)
PENDING = np.array([30, 44])
Q = 2


def features() -> PairFeatures:
    """Three metals with twenty ligands: the rows of the conformance suite."""
    rng = np.random.default_rng(5)
    return PairFeatures(
        metal={"properties": rng.standard_normal((3, 2))},
        ligand={"donors": rng.standard_normal((20, 2))},
        ligand_group=np.arange(20),
        metal_row=np.arange(SIZE) % 3,
        ligand_row=np.repeat(np.arange(20), 3),
        pair=np.ones((SIZE, 1)),
        names={"properties": ("p0", "p1"), "donors": ("d0", "d1"), "pair": ("n_ligands",)},
    )


@pytest.fixture(scope="module")
def fitted():
    """A posterior given a third of the rows, and its noise."""
    known = features().take(KNOWN)
    x = known.dense()
    y = 9.0 + 2.0 * np.sin(x[:, 0]) + x[:, 2] - 0.5 * x[:, 3]
    with pytest.warns(UserWarning, match="before it converged"):
        model = MaternGP(max_iter=5).fit(known, y, np.full(len(KNOWN), 0.01))
    return model.bind(features()), model.noise(features())


@pytest.fixture(scope="module")
def held(fitted):
    """The same Gaussian, held in full."""
    posterior, _ = fitted
    rows = np.arange(SIZE)
    return FakePosterior(posterior.mean(rows), posterior.covariance(rows, rows))


def decided(posterior, noise, acquisition, objective, pairs):
    rows = np.arange(SIZE)
    answered, pending = np.isin(rows, KNOWN), np.isin(rows, PENDING)
    candidates = Candidates(pairs, ~answered & ~pending, pending, answered, answered)
    rng = np.random.default_rng(0)
    return propose(posterior, candidates, objective, acquisition, q=Q, rng=rng, noise=noise)


@EVERY
def test_a_fitted_model_is_asked_the_same_as_its_numbers(
    fitted, held, acquisition, objective, pairs
):
    posterior, noise = fitted
    found = decided(posterior, noise, acquisition, objective, pairs)
    expected = decided(held, noise, acquisition, objective, pairs)
    assert len({p.row for p in found.proposals}) == Q
    assert not {p.row for p in found.proposals} & {*PENDING.tolist()}
    again = {p.row for p in found.proposals if p.again}
    assert again == {p.row for p in found.proposals} & {*KNOWN.tolist()}
    assert acquisition.allow_replicates or not again
    assert [p.row for p in found.proposals] == [p.row for p in expected.proposals]
    assert found.incumbent_row == expected.incumbent_row
    for ours, theirs in zip(found.proposals, expected.proposals, strict=True):
        # Differences of solved covariances (1e-8), over gains down to 1e-3.
        assert ours.acquisition == pytest.approx(theirs.acquisition, rel=1e-5, abs=1e-7)
        assert ours.mean == pytest.approx(theirs.mean)
        assert ours.sd > ours.sd_latent > 0
        assert (ours.reason, ours.role) == (theirs.reason, theirs.role)
    # A share of 1,024 draws: two may fall on the other side.
    assert found.stop.probability == pytest.approx(expected.stop.probability, abs=2e-3)
