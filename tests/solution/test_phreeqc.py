"""The solver and Davies' equation against PHREEQC, on the same thermodynamic constants."""

import numpy as np
import phreeqc_referee
import pytest

from bo_loop.solution.embedded import complexes, hydrolysis, ligand_charge, protonation
from bo_loop.solution.species import System, speciate

PH = np.arange(2.0, 12.5, 2.0)
SAME = 1e-3  # log10 c; what the issue asks, and about what the slopes of Debye and Hückel differ by

PAIRS = [
    (ion, ligand)
    for ligand, ions in {
        "ethylenediaminetetraacetic acid": "Ni+2 Cu+2 Zn+2 Ca+2 Mg+2 Fe+3 Al+3 Pb+2 Cd+2 Mn+2",
        "nitrilotriacetic acid": "Ni+2 Cu+2 Zn+2 Fe+3 Al+3 Co+2 Ca+2",
        "citric acid": "Ni+2 Co+2 Fe+3 Ca+2 Zn+2",
        "glycine": "Cu+2 Ni+2 Zn+2 Co+2",
        "ethylenediamine": "Cu+2 Ni+2 Zn+2",
        "oxalic acid": "Fe+3 Eu+3 Ni+2",
        "acetic acid": "Cu+2 Pb+2",
        "ammonia": "Cu+2 Ag+1",
    }.items()
    for ion in ions.split()
]


def charge(ion):
    return int(ion.partition("+")[2])


def of_pairs(ions, ligand):
    """All that the embedded databases know of metal ions and one ligand."""
    species = [*protonation(ligand)]
    for ion in ions:
        species += [*hydrolysis(ion), *complexes(ion, ligand)]
    charges = {ion: charge(ion) for ion in ions} | {"L": ligand_charge(ligand)}
    return System(charges, tuple(species))


def differences(system, totals, background_M):
    """Return the largest |Δ log c| of each species, over the pH values."""
    strengths, free, c = phreeqc_referee.run(system, totals, PH, background_M)
    apart = []
    for i, (pH, strength) in enumerate(zip(PH, strengths, strict=True)):
        ours = speciate(system, totals, pH, ionic_strength_M=strength)
        mine = [*(ours.log_free[name][0] for name in system.components), *ours.log_c[0]]
        mine = np.maximum(mine, phreeqc_referee.ABSENT)
        apart.append(np.abs(mine - np.concatenate([free[i], c[i]])))
    return np.max(apart, axis=0)


def test_there_are_enough_systems_and_all_have_complexes():
    assert len(PAIRS) >= 30
    for ion, ligand in PAIRS:
        assert complexes(ion, ligand), (ion, ligand)


@pytest.mark.parametrize("background_M", [0.003, 0.1])
@pytest.mark.parametrize(("ion", "ligand"), PAIRS)
def test_one_metal(ion, ligand, background_M):
    system = of_pairs([ion], ligand)
    apart = differences(system, {ion: 1e-4, "L": 3e-4}, background_M)
    assert apart.max() <= SAME


@pytest.mark.parametrize(
    ("ions", "ligand"),
    [
        (["Ni+2", "Zn+2"], "ethylenediaminetetraacetic acid"),
        (["Fe+3", "Zn+2", "Ca+2"], "nitrilotriacetic acid"),
        (["Cu+2", "Ni+2", "Zn+2", "Co+2"], "glycine"),
    ],
)
def test_metals_that_compete_for_too_little_ligand(ions, ligand):
    system = of_pairs(ions, ligand)
    apart = differences(system, {**dict.fromkeys(ions, 1e-4), "L": 1.3e-4}, 0.05)
    assert apart.max() <= SAME


def test_the_referee_sees_a_constant_that_is_off_by_a_hundredth():
    system = of_pairs(["Ni+2"], "glycine")
    strengths, free, _ = phreeqc_referee.run(system, {"Ni+2": 1e-4, "L": 3e-4}, [9.0], 0.01)
    log_beta = system.log_beta(strengths[0])[None, :].copy()
    log_beta[0, [s.name for s in system.species].index("NiL")] += 0.01
    ours = speciate(
        system, {"Ni+2": 1e-4, "L": 3e-4}, 9.0, ionic_strength_M=strengths[0], log_beta=log_beta
    )
    assert abs(ours.log_free["Ni+2"][0] - free[0, 0]) > SAME
