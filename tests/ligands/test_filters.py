"""Each filter on structures that chemists agree on."""

import pytest
from small_chemistry import LIGANDS, filters

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.chemistry.ligands import standardise
from bo_loop.ligands.filters import Funnel, sa_score
from bo_loop.ligands.generators.base import Candidate
from bo_loop.ligands.generators.strings import flat

GOOD = (
    *LIGANDS,
    "O=S(=O)(O)c1cccc2cccnc12",
    "OP(=O)(O)CN(CP(O)(O)=O)CP(O)(O)=O",
    "CC(=O)CC(C)=O",
    "ON=C(C)C(C)=NO",
    "NC(=S)NN",
    "C1CNCCNCCNCCN1",
    "C1COCCOCCOCCOCCOCCO1",
    "SCC(S)CO",
    "O=c1cc(CO)occ1O",
    "CC(=O)NO",
    "C[N+](C)(C)CC(=O)O",
    "O=C1C(=O)C(O)=C1O",
    "c1ccc(P(c2ccccc2)c2ccccc2)cc1",
    "O=[N+]([O-])c1ccc(O)c(O)c1",
    "NC(CS)C(=O)O",
    "Nc1ncnc2[nH]cnc12",
)


@pytest.mark.parametrize("smiles", GOOD)
def test_real_ligands_pass(smiles):
    assert filters().refusal(flat(smiles)) == ""


@pytest.mark.parametrize(
    ("smiles", "why"),
    [
        ("CO", "size"),
        ("CCCCCC", "no donor"),
        ("NCCOOCC(=O)O", "unwanted: peroxide"),
        ("OC(=O)CN=[N+]=[N-]", "unwanted: azide"),
        ("O=C(Cl)CC(=O)O", "unwanted: acid halide"),
        ("OC(=O)CCBr", "unwanted: alkyl halide"),
        ("OC(O)CC(=O)O", "unwanted: gem-diol, aminal or hemiacetal"),
        ("NC(=O)CC=O", "unwanted: aliphatic aldehyde"),
        ("CC(N)=C=O", "unwanted: cumulene"),
        ("OC=CCN", "unwanted: enol or enamine"),
        ("CN(C)C(=O)O", "unwanted: carbamic or carbonic acid"),
        ("CC(=O)OC(=O)CN", "unwanted: acyl anhydride"),
        ("NC1=CS1", "strain"),
        ("NCC1CC#CCC1", "strain"),
        ("OC(=O)C1C2CC1C2", "strain"),
        ("NC1=C2CCC(C1)C2", "strain"),
        ("CS(C)(C)CC(=O)O", "odd valence"),
        ("[CH2-]C(=O)CCN", "odd valence"),
        ("[CH2]C(=O)CCN", "odd valence"),
        ("OC(=O)CC[PH2](C)C", "odd valence"),
        ("OC(=O)" + "C(C(=O)O)" * 9 + "C(=O)O", "charge"),
        ("CC12CC3CC(C1)(C(=O)O)C(N)(C3O)C2(S)Cl", "unwanted: alkyl halide"),
        ("CC1(C)C2CCC1(CS(O)(=O)=O)C(=O)C2(N)C1CC1N", "hard to make"),
    ],
)
def test_what_cannot_be_a_ligand_is_refused_for_its_reason(smiles, why):
    assert filters().refusal(smiles) == why


