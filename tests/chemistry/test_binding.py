import numpy as np
import pytest

from bo_loop.base.errors import DataError
from bo_loop.chemistry.binding import BINDING_NAMES, binding_features, binding_site
from bo_loop.chemistry.sites import donor_sites

EDTA = "OC(=O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O"


def site(smiles: str) -> dict[str, float]:
    values = binding_features(smiles)
    return {name: v for name, v in zip(BINDING_NAMES, values.tolist(), strict=True) if v}


@pytest.mark.parametrize(
    ("name", "smiles", "expected"),
    [
        (
            "EDTA",
            EDTA,
            {
                "site_carboxylate": 4,
                "site_amine": 2,
                "site_tertiary_amine": 2,
                "site_donors": 6,
                "site_strength": 6,
                "site_rings_of_5": 5,
                "chelating_sets": 1,
            },
        ),
        (
            "hexamethylenedinitrilotetraacetic acid",
            "OC(=O)CN(CCCCCCN(CC(=O)O)CC(=O)O)CC(=O)O",
            {
                "site_carboxylate": 2,
                "site_amine": 1,
                "site_tertiary_amine": 1,
                "site_donors": 3,
                "site_strength": 3,
                "site_rings_of_5": 2,
                "strength_elsewhere": 3,
                "anions_elsewhere": 2,
                "chelating_sets": 2,
            },
        ),
        (
            "pyridine-2,5-dicarboxylic acid",
            "OC(=O)c1ccc(C(=O)O)nc1",
            {
                "site_carboxylate": 1,
                "site_aromatic_n": 1,
                "site_donors": 2,
                "site_strength": 2,
                "site_rings_of_5": 1,
                "strength_elsewhere": 1,
                "anions_elsewhere": 1,
                "chelating_sets": 1,
            },
        ),
        (
            "6-methylpyridine-2-carboxylic acid",
            "Cc1cccc(C(=O)O)n1",
            {
                "site_carboxylate": 1,
                "site_aromatic_n": 1,
                "site_donors": 2,
                "site_strength": 2,
                "site_rings_of_5": 1,
                "site_methyls_beside_n": 1,
                "chelating_sets": 1,
                "crowded_aromatic_n": 1,
            },
        ),
        (
            "cyclam",
            "C1CNCCNCCCNCCNC1",
            {
                "site_amine": 4,
                "site_donors": 4,
                "site_strength": 4,
                "site_rings_of_5": 2,
                "site_rings_of_6": 2,
                "chelating_sets": 1,
                "in_macrocycle": 1,
            },
        ),
        (
            "dimercaprol",  # S-S and S-O close rings of five, the other S-O one of six
            "OCC(S)CS",
            {
                "site_soft": 2,
                "site_neutral_o": 1,
                "site_donors": 3,
                "site_strength": 2.3,
                "site_rings_of_5": 2,
                "site_rings_of_6": 1,
                "chelating_sets": 1,
            },
        ),
        (
            "glycolic acid",
            "OCC(=O)O",
            {
                "site_carboxylate": 1,
                "site_neutral_o": 1,
                "site_donors": 2,
                "site_strength": 1.3,
                "site_rings_of_5": 1,
                "chelating_sets": 1,
            },
        ),
        (
            "alanine",
            "CC(N)C(=O)O",
            {
                "site_carboxylate": 1,
                "site_amine": 1,
                "site_primary_amine": 1,
                "site_donors": 2,
                "site_strength": 2,
                "site_rings_of_5": 1,
                "chelating_sets": 1,
                "branched_at_nitrogen": 1,
                "crowded_other_n": 1,
            },
        ),
        (
            "succinic acid",
            "OC(=O)CCC(=O)O",
            {
                "site_carboxylate": 1,
                "site_donors": 1,
                "site_strength": 1,
                "rings_of_7": 1,
                "strength_elsewhere": 1,
                "anions_elsewhere": 1,
            },
        ),
        (
            "piperidine",
            "C1CCNCC1",
            {
                "site_amine": 1,
                "site_donors": 1,
                "site_strength": 1,
                "small_rings_with_one_donor": 1,
            },
        ),
        ("chlorobenzene", "Clc1ccccc1", {}),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else None,
)
def test_binding_site_of_named_ligands(name, smiles, expected):
    assert site(smiles) == pytest.approx(expected), name


def test_piperazine_is_told_from_larger_rings_with_several_donors():
    piperazine, diazepane = site("NCCN1CCN(CCN)CC1"), site("NCCN1CCCN(CCN)CC1")
    assert piperazine["site_donors"] == diazepane["site_donors"] == 4
    assert piperazine["rings_up_to_6_with_donors"] == diazepane["rings_of_7_and_8_with_donors"] == 1
    assert "rings_of_7_and_8_with_donors" not in piperazine
    assert "rings_up_to_6_with_donors" not in diazepane


def test_does_not_depend_on_how_the_ligand_is_written():
    other = "C(CN(CC(O)=O)CC(O)=O)N(CC(O)=O)CC(O)=O"
    np.testing.assert_array_equal(binding_features(EDTA), binding_features(other))


def test_what_is_no_molecule_is_refused():
    with pytest.raises(DataError):
        binding_features("not a molecule")


def elements(smiles, most=None):
    sites = donor_sites(smiles)
    return "".join(sorted(sites[i].element for i in binding_site(smiles, most)))


def test_the_binding_site_holds_what_a_metal_ion_has_room_for():
    assert elements(EDTA) == "NNOOOO"
    # an amine shares two rings with carboxylates, and one with the other amine
    assert elements(EDTA, 1) == "N"
    assert elements(EDTA, 4) == "NNOO"
    assert elements("O=C(O)CN(CCN(CC(=O)O)CC(=O)O)CCN(CC(=O)O)CC(=O)O", 6) == "NNNOOO"
    assert elements("NCC(=O)O", 2) == elements("NCC(=O)O") == "NO"
    assert binding_site("CCC") == ()
