import pandas as pd
import pytest

from bo_loop.base.errors import DataError
from bo_loop.solution.observed import ligand_smiles, observed_species, pk_of_observed

GLYCINE, ALANINE = "NCC(=O)O", "C[C@H](N)C(=O)O"


def table(*rows, **columns):
    """(metal, charge, n, log β, I) of glycine."""
    frame = pd.DataFrame(rows, columns=["metal", "charge", "n_ligands", "log_beta", "I"])
    frame = frame.rename(columns={"I": "ionic_strength_M"}).assign(
        ligand="Glycine", smiles=GLYCINE, temperature_C=25.0, censoring="none", source="lab"
    )
    return frame.assign(**columns)


TABLE = table(
    ("Ni", 2, 1, 5.74, 0.1), ("Ni", 2, 2, 10.6, 0.1), ("Ni", 2, 1, 6.18, 0.0),
    ("H", 1, 1, 9.57, 0.1), ("H", 2, 1, 11.93, 0.1), ("Zn", 2, 1, 5.0, 0.5),
)  # fmt: skip
AT = {"temperature_C": 25.0, "ionic_strength_M": 0.1}


def constants(species):
    return {each.name: each.log_beta for each in species}


def test_species_and_their_constants_at_the_nearest_conditions():
    found = observed_species(TABLE, ["Ni+2"], GLYCINE, **AT)
    assert constants(found) == {"HL": 9.57, "H2L": 11.93, "NiL": 5.74, "NiL2": 10.6}
    assert {each.name: dict(each.parts) for each in found}["H2L"] == {"L": 1, "H+": 2}
    at_zero = observed_species(TABLE, ["Ni+2"], GLYCINE, temperature_C=25.0, ionic_strength_M=0.0)
    assert constants(at_zero)["NiL"] == 6.18
    assert {each.name: each.ionic_strength_M for each in at_zero}["NiL"] == 0.0
    zinc = observed_species(TABLE, ["Ni+2", "Zn+2"], GLYCINE, **AT)
    assert {each.name: each.ionic_strength_M for each in zinc}["ZnL"] == 0.5


def test_repeats_have_a_median_and_the_labs_own_values_come_first():
    repeats = table(*[("Ni", 2, 1, value, 0.1) for value in (5.0, 5.7, 5.9)], ("H", 1, 1, 9.6, 0.1))
    assert constants(observed_species(repeats, ["Ni+2"], GLYCINE, **AT))["NiL"] == 5.7
    repeats["own"] = [True, False, False, False]
    assert constants(observed_species(repeats, ["Ni+2"], GLYCINE, **AT))["NiL"] == 5.0


def test_bounds_and_other_ligands_do_not_count():
    bound = table(("Ni", 2, 1, 5.0, 0.1), censoring="lower")
    with pytest.raises(DataError, match=r"no constant of Ni\+2 with NCC"):
        observed_species(bound, ["Ni+2"], GLYCINE, **AT)
    with pytest.raises(DataError, match=r"no constant of Cu\+2 with NCC"):
        observed_species(TABLE, ["Cu+2"], GLYCINE, **AT)


def test_a_ligand_without_protonation_constants_is_taken_as_deprotonated_and_said_so():
    with pytest.warns(UserWarning, match="taken as deprotonated at every pH"):
        observed_species(TABLE[TABLE["metal"] != "H"], ["Ni+2"], GLYCINE, **AT)


def test_a_ligand_by_name_or_structure():
    both = pd.concat([TABLE, TABLE.assign(ligand="Alanine", smiles=ALANINE)])
    assert ligand_smiles("glycine", both) == GLYCINE
    assert ligand_smiles("[NH3+]CC([O-])=O", both) == GLYCINE
    assert ligand_smiles("CC(N)C(=O)O", both) == ALANINE  # the isomer that the table has
    with pytest.raises(DataError, match="has no constant of 'edta'"):
        ligand_smiles("edta", both)
    with pytest.raises(DataError, match="neither a ligand's name in the table nor a SMILES"):
        ligand_smiles("unobtainic acid", both)
    with pytest.raises(DataError, match="names 2 ligands"):
        ligand_smiles("x", both.assign(ligand="x"))


