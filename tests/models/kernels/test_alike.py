from dataclasses import replace

import numpy as np
import pytest
import torch
from model_tables import counted

from bo_loop.models.kernels.alike import AlikeLayout
from bo_loop.models.kernels.layout import Term
from bo_loop.models.pair_gp import PairGP

FEATURES = counted(10)
PLAIN = PairGP(source_noise=False, source_offset=False)
LAYOUT = PLAIN.naming(FEATURES)
KERNEL = {
    "lengthscales": {name: 2.0 + i for i, name in enumerate(LAYOUT.lengthscales)},
    "variances": {term.name: 1.0 + i for i, term in enumerate(LAYOUT.terms)},  # 10 in sum
    "amplitude_slopes": {name: 0.1 for name in LAYOUT.metal} | {"log n_ligands": 0.4},
}
ALIKE = AlikeLayout.to(LAYOUT, KERNEL)


def tensor(values):
    return torch.as_tensor(values, dtype=torch.float64)


def test_lengthscales_and_slopes_are_the_source_s_and_the_variances_of_the_usual_size():
    values = ALIKE.values(tensor(ALIKE.start()))
    found = torch.cat([values.metal, values.ligand, values.measured, values.pair])
    np.testing.assert_allclose(found, list(KERNEL["lengthscales"].values()))
    np.testing.assert_allclose(values.slopes, 0.1)
    assert values.number_slope.item() == pytest.approx(0.4)
    # Four terms, each 0.3 by its prior: 1.2 in sum, shared as 1 : 2 : 3 : 4.
    np.testing.assert_allclose(values.variances, 1.2 * np.arange(1, 5) / 10)


def test_theta_multiplies_the_variances_alone():
    theta = tensor([np.log(3.0)])
    values, usual = ALIKE.values(theta), ALIKE.values(tensor([0.0]))
    np.testing.assert_allclose(values.variances, 3.0 * usual.variances)
    np.testing.assert_array_equal(values.ligand, usual.ligand)
    np.testing.assert_array_equal(values.slopes, usual.slopes)
    assert ALIKE.log_prior(theta).item() == pytest.approx(-0.5 * np.log(3.0) ** 2)
    assert (ALIKE.size, ALIKE.bounds().shape) == (1, (1, 2))


def test_it_is_stated_in_full_and_read_back():
    stated = ALIKE.stated(np.array([0.7]), scale=2.0)
    assert LAYOUT.fits(stated)
    assert ALIKE.fits(stated)
    assert stated["lengthscales"] == pytest.approx(KERNEL["lengthscales"])
    assert sum(stated["variances"].values()) == pytest.approx(1.2 * np.exp(0.7) * 4.0)
    np.testing.assert_allclose(ALIKE.theta(stated, scale=2.0), [0.7])


def test_what_the_source_does_not_know_keeps_its_prior_and_what_is_not_there_is_left_out():
    first, *others = LAYOUT.lengthscales
    lengthscales = {name: KERNEL["lengthscales"][name] for name in others} | {"site.new": 5.0}
    alike = AlikeLayout.to(LAYOUT, KERNEL | {"lengthscales": lengthscales})
    stated = alike.stated(alike.start(), 1.0)["lengthscales"]
    assert stated[first] == pytest.approx(np.sqrt(3))  # three features in one distance
    assert "site.new" not in stated


def test_a_kernel_of_other_terms_is_none_to_take():
    assert AlikeLayout.to(replace(LAYOUT, terms=(Term.parse("ligand"),)), KERNEL) is None
