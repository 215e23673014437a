"""Which part of a salt is the ligand, and what is refused."""

import pytest
from rdkit import Chem

from bo_loop.base.errors import DataError
from bo_loop.chemistry.ligands import standardise

CITRIC = "OC(=O)CC(O)(C(=O)O)CC(=O)O"


@pytest.mark.parametrize(
    ("salt", "ligand"),
    [
        ("NCCN.Cc1ccc(cc1)S(=O)(=O)O", "NCCN"),
        (f"NCCN.{CITRIC}", "NCCN"),
        ("NCC[NH3+].[O-]C(=O)C(F)(F)F", "NCCN"),
        ("NCCN.CS(=O)(=O)O", "NCCN"),
        ("NCC[NH3+].[O-]S(=O)(=O)C(F)(F)F", "NCCN"),
        ("NCCNCCN.OC(=O)/C=C/C(=O)O", "NCCNCCN"),
        ("NCCNCCN.OC(=O)/C=C\\C(=O)O", "NCCNCCN"),
        ("NCCNCCN.O[C@H](C(=O)O)[C@@H](O)C(=O)O", "NCCNCCN"),
        ("[NH3+]CC[NH3+].[O-]C(=O)C([O-])=O", "NCCN"),
        ("[NH3+]CC[NH3+].[O-]C(=O)c1cc([N+](=O)[O-])cc([N+](=O)[O-])c1", None),
        ("NCCNCCN.F[P-](F)(F)(F)(F)F", "NCCNCCN"),
        ("NCC[NH3+].[O-]Cl(=O)(=O)=O", "NCCN"),
        ("NCCCNCCCCNCCCN.OP(=O)(O)O.OP(=O)(O)O.O", "NCCCNCCCCNCCCN"),
        ("CCCC[N+](CCCC)(CCCC)CCCC.[F-]", "F"),
        ("C[N+](C)(C)Cc1ccccc1.[Cl-]", "Cl"),
        (f"[NH4+].[NH4+].{CITRIC}", CITRIC),
        ("[NH4+].[S-]C#N", "SC#N"),
        ("[NH4+].S=C([S-])N1CCCC1", "S=C(S)N1CCCC1"),
        ("CC[NH2+]CC.CCN(CC)C(=S)[S-]", "CCN(CC)C(=S)S"),
        ("CC[NH+](CC)CC.CC(=O)[O-]", "CC(=O)O"),
        ("CC(=O)[O-].[Na+]", "CC(=O)O"),
        ("[K+].[K+].[O-]C(=O)C([O-])=O.O", "O=C(O)C(=O)O"),
        ("[Cu+2].NCC(=O)[O-].NCC(=O)[O-].O", "NCC(=O)O"),
        ("[Ca+2].[O-]C(=O)CN(CC([O-])=O)CC(=O)O", "O=C(O)CN(CC(=O)O)CC(=O)O"),
        (
            "O=C(O)CN(CCN(CC(=O)[O-])CC(=O)O)CC(=O)[O-].[Na+].[Na+].O.O",
            "O=C(O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O",
        ),
        ("[H+].[Cl-]", "Cl"),
        ("[Li+].[OH-]", "O"),
        ("C[NH+](C)C.[Cl-]", "CN(C)C"),
        ("C[N+](C)(C)CC(=O)O.[Cl-]", "C[N+](C)(C)CC(=O)O"),
        ("c1ccc2ncccc2c1.CO", "c1ccc2ncccc2c1"),
        ("N[C@@H](C)C(=O)O.N[C@H](C)C(=O)O", "C[C@H](N)C(=O)O"),
        ("C[S+](C)[O-]", "CS(C)=O"),
        ("[CH3:1][CH2:2][NH2:3]", "CCN"),
    ],
)
def test_counter_ions_are_set_aside(salt, ligand):
    if ligand is None:
        with pytest.raises(DataError, match="may each be the ligand"):
            standardise(salt)
    else:
        assert standardise(salt) == Chem.CanonSmiles(ligand)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_order_of_the_parts_does_not_count(order):
    parts = ("NCCN", "Cc1ccc(cc1)S(=O)(=O)O")
    assert standardise(".".join(parts[i] for i in order)) == "NCCN"


@pytest.mark.parametrize(
    ("smiles", "why"),
    [
        ("NCC(O)=O.C[C@H](N)C(O)=O", "NCC.* may each be the ligand"),
        ("NCCO.CC(=O)O", "may each be the ligand"),
        ("OC(=O)c1ccccn1.NCCNCCN", "may each be the ligand"),
        ("NC(CO)C(=O)NCC(O)=O.O[P](O)([O-])=O", "charges do not balance"),
        ("CC(=O)CC(C)=O.CC(=O)O", "nothing there is a base"),
        ("[Na+].[K+]", "holds no ligand"),
        ("*CN(CC(=O)O)CC(=O)O", "wildcard"),
        ("[*:1]CC(=O)O", "wildcard"),
        ("[2*]CC(=O)O", "wildcard"),
        ("NCCN.*", "wildcard"),
        ("CC~C", "wildcard"),
        ("[R1]CC(=O)O", "cannot be read"),
        ("[CH3]", "radical"),
        ("[CH2]C(=O)O", "radical"),
        ("[O]N1C(C)(C)CCCC1(C)C", "radical"),
        ("C[N]C", "radical"),
        ("[N]=O", "radical"),
    ],
)
def test_what_is_no_one_ligand_is_refused(smiles, why):
    with pytest.raises(DataError, match=why) as error:
        standardise(smiles)
    assert repr(smiles) in str(error.value)
