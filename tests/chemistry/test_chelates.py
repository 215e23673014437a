import pytest

from bo_loop.chemistry.chelates import chelate_rings, denticity, sets_of_donors

DENTICITIES = [
    ("AMP", "Nc1ncnc2n(cnc12)C1OC(COP(=O)(O)O)C(O)C1O", 1),
    ("glucose", "OCC1OC(O)C(O)C(O)C1O", 1),
    ("glucosamine", "NC1C(O)OC(CO)C(O)C1O", 1),
    ("rhodotorulic acid", "CC(=O)N(O)CCCC1NC(=O)C(CCCN(O)C(C)=O)NC1=O", 4),
    ("CMPO", "CC(C)CN(CC(C)C)C(=O)CP(=O)(CCCCCCCC)c1ccccc1", 2),
    ("HBED", "OC(=O)CN(CCN(CC(=O)O)Cc1ccccc1O)Cc1ccccc1O", 6),
    ("tropolone", "O=c1cccccc1O", 2),
    ("cadaverine", "NCCCCCN", 1),
    ("tris ether hydroxamate", "CC(=O)N(O)CCCOCC(C)(COCCCN(O)C(C)=O)COCCCN(O)C(C)=O", 6),
    ("EDTA", "OC(=O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O", 6),
    ("DFO", "CC(=O)N(O)CCCCCNC(=O)CCC(=O)N(O)CCCCCNC(=O)CCC(=O)N(O)CCCCCN", 6),
    ("lysine", "NCCCCC(N)C(=O)O", 2),
    ("ornithine", "NCCCC(N)C(=O)O", 3),
    ("ATP", "Nc1ncnc2n(cnc12)C1OC(COP(=O)(O)OP(=O)(O)OP(=O)(O)O)C(O)C1O", 3),
    ("fumaric acid", "OC(=O)/C=C/C(=O)O", 1),
    ("maleic acid", "OC(=O)/C=C\\C(=O)O", 2),
    ("butenedioic acid, no configuration stated", "OC(=O)C=CC(=O)O", 2),
    ("sorbitol", "OCC(O)C(O)C(O)C(O)CO", 1),
    ("TODGA", "CCCCCCCCN(CCCCCCCC)C(=O)COCC(=O)N(CCCCCCCC)CCCCCCCC", 3),
    ("hydroxide", "O", 1),
    ("nitrosonaphthol", "O=Nc1c(O)ccc2ccccc12", 2),
    ("quinone oxime", "O=C1C=Cc2ccccc2C1=NO", 2),
    ("dimedone", "CC1(C)CC(=O)CC(=O)C1", 1),
    ("dimedone enol", "CC1(C)CC(=O)C=C(O)C1", 1),
    ("1,3-cyclohexanedione", "O=C1CCCC(=O)C1", 1),
    ("indanedione", "O=C1CC(=O)c2ccccc12", 1),
    ("acac", "CC(=O)CC(C)=O", 2),
    ("acac E enol", "C/C(O)=C/C(C)=O", 2),
    ("2-acetylcyclohexanone", "CC(=O)C1CCCCC1=O", 2),
    ("2-acetyldimedone", "CC(=O)C1C(=O)CC(C)(C)CC1=O", 2),
    ("barbituric", "O=C1CC(=O)NC(=O)N1", 1),
    ("4-hydroxycoumarin", "Oc1cc(=O)oc2ccccc12", 1),
    ("pyrogallol", "Oc1cccc(O)c1O", 2),
    ("2,3-DHBA", "OC(=O)c1cccc(O)c1O", 2),
    ("gallic", "OC(=O)c1cc(O)c(O)c(O)c1", 2),
    (
        "enterobactin",
        "O=C1OCC(NC(=O)c2cccc(O)c2O)C(=O)OCC(NC(=O)c2cccc(O)c2O)C(=O)OCC1NC(=O)c1cccc(O)c1O",
        6,
    ),
    ("PIH", "Cc1ncc(CO)c(C=NNC(=O)c2ccncc2)c1O", 3),
    ("AcPyTSC", "CC(=NNC(N)=S)c1ccccn1", 3),
    ("ATSM", "CNC(=S)NN=C(C)C(C)=NNC(=S)NC", 4),
    ("dpa", "c1ccc(nc1)Nc1ccccn1", 2),
    ("adenine", "Nc1ncnc2[nH]cnc12", 1),
    ("phen", "c1cnc2c(c1)ccc1cccnc12", 2),
    ("terpy", "c1ccc(nc1)-c1cccc(n1)-c1ccccn1", 3),
    ("glygly", "NCC(=O)NCC(=O)O", 2),
    ("asparagine", "NC(CC(N)=O)C(=O)O", 3),
    ("glutamine", "NC(CCC(N)=O)C(=O)O", 2),
    ("serine", "NC(CO)C(=O)O", 2),
    ("HEDTA", "OCCN(CCN(CC(=O)O)CC(=O)O)CC(=O)O", 5),
    ("TEA", "OCCN(CCO)CCO", 1),
    ("citric", "OC(=O)CC(O)(CC(=O)O)C(=O)O", 4),
    ("gluconic", "OCC(O)C(O)C(O)C(O)C(=O)O", 2),
    ("18c6", "C1COCCOCCOCCOCCOCCO1", 6),
    ("diglyme", "COCCOCCOC", 3),
    ("cyclam", "C1CNCCNCCCNCCNC1", 4),
    ("222", "C1COCCOCCN2CCOCCOCCN1CCOCCOCC2", 8),
    ("DTPA-BMA", "CNC(=O)CN(CCN(CCN(CC(=O)NC)CC(=O)O)CC(=O)O)CC(=O)O", 8),
    ("DOTAM", "NC(=O)CN1CCN(CC(N)=O)CCN(CC(N)=O)CCN(CC(N)=O)CC1", 8),
    ("HMDTA", "OC(=O)CN(CCCCCCN(CC(=O)O)CC(=O)O)CC(=O)O", 6),
    ("p-xylylene bis IDA", "OC(=O)CN(CC(=O)O)Cc1ccc(CN(CC(=O)O)CC(=O)O)cc1", 3),
    ("HMTA", "C1N2CN3CN1CN(C2)C3", 1),
    ("porphine", "C1=CC2=CC3=CC=C(N3)C=C4C=CC(=N4)C=C5C=CC(=CC1=N2)N5", 4),
    ("corrole", "C1=CC2=CC3=CC=C(N3)C3=CC=C(N3)C=C3C=CC(=N3)C=C1N2", 4),
    ("trans-cp-diamine", "N[C@@H]1C[C@H]1N", 1),
    ("cis-1,3,5-tach", "N[C@H]1C[C@@H](N)C[C@@H](N)C1", 3),
    ("dppm", "P(c1ccccc1)(c1ccccc1)CP(c1ccccc1)c1ccccc1", 2),
    ("DDTC", "CCN(CC)C(=S)S", 2),
    ("malonamide", "NC(=O)CC(N)=O", 2),
    ("acetamide", "CC(N)=O", 1),
    ("methionine", "CSCCC(N)C(=O)O", 3),
    ("succinic", "OC(=O)CCC(=O)O", 2),
    ("glutaric", "OC(=O)CCCC(=O)O", 1),
    ("phthalic", "OC(=O)c1ccccc1C(=O)O", 2),
    ("mellitic", "OC(=O)c1c(C(=O)O)c(C(=O)O)c(C(=O)O)c(C(=O)O)c1C(=O)O", 2),
    ("isophthalic", "OC(=O)c1cccc(C(=O)O)c1", 1),
    ("NTA", "OC(=O)CN(CC(=O)O)CC(=O)O", 4),
    ("HEDP", "CC(O)(P(=O)(O)O)P(=O)(O)O", 2),
    ("DMG", "CC(=NO)C(C)=NO", 2),
    ("salen", "Oc1ccccc1C=NCCN=Cc1ccccc1O", 4),
    ("squaric", "OC1=C(O)C(=O)C1=O", 1),
    ("PAN", "Oc1ccc2ccccc2c1N=Nc1ccccn1", 3),
    ("chlorobenzene", "Clc1ccccc1", 0),
    ("ethylenediamine", "NCCN", 2),
    ("oxalic", "OC(=O)C(=O)O", 2),
    ("o-phenylenediamine", "Nc1ccccc1N", 2),
    ("sulfadiazine", "Nc1ccc(cc1)S(=O)(=O)Nc1ncccn1", 1),
    ("H2O2", "OO", 1),
    ("taurine", "NCCS(=O)(=O)O", 1),
    ("glycine ethyl ester", "CCOC(=O)CN", 1),
    ("AMD3100", "C1CNCCNCCCN(CCNC1)Cc1ccc(CN2CCCNCCNCCCNCC2)cc1", 4),
]


