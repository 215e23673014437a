import pandas as pd
import pytest
from literature import literature, needs_literature
from rdkit import Chem

from bo_loop.base.errors import DataError
from bo_loop.chemistry.ligands import (
    deprotonated_charge,
    formula,
    inchikey,
    ligand_group,
    same_ligand,
    standardise,
)

CHARGES = [
    ("OC(=O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O", -4),
    ("OC(=O)CC(O)(CC(=O)O)C(=O)O", -3),
    ("NCC(=O)O", -1),
    ("NCCN", 0),
    ("Oc1ccccc1O", -2),
    ("CC(=O)CC(C)=O", -1),
    ("CC(O)=CC(C)=O", -1),
    ("CC(=O)C=C(C)NCCNC(C)=CC(C)=O", -2),
    ("CC(=O)CC(C)=NCCN=C(C)CC(C)=O", -2),
    ("CC(=O)NO", -1),
    ("CC(O)=NO", -1),
    ("CC(=O)N(O)CCCCCNC(=O)CCC(=O)N(O)CCCCCNC(=O)CCC(=O)N(O)CCCCCN", -3),
    ("NCP(=O)(O)O", -2),
    ("OP(=O)(O)O", -3),
    ("OP(O)=O", -2),
    ("O[PH2]=O", -1),
    ("CS(=O)(=O)O", -1),
    ("CS(=O)O", -1),
    ("SCC(S)CO", -2),
    ("NC(CS)C(=O)O", -2),
    ("OC(=O)c1ccccc1O", -2),
    ("Oc1cccc2cccnc12", -1),
    ("OC(C(O)C(=O)O)C(=O)O", -2),
    ("C[N+](C)(C)CC(=O)[O-]", 0),
    ("F", -1),
    ("Cl", -1),
    ("Br", -1),
    ("I", -1),
    ("S", -2),
    ("C#N", -1),
    ("SC#N", -1),
    ("N=C=S", -1),
    ("OC#N", -1),
    ("[N-]=[N+]=N", -1),
    ("[N-]=[N+]=[N-]", -1),
    ("[S-2]", -2),
    ("O=[N+]([O-])O", -1),
    ("ON=O", -1),
    ("OC(=O)O", -2),
    ("OS(=O)(=O)O", -2),
    ("OS(=O)O", -2),
    ("O=[Se](=O)(O)O", -2),
    ("[O-][Cl+3]([O-])([O-])O", -1),
    ("OS(=O)(=O)S", -2),
    ("O", -1),
    ("N", 0),
    ("c1nnn[nH]1", -1),
    ("c1nn[nH]n1", -1),
    ("c1c[nH]cn1", 0),
    ("c1cn[nH]c1", 0),
    ("O=C1NC(=O)C=CN1", -1),
    ("O=c1cc[nH]c(=O)[nH]1", -1),
    ("Oc1ccnc(O)n1", -1),
    ("O=c1cccc[nH]1", -1),
    ("Oc1ccccn1", -1),
    ("Oc1ccncc1", -1),
    ("O=c1cc[nH]cc1", -1),
    ("Oc1cccnc1", -1),
    ("Cc1c(O)c(=O)ccn1C", -1),
    ("Cc1[nH]ccc(=O)c1O", -1),
    ("O=c1[nH]cccc1O", -1),
    ("On1ccccc1=O", -1),
    ("S=c1cccc[nH]1", -1),
    ("Sc1ccccn1", -1),
    ("OC1=C(O)C(=O)C1=O", -2),
    ("OC1=C(O)C(=O)C(=O)C1=O", -2),
    ("OCC(O)C1OC(=O)C(O)=C1O", -2),
    ("CCO", 0),
    ("NC(C)=O", 0),
    ("CC(C)=NO", -1),
    ("OB(O)c1ccccc1", 0),
    ("CCN(CC)C(=S)S", -1),
    ("CC(=S)O", -1),
    ("CC(=O)S", -1),
    ("NO", 0),
    ("ON(N=O)c1ccccc1", -1),
    ("c1ccc2[nH]nnc2c1", -1),
    ("Nc1ncnc2[nH]cnc12", -1),
    ("O=c1[nH]cnc2nc[nH]c12", -2),
    ("CN1C(=O)N(C)c2nc[nH]c2C1=O", -1),
    ("CCC1(CC)C(=O)NC(=O)NC1=O", -1),
    ("O=C(O)C(=O)CC(=O)O", -2),
    ("CC(=O)CC(=O)O", -1),
    ("CC(=O)CC(=O)OCC", -1),
    ("CC(=O)CC(=O)CC(C)=O", -2),
    ("O=C(CC(=O)C(F)(F)F)c1cccs1", -1),
    ("Cc1nn(-c2ccccc2)c(O)c1C(=O)c1ccccc1", -1),
    ("CC1=NN(c2ccccc2)C(=O)C1C(=O)c1ccccc1", -1),
    ("OC(=O)C(O)=C(O)C(=O)O", -2),
    ("O=c1cccccc1O", -1),
    ("Nc1ncnc2n(cnc12)C1OC(COP(=O)(O)OP(=O)(O)OP(=O)(O)O)C(O)C1O", -4),
    ("Nc1nc2ncc(CNc3ccc(cc3)C(=O)NC(CCC(=O)O)C(=O)O)nc2c(=O)[nH]1", -3),
    ("OC(=O)c1ccccn1", -1),
    ("C1CNCCNCCNCCN1", 0),
    ("CC(O)(P(=O)(O)O)P(=O)(O)O", -4),
    ("NC(=S)N", 0),
    ("C[N+](C)(C)C", 1),
    ("NC(CCSC)C(=O)O", -1),
    ("O=C1CCC(=O)N1O", -1),
    ("SSC", -1),
]


