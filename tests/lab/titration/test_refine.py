from pathlib import Path

import numpy as np
import pytest
from simulated_titrations import TRUE, curve_files, linear

from bo_loop.base.errors import DataError
from bo_loop.lab.titration.curve import SHIFTS
from bo_loop.lab.titration.experiment import experiment
from bo_loop.lab.titration.page import page
from bo_loop.lab.titration.refine import load, refine, refit


@pytest.fixture(scope="module")
def done():
    return refine(*curve_files())


def test_constants_come_from_files(done):
    assert done.experiment.metal == "Cu+2"
    values = np.array([value for value, _ in done.log_beta.values()])
    assert list(done.log_beta) == ["CuL", "CuL2"]
    assert np.abs(values - TRUE).max() < 0.03
    assert done.faults == []
    assert (done.limits[:, 0] < values).all()
    assert (values < done.limits[:, 1]).all()


def test_a_record_is_enough_to_refine_again(done):
    record = done.record()
    again = refit(done.curves, done.cells, record["species"], record["fixed"])
    for name, pair in record["log_beta"].items():
        assert again[name] == pytest.approx(pair, abs=1e-9)
    assert record["fixed"]["HL"] == 9.57
    assert set(record["curves"][0]) == {"name", "sha256"}


def test_species_must_be_named():
    curves, cells = curve_files(free=None)
    with pytest.raises(DataError, match="species=auto"):
        refine(curves, cells)
    named = refine(curves, cells, species=["ML", "ML2"])
    assert list(named.log_beta) == ["CuL", "CuL2"]


def test_files_that_are_not_there_are_named(tmp_path):
    with pytest.raises(DataError, match="there is no file"):
        load([tmp_path / "none.csv"])
    with pytest.raises(DataError, match="cannot be read"):
        load([tmp_path])
    (tmp_path / "a.csv").write_text("V,pH\n")
    assert load([tmp_path / "a.csv"]) == [(Path(tmp_path / "a.csv"), b"V,pH\n")]


def test_metals_that_compete_for_a_ligand():
    """A second metal ion, of known constants, takes ligand from the first."""
    (curve,), (cell,) = curve_files()
    more = b"\ncompetitor: Zn+2\ncompetitor_M: 1.0e-3\n"
    known = cell[1].replace(b"H2L: 11.93}", b"H2L: 11.93, ZnL: 5.0, ZnL2: 9.2}") + more
    model, _ = experiment([curve], [(cell[0], known)]).objective()
    pH = model.pH(0, TRUE) + np.random.default_rng(0).normal(0.0, 0.01, 60)
    rows = "\n".join(f"{v},{p}" for v, p in zip(model.titrations[0].volume_mL, pH, strict=True))
    mixed = (curve[0], f"V (mL),pH\n{rows}\n".encode())
    done = refine([mixed], [(cell[0], known)])
    found = np.array(list(done.log_beta.values()))
    assert np.abs((found[:, 0] - TRUE) / found[:, 1]).max() < 3.5
    assert done.fixed["ZnL"] == 5.0
    assert refine([mixed], [cell]).faults  # without the competitor


def test_shifts_beside_a_pH_curve():
    (curve,), (cell,) = curve_files()
    one = linear(SHIFTS, np.random.default_rng(0).uniform(1.0, 9.0, (5, 2)), sd=0.003)
    cells = zip(one.volume_mL, one.pH, *one.signals.T, strict=True)
    rows = "\n".join(",".join(map(repr, map(float, row))) for row in cells)
    shifts = (Path("nmr.csv"), f"V (mL),pH,δ H1,δ H2\n{rows}\n".encode())
    both = refine([curve, shifts], [(cell[0], cell[1] + b"\nsignal_sd: 0.003\n")])
    assert [t.method for t in both.experiment.titrations] == ["potentiometric", "NMR"]
    found = np.array(list(both.log_beta.values()))
    assert np.abs((found[:, 0] - TRUE) / found[:, 1]).max() < 4
    assert page(both).count(b"<svg ") == 6


def test_what_is_not_determined_has_a_page_all_the_same():
    unsure = refine(*curve_files(), species=["CuL", "CuL2", "CuHL"])
    assert unsure.chosen.problem == "CuHL not determined"
    assert b"not determined" in page(unsure)
    assert np.isfinite(unsure.fit.correlation).all()