@pytest.mark.parametrize(
    ("name", "smiles", "donors"), DENTICITIES, ids=[name for name, _, _ in DENTICITIES]
)
def test_denticity_of_a_known_ligand(name, smiles, donors):
    assert denticity(smiles) == donors, name


@pytest.mark.parametrize(
    ("smiles", "sizes"),
    [
        ("NCCN", [5]),
        ("NCCCN", [6]),
        ("OC(=O)C(=O)O", [5]),
        ("OC(=O)CC(=O)O", [6]),
        ("CC(=O)CC(C)=O", [6]),
        ("CCN(CC)C(=S)S", [4]),
        ("Oc1cccc2cccnc12", [5]),
        ("OC(=O)c1ccccn1", [5]),
        ("OC(=O)c1cccnc1", []),  # nicotinic acid: the nitrogen is meta to the carboxylate
        ("Oc1ccc(O)cc1", []),
        ("OC(=O)CCC(=O)O", [7]),
        ("OC(=O)CCCC(=O)O", []),  # glutaric acid: a ring of eight
        ("NCN", []),
        ("P(c1ccccc1)(c1ccccc1)CP(c1ccccc1)c1ccccc1", [4]),
        ("C1OCOCO1", []),
        ("OC(=O)/C=C/C(=O)O", []),
        ("OC(=O)/C=C\\C(=O)O", [7]),
        ("OC1=C(O)C(=O)C1=O", []),  # squaric acid: the bite is too wide
        ("Oc1cccc(O)c1O", [5, 5]),
        ("CC(=NO)C(C)=NO", [5]),
        ("C1CNCCNCCCNCCNC1", [5, 5, 6, 6]),
    ],
)
def test_chelate_ring_sizes(smiles, sizes):
    assert sorted(ring.size for ring in chelate_rings(smiles)) == sizes


def test_a_planar_donor_binds_on_one_side():
    first, second = chelate_rings("Oc1cccc(O)c1O")
    (middle,) = set(first.donors) & set(second.donors)
    sides = {ring.sides[ring.donors.index(middle)] for ring in (first, second)}
    assert len(sides) == 2
    assert sorted(map(len, sets_of_donors(range(3), (first, second), lambda _: 1.0))) == [1, 2]


def test_no_donor_is_in_two_sets_and_the_heaviest_comes_first():
    rings = chelate_rings("OC(=O)c1cccc(O)c1O")
    sets = sets_of_donors(range(3), rings, lambda i: 1.0 + (i == 0))
    assert sorted(i for each in sets for i in each) == [0, 1, 2]
    assert 0 in sets[0]
