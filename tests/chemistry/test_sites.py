import pytest

from bo_loop.base.errors import DataError
from bo_loop.chemistry.sites import donor_sites

EDTA = "OC(=O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O"
DESFERRIOXAMINE_B = "CC(=O)N(O)CCCCCNC(=O)CCC(=O)N(O)CCCCCNC(=O)CCC(=O)N(O)CCCCCN"


@pytest.mark.parametrize(
    "smiles", [EDTA, DESFERRIOXAMINE_B, "Nc1ncnc2c1ncn2C1OC(COP(=O)(O)OP(=O)(O)O)C(O)C1O"]
)
def test_no_atom_is_in_two_sites(smiles):
    atoms = [atom for site in donor_sites(smiles) for atom in site.atoms]
    assert len(atoms) == len(set(atoms))


def test_the_two_ends_of_a_bidentate_group_are_two_sites_of_one_group():
    first, second = donor_sites("Oc1ccccc1O")
    assert (first.kind, second.kind) == ("catechol", "catechol")
    assert first.group == second.group


@pytest.mark.parametrize(
    "smiles", ["O=C1CCCC(=O)C1", "CC1(C)CC(=O)CC(=O)C1", "O=C1CC(=O)c2ccccc12"]
)
def test_the_oxygens_of_a_cyclic_1_3_diketone_are_one_site(smiles):
    (site,) = donor_sites(smiles)
    assert (site.kind, len(site.atoms)) == ("enol", 2)


@pytest.mark.parametrize("smiles", ["CC(=O)CC(C)=O", "CC(=O)C1CCCCC1=O", "CC(=O)C1C(=O)CCCC1=O"])
def test_the_oxygens_of_other_1_3_diketones_are_two(smiles):
    kinds = [site.kind for site in donor_sites(smiles)]
    assert kinds.count("beta_diketone") == 2


@pytest.mark.parametrize(
    ("pyridone", "pyridine"),
    [
        ("O=C(O)c1cc(=O)cc(C(=O)O)[nH]1", "O=C(O)c1cccc(C(=O)O)n1"),  # chelidamic acid
        ("O=C(O)c1cc(O)c2ccccc2n1", "O=C(O)c1ccc2ccccc2n1"),  # kynurenic acid
        ("O=C(O)c1cccc(O)n1", "O=C(O)c1ccccn1"),  # 6-hydroxypicolinic acid
        ("O=c1cc(CN)[nH]c(CN)c1", "c1cc(CN)nc(CN)c1"),
    ],
)
def test_a_pyridone_between_the_arms_of_a_chelate_binds_by_its_nitrogen(pyridone, pyridine):
    kinds = [sorted(site.kind for site in donor_sites(smiles)) for smiles in (pyridone, pyridine)]
    assert kinds[0] == kinds[1]


@pytest.mark.parametrize("smiles", ["O=c1cc[nH]cc1", "O=c1cccc[nH]1", "Cc1[nH]ccc(=O)c1O"])
def test_other_pyridones_bind_by_their_oxygen(smiles):
    assert {site.element for site in donor_sites(smiles)} == {"O"}


def test_a_broken_smiles_is_named():
    with pytest.raises(DataError, match=r"C\(C"):
        donor_sites("C(C")