EXPLOSIVE = {
    "nitramine": [
        "OC(=O)CN[N+](=O)[O-]",
        "OC(=O)CN(C)[N+](=O)[O-]",
        "OC(=O)C1CCCN1[N+](=O)[O-]",
        "NC(=N)N[N+](=O)[O-]",
        "NC(=O)N[N+](=O)[O-]",
        "O=[N+]([O-])Nc1ccccc1C(=O)O",
        "OC(=O)c1ccn([N+](=O)[O-])n1",
        "OC(=O)CC(C)=N[N+](=O)[O-]",
        "C1N(CN(CN1[N+](=O)[O-])[N+](=O)[O-])[N+](=O)[O-]",
    ],
    "nitroso": ["OC(=O)CN(C)N=O", "OC(=O)C1CCCN1N=O", "OC(=O)C(C)(C)N=O", "NC(CSN=O)C(=O)O"],
    "nitrate or nitrite ester": ["OC(=O)CO[N+](=O)[O-]", "OC(=O)CON=O"],
    "gem-dinitro": ["OC(=O)CC(C)([N+](=O)[O-])[N+](=O)[O-]"],
    "three nitro groups": [
        "Oc1c([N+](=O)[O-])cc([N+](=O)[O-])cc1[N+](=O)[O-]",
        "OC(=O)c1c([N+](=O)[O-])cc([N+](=O)[O-])cc1[N+](=O)[O-]",
    ],
    "azide": ["NC(CN=[N+]=[N-])C(=O)O", "OC(=O)CC(=O)N=[N+]=[N-]"],
    "diazo": ["COC(=O)C(=[N+]=[N-])C(=O)O"],
    "diazonium": ["OC(=O)c1ccccc1[N+]#N"],
    "peroxide": ["OC(=O)COO", "OC(=O)CC(=O)OO", "OC(=O)C1OOCCC1", "OC(=O)CC1OOCO1"],
    "halogen on a heteroatom": ["OC(=O)CNCl", "O=C1CCC(=O)N1Br", "OC(=O)CN(Cl)Cl", "OC(=O)COCl"],
    "acid halide": ["OC(=O)CC(=O)F", "OC(=O)CS(=O)(=O)Cl", "OC(=O)CN(C)C(=O)Cl"],
    "nitrile oxide or fulminate": ["OC(=O)CC#[N+][O-]"],
    "aliphatic azo": ["OC(=O)C(C)(C)N=NC(C)(C)C(=O)O"],
    "chain of five nitrogens": ["OC(=O)Cn1nnnn1"],
    "three-membered ring of two heteroatoms": ["OC(=O)CC1ON1C"],
    "halogen on an alkyne": ["OC(=O)CC#CCl"],
    "chain of three heteroatoms": ["OC(=O)CN=NN(C)N(C)C", "OC(=O)c1ccccc1N=NN(C)C"],
}


@pytest.mark.parametrize(
    ("smiles", "group"), [(s, group) for group, found in EXPLOSIVE.items() for s in found]
)
def test_what_explodes_or_bites_is_refused_by_the_name_of_its_group(smiles, group):
    assert filters().refusal(flat(smiles)) == f"unwanted: {group}"


@pytest.mark.parametrize(
    "smiles",
    ["OC(=O)c1ccccc1I(Cl)Cl", "O=C1OI(O)(=O)c2ccccc12", "OC(=O)CO[Cl+3]([O-])([O-])[O-]"],
)
def test_what_is_hypervalent_is_refused(smiles):
    assert filters().refusal(flat(smiles)) == "odd valence"


@pytest.mark.parametrize(
    "smiles",
    [
        "ON(N=O)c1ccccc1",  # cupferron, and as its other tautomer
        "[O-][N+](=NO)c1ccccc1",
        "ON(N=O)C1CCCCC1",
        "O=Nc1c(O)ccc2ccccc12",  # 1-nitroso-2-naphthol, and as the quinone oxime
        "ON=C1C(=O)C=Cc2ccccc12",
        "O=Nc1c(O)c(S(=O)(=O)O)cc2cc(S(=O)(=O)O)ccc12",  # nitroso R salt
        "OC(=O)c1cc([N+](=O)[O-])cc([N+](=O)[O-])c1O",  # 3,5-dinitrosalicylic acid
        "Oc1c(N=Nc2ccccn2)ccc2ccccc12",
        "S=C(NNc1ccccc1)N=Nc1ccccc1",  # dithizone
        "N(=NC(=NNc1ccccc1)c1ccccc1)c1ccccc1",  # a formazan
        "OC(=O)Cc1nnn[nH]1",
        "c1ccc2[nH]nnc2c1",
        "O=C1NC(=O)C(=NO)C(=O)N1",  # violuric acid
        "ON(C(=O)c1ccccc1)c1ccccc1",
        "[O-][n+]1ccccc1C(=O)O",
        "O=C(CC(=O)C(F)(F)F)c1cccs1",
    ],
)
def test_chelators_that_look_like_them_pass(smiles):
    assert filters().refusal(flat(smiles)) == ""


