"""One tautomer for each ligand: drawings that must agree, forms that must stay, properties."""

import numpy as np
import pandas as pd
import pytest
from literature import literature, needs_literature
from rdkit import Chem

from bo_loop.chemistry.ligands import deprotonated_charge, ligand_group, standardise

PAIRS = [
    ("Sc1ccccn1", "S=c1cccc[nH]1"),
    ("S=C(NNc1ccccc1)N=Nc1ccccc1", "SC(=NNc1ccccc1)N=Nc1ccccc1"),
    ("Oc1ccc2ccccc2c1N=Nc1ccccn1", "O=C1C=Cc2ccccc2C1=NNc1ccccn1"),
    ("Cc1c(O)c(=O)ccn1C", "Cc1c(O)c([O-])cc[n+]1C"),
    ("On1ccccc1=O", "Oc1cccc[n+]1[O-]"),
    ("On1ccccc1=S", "Sc1cccc[n+]1[O-]"),
    ("O=Nc1c(O)ccc2ccccc12", "ON=C1C(=O)C=Cc2ccccc12"),
    ("Oc1ccccn1", "O=c1cccc[nH]1"),
    ("Oc1ccncc1", "O=c1cc[nH]cc1"),
    ("CC(=O)CC(C)=O", "CC(O)=CC(C)=O"),
    ("CC(=O)NO", "CC(O)=NO"),
    ("CC(=O)N", "CC(O)=N"),
    ("CC(N)=S", "CC(=N)S"),
    ("NC(=S)NN=Cc1ccccn1", "NC(S)=NN=Cc1ccccn1"),
    ("Oc1ccccc1C=NNC(=O)c1ccncc1", "Oc1ccccc1C=NN=C(O)c1ccncc1"),
    ("O=c1cc[nH]c(=O)[nH]1", "Oc1ccnc(O)n1"),
    ("O=c1[nH]c(=O)[nH]c(=O)[nH]1", "Oc1nc(O)nc(O)n1"),
    ("O=C1CC(=O)NC(=O)N1", "Oc1cc(=O)[nH]c(=O)[nH]1"),
    ("O=C1CC(=O)NC(=O)N1", "Oc1cc(O)nc(O)n1"),
    ("O=C1CC(=O)NC(=S)N1", "Oc1cc(O)nc(S)n1"),
    ("c1c[nH]cn1", "c1cnc[nH]1"),
    ("Cc1c[nH]cn1", "Cc1cnc[nH]1"),
    ("NC(Cc1c[nH]cn1)C(=O)O", "NC(Cc1cnc[nH]1)C(=O)O"),
    ("Cc1cc[nH]n1", "Cc1ccn[nH]1"),
    ("c1nnn[nH]1", "c1nn[nH]n1"),
    ("c1ccc2[nH]nnc2c1", "c1ccc2n[nH]nc2c1"),
    ("Nc1ncnc2[nH]cnc12", "Nc1ncnc2nc[nH]c12"),
    ("Nc1nc2[nH]cnc2c(=O)[nH]1", "Nc1nc(O)c2[nH]cnc2n1"),
    ("Sc1ncnc2[nH]cnc12", "S=c1[nH]cnc2nc[nH]c12"),
    ("Sc1nc2ccccc2s1", "S=c1[nH]c2ccccc2s1"),
    ("Sc1nnc(S)s1", "S=c1[nH][nH]c(=S)s1"),
    ("Sc1nnc(S)s1", "S=c1[nH]nc(S)s1"),
    ("CC(=S)O", "CC(=O)S"),
    ("CN(C)C(=N)N", "CN(C)C(N)=N"),
    ("NC(CCCNC(=N)N)C(=O)O", "NC(CCCN=C(N)N)C(=O)O"),
    ("CC(N)=NO", "CC(=N)NO"),
    ("CN(C)C(=N)NC(=N)N", "CN(C)C(N)=NC(N)=N"),
    ("ON(N=O)c1ccccc1", "ON=[N+]([O-])c1ccccc1"),
    ("CC(=O)C=C(C)NCCNC(C)=CC(C)=O", "CC(=O)CC(C)=NCCN=C(C)CC(C)=O"),
    ("CC(=O)C=C(C)NC", "CC(O)=CC(C)=NC"),
    ("Oc1ccccc1C=NCCO", "O=C1C=CC=CC1=CNCCO"),
    ("O=c1[nH]cccc1O", "Oc1cccnc1O"),
    ("Cc1[nH]ccc(=O)c1O", "Cc1nccc(O)c1O"),
    ("Cc1nn(-c2ccccc2)c(O)c1C(=O)c1ccccc1", "CC1=NN(c2ccccc2)C(=O)C1C(=O)c1ccccc1"),
    ("Cc1nn(-c2ccccc2)c(O)c1C(=O)c1ccccc1", "Cc1[nH]n(-c2ccccc2)c(=O)c1C(=O)c1ccccc1"),
    ("OP(O)O", "O=[PH](O)O"),
    ("OP(O)(O)=S", "O=P(O)(O)S"),
    ("OS(=O)(=O)S", "OS(=S)(=O)O"),
    ("CC(=O)C(=NNc1ccccc1)C(C)=O", "CC(=O)C(N=Nc1ccccc1)C(C)=O"),
    ("CC(=O)C(=NO)C(C)=O", "CC(=O)C(N=O)C(C)=O"),
    ("Nc1ccccn1", "N=c1cccc[nH]1"),
    ("Nc1cc[nH]c(=O)n1", "Nc1ccnc(O)n1"),
    ("CC(C)c1cccc(O)c(=O)c1", "CC(C)c1cccc(=O)c(O)c1"),
    ("On1nnc2ccccc12", "[O-][n+]1n[nH]c2ccccc21"),
    ("Oc1ccc(N=Nc2ccccc2)cc1", "O=C1C=CC(=NNc2ccccc2)C=C1"),
    ("Oc1cc(=O)oc2ccccc12", "O=C1CC(=O)c2ccccc2O1"),
    ("O=C(O)C(=O)CC(=O)O", "OC(=O)C(O)=CC(=O)O"),
    (
        "Nc1nc2ncc(CNc3ccc(cc3)C(=O)NC(CCC(=O)O)C(=O)O)nc2c(=O)[nH]1",
        "Nc1nc(O)c2nc(CNc3ccc(cc3)C(=O)NC(CCC(=O)O)C(=O)O)cnc2n1",
    ),
    ("OC(=O)c1cc(=O)cc(C(=O)O)[nH]1", "OC(=O)c1cc(O)cc(C(=O)O)n1"),
    ("NC(=O)NO", "NC(O)=NO"),
    ("CC(=S)NO", "CC(S)=NO"),
    ("c1ccc(NN=C(c2ccccc2)N=Nc2ccccc2O)cc1", "c1ccc(N=NC(c2ccccc2)=NNc2ccccc2O)cc1"),
    ("c1ccc2[nH]c(-c3ccccn3)nc2c1", "c1ccc2nc(-c3ccccn3)[nH]c2c1"),
    ("Cc1ccc2[nH]cnc2c1", "Cc1ccc2nc[nH]c2c1"),
    ("c1nc[nH]n1", "c1nnc[nH]1"),
    ("Cn1ccnc1S", "Cn1cc[nH]c1=S"),
    ("Oc1cc(O)c2ccccc2n1", "O=C1CC(=O)Nc2ccccc12"),
    ("O=C1C=C(O)c2ccccc2C1=O", "OC1=CC(=O)c2ccccc2C1=O"),
    ("CC(=O)c1c(O)cc(C)oc1=O", "CC(=O)C1C(=O)C=C(C)OC1=O"),
    ("O=C1CC(=O)CC(C)(C)C1", "O=C1CC(C)(C)CC(O)=C1"),
]

