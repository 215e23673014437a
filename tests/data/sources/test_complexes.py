import pytest

from bo_loop.data.sources.complexes import judged
from bo_loop.data.sources.phreeqc_file import read_reactions

# Cl- and NH3 are ligands; HOx-, NH4+ and Hg(OH)2 are other forms of Ox-2, NH3 and Hg+2.
LIGANDS = {"Cl-": -1, "NH3": 0, "Ox-2": -2}
OWN = """
SOLUTION_SPECIES
NH4+ = NH3 + H+
log_k -9.2
HOx- = Ox-2 + H+
log_k -4.0
Hg(OH)2 + 2 H+ = Hg+2 + 2 H2O
log_k 6.2
"""


def judge(reaction, options="log_k 5.0"):
    return judged(read_reactions(f"{OWN}{reaction}\n{options}"), LIGANDS).iloc[-1]


@pytest.mark.parametrize(
    ("reaction", "ion", "ligand", "n", "log_beta", "delta_z2"),
    [
        ("Ni+2 + 3 Ox-2 = Ni(Ox)3-4", ("Ni", 2), "Ox-2", 3, 5.0, 0),  # 16 − 4 − 12
        ("Eu+3 + Cl- = EuCl+2", ("Eu", 3), "Cl-", 1, 5.0, -6),
        ("Ni+2 + 2 NH4+ = Ni(NH3)2+2 + 2 H+", ("Ni", 2), "NH3", 2, 5.0 + 2 * 9.2, 0),
        ("HOx- + UO2+2 = UO2Ox + H+", ("UO2", 2), "Ox-2", 1, 5.0 + 4.0, -8),
        ("Hg(OH)2 + 2 H+ + 2 Cl- = HgCl2 + 2 H2O", ("Hg", 2), "Cl-", 2, 5.0 - 6.2, -6),
        (
            "Hg(OH)2 + 2 NH4+ = Hg(NH3)2+2 + 2 H2O",
            ("Hg", 2),
            "NH3",
            2,
            5.0 - 6.2 + 2 * 9.2,
            0,
        ),
    ],
)
def test_constant_is_that_of_aquo_ion_and_deprotonated_ligand(
    reaction, ion, ligand, n, log_beta, delta_z2
):
    row = judge(reaction)
    assert row.reason == ""
    assert (row.metal, row.charge, row.component, row.n_ligands) == (*ion, ligand, n)
    assert row.log_beta == pytest.approx(log_beta, abs=1e-4)  # kept to four decimals
    assert row.delta_z2 == delta_z2


@pytest.mark.parametrize(
    ("reaction", "reason"),
    [
        ("Ni+2 + HOx- = NiHOx+", "protonated"),
        ("Ni+2 + Ox-2 + H2O = NiOHOx- + H+", "hydroxo"),
        ("Hg(OH)2 + H+ + Cl- = HgClOH + H2O", "hydroxo"),
        ("Ni+2 + Ox-2 + Cl- = NiOxCl-", "mixed ligands"),
        ("2 Ni+2 + Ox-2 = Ni2Ox+2", "polynuclear"),
        ("Ni+2 + Mg+2 + Ox-2 = NiMgOx+2", "polynuclear"),
        ("0.5 Hg+2 + Cl- = X", "polynuclear"),
        ("Fe+3 + H2O = FeOH+2 + H+", "hydrolysis, no ligand"),
        ("Fe+3 + e- = Fe+2", "redox"),
        ("Fe+2 + H+ + 0.25 O2 = Fe+3 + 0.5 H2O", "redox"),
        ("K+ + CrO4-2 = KCrO4-", "component that is not a ligand of the table"),
        ("Dom_a = Dom_a", "definition of a master species"),
        ("2 H+ + Ox-2 = H2Ox", "no metal ion among the components"),
        ("Ni+2 + 7 NH3 = Ni(NH3)7+2", "not 1 to 6 ligands"),
        ("Ni+2 + Cl- = NiCl+2", "charge does not balance"),
    ],
)
def test_reason_against_one_of_each(reaction, reason):
    row = judge(reaction)
    assert row.reason == reason


def test_unchecked_atoms_and_second_definitions_are_left_out():
    row = judge("Ni+2 + Ox-2 = NiOx", "log_k 5\n-no_check")
    assert row.reason == "balance of atoms not checked (polysulfide)"
    twice = judged(
        read_reactions(f"{OWN}Ni+2 + Ox-2 = NiOx\nlog_k 5\nNi+2 + Ox-2 = NiOx\nlog_k 6"), LIGANDS
    )
    assert twice.reason.tolist()[-2:] == ["defined again further down", ""]
    assert twice.log_beta.iloc[-1] == 6.0
