import numpy as np
import pytest

from bo_loop.base.errors import DataError
from bo_loop.chemistry.donor_types import DONOR_TYPES
from bo_loop.chemistry.donors import DONOR_NAMES, donor_features

EDTA = "OC(=O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O"
DESFERRIOXAMINE_B = "CC(=O)N(O)CCCCCNC(=O)CCC(=O)N(O)CCCCCNC(=O)CCC(=O)N(O)CCCCCN"
GLYCYLGLYCINE = "NCC(=O)NCC(=O)O"


def donors(smiles: str) -> dict[str, int]:
    counts = donor_features(smiles)[: len(DONOR_TYPES)]
    return {name: int(k) for name, k in zip(DONOR_TYPES, counts, strict=True) if k}


def shape(smiles: str) -> dict[str, int]:
    return dict(zip(DONOR_NAMES, donor_features(smiles).astype(int), strict=True))


@pytest.mark.parametrize(
    ("name", "smiles", "expected"),
    [
        ("EDTA", EDTA, {"carboxylate": 4, "tertiary_amine": 2}),
        ("2,2'-bipyridine", "c1ccc(nc1)-c1ccccn1", {"pyridine": 2}),
        ("18-crown-6", "C1COCCOCCOCCOCCOCCO1", {"crown_ether": 6}),
        ("diglyme", "COCCOCCOC", {"ether": 3}),
        (
            "desferrioxamine B",
            DESFERRIOXAMINE_B,
            {"hydroxamate": 3, "primary_amine": 1, "amide": 2},
        ),
        ("dimercaprol", "OCC(S)CS", {"thiol": 2, "alcohol": 1}),
        ("oxine", "Oc1cccc2cccnc12", {"pyridine": 1, "phenol": 1}),
        ("acetylacetone", "CC(=O)CC(C)=O", {"beta_diketone": 1}),
        ("acetylacetone, enol", "CC(O)=CC(C)=O", {"beta_diketone": 1}),
        ("malonic acid", "OC(=O)CC(=O)O", {"carboxylate": 2}),
        (
            "citric acid",
            "OC(=O)CC(O)(CC(=O)O)C(=O)O",
            {"alpha_hydroxycarboxylate": 1, "carboxylate": 2},
        ),
        ("tartaric acid", "OC(C(O)C(=O)O)C(=O)O", {"alpha_hydroxycarboxylate": 2}),
        ("catechol", "Oc1ccccc1O", {"catechol": 1}),
        ("pyrogallol", "Oc1cccc(O)c1O", {"catechol": 1, "phenol": 1}),
        ("hydroquinone", "Oc1ccc(O)cc1", {"phenol": 2}),
        ("cyclam", "C1CNCCNCCCNCCNC1", {"secondary_amine": 4}),
        (
            "histidine",
            "N[C@@H](Cc1cnc[nH]1)C(=O)O",
            {"carboxylate": 1, "imidazole": 1, "primary_amine": 1},
        ),
        ("dimethylglyoxime", "CC(=NO)C(C)=NO", {"oxime": 2}),
        (
            "glyphosate",
            "OC(=O)CNCP(=O)(O)O",
            {"phosphonate": 1, "carboxylate": 1, "secondary_amine": 1},
        ),
        ("HEDP", "CC(O)(P(=O)(O)O)P(=O)(O)O", {"phosphonate": 2, "alcohol": 1}),
        ("phosphoric acid", "OP(=O)(O)O", {"phosphate": 1}),
        ("pyrophosphoric acid", "OP(=O)(O)OP(=O)(O)O", {"phosphate": 2}),
        ("taurine", "NCCS(=O)(=O)O", {"sulfonate": 1, "primary_amine": 1}),
        ("diethyldithiocarbamate", "CCN(CC)C(=S)S", {"dithio_acid": 1}),
        ("thiourea", "NC(N)=S", {"thione": 1}),
        (
            "methionine",
            "CSCCC(N)C(=O)O",
            {"thioether": 1, "carboxylate": 1, "primary_amine": 1},
        ),
        ("maltol", "Cc1occc(=O)c1O", {"hydroxypyridinone": 1}),
        ("1-hydroxypyridin-2-one", "On1ccccc1=O", {"hydroxamate": 1}),
        ("acetohydroxamic acid, tautomer", "CC(O)=NO", {"hydroxamate": 1}),
        ("pyridine N-oxide", "[O-][n+]1ccccc1", {"n_oxide": 1}),
        ("4-nitrophenol", "O=[N+]([O-])c1ccc(O)cc1", {"phenol": 1}),
        ("glycylglycine", GLYCYLGLYCINE, {"carboxylate": 1, "amide": 1, "primary_amine": 1}),
        ("urea", "NC(N)=O", {"urea": 1}),
        ("aniline", "Nc1ccccc1", {"aniline": 1}),
        ("ammonia", "N", {"ammonia": 1}),
        ("pyrazole", "c1cc[nH]n1", {"pyrazole": 1}),
        ("1,2,4-triazole", "c1nc[nH]n1", {"triazole_tetrazole": 1}),
        ("tetrazole", "c1nnn[nH]1", {"triazole_tetrazole": 1}),
        ("pyrazine", "c1cnccn1", {"diazine": 1}),
        ("triphenylphosphine", "c1ccc(cc1)P(c1ccccc1)c1ccccc1", {"phosphine": 1}),
        ("acetonitrile", "CC#N", {"nitrile": 1}),
        ("hydrofluoric acid", "F", {"halide": 1}),
        ("hydrogen sulfide", "S", {"sulfide": 1}),
        ("hydrocyanic acid", "C#N", {"cyanide": 1}),
        ("ethyl acetate", "CCOC(C)=O", {"ester": 1}),
        ("glucose", "OCC1OC(O)C(O)C(O)C1O", {"alcohol": 5, "acetal": 1}),
        ("1,3-dioxolane", "C1COCO1", {"acetal": 2}),
        ("hydroxide", "O", {"hydroxide": 1}),
        ("1-nitroso-2-naphthol", "O=Nc1c(O)ccc2ccccc12", {"oxime": 1, "phenol": 1}),
        ("dimedone", "CC1(C)CC(=O)CC(=O)C1", {"enol": 1}),
        ("dimedone, enol", "CC1(C)CC(=O)C=C(O)C1", {"enol": 1}),
        ("sulfanilamide", "Nc1ccc(cc1)S(N)(=O)=O", {"sulfonamide": 1, "aniline": 1}),
        ("N,N-dimethylmethanesulfonamide", "CN(C)S(C)(=O)=O", {}),
        ("2,2'-dipyridylamine", "c1ccc(nc1)Nc1ccccn1", {"pyridine": 2}),
        ("porphine", "C1=CC2=CC3=CC=C(N3)C=C4C=CC(=N4)C=C5C=CC(=CC1=N2)N5", {"pyrrole": 4}),
        ("corrole", "C1=CC2=CC3=CC=C(N3)C3=CC=C(N3)C=C3C=CC(=N3)C=C1N2", {"pyrrole": 4}),
        ("chlorobenzene", "Clc1ccccc1", {}),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else None,
)
def test_donors_of_named_ligands(name, smiles, expected):
    assert donors(smiles) == expected, name


def test_edta_has_five_rings_of_five_and_none_over_a_nitrogen():
    edta = shape(EDTA)
    assert [edta[f"rings_of_{k}"] for k in ("4", "5", "6", "7")] == [0, 5, 0, 0]
    assert edta["denticity"] == 6
    assert edta["macrocycle_size"] == 0
    assert (edta["n_sites"], edta["o_sites"]) == (2, 4)


def test_either_tautomer_of_histidine_closes_the_ring_over_its_nearer_nitrogen():
    one, other = "NC(Cc1cnc[nH]1)C(=O)O", "NC(Cc1c[nH]cn1)C(=O)O"
    assert shape(one)["rings_of_5"] == 1
    assert shape(one)["rings_of_6"] == 1
    np.testing.assert_array_equal(donor_features(one), donor_features(other))


@pytest.mark.parametrize(
    ("smiles", "size"),
    [
        ("C1CNCCNCCCNCCNC1", 14),
        ("C1COCCOCCOCCOCCOCCO1", 18),
        ("C1CNCCNCCN1", 9),
        ("c1ccc2cc3ccccc3cc2c1", 0),
        ("O=C1CCCCCCCCCCCCCCO1", 0),  # a large ring with one donor
    ],
)
def test_macrocycle_size(smiles, size):
    assert shape(smiles)["macrocycle_size"] == size


def test_hard_borderline_and_soft_sites():
    counts = shape("OC(=O)C(S)c1ccccn1")
    assert (counts["hard_sites"], counts["borderline_sites"], counts["soft_sites"]) == (1, 1, 1)


def test_a_weak_donor_does_not_raise_the_denticity():
    assert shape(GLYCYLGLYCINE)["sites"] == 3
    assert shape(GLYCYLGLYCINE)["denticity"] == 2
    assert shape("CC(N)=O")["denticity"] == 1
    assert shape("Clc1ccccc1")["denticity"] == 0


def test_a_salt_is_counted_as_its_acid():
    sodium_acetate, acetic_acid = "CC(=O)[O-].[Na+]", "CC(=O)O"
    np.testing.assert_array_equal(donor_features(sodium_acetate), donor_features(acetic_acid))


def test_columns():
    assert len(DONOR_NAMES) == len(set(DONOR_NAMES)) == len(donor_features("O"))
    assert set(DONOR_TYPES) < set(DONOR_NAMES)


def test_a_broken_smiles_is_named():
    with pytest.raises(DataError, match=r"C\(C"):
        donor_features("C(C")
