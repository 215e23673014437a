from dataclasses import replace

import numpy as np
import pytest
from simulated_titrations import BARE, CELL, LOG_BETA, SYSTEM, VOLUME

from bo_loop.lab.titration.forward import NUISANCES, solved, totals


def balance_errors(found):
    every = np.hstack([found.x, found.c])
    nu = np.vstack([np.eye(3), SYSTEM.nu])
    return every @ nu - found.total


def test_totals_by_hand():
    found = totals(CELL, np.array([0.0, 5.0]), {})
    assert found[0] == pytest.approx([1e-3, 2.2e-3, 7.2e-3])
    assert found[1] == pytest.approx([1e-3 / 1.2, 2.2e-3 / 1.2, 7.2e-3 / 1.2 - 0.5 / 30])
    more = totals(CELL, np.array([0.0, 5.0]), {"ligand": 0.5, "titrant": 2.0, "acid": 1e-3})
    assert more[0] == pytest.approx([1e-3, 1.1e-3, 7.1e-3])
    assert more[1, 2] == pytest.approx(7.1e-3 / 1.2 - 1.0 / 30)


def test_the_balances_close():
    found = solved(CELL, SYSTEM, LOG_BETA, VOLUME)
    assert np.abs(balance_errors(found)).max() < 1e-12
    at_pH = solved(CELL, SYSTEM, LOG_BETA, VOLUME, pH=np.linspace(3, 11, len(VOLUME)))
    assert np.abs(balance_errors(at_pH)[:, :2]).max() < 1e-12
    assert at_pH.x[:, 2] == pytest.approx(
        10 ** -(np.linspace(3, 11, len(VOLUME)) + CELL.log_gamma_h)
    )


@pytest.mark.parametrize("given", [None, np.linspace(3.0, 11.0, len(VOLUME))])
def test_derivatives_are_those_of_differences(given):
    names = list(NUISANCES)

    def at(log_beta=LOG_BETA, volume=VOLUME, measured=given, **phi):
        found = solved(CELL, SYSTEM, log_beta, volume, pH=measured, nuisances=phi, wanted=names)
        return found, np.log(found.x)

    def difference(up, down, step):
        return (at(**up)[1] - at(**down)[1]) / (2 * step)

    found, _ = at()
    for s in range(len(LOG_BETA)):
        step = 1e-5 * np.eye(len(LOG_BETA))[s]
        by = difference({"log_beta": LOG_BETA + step}, {"log_beta": LOG_BETA - step}, 1e-5)
        assert found.by_log_beta[:, :, s] == pytest.approx(by, abs=1e-6)
    for name, usual in NUISANCES.items():
        if name == "competitor":
            continue
        h = 1e-8 if name == "acid" else 1e-5
        by = difference({name: usual + h}, {name: usual - h}, h)
        assert found.by_nuisance[name] == pytest.approx(by, rel=1e-4, abs=1e-4)
    by = difference({"volume": VOLUME + 1e-6}, {"volume": VOLUME - 1e-6}, 1e-6)
    assert found.by_volume == pytest.approx(by, rel=1e-4, abs=1e-4)


def test_a_component_that_the_burette_brings_is_absent_at_first():
    cell = replace(CELL, cell={"ligand": 2e-3}, burette={"metal": 0.02})
    found = solved(cell, SYSTEM, LOG_BETA, np.array([0.0, 1.0]), pH=np.array([7.0, 7.0]))
    assert found.x[0, 0] < 1e-20
    assert found.total[1, 0] == pytest.approx(0.02 / 26)


def test_a_component_in_no_solution_forms_nothing():
    cell = replace(CELL, cell={"ligand": 2e-3, "acid": 5e-3})
    found = solved(cell, SYSTEM, LOG_BETA, VOLUME)
    assert (found.x[:, 0] == 0).all()
    assert (found.c[:, 3:] == 0).all()
    assert (found.by_log_beta[:, :, 3:] == 0).all()
    assert np.abs(balance_errors(found)).max() < 1e-12
    assert BARE.pH is not None