def test_the_windows_are_those_of_the_options():
    glycine = "NCC(=O)O"
    assert filters(heavy_atoms=[6, 60]).refusal(glycine) == "size"
    assert filters(charge=[0, 2]).refusal(glycine) == "charge"
    assert filters(min_donors=3).refusal(glycine) == "no donor"
    assert filters(max_sa_score=1.0).refusal(glycine) == "hard to make"
    assert filters(unwanted={"primary amine": "[NH2]C"}).refusal(glycine) == (
        "unwanted: primary amine"
    )
    assert filters(max_small_rings=0).refusal("OC(=O)C1CC1N") == "strain"


def test_known_and_repeated_ligands_are_refused_in_any_tautomer_or_stereoisomer():
    known = [*LIGANDS, standardise("C[C@H](N)C(=O)O"), standardise("NCCc1c[nH]cn1")]
    funnel = Funnel(filters(min_similarity=0.2), known)

    def admitted(smiles):
        return funnel.admit(Candidate(smiles, (LIGANDS[0],), "mutate"))

    assert admitted("CC(N)C(=O)O") is None
    assert admitted("NCCc1cnc[nH]1") is None
    assert admitted("OC(=O)CN") is None
    assert funnel.counts["known"] == 3
    new = admitted("OC(=O)CNCC(O)=O")
    assert new.smiles == standardise("OC(=O)CNCC(O)=O")
    assert 0.2 <= new.similarity < 1
    assert new.sa_score == sa_score(new.smiles)
    assert admitted("O=C(O)CNCC(=O)[O-]") is None
    assert funnel.counts["repeated"] == 1
    assert admitted("CCCCCC") is None
    assert admitted("NC(=S)NN") is None
    assert funnel.counts == {
        "proposed": 7, "known": 3, "repeated": 1, "no donor": 1, "far from known": 1,
    }  # fmt: skip


def test_synthetic_accessibility_is_that_of_rdkit():
    assert sa_score("c1ccccc1") == pytest.approx(1.0, abs=0.05)  # stated to one decimal
    assert sa_score("CC1(C)C2CCC1(CS(O)(=O)=O)C(=O)C2") > 4


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"unwanted": {"broken": "[C"}}, "filters.unwanted.broken"),
        ({"heavy_atoms": [9, 3]}, "filters.heavy_atoms"),
        ({"heavy_atoms": 5}, "heavy_atoms: 5 — expected a list"),
        ({"charge": [1]}, "filters.charge"),
        ({"charge": ["a", "b"]}, "filters.charge"),
        ({"min_similarity": 2}, "filters.min_similarity is 2"),
        ({"min_similarity": -0.1}, "filters.min_similarity"),
        ({"min_similarity": float("nan")}, "filters.min_similarity"),
        ({"max_sa_score": 0.5}, "filters.max_sa_score"),
        ({"min_donors": -1}, "filters.min_donors"),
        ({"max_small_rings": -1}, "filters.max_small_rings"),
        ({"unwanted": None}, "unwanted: None — expected a mapping"),
        ({"unwanted": {"peroxide": None}}, "filters.unwanted.peroxide"),
    ],
)
def test_bad_options_are_refused(changes, words):
    with pytest.raises(ConfigError, match=words):
        filters(**changes)


def test_a_charge_without_a_neutral_form_is_an_error_not_a_crash():
    with pytest.raises(DataError):
        flat("C[N-2](C)C")
