"""Predictions for ions unlike those trained on: near the prior, and honest about it."""

import warnings

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from literature import literature, needs_literature

from bo_loop.base.errors import BoLoopError
from bo_loop.chemistry.ions import METALS, MetalIon
from bo_loop.data.observations import standardised
from bo_loop.features.blocks.bonding import bonding
from bo_loop.features.blocks.properties import properties
from bo_loop.features.recipes.chemistry import ChemistryRecipe
from bo_loop.models.gp.linalg import FitWarning
from bo_loop.models.pair_gp import PairGP
from bo_loop.surrogate import Surrogate

LIGANDS = (
    "NCC(=O)O",
    "NCCN",
    "O=C(O)C(=O)O",
    "O=C(O)CN(CC(=O)O)CC(=O)O",
    "O=C(O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O",
    "Oc1ccccc1O",
    "c1ccc(-c2ccccn2)nc1",
    "CC(=O)O",
    "OC(CC(=O)O)(CC(=O)O)C(=O)O",
    "SCC(N)C(=O)O",
    "c1ccncc1",
    "C1CNCCNCCCNCCNC1",
    "O=C(O)c1ccccc1O",
    "CC(=O)NO",
)
OXO = (("VO", 2), ("UO2", 2), ("VO2", 1), ("TiO", 2))


def describable(ion: MetalIon) -> bool:
    try:
        return bool(np.isfinite([*properties([ion])[0], *bonding([ion])[0]]).all())
    except BoLoopError:
        return False


IONS = [
    (ion.metal, ion.charge)
    for ion in (
        *(MetalIon(metal, charge) for metal in sorted(METALS) for charge in range(1, 7)),
        *(MetalIon(*each) for each in OXO),
    )
    if describable(ion)
]


def table(rows) -> pd.DataFrame:
    columns = ["metal", "charge", "smiles", "n_ligands", "log_beta"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(
        ligand=frame["smiles"],
        log_beta_sd=np.nan,
        censoring="none",
        temperature_C=25.0,
        ionic_strength_M=0.1,
        source="lab",
    )


def asked() -> pd.DataFrame:
    """Every ion with a weak, a middling and a strong ligand."""
    return table([(*ion, LIGANDS[i], n, 0.0) for ion in IONS for i, n in ((7, 1), (0, 3), (4, 1))])


def predicted(observations: pd.DataFrame) -> pd.DataFrame:
    known = standardised(observations, "the observations")
    schema = ChemistryRecipe().fit(known)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FitWarning)
        surrogate = Surrogate.fit(schema, PairGP(max_iter=40), known)
    return surrogate.predict(asked()).assign(noise=max(surrogate.noise_sds()))


def check(observations: pd.DataFrame) -> pd.DataFrame:
    found, y = predicted(observations), observations["log_beta"]
    room = 0.5 * (y.max() - y.min()) + 2.0
    assert found["mean"].between(max(-10.0, y.min() - room), min(60.0, y.max() + room)).all()
    assert np.isfinite(found["sd"]).all()
    assert (found["sd"] >= found["noise"]).all()
    assert (found["sd"] <= 13.0).all()  # ± 25 at most, even where a table of nonsense spans 30
    return found


DIVALENT = [
    ("Cu", 2, "NCC(=O)O", 1, 8.2),
    ("Cu", 2, "NCC(=O)O", 2, 15.0),
    ("Ni", 2, "NCC(=O)O", 1, 5.8),
    ("Zn", 2, "NCCN", 1, 5.7),
    ("Cu", 2, "NCCN", 1, 10.5),
    ("Ni", 2, "NCCN", 1, 7.4),
    ("Co", 2, "NCCN", 1, 5.6),
    ("Cu", 2, "O=C(O)C(=O)O", 1, 4.8),
    ("Zn", 2, "O=C(O)C(=O)O", 1, 3.9),
    ("Ni", 2, "O=C(O)CN(CC(=O)O)CC(=O)O", 1, 11.5),
    ("Cu", 2, "O=C(O)CN(CC(=O)O)CC(=O)O", 1, 12.9),
    ("Zn", 2, "O=C(O)CN(CC(=O)O)CC(=O)O", 1, 10.7),
]


def test_four_divalent_ions_do_not_make_uranium_strong():
    """U⁶⁺ + glycine was 2.6e14, Th⁴⁺ 33,378 and Fe³⁺ 477 ± 539."""
    found, far = check(table(DIVALENT)), asked()["charge"].ge(3)
    assert found.loc[far, "outside_domain"].all()
    assert (found.loc[far, "sd"] > 2.0).all()


@needs_literature
def test_lanthanides_do_not_say_how_uranyl_binds_edta():
    """It was 72.1 ± 1.4, and proposed without †."""
    known = pd.read_csv(literature("iupac_lanthanides.csv"))
    known = known[~known["metal"].isin(["Y", "Sc"]) & known["smiles"].isin(LIGANDS)]
    known = known.drop_duplicates(["metal", "smiles"])
    columns = ["metal", "charge", "smiles", "n_ligands", "log_beta"]
    found = check(table(known[columns].to_numpy().tolist()))
    uranyl = found[asked()["metal"].eq("UO2") & asked()["n_ligands"].eq(1)]
    assert uranyl["outside_domain"].all()
    assert (uranyl["sd"] > 2.0).all()


ROW = st.tuples(
    st.sampled_from(IONS), st.sampled_from(LIGANDS), st.integers(1, 3), st.floats(0.0, 30.0)
)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(ROW, min_size=2, max_size=20))
def test_any_few_rows_predict_any_ion_within_reason(rows):
    check(table([(*ion, smiles, n, round(value, 2)) for ion, smiles, n, value in rows]))
