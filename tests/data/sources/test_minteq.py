import pandas as pd
import pytest
from rdkit import Chem

from bo_loop.base.errors import DataError
from bo_loop.chemistry.ligands import deprotonated_charge, heavy_atoms, standardise
from bo_loop.data.observations import OBSERVATION_COLUMNS, with_pair_ids
from bo_loop.data.sources import minteq
from bo_loop.data.sources.phreeqc_file import read_reactions, species_charge


@pytest.fixture(scope="module")
def everything():
    return minteq.load(include_inorganic=True)


@pytest.fixture(scope="module")
def account():
    return minteq.account()


def log_beta(frame, metal, charge, ligand, n):
    found = frame[
        (frame.metal == metal)
        & (frame.charge == charge)
        & (frame.ligand == ligand)
        & (frame.n_ligands == n)
    ]
    return found.log_beta.item()


@pytest.mark.parametrize(
    "row", minteq.ligand_table().to_dict("records"), ids=lambda row: row["component"]
)
def test_structure_has_the_charge_of_the_component(row):
    assert deprotonated_charge(row["smiles"]) == row["charge"]
    assert species_charge(row["component"]) == row["charge"]
    assert standardise(row["smiles"]) == row["smiles"]
    carbon_with_hydrogen = Chem.MolFromSmarts("[#6;!H0;!$([#6]#N)]")
    organic = Chem.MolFromSmiles(row["smiles"]).HasSubstructMatch(carbon_with_hydrogen)
    assert (row["kind"] == "organic") == organic


def test_ligand_table_is_used_to_the_last_row_and_has_no_repeats(everything):
    table = minteq.ligand_table()
    assert table.component.is_unique
    assert table.smiles.is_unique
    assert set(table.name) == set(everything.ligand)


def test_counts_are_those_of_the_docstring(everything, account):
    assert len(account) == 1335
    assert len(everything) == account.kept.sum() == 764
    assert everything.groupby(["metal", "charge"]).ngroups == 32
    assert everything.smiles.nunique() == 45
    per_n = everything.n_ligands.value_counts().sort_index().to_dict()
    assert per_n == {1: 420, 2: 210, 3: 79, 4: 45, 5: 6, 6: 4}


def test_every_reaction_left_out_has_a_reason_of_the_docstring(account):
    dropped = account[~account.kept].reason.value_counts().to_dict()
    told = [line.split("  ") for line in minteq.__doc__.splitlines()]
    told = {words[2].strip(): words for words in told if len(words) > 2}
    assert sum(dropped.values()) == 1335 - 764
    for reason, count in dropped.items():
        assert str(count) in [word.strip() for word in told[reason]], reason
    assert (account[account.kept].reason == "").all()


def test_difference_to_the_prototype_of_779_constants(account):
    """The prototype took each (metal, ligand, n) once, whatever protons the complex held."""
    species = set(account[account.kept].species)
    written = (
        "Pb(HS)2 Zn(HS)2 Cd(HS)2 Fe(HS)2 TlHS CdHS+ AgHS Pb(HS)3- Zn(HS)3- Cd(HS)3- Cu(HS)3- "
        "Fe(HS)3- Zn(HS)4-2 Cd(HS)4-2 Cu(S4)2-3 Ag(S4)2-3 CrH2PO4+2 Cr(NH3)5OH+2 "
        "Cr2(OH)2(SO4)2"
    )
    prototype_only = set(written.split())
    ours_only = {"MnSe", "Cd(SeO3)2-2", "AgSeO3-", "Ag(SeO3)2-3"}
    assert prototype_only <= set(account.species)
    assert not prototype_only & species
    assert ours_only <= species
    assert len(species) - len(ours_only) + len(prototype_only) == 779


@pytest.mark.parametrize(
    ("reaction", "reason"),
    [
        ("Ni+2 + Edta-4 + H+ = NiH(Edta)-", "protonated"),
        ("Ni+2 + Edta-4 + H2O = NiOH(Edta)-3 + H+", "hydroxo"),
        ("Hg(OH)2 + H+ + Cl- = HgClOH + H2O", "hydroxo"),
        ("Pb+2 + 2 HS- = Pb(HS)2", "protonated"),
        ("Hg(OH)2 + Cl- + I- + 2 H+ = HgClI + 2 H2O", "mixed ligands"),
        ("2 Cu+2 + 2 Citrate-3 = Cu2(Citrate)2-2", "polynuclear"),
        ("Mg+2 + Fe+3 + 6 Cyanide- = MgFe(Cyanide)6-", "polynuclear"),
        ("Fe+3 + H2O = FeOH+2 + H+", "hydrolysis, no ligand"),
        ("Fe+3 + e- = Fe+2", "redox"),
        ("K+ + CrO4-2 = KCrO4-", "component that is no ligand of the table"),
        ("Dom_a = Dom_a", "definition of a master species"),
        ("H+ + Edta-4 = H(Edta)-3", "no metal ion among the components"),
        ("Ag+ + 2 HS- = Ag(S4)2-3 + 2 H+", "balance of atoms not checked (polysulfide)"),
        ("Ni+2 + Edta-4 = Ni(Edta)-2", ""),
    ],
)
def test_reason_for_one_of_each(account, reaction, reason):
    row = account[account.reaction == reaction].iloc[-1]
    assert (row.reason, row.kept) == (reason, reason == "")


def test_values_written_in_the_file_are_taken_as_they_stand(everything):
    assert log_beta(everything, "Ni", 2, "ethylenediaminetetraacetic acid", 1) == 20.1
    assert log_beta(everything, "Fe", 2, "cyanide", 6) == 35.4