@pytest.mark.parametrize(("smiles", "charge"), CHARGES)
def test_charge_in_water_without_its_acid_protons(smiles, charge):
    assert deprotonated_charge(smiles) == charge


@pytest.mark.parametrize(
    ("given", "neutral"),
    [
        ("[Na+].[Na+].[O-]C(=O)C([O-])=O", "O=C(O)C(=O)O"),
        ("O.O.OC(=O)CN", "NCC(=O)O"),
        ("Cl.NCCN", "NCCN"),
        ("[NH3+]CC(=O)[O-]", "NCC(=O)O"),
        ("[NH4+]", "N"),
        ("[F-]", "F"),
        ("[S-2]", "S"),
        ("[C-]#N", "C#N"),
        ("[N-]=[N+]=[N-]", "[N-]=[N+]=N"),
        ("[O-]S(=O)(=O)[O-]", "O=S(=O)(O)O"),
        ("C[N+](C)(C)CC([O-])=O", "C[N+](C)(C)CC(=O)O"),
        ("[O-][n+]1ccccc1C(=O)[O-]", "O=C(O)c1cccc[n+]1[O-]"),
        ("C[N+](=O)[O-]", "C[N+](=O)[O-]"),
    ],
)
def test_standard_form_is_neutral_and_fully_protonated(given, neutral):
    assert standardise(given) == Chem.CanonSmiles(neutral)


def test_stereochemistry_is_kept_in_the_ligand_and_dropped_in_its_group():
    left, right = "C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O"
    assert standardise(left) != standardise(right)
    assert inchikey(left) != inchikey(right)
    assert ligand_group(left) == ligand_group(right) == ligand_group("CC(N)C(=O)O")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CC(=O)CC(C)=O", "CC(O)=CC(C)=O"),
        ("Oc1ccccn1", "O=c1cccc[nH]1"),
        ("c1c[nH]cn1", "c1cnc[nH]1"),
        ("CC(=O)NO", "CC(O)=NO"),
        ("NCC(=O)O", "[NH3+]CC(=O)[O-]"),
    ],
)
def test_tautomers_and_charge_states_share_a_group(one, other):
    assert ligand_group(one) == ligand_group(other)


