import pytest

from bo_loop.base.errors import DataError
from bo_loop.data.sources.minteq import Minteq
from bo_loop.solution.embedded import (
    complexes,
    embedded_ligand,
    hydrolysis,
    ligand_charge,
    protonation,
    solubility,
    species_name,
)

EDTA = "ethylenediaminetetraacetic acid"


def constants(species):
    return {each.name: each.log_beta for each in species}


def test_hydrolysis_constants_and_where_they_are_from():
    # sit.dat: Fe+3 - H+ + H2O = Fe(OH)+2 with log_k -2.15, and so on; minteq.v4.dat for zinc.
    iron = hydrolysis("Fe+3")
    assert constants(iron) == {
        "Fe(OH)": -2.15, "Fe(OH)2": -4.8, "Fe(OH)3": -12.56, "Fe(OH)4": -21.6,
    }  # fmt: skip
    assert {each.source for each in iron} == {"ThermoChimie 12a"}
    assert iron[2].parts == {"Fe+3": 1, "H+": -3}
    assert iron[2].waters == 3
    assert {each.source for each in hydrolysis("Zn+2")} == {"MINTEQ v4"}
    assert hydrolysis("Sc+3") == ()


def test_a_metal_that_the_database_writes_as_its_hydroxide():
    # minteq.v4.dat forms all of mercury from Hg(OH)2; sit.dat, which comes first, from Hg+2.
    assert constants(hydrolysis("Hg+2")) == {"Hg(OH)": -3.4, "Hg(OH)2": -5.98, "Hg(OH)3": -21.1}


def test_protonation_constants_with_ligands_written_as_their_acids():
    assert constants(protonation("edta"))["HL"] == 11.24
    assert list(constants(protonation(EDTA))) == ["HL", "H2L", "H3L", "H4L", "H5L", "H6L"]
    # sit.dat forms phosphates from H2(PO4)-, ammonia from NH4+: their constants are turned round.
    assert constants(protonation("phosphate")) == {"HL": 12.35, "H2L": 19.56, "H3L": 21.7}
    assert constants(protonation("ammonia")) == {"HL": 9.24}


def test_complexes_are_those_of_the_observations_and_the_mixed_ones_beside_them():
    observed = Minteq(include_inorganic=True).read()
    edta = observed[observed["ligand"] == EDTA]
    for ion in ("Ni+2", "Ca+2", "Fe+3"):
        of_ion = edta[edta["metal"] + "+" + edta["charge"].astype(str) == ion]
        plain = {s.log_beta for s in complexes(ion, EDTA) if "H+" not in s.parts}
        assert plain == set(of_ion["log_beta"])
    # sit.dat: Ca+2 + H+ + Edta-4 = Ca(HEdta)- with 16.23; Ni+2 - H+ + Edta-4 + H2O with 6.5
    assert constants(complexes("Ca+2", "edta"))["CaHL"] == 16.23
    assert constants(complexes("Ni+2", "edta"))["Ni(OH)L"] == 6.5
    assert complexes("Sc+3", "edta") == ()


def test_solubility_products():
    nickel = solubility("Ni+2")
    assert (nickel.name, nickel.log_k, nickel.source) == ("Ni(OH)2(s)", 11.03, "ThermoChimie 12a")
    assert solubility("Fe+3").log_k == 1.22  # Ferrihydrite(s), the least soluble of sit.dat's three
    assert solubility("Na+1") is None


@pytest.mark.parametrize("text", [EDTA, "EDTA", "O=C(O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O",
                                  "OC(=O)CN(CC(O)=O)CCN(CC(O)=O)CC(O)=O"])  # fmt: skip
def test_ligands_by_name_and_smiles(text):
    assert embedded_ligand(text) == EDTA
    assert ligand_charge(text) == -4


def test_an_unknown_ligand_is_refused_with_those_that_are_known():
    with pytest.raises(DataError, match=r"'unobtainic acid' is not among .* citric acid"):
        protonation("unobtainic acid")


def test_names():
    names = [species_name("Ni+2", 1, 1), species_name("Ni+2", 0, -2), species_name("", 1, 2)]
    assert names == ["NiHL", "Ni(OH)2", "H2L"]
    assert [species_name("UO2+2", 2, 0), species_name("Fe+3", 1, -1)] == ["UO2L2", "Fe(OH)L"]
