"""Numbers that chemists know: EDTA and calcium, and iron chelators of the clinic at pH 7.4."""

import warnings
from dataclasses import replace

import numpy as np
import phreeqc_referee
import pytest
from literature import literature, needs_literature

from bo_loop.chemistry.ligands import deprotonated_charge
from bo_loop.data.sources import srd46
from bo_loop.data.sources.protonation import as_observations
from bo_loop.solution.conditional import log_conditional
from bo_loop.solution.distribution import system_of
from bo_loop.solution.embedded import complexes, ligand_charge, protonation
from bo_loop.solution.observed import observed_species
from bo_loop.solution.species import System, speciate

NEAR = {"temperature_C": 25.0, "ionic_strength_M": 0.1}


@pytest.mark.parametrize(("pH", "expected"), [(7.0, 7.3), (10.0, 10.2)])
def test_calcium_and_edta(pH, expected):
    """Harris, Quantitative Chemical Analysis: 10.65 and α(Y4−) 3.8e-4 at pH 7, 0.30 at pH 10."""
    species = (*protonation("edta"), *complexes("Ca+2", "edta"))
    system = System({"Ca+2": 2, "L": ligand_charge("edta")}, species)
    found = log_conditional(system, "Ca+2", "L", pH, ionic_strength_M=0.1)
    assert found[0] == pytest.approx(expected, abs=0.2)


CHELATORS = {
    "Diethylenetrinitrilopentaacetic acid (DTPA)": {"Fe+3": 24.7, "Zn+2": 14.9},
    "1,2-Dimethyl-3,4-dihydroxypyridine (1,2-Dimethyl-3-hydroxy-1,4-dihydropyridin-4-one)": {
        "Fe+3": 19.4
    },
    # Of zinc, ZnHL alone is known: log K′ 20.86 − 7.29 − 8.46 = 5.1, so half of it is free.
    "Desferriferrioxamin B": {"Fe+3": 26.5, "Zn+2": 6.35},
}


@pytest.fixture(scope="module")
def constants():
    """What SRD 46 knows of the three: observations, with protonation constants, and MHL."""
    tables, steps = srd46._read_tables(literature("srd46_sql.zip"))
    names = tables["liganden"].set_index("ligandenid")["name_ligand"]
    rows = tables["verkn_ligand_metal"]
    log_k = rows["constanttypnr"].eq("3") & ~rows["metalnr"].eq("68")
    assert (log_k & rows["beta_definitionnr"].eq("788")).sum() == 2491
    few = tables | {"verkn_ligand_metal": rows[rows["ligandennr"].map(names).isin(CHELATORS)]}
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        patch.setattr(srd46, "_read_tables", lambda path: (few, steps))
        acids = as_observations(srd46.protonation(""), **NEAR)
        observations = [srd46.load(path=""), acids]
        return observations, srd46.protonated_complexes("")


@needs_literature
@pytest.mark.parametrize(
    ("name", "ion"), [(name, ion) for name, ions in CHELATORS.items() for ion in ions]
)
def test_pM_of_iron_chelators_by_us_and_by_phreeqc(constants, name, ion):
    import pandas as pd

    observations, mixed = constants
    known = pd.concat([one[one["ligand"] == name] for one in observations])
    smiles = known["smiles"].iloc[0]
    species = observed_species(known, [ion], smiles, **NEAR, protonated=mixed)
    system = system_of([ion], deprotonated_charge(smiles), species)
    total = {ion: 1e-6, "L": 1e-5}
    if (name[-6:], ion) == ("(DTPA)", "Fe+3"):
        constants = {s.name: s.log_beta for s in species}
        assert constants["FeHL"] - constants["FeL"] == pytest.approx(3.56)
    ours = speciate(system, total, 7.4, ionic_strength_M=0.1)
    assert -ours.log_free[ion][0] == pytest.approx(CHELATORS[name][ion], abs=0.6)
    # PHREEQC takes thermodynamic constants, and says the ionic strength that it found.
    at_zero = zip(system.species, system.log_beta(0.0), strict=True)
    thermodynamic = System(
        system.charges,
        tuple(replace(s, log_beta=float(k), ionic_strength_M=0.0) for s, k in at_zero),
    )
    pH = np.array([7.4])
    strength, free, _ = phreeqc_referee.run(thermodynamic, total, pH, 0.1)
    same = speciate(system, total, 7.4, ionic_strength_M=strength[0])
    assert same.log_free[ion][0] == pytest.approx(free[0, 0], abs=1e-3)