def test_different_ligands_do_not_share_a_group():
    assert ligand_group("NCC(=O)O") != ligand_group("NCCC(=O)O")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("OC(=O)[C@H](O)[C@@H](O)C(=O)O", "OC(=O)[C@@H](O)[C@H](O)C(=O)[O-].[K+]", True),
        ("OC(=O)/C=C/C(=O)O", "OC(=O)/C=C\\C(=O)O", False),
        ("OC(=O)/C=C/C(=O)O", "OC(=O)C=CC(=O)O", True),
        ("Sc1ccccn1", "S=c1cccc[nH]1", True),
        ("NCCN", "NCCCN", False),
    ],
)
def test_one_ligand_to_an_achiral_metal_ion(one, other, same):
    assert same_ligand(one, other) == same


@pytest.mark.parametrize("function", [standardise, ligand_group, inchikey, deprotonated_charge])
@pytest.mark.parametrize(
    ("smiles", "why"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        ("NCC(=O", "cannot be read"),
        ("C1CC", "cannot be read"),
        ("c1cccccc(", "cannot be read"),
        ("glycine", "looks like a name"),
        ("EDTA", "looks like a name"),
        ("8-hydroxyquinoline", "looks like a name"),
        ("InChI=1S/C2H5NO2/c3-1", "not an InChI that can be read"),
        ("C" * 10_000, "has 10,000 characters, more than the 1,000"),
        ("O" + "C" * 299, "has 300 atoms besides hydrogen, more than 250"),
        ("[Fe]1OCCO1", "holds Fe inside the ligand"),
        ("*CC(=O)O", "holds a wildcard"),
        ("[CH2]C(=O)O", "is a radical"),
        ("NCC(=O)O.CC(N)C(=O)O", "may each be the ligand"),
    ],
)
def test_unusable_structures_are_named(function, smiles, why):
    with pytest.raises(DataError, match=why) as error:
        function(smiles)
    assert repr(smiles)[:40] in str(error.value)


def test_an_inchi_is_read_as_the_structure_that_it_is():
    assert standardise("InChI=1S/C2H5NO2/c3-1-2(4)5/h1,3H2,(H,4,5)") == "NCC(=O)O"


def test_structures_without_end_are_refused_before_they_are_read():
    import time

    begun = time.process_time()
    for text in ("C" * 10**6, "C1" * 10**5, "[CH3]" * 10**5, "InChI=" + "C" * 10**6):
        with pytest.raises(DataError) as caught:
            standardise(text)
        assert len(str(caught.value)) < 300
    assert time.process_time() - begun < 1.0


def test_formula_is_hill():
    assert formula("OC(=O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O") == "C10H16N2O8"
    assert formula("C[N+](C)(C)CC([O-])=O") == "C5H12NO2+"


def test_inchikey_of_glycine():
    assert inchikey("[NH3+]CC(=O)[O-]") == "DHMQDGOQFOQNFH-UHFFFAOYSA-N"


def test_nothing_is_written_to_stderr(capfd):
    with pytest.raises(DataError):
        standardise("C1CC(")
    standardise("[Na+].OC(=O)CC[NH3+]")
    assert capfd.readouterr().err == ""


@needs_literature
@pytest.mark.parametrize("table", ["srd46_25C_0.1M.csv", "iupac_lanthanides.csv"])
def test_standard_form_of_every_literature_ligand_is_a_fixed_point(table):
    ligands = pd.read_csv(literature(table), keep_default_na=False).smiles.unique()
    moved = [s for s in ligands if standardise(standardise(s)) != standardise(s)]
    assert moved == []
    changed = [s for s in ligands if deprotonated_charge(standardise(s)) != deprotonated_charge(s)]
    assert changed == []
