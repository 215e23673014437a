import pytest
from rdkit import Chem

from bo_loop.base.errors import DataError
from bo_loop.chemistry.ligands import deprotonated_charge, heavy_atoms, standardise
from bo_loop.data.observations import OBSERVATION_COLUMNS, with_pair_ids
from bo_loop.data.sources import minteq
from bo_loop.data.sources.phreeqc_file import species_charge

EDTA = "ethylenediaminetetraacetic acid"


@pytest.fixture(scope="module")
def everything():
    return minteq.Minteq(include_inorganic=True).read()


@pytest.fixture(scope="module")
def default():
    return minteq.Minteq().read()


@pytest.fixture(scope="module")
def account():
    return minteq.account()


def row(frame, metal, charge, ligand, n=1):
    found = frame[
        (frame.metal == metal)
        & (frame.charge == charge)
        & (frame.ligand == ligand)
        & (frame.n_ligands == n)
    ]
    assert len(found) == 1
    return found.iloc[0]


def reason(account, reaction, source="MINTEQ v4"):
    of_source = account[account.source == source]
    return of_source[of_source.reaction == reaction].iloc[-1].reason


@pytest.mark.parametrize(
    "ligand", minteq.ligand_table().to_dict("records"), ids=lambda ligand: ligand["name"]
)
def test_structure_has_the_charge_of_the_components(ligand):
    assert deprotonated_charge(ligand["smiles"]) == ligand["charge"]
    for component in ligand["components"].split():
        assert species_charge(component) == ligand["charge"]
    assert standardise(ligand["smiles"]) == ligand["smiles"]
    carbon_with_hydrogen = Chem.MolFromSmarts("[#6;!H0;!$([#6]#N)]")
    organic = Chem.MolFromSmiles(ligand["smiles"]).HasSubstructMatch(carbon_with_hydrogen)
    assert organic == (ligand["kind"] == "organic") or ligand["name"] == "oxalic acid"


def test_ligand_table_is_used_to_the_last_row_and_has_no_repeats(everything):
    table = minteq.ligand_table()
    components = table.components.str.split().explode()
    assert components.is_unique
    assert table.name.is_unique
    assert table.smiles.is_unique
    assert set(table.name) == set(everything.ligand)


def test_counts(everything, default, account):
    """Of ML_n at 25 °C and I = 0; the default's are those of the README."""
    assert len(account) == 1526 + 1335 + 1327 + 1027
    assert len(everything) == account.kept.sum() == 1480
    assert len(default) == 1027
    assert default.groupby(["metal", "charge"]).ngroups == 71
    assert default.smiles.nunique() == 49
    assert default.n_ligands.value_counts().to_dict() == {1: 571, 2: 307, 3: 108, 4: 33, 5: 8}
    assert default.source.value_counts().to_dict() == {
        "ThermoChimie 12a": 419,
        "MINTEQ v4": 403,
        "LLNL": 201,
        "MINTEQ v3": 4,
    }


def test_every_reaction_is_kept_or_has_a_reason(account):
    assert ((account.reason == "") == account.kept).all()
    rules = ["not above log β1", "Davies beyond its range", "conditions not stated"]
    rules += ["below an ion pair", "databases contradict"]
    counts = account.reason.value_counts()
    assert counts[rules].to_dict() == dict(zip(rules, [8, 64, 503, 11, 90], strict=True))
    assert all(rule in minteq.__doc__ for rule in rules)


