from dataclasses import replace

import numpy as np
import pytest
import torch
from model_tables import counted, sourced

from bo_loop.models.kernels.sourced import SourcedLayout, columns
from bo_loop.models.pair_gp import PairGP

FEATURES = sourced(counted(10))
PLAIN = PairGP(source_noise=False, source_offset=False)
LAYOUT = SourcedLayout(PLAIN.naming(FEATURES), ("good", "bad"))


def test_slope_variances_stand_behind_the_product_kernel_s_part():
    theta = LAYOUT.start()
    assert len(theta) == LAYOUT.size == LAYOUT.product.size + 2
    own, variances = LAYOUT.split(torch.as_tensor(theta))
    np.testing.assert_array_equal(own, LAYOUT.product.start())
    np.testing.assert_allclose(variances, 0.3)


def test_variances_are_stated_in_original_units_and_read_back():
    theta = LAYOUT.start() + np.linspace(-0.1, 0.1, LAYOUT.size)
    stated = LAYOUT.stated(theta, scale=2.0)
    assert stated["source_variances"]["bad"] == pytest.approx(0.3 * np.exp(0.1) * 4.0)
    np.testing.assert_allclose(LAYOUT.theta(stated, scale=2.0), theta, atol=1e-12)


def test_hyperparameters_of_other_sources_do_not_fit():
    stated = LAYOUT.stated(LAYOUT.start(), scale=1.0)
    assert LAYOUT.fits(stated)
    assert not replace(LAYOUT, sources=("good",)).fits(stated)
    assert not LAYOUT.fits({k: v for k, v in stated.items() if k != "source_variances"})


def test_columns_of_what_each_source_says():
    means, sds = columns(FEATURES, ["bad", "good"])
    names = ["metal row", "ligand row", *FEATURES.names["pair"]]
    assert [names[i] for i in means] == ["mean by bad", "mean by good"]
    assert [names[i] for i in sds] == ["sd by bad", "sd by good"]
