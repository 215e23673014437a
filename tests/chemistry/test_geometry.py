import pytest
from rdkit import Chem

from bo_loop.chemistry.binding import BINDING_NAMES, binding_features
from bo_loop.chemistry.chelates import chelate_rings
from bo_loop.chemistry.geometry import either_enantiomer, relative_configurations
from bo_loop.chemistry.ligands import standardise

CIS_CDTA = "OC(=O)CN(CC(=O)O)[C@H]1CCCC[C@H]1N(CC(=O)O)CC(=O)O"  # R,S
TRANS_CDTA = "OC(=O)CN(CC(=O)O)[C@H]1CCCC[C@@H]1N(CC(=O)O)CC(=O)O"  # S,S
MESO_TARTARIC, L_TARTARIC = "OC(=O)[C@H](O)[C@H](O)C(=O)O", "OC(=O)[C@H](O)[C@@H](O)C(=O)O"


def descriptors(smiles: str) -> str:
    molecule = Chem.MolFromSmiles(smiles)
    return "".join(sorted(label for _, label in Chem.FindMolChiralCenters(molecule)))


def test_the_drawings_are_what_their_names_say():
    assert [descriptors(s) for s in (CIS_CDTA, TRANS_CDTA, MESO_TARTARIC)] == ["RS", "SS", "RS"]
    assert descriptors(L_TARTARIC) in ("RR", "SS")


@pytest.mark.parametrize(
    ("name", "smiles", "sizes"),
    [
        ("cis-1,2-diaminocyclohexane", "N[C@H]1CCCC[C@H]1N", [5]),
        ("trans-1,2-diaminocyclohexane", "N[C@H]1CCCC[C@@H]1N", [5]),
        ("1,2-diaminocyclohexane", "NC1CCCCC1N", [5]),
        ("cis-1,2-diaminocyclopropane", "N[C@H]1C[C@H]1N", [5]),
        ("trans-1,2-diaminocyclopropane", "N[C@H]1C[C@@H]1N", []),
        ("cis-1,2-diaminocyclobutane", "N[C@H]1CC[C@H]1N", [5]),
        ("trans-1,2-diaminocyclobutane", "N[C@H]1CC[C@@H]1N", []),
        ("cis-1,3-diaminocyclohexane", "N[C@H]1CCC[C@@H](N)C1", [6]),
        ("trans-1,3-diaminocyclohexane", "N[C@H]1CCC[C@H](N)C1", []),
        ("cis,cis-1,3,5-triaminocyclohexane", "N[C@H]1C[C@@H](N)C[C@@H](N)C1", [6, 6, 6]),
        ("cis,trans-1,3,5-triaminocyclohexane", "N[C@H]1C[C@H](N)C[C@@H](N)C1", [6]),
        ("3-aminocyclohexanone", "NC1CCCC(=O)C1", []),
        ("trans-aconitic acid", "OC(=O)C/C(C(=O)O)=C\\C(=O)O", [7]),
        ("cis-aconitic acid", "OC(=O)C/C(C(=O)O)=C/C(=O)O", [7, 7]),
        ("mesaconic acid", "C/C(C(=O)O)=C\\C(=O)O", []),
        ("citraconic acid", "C/C(C(=O)O)=C/C(=O)O", [7]),
        ("trans-3-(2-pyridyl)acrylic acid", "OC(=O)/C=C/c1ccccn1", []),
        ("cis-3-(2-pyridyl)acrylic acid", "OC(=O)/C=C\\c1ccccn1", [7]),
        ("acetylacetone, an enol drawn trans", "C/C(O)=C/C(C)=O", [6]),
        ("dimethylglyoxime, drawn Z,Z", "C/C(=N/O)/C(/C)=N\\O", [5]),
        ("naphthalene-1,8-diol", "Oc1cccc2cccc(O)c12", [6]),
        ("2,2'-bipyridine", "c1ccc(nc1)-c1ccccn1", [5]),
        ("4,4'-bipyridine", "c1cc(ccn1)-c1ccncc1", []),
        ("cis-1,2-cyclohexanedicarboxylic acid", "OC(=O)[C@H]1CCCC[C@H]1C(=O)O", [7]),
    ],
    ids=lambda value: value if isinstance(value, str) and "a" in value else None,
)
def test_configuration_decides_which_chelate_rings_there_are(name, smiles, sizes):
    assert sorted(ring.size for ring in chelate_rings(smiles)) == sizes, name


def test_a_ring_over_cis_carbons_is_told_from_one_over_trans_carbons():
    def site(smiles: str) -> dict[str, float]:
        return dict(zip(BINDING_NAMES, binding_features(smiles).tolist(), strict=True))

    cis, trans = site(CIS_CDTA), site(TRANS_CDTA)
    assert cis["site_rings_of_5"] == trans["site_rings_of_5"] == 5
    assert (cis["site_rings_on_cis_carbons"], cis["site_rings_on_trans_carbons"]) == (1, 0)
    assert (trans["site_rings_on_cis_carbons"], trans["site_rings_on_trans_carbons"]) == (0, 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (CIS_CDTA, TRANS_CDTA),
        (MESO_TARTARIC, L_TARTARIC),
        ("OC(=O)/C=C/C(=O)O", "OC(=O)/C=C\\C(=O)O"),
        ("C/C=C/C(=O)O", "C/C=C\\C(=O)O"),
        ("OC(=O)[C@H]1CC[C@@H](CC1)C(=O)O", "OC(=O)[C@H]1CC[C@H](CC1)C(=O)O"),
    ],
)
def test_diastereomers_have_other_relative_configurations(one, other):
    assert relative_configurations(one) != relative_configurations(other)


@pytest.mark.parametrize(
    "smiles", ["C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O", "C/C(=N\\O)c1ccccn1", "CC(=O)C=C(C)O", "NCCN"]
)
def test_what_has_no_diastereomers_has_no_relative_configuration(smiles):
    assert relative_configurations(smiles) == []


def test_enantiomers_are_written_alike_and_diastereomers_are_not():
    mirrored = TRANS_CDTA.replace("@@", "!").replace("@", "@@").replace("!", "@")
    assert standardise(mirrored) != standardise(TRANS_CDTA)
    assert either_enantiomer(mirrored) == either_enantiomer(TRANS_CDTA)
    assert either_enantiomer(CIS_CDTA) != either_enantiomer(TRANS_CDTA)
    assert either_enantiomer("OCCN") == standardise("OCCN")