# Values that any table of stability constants has, at 25 °C and I = 0 (or, where the reaction is
# isocoulombic, at any I): Smith & Martell, Critical Stability Constants; NEA-TDB for the actinides.
@pytest.mark.parametrize(
    ("metal", "charge", "ligand", "n", "log_beta"),
    [
        ("Ca", 2, EDTA, 1, 12.4),
        ("Cu", 2, EDTA, 1, 20.5),
        ("Zn", 2, EDTA, 1, 18.2),
        ("Ni", 2, EDTA, 1, 20.3),
        ("Fe", 3, EDTA, 1, 27.6),
        ("Cu", 2, "nitrilotriacetic acid", 1, 14.4),
        ("Ni", 2, "ethylenediamine", 3, 17.9),
        ("Cu", 2, "ethylenediamine", 2, 19.7),
        ("Hg", 2, "ethylenediamine", 2, 23.3),
        ("Cu", 2, "glycine", 2, 15.5),
        ("Fe", 3, "oxalic acid", 3, 20.0),
        ("Ca", 2, "citric acid", 1, 4.8),
        ("Eu", 3, "acetic acid", 1, 2.9),
        ("La", 3, "acetic acid", 1, 2.55),
        ("UO2", 2, "carbonate", 3, 21.84),
        ("Ag", 1, "thiosulfate", 2, 13.4),
        ("Ca", 2, "sulfate", 1, 2.31),
        ("Mg", 2, "phosphate", 1, 4.85),
    ],
)
def test_well_known_constants(default, metal, charge, ligand, n, log_beta):
    # Tables of constants differ among themselves by that much.
    assert row(default, metal, charge, ligand, n).log_beta == pytest.approx(log_beta, abs=0.35)


def test_values_of_unstated_conditions_are_no_longer_taken_for_zero_ionic_strength(account):
    """Ba-EDTA 7.72 is a value of 0.1 M: at I = 0 it is about 9.6 (Sr 10.3, Ca 12.7)."""
    assert reason(account, "Ba+2 + Edta-4 = Ba(Edta)-2") == "conditions not stated"
    assert reason(account, "Ba+2 + Edta-4 = BaEdta-2", "MINTEQ v3") == "conditions not stated"
    # The charges of amine complexes do not change: no correction, no doubt.
    assert reason(account, "Ni+2 + 2 Isopropylamine = Ni(Isopropylamine)2+2") == ""


def test_a_second_ligand_that_takes_away_from_the_first(account):
    assert reason(account, "Pb+2 + 2 Citrate-3 = Pb(Citrate)2-4") == "not above log β1"
    assert reason(account, "Pb+2 + Citrate-3 = Pb(Citrate)-") == "conditions not stated"
    # Weak complexes may have K2 < 1.
    assert reason(account, "Ag+ + 2 CO3-2 = Ag(CO3)2-3", "ThermoChimie 12a") == ""


def test_davies_is_not_trusted_above_half_molar(account, default):
    assert reason(account, "Co+2 + 2 Acetate- = Co(Acetate)2") == "Davies beyond its range"
    acetate = [row(default, "Co", 2, "acetic acid", n).log_beta for n in (1, 2)]
    assert acetate[0] < acetate[1] == pytest.approx(2.37, abs=0.01)  # stated to two decimals
    within = account[account.kept & (account.delta_z2 != 0)].measured_I
    assert within.max() == 0.5


def test_oppositely_charged_ions_form_at_least_a_pair(account):
    for ion in ("Ce", "Pr", "Gd"):  # log K 3.69, with the sign lost
        assert reason(account, f"SO4-2 + {ion}+3 = {ion}SO4+", "LLNL") == "below an ion pair"
    assert reason(account, "SO4-2 + Eu+3 = EuSO4+", "LLNL") == "in a database before it"


def test_priority_and_contradiction(account, default):
    assert row(default, "Ni", 2, EDTA).source == "ThermoChimie 12a"  # 20.54; MINTEQ v4: 20.1
    assert reason(account, "Ni+2 + Edta-4 = Ni(Edta)-2") == "in a database before it"
    # 11.01, 13.25 and 14.40: nobody supports the first.
    for source, text in [
        ("ThermoChimie 12a", "UO2+2 - 2 H+ + H2(PO4)- = UO2(PO4)-"),
        ("MINTEQ v4", "UO2+2 + PO4-3 = UO2PO4-"),
        ("LLNL", "UO2+2 + HPO4-2 = UO2PO4- + H+"),
    ]:
        assert reason(account, text, source) == "databases contradict"
    taken = account[account.kept]
    assert not taken.duplicated(["metal", "charge", "ligand", "n_ligands"]).any()


