from dataclasses import replace

import numpy as np
import pytest
from simulated_titrations import CELL

from bo_loop.base.errors import DataError
from bo_loop.lab.titration.cell import ion_product


def test_a_reagent_is_diluted_and_added():
    volume = np.array([0.0, 5.0])
    assert CELL.amounts("ligand", volume) == pytest.approx([2.2e-3, 2.2e-3 * 25 / 30])
    assert CELL.amounts("base", volume) == pytest.approx([0.0, 0.1 * 5 / 30])
    assert CELL.brings("ligand").tolist() == [0.0, 1.0, 1.0]
    assert CELL.brings("base").tolist() == [0.0, 0.0, -1.0]
    assert CELL.reagents == ("metal", "ligand", "acid", "base")


@pytest.mark.parametrize(("celsius", "pk"), [(0.0, 14.94), (25.0, 13.995), (60.0, 13.02)])
def test_the_ion_product_is_that_of_tables(celsius, pk):
    # Robinson and Stokes, Electrolyte Solutions, appendix 12.2: 14.9435, 13.9965, 13.0171
    assert ion_product(celsius, 0.0) == pytest.approx(pk, abs=0.01)


def test_the_ion_product_at_an_ionic_strength_is_of_concentrations():
    assert ion_product(25.0, 0.1) == pytest.approx(13.78, abs=0.01)  # NIST SRD 46
    with pytest.raises(DataError, match="give pK_w"):
        ion_product(80.0, 0.1)
    with pytest.raises(DataError, match="Or give pK_w"):
        ion_product(25.0, 2.0)


def test_the_electrode():
    assert CELL.nernst_mV == pytest.approx(59.16, abs=0.005)
    assert CELL.log_gamma_h == pytest.approx(-0.107, abs=0.001)
    assert replace(CELL, activity=False).log_gamma_h == 0.0