def test_ammonium_is_turned_into_ammonia(everything):
    # Ni+2 + 2 NH4+ = Ni(NH3)2+2 + 2 H+, log K −13.598;  NH4+ = NH3 + H+, log K −9.244
    expected = -13.598 + 2 * 9.244
    assert log_beta(everything, "Ni", 2, "ammonia", 2) == pytest.approx(expected, abs=1e-6)


def test_hydroxide_is_turned_into_the_aquo_ion(everything):
    # Hg(OH)2 + 2 H+ + 2 Cl- = HgCl2 + 2 H2O, log K 20.194;  Hg(OH)2 + 2 H+ = Hg+2 + 2 H2O, 6.194
    assert log_beta(everything, "Hg", 2, "chloride", 2) == pytest.approx(20.194 - 6.194, abs=1e-6)
    # Tl(OH)3 + 3 H+ + Cl- = TlCl+2 + 3 H2O, log K 11.011;  the aquo ion, 3.291
    assert log_beta(everything, "Tl", 3, "chloride", 1) == pytest.approx(11.011 - 3.291, abs=1e-6)


def test_both_conversions_at_once(everything):
    # Hg(OH)2 + 2 NH4+ = Hg(NH3)2+2 + 2 H2O, log K 5.506
    expected = 5.506 - 6.194 + 2 * 9.244
    assert log_beta(everything, "Hg", 2, "ammonia", 2) == pytest.approx(expected, abs=1e-6)
    # Hg(OH)2 + 2 HS- = HgS2-2 + 2 H2O, log K 29.414;  HS- = S-2 + H+, log K −17.3
    expected = 29.414 - 6.194 + 2 * 17.3
    assert log_beta(everything, "Hg", 2, "sulfide", 2) == pytest.approx(expected, abs=1e-6)


def test_charge_of_every_complex_is_that_of_its_parts(account):
    charges = minteq.ligand_table().set_index("component").charge
    kept = account[account.kept]
    parts = kept.charge + kept.n_ligands * kept.component.map(charges)
    assert parts.tolist() == kept.species.map(species_charge).tolist()


def test_each_pair_once(everything):
    assert with_pair_ids(everything).pair_id.is_unique


def test_observations_state_conditions_and_source(everything):
    assert tuple(everything.columns) == OBSERVATION_COLUMNS
    assert (everything.temperature_C == 25.0).all()
    assert (everything.ionic_strength_M == 0.0).all()
    assert (everything.source == "MINTEQ v4").all()
    assert (everything.censoring == "none").all()
    assert everything.log_beta_sd.isna().all()


def test_default_leaves_out_inorganic_ligands_of_one_or_two_heavy_atoms(everything):
    default = minteq.load()
    assert len(default) == 581
    assert default.smiles.nunique() == 37
    assert set(everything.ligand) - set(default.ligand) == {
        "fluoride",
        "chloride",
        "bromide",
        "iodide",
        "sulfide",
        "selenide",
        "ammonia",
        "cyanide",
    }
    small = set(default.ligand[default.smiles.map(heavy_atoms) <= 2])
    assert small == {"methylamine"}


def test_metals_can_be_left_out(everything):
    without = minteq.load(include_inorganic=True, without_metals=["Ni+2", "Fe(3+)"])
    ions = set(zip(without.metal, without.charge, strict=True))
    assert ("Ni", 2) not in ions
    assert ("Fe", 3) not in ions
    assert ("Fe", 2) in ions
    n_left_out = len(everything) - len(without)
    fe3 = (everything.metal == "Fe") & (everything.charge == 3)
    assert n_left_out == (everything.metal == "Ni").sum() + fe3.sum()


def test_metal_that_is_not_there_is_told():
    with pytest.raises(DataError, match=r"Ir\+3 not in MINTEQ v4. Its metal ions are Ag\+1"):
        minteq.load(without_metals=["Ir+3"])


def test_account_is_a_copy():
    mine = minteq.account()
    mine["kept"] = False
    assert minteq.account().kept.sum() == 764


def test_reader_takes_all_blocks_and_drops_comments():
    text = """
    SOLUTION_MASTER_SPECIES
    Cu Cu+2 0 Cu 63.546
    SOLUTION_SPECIES
    Cu+2 = Cu+2
        log_k 0
    # Cu+2 + F- = CuF+
    #    log_k 9
    PHASES
    Fluorite
        CaF2 = Ca+2 + 2 F-
        log_k -10.5
    SOLUTION_SPECIES
    Cu+2 + 2 HS- + 2 HS- = Cu(HS)4-2   # twice the same
        log_k 1.5  # kept
        -no_check
    """
    first, second = read_reactions(text)
    assert (first.species, dict(first.components)) == ("Cu+2", {})
    assert (second.species, dict(second.components)) == ("Cu(HS)4-2", {"Cu+2": 1, "HS-": 4})
    assert (first.log_k, second.log_k) == (0.0, 1.5)
    assert (first.atoms_checked, second.atoms_checked) == (True, False)


def test_reaction_without_constant_is_named():
    with pytest.raises(DataError, match=r"line 2: Cu\+2 \+ F- = CuF\+"):
        read_reactions("SOLUTION_SPECIES\nCu+2 + F- = CuF+\n-gamma 0 0")


def test_species_charge():
    written = {"Cu+2": 2, "Cr(OH)2+": 1, "Cl-": -1, "Ni(Cyanide)4-2": -2, "Hg(OH)2": 0, "e-": -1}
    assert pd.Series(written.keys()).map(species_charge).tolist() == list(written.values())