def test_what_strong_ligands_lose_is_no_more_than_a_step(default):
    """No β_n lies below β_1 where log β_1 is above 3, whatever database either is from."""
    by_n = default.pivot_table(
        index=["metal", "charge", "ligand"], columns="n_ligands", values="log_beta"
    )
    strong = by_n[by_n[1] > 3]
    assert not (strong.drop(columns=1).le(strong[1], axis=0)).any(axis=None)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Ni+2 + Edta-4 + H+ = NiH(Edta)-", "protonated"),
        ("Pb+2 + 2 HS- = Pb(HS)2", "protonated"),
        ("2 Cu+2 + 2 Citrate-3 = Cu2(Citrate)2-2", "polynuclear"),
        ("Ag+ + 2 HS- = Ag(S4)2-3 + 2 H+", "balance of atoms not checked (polysulfide)"),
    ],
)
def test_other_species_are_left_out_by_name(account, text, why):
    assert reason(account, text) == why


def test_a_ligand_that_keeps_a_proton_by_definition(account, default):
    """Gluconate: its alcohols are not acids in water, Ca(Isa) is hydroxo."""
    assert row(default, "Ca", 2, "gluconic acid").log_beta == pytest.approx(1.73)
    assert reason(account, "Ca+2 - H+ + HIsa- = Ca(Isa)", "ThermoChimie 12a") == "hydroxo"


def test_ammonium_is_turned_into_ammonia(account):
    # Hg(OH)2 + 2 NH4+ = Hg(NH3)2+2 + 2 H2O, log K 5.506;  NH4+ = NH3 + H+, log K −9.244;
    # Hg(OH)2 + 2 H+ = Hg+2 + 2 H2O, log K 6.194
    found = account[account.species == "Hg(NH3)2+2"].iloc[0]
    # Sum of stated decimals.
    assert found.log_beta == pytest.approx(5.506 - 6.194 + 2 * 9.244, abs=1e-6)


def test_charge_of_every_complex_is_that_of_its_parts(account):
    charges = minteq.ligand_table().set_index("name").charge
    kept = account[account.kept]
    parts = kept.charge + kept.n_ligands * kept.ligand.map(charges)
    assert parts.tolist() == kept.species.map(species_charge).tolist()


def test_each_pair_once(everything):
    assert with_pair_ids(everything).pair_id.is_unique


def test_observations_state_conditions_and_source(everything):
    assert tuple(everything.columns) == OBSERVATION_COLUMNS
    assert (everything.temperature_C == 25.0).all()
    assert (everything.ionic_strength_M == 0.0).all()
    assert set(everything.source) == {database.source for database in minteq.DATABASES}
    assert (everything.censoring == "none").all()
    assert everything.log_beta_sd.isna().all()


def test_default_leaves_out_inorganic_ligands_of_one_or_two_heavy_atoms(everything, default):
    assert set(everything.ligand) - set(default.ligand) == {
        "fluoride",
        "chloride",
        "bromide",
        "iodide",
        "sulfide",
        "ammonia",
        "cyanide",
    }
    small = set(default.ligand[default.smiles.map(heavy_atoms) <= 2])
    assert small == {"methylamine"}


def test_metals_can_be_left_out(everything):
    without = minteq.Minteq(include_inorganic=True, without_metals=["Ni+2", "Fe(3+)"]).read()
    ions = set(zip(without.metal, without.charge, strict=True))
    assert ("Ni", 2) not in ions
    assert ("Fe", 3) not in ions
    assert ("Fe", 2) in ions
    n_left_out = len(everything) - len(without)
    fe3 = (everything.metal == "Fe") & (everything.charge == 3)
    assert n_left_out == (everything.metal == "Ni").sum() + fe3.sum()


def test_metal_that_is_not_there_is_told():
    with pytest.raises(
        DataError, match=r"Ir\+3 not in the embedded databases. Their metal ions are Ag\+1"
    ):
        minteq.Minteq(without_metals=["Ir+3"]).read()


def test_account_is_a_copy():
    mine = minteq.account()
    mine["kept"] = False
    assert minteq.account().kept.sum() == 1480