def mixed(*rows):
    """(metal, equilibrium, log K) of glycine."""
    frame = pd.DataFrame(rows, columns=["metal", "equilibrium", "log_K"])
    return frame.assign(
        charge=2, smiles=GLYCINE, temperature_C=25.0, ionic_strength_M=0.1, source="book"
    )


def test_protonated_complexes_are_measured_or_else_estimated():
    none = mixed()
    assert "NiHL" not in constants(observed_species(TABLE, ["Ni+2"], GLYCINE, **AT))
    estimated = observed_species(TABLE, ["Ni+2"], GLYCINE, **AT, protonated=none)
    # pK_1 9.57, pK_2 2.36, z 2, log β 5.74
    pk = 2.295 + 0.464 * 9.57 + 0.336 * 2.36 - 0.511 * 2 - 0.278 * 5.74
    assert constants(estimated)["NiHL"] == pytest.approx(5.74 + pk)
    assert "estimated" in next(each.source for each in estimated if each.name == "NiHL")
    from_ml = mixed(("Ni", "[MHL]/[ML][H]", 4.0), ("Cu", "[MHL]/[ML][H]", 3.0))
    found = observed_species(TABLE, ["Ni+2"], GLYCINE, **AT, protonated=from_ml)
    assert constants(found)["NiHL"] == pytest.approx(9.74)
    assert next(each.source for each in found if each.name == "NiHL") == "book"
    from_hl = mixed(("Cu", "[MHL]/[M][HL]", 1.5))
    found = observed_species(TABLE, ["Cu+2"], GLYCINE, **AT, protonated=from_hl)
    assert constants(found)["CuHL"] == pytest.approx(9.57 + 1.5)
    acid = table(("Ni", 2, 1, 2.0, 0.1), ("H", 1, 1, 4.6, 0.1))
    alone = observed_species(acid, ["Ni+2"], GLYCINE, **AT, protonated=none)
    assert "NiHL" not in constants(alone)


def test_the_measured_pK_of_each_observation():
    known = pd.concat(
        [
            table(("Ni", 2, 1, 5.74, 0.1), ("Ni", 2, 1, 6.18, 0.0), ("Ni", 2, 2, 10.6, 0.1)),
            table(("Zn", 2, 1, 5.0, 0.1), ("Co", 2, 1, 4.6, 0.1), ("H", 1, 1, 9.57, 0.1)),
            table(("Zn", 2, 1, 4.0, 0.1), censoring="lower"),
        ],
        ignore_index=True,
    )
    ml, hl = "[MHL]/[ML][H]", "[MHL]/[M][HL]"
    of = {"ligand": "", "smiles": GLYCINE, "temperature_C": 25.0, "source": "a"}
    rows = [
        {"metal": "Ni", "charge": 2, "equilibrium": ml, "log_K": 4.0, "ionic_strength_M": 0.1},
        {"metal": "Ni", "charge": 2, "equilibrium": ml, "log_K": 4.4, "ionic_strength_M": 0.1},
        {"metal": "Ni", "charge": 2, "equilibrium": ml, "log_K": 5.0, "ionic_strength_M": 0.0},
        {"metal": "Ni", "charge": 2, "equilibrium": hl, "log_K": 9.0, "ionic_strength_M": 0.1},
        {"metal": "Zn", "charge": 2, "equilibrium": hl, "log_K": 1.5, "ionic_strength_M": 0.1},
        {"metal": "Cu", "charge": 2, "equilibrium": ml, "log_K": 3.0, "ionic_strength_M": 0.1},
    ]
    found = pk_of_observed(known, pd.DataFrame([each | of for each in rows]))
    # [MHL]/[ML][H] = [MHL]/[M][HL] × [HL]/[L][H] / ([ML]/[M][L]): 1.5 + 9.57 − 5.0
    assert found.tolist()[:2] == [4.2, 5.0]
    assert found[3] == pytest.approx(6.07)
    assert found.isna().tolist() == [False, False, True, False, True, True, True]
