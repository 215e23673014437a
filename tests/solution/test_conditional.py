"""Conditional constants by hand, by textbooks and by PHREEQC."""

import numpy as np
import phreeqc_referee
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tolerances import ROUNDING

from bo_loop.base.errors import DataError
from bo_loop.solution.conditional import (
    log_alpha,
    log_conditional,
    log_free_sharing,
    log_side_reaction,
    p_metal,
)
from bo_loop.solution.embedded import complexes, hydrolysis, ligand_charge, protonation
from bo_loop.solution.species import Species, System, log_proton, speciate

# EDTA and calcium at 25 °C and 0.1 mol/L: pK of Harris, Quantitative Chemical Analysis.
PK = np.array([10.37, 6.13, 2.69, 2.0, 1.5, 0.0])
EDTA = System(
    {"Ca+2": 2, "L": -4},
    (
        Species("CaL", {"Ca+2": 1, "L": 1}, 10.65, 0.1),
        *(
            Species(f"H{k}L", {"L": 1, "H+": k}, value, 0.1)
            for k, value in enumerate(PK.cumsum(), start=1)
        ),
    ),
)


def pH_of(p_h):
    """The pH at which −log10 [H⁺], which textbooks take for it, is `p_h`."""
    return p_h + log_proton(0.0, 0.1)


@pytest.mark.parametrize(("p_h", "share"), [(7.0, 3.8e-4), (10.0, 0.30), (12.0, 0.98)])
def test_share_of_edta_that_is_bare(p_h, share):
    # Harris, table of α(Y⁴⁻): two digits
    found = log_alpha(EDTA, "L", pH_of(p_h), ionic_strength_M=0.1)
    assert 10.0 ** -found[0] == pytest.approx(share, rel=0.02)


@pytest.mark.parametrize(("p_h", "expected"), [(7.0, 7.23), (10.0, 10.13)])
def test_calcium_with_edta(p_h, expected):
    found = log_conditional(EDTA, "Ca+2", "L", pH_of(p_h), ionic_strength_M=0.1)
    assert found[0] == pytest.approx(expected, abs=0.01)


def test_a_pH_is_an_activity():
    plain = log_conditional(EDTA, "Ca+2", "L", pH_of(7.0), ionic_strength_M=0.1)
    # α_L is HL and H2L there: between one and two times 0.107 of log [H⁺].
    less = plain - log_conditional(EDTA, "Ca+2", "L", 7.0, ionic_strength_M=0.1)
    assert 0.107 < less[0] < 0.13


def test_side_reactions_by_hand():
    # 1 + 10²·10⁻² + 10³·10⁻⁴ = 2.1; and hydrolysis: 1 + 10⁻⁹·10⁹ = 2
    found = log_side_reaction(np.array([2.0, 3.0]), [1, 2], -2.0)
    assert found == pytest.approx(np.log10(2.1), abs=ROUNDING)
    assert log_side_reaction(np.array([-9.0]), [-1], -9.0) == pytest.approx(np.log10(2.0))
    assert log_side_reaction(np.empty(0), [], -3.0) == 0.0


@given(pH=st.floats(0, 14), n=st.sampled_from([1, 2]))
def test_no_side_reaction_makes_a_complex_stronger_than_its_log_beta(pH, n):
    system = System(
        {"Cu+2": 2, "L": 0},
        (
            Species("CuL", {"Cu+2": 1, "L": 1}, 10.5),
            Species("CuL2", {"Cu+2": 1, "L": 2}, 19.6),
            Species("HL", {"L": 1, "H+": 1}, 9.9),
            Species("Cu(OH)", {"Cu+2": 1, "H+": -1}, -8.0),
        ),
    )
    found = log_conditional(system, "Cu+2", "L", pH, n_ligands=n, ionic_strength_M=0.0)
    assert found[0] <= {1: 10.5, 2: 19.6}[n]