SANE = [
    "CC(=O)NO",
    "CC(=O)CC(C)=O",
    "Oc1ccccc1",
    "CC(N)=O",
    "NC(=S)NN=Cc1ccccn1",
    "CC(=NO)C(C)=NO",
    "S=C(S)N(CC)CC",
    "Cc1c(O)c(=O)ccn1C",
    "On1ccccc1=O",
    "Oc1cccc2cccnc12",
    "O=Nc1c(O)ccc2ccccc12",
    "OC(=O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O",
    "Oc1ccccc1O",
    "O=C1C(O)=C(O)C(=O)C1=O",
    "OCC(O)C1OC(=O)C(O)=C1O",
    "OC1=C(Cl)C(=O)C(O)=C(Cl)C1=O",
    "O=C1C=C(O)C(=O)c2ccccc12",
    "O=c1cccccc1O",
    "O=c1c(O)c(-c2ccccc2)oc2ccccc12",
    "O=c1cc(CO)occ1O",
    "Oc1ccccc1C=NCCN=Cc1ccccc1O",
    "NC(Cc1c[nH]cn1)C(=O)O",
    "O=C(O)c1cccnc1",
    "Oc1cccnc1",
    "OC(=O)c1ccccc1O",
    "CN(O)C=O",
    "O=C1CCC(=O)N1O",
    "N#CC(S)=C(S)C#N",
    "NCC(=O)NCC(=O)O",
    "OC(=O)C(O)=C(O)C(=O)O",
    "CC(=O)CC(=O)O",
    "O=C1c2ccccc2C(=O)c2c1ccc(O)c2O",
    "C[N+](=O)[O-]",
    "O=C(CC(=O)C(F)(F)F)c1cccs1",
    "O=S(=O)(O)c1ccc(O)c2ncccc12",
    "ON=C(c1ccccc1)C(O)c1ccccc1",
    "c1ccc(-c2ccccn2)nc1",
    "C1CNCCNCCNCCN1",
    "NC(=O)N",
    "NC(=S)N",
    "O=[N+]([O-])c1ccccc1N=Nc1c(O)ccc2ccccc12",
    "C1=CC=CC1",
    "O=C1C=CC(=O)C=C1",
    "CC(=O)C=C",
    "NC(CC(=O)O)C(=O)O",
    "Oc1c(O)c(O)c(C(=O)O)cc1",
    "O=c1c(O)c[nH]cc1",
    "C1=NCCN1",
]