def test_draws_and_pH_values_go_side_by_side():
    draws = EDTA.log_beta(0.1) + np.array([[0.0], [1.0]])
    found = log_conditional(EDTA, "Ca+2", "L", [7.0, 9.0], ionic_strength_M=0.1, log_beta=draws)
    for i, pH in enumerate((7.0, 9.0)):
        alone = log_conditional(
            EDTA, "Ca+2", "L", pH, ionic_strength_M=0.1, log_beta=draws[i : i + 1]
        )
        assert found[i] == pytest.approx(alone[0], abs=ROUNDING)


@pytest.mark.parametrize(
    ("ion", "ligand"), [("Ca+2", "edta"), ("Ni+2", "edta"), ("Fe+3", "nta"), ("Zn+2", "glycine")]
)
def test_both_follow_from_the_concentrations_that_phreeqc_finds(ion, ligand):
    charges = {ion: int(ion[-1]), "L": ligand_charge(ligand)}
    species = (*protonation(ligand), *hydrolysis(ion), *complexes(ion, ligand))
    system, total = System(charges, species), {ion: 1e-6, "L": 1e-5}
    pH = np.array([4.0, 7.4, 10.0])
    strengths, free, c = phreeqc_referee.run(system, total, pH, 0.05)
    nu = system.nu
    for i in range(len(pH)):
        amounts = {"ML": 0.0, ion: 10.0 ** free[i, 0], "L": 10.0 ** free[i, 1]}
        for (m, n, _), value in zip(nu, 10.0 ** c[i], strict=True):
            kind = {(1, 0): ion, (0, 1): "L", (1, 1): "ML"}.get((m, n))
            if kind:
                amounts[kind] += value
        expected = np.log10(amounts["ML"] / amounts[ion] / amounts["L"])
        found = log_conditional(system, ion, "L", pH[i], ionic_strength_M=strengths[i])
        assert found[0] == pytest.approx(expected, abs=1e-3)
        pm = p_metal(system, ion, total, pH[i], ionic_strength_M=strengths[i])
        assert pm[0] == pytest.approx(-free[i, 0], abs=1e-3)


def test_pM_where_a_ligand_is_in_excess_by_hand():
    # 1e-6 M of calcium in 1e-5 M of EDTA: 9e-6 M of it are not bound, so pM = log K′ + log 9.
    found = p_metal(EDTA, "Ca+2", {"Ca+2": 1e-6, "L": 1e-5}, 12.0, ionic_strength_M=0.1)
    k = log_conditional(EDTA, "Ca+2", "L", 12.0, ionic_strength_M=0.1)
    assert found == pytest.approx(k + np.log10(9.0), abs=1e-4)


def test_what_is_not_there_is_named():
    with pytest.raises(DataError, match=r"Zn\+2 not in the solution"):
        log_alpha(EDTA, "Zn+2", 7.0, ionic_strength_M=0.1)
    with pytest.raises(DataError, match=r"no constant of Ca\+2 with 2 L"):
        log_conditional(EDTA, "Ca+2", "L", 7.0, n_ligands=2, ionic_strength_M=0.1)
    with pytest.raises(DataError, match=r"Zn\+2 not in the solution"):
        p_metal(EDTA, "Zn+2", {"Ca+2": 1e-6, "L": 1e-5}, 7.0, ionic_strength_M=0.1)


def test_metals_of_one_solution_share_the_ligand():
    log_k = np.array([[9.0, 7.5, 4.0], [16.0, 15.5, 15.0], [2.0, -1.0, 1.0]])
    for ligand_M in (1e-5, 1.5e-6):
        found = log_free_sharing(log_k, 1e-6, ligand_M)
        for row, own in enumerate(log_k):
            names = ["A+2", "B+2", "C+2"]
            species = [Species(f"{n}L", {n: 1, "L": 1}, k, 0.1)
                       for n, k in zip(names, own, strict=True)]  # fmt: skip
            system = System(dict.fromkeys(names, 2) | {"L": -2}, tuple(species))
            total = dict.fromkeys(names, 1e-6) | {"L": ligand_M}
            solved = speciate(system, total, 7.0, ionic_strength_M=0.1)
            expected = [solved.log_free[name][0] for name in names]
            assert found[row] == pytest.approx(expected, abs=1e-6)