# Where it matters which of the drawings it is.
WRITTEN = [
    ("S=c1cccc[nH]1", "Sc1ccccn1"),
    ("Oc1ccccn1", "O=c1cccc[nH]1"),
    ("CC(O)=NO", "CC(=O)NO"),
    ("CC(O)=CC(C)=O", "CC(=O)CC(C)=O"),
    ("O=C1C=Cc2ccccc2C1=NNc1ccccn1", "Oc1ccc2ccccc2c1N=Nc1ccccn1"),
    ("ON=C1C(=O)C=Cc2ccccc12", "O=Nc1c(O)ccc2ccccc12"),
    ("Cc1c(O)c([O-])cc[n+]1C", "Cc1c(O)c(=O)ccn1C"),
    ("Oc1cccc[n+]1[O-]", "O=c1ccccn1O"),
    ("SC(N=Nc1ccccc1)=NNc1ccccc1", "S=C(N=Nc1ccccc1)NNc1ccccc1"),
    ("CC(=O)C=C(C)NC", "CN=C(C)C=C(C)O"),
    ("Nc1ncnc2nc[nH]c12", "Nc1ncnc2[nH]cnc12"),
    ("O=C1CC(=O)Nc2ccccc12", "O=c1cc(O)c2ccccc2[nH]1"),
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_drawings_of_one_ligand_agree(one, other):
    assert standardise(one) == standardise(other)
    assert ligand_group(one) == ligand_group(other)
    assert deprotonated_charge(one) == deprotonated_charge(other)


@pytest.mark.parametrize("smiles", SANE)
def test_usual_forms_stay(smiles):
    assert standardise(smiles) == Chem.CanonSmiles(smiles)


@pytest.mark.parametrize(("drawn", "written"), WRITTEN)
def test_the_form_that_is_chosen(drawn, written):
    assert standardise(drawn) == Chem.CanonSmiles(written)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Oc1cccc2cccnc12", "Oc1cccc2ncccc12"),
        ("Cc1c[nH]cn1", "Cn1ccnc1"),
        ("CC(=O)CC(C)=O", "CC(=O)CCC=O"),
        ("CN(C)C(=N)N", "CNC(=N)NC"),
        ("Cc1cnn(C)c1", "Cc1ccn(C)n1"),
        ("O=c1ccccn1C", "COc1ccccn1"),
        ("CC(=S)OC", "CC(=O)SC"),
    ],
)
def test_isomers_that_are_no_tautomers_stay_apart(one, other):
    assert ligand_group(one) != ligand_group(other)


def test_stereochemistry_far_from_the_move_stays():
    assert standardise("N[C@@H](Cc1cnc[nH]1)C(=O)O") == standardise("N[C@@H](Cc1c[nH]cn1)C(=O)O")
    assert standardise("CC(O)=N[C@@H](C)C(=O)O") == Chem.CanonSmiles("CC(=O)N[C@@H](C)C(=O)O")
    assert standardise("C[C@H](O)/C=C/C(O)=N") == Chem.CanonSmiles("C[C@H](O)/C=C/C(N)=O")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Oc1ccc2ccccc2c1/N=N/c1ccccn1", "O=C1C=Cc2ccccc2/C1=N/Nc1ccccn1"),
        ("C/C(O)=C/C(C)=NC", "CC(=O)C=C(C)NC"),
        ("N/C(=N/C)C", "CNC(C)=N"),
        ("CC(/O)=C\\C(C)=O", "CC(=O)CC(C)=O"),
        ("C/C(O)=N/O", "CC(=O)NO"),
    ],
)
def test_geometry_of_bonds_that_turn_is_not_kept(one, other):
    assert standardise(one) == standardise(other)


@pytest.mark.parametrize(
    "smiles", ["C/C(=N\\O)c1ccccn1", "C/C(=N\\NC(N)=S)c1ccccn1", "O=C(O)/C=C/C(=O)O"]
)
def test_geometry_of_oximes_hydrazones_and_alkenes_is_kept(smiles):
    assert standardise(smiles) == Chem.CanonSmiles(smiles)


def shuffled(smiles, rng):
    """The same molecule with its atoms in another order."""
    molecule = Chem.MolFromSmiles(smiles)
    order = rng.permutation(molecule.GetNumAtoms()).tolist()
    return Chem.MolToSmiles(Chem.RenumberAtoms(molecule, order), canonical=False)


@pytest.mark.parametrize("smiles", sorted({s for pair in PAIRS for s in pair} | set(SANE)))
def test_idempotent_and_blind_to_the_order_of_atoms(smiles):
    written, rng = standardise(smiles), np.random.default_rng(0)
    assert standardise(written) == written
    assert {standardise(shuffled(smiles, rng)) for _ in range(3)} == {written}


@needs_literature
@pytest.mark.parametrize("table", ["srd46_25C_0.1M.csv", "iupac_lanthanides.csv"])
def test_literature_ligands_do_not_depend_on_the_order_of_atoms(table):
    ligands = pd.read_csv(literature(table), keep_default_na=False).smiles.unique()[::4]
    rng = np.random.default_rng(1)
    assert [s for s in ligands if standardise(shuffled(s, rng)) != standardise(s)] == []
