"""A memory of a model of a few embedded constants."""

import pandas as pd

from bo_loop.data import Minteq
from bo_loop.data.observations import standardised
from bo_loop.features.recipes.chemistry import ChemistryRecipe
from bo_loop.library.distil import candidates, distil, training_of
from bo_loop.models import PairGP
from bo_loop.surrogate import Surrogate

METALS = {"Cu": 2, "Ni": 2, "Zn": 2}
CARD = {
    "name": "small", "property": "log_beta", "unit": "log10 of β", "domain": "three metal ions",
    "version": "1", "cite": "nobody",
}  # fmt: skip


def known():
    """Return constants of three metal ions, and how protons bind to two of the ligands."""
    rows = Minteq().read()
    rows = rows[rows["metal"].isin(METALS) & rows["n_ligands"].le(2)].head(90)
    two = rows.drop_duplicates("smiles").head(2)
    acids = two.assign(metal="H", charge=1, n_ligands=1, log_beta=9.0, source="hand-made")
    return standardised(pd.concat([rows, acids], ignore_index=True), "the data")


def surrogate(rows=None):
    rows = known() if rows is None else rows
    schema = ChemistryRecipe().fit(rows)
    return Surrogate.fit(schema, PairGP(max_iter=5), rows)


def memory(size=60, **card):
    large = surrogate()
    ligands = known()[["ligand", "smiles"]]
    pairs = candidates(
        ligands, dict.fromkeys(METALS.items(), 1.0), [1, 2], protons=True, most=300, seed=0
    )
    said = CARD | {"training": training_of(large)} | card
    return distil(large, pairs, size, card=said)


def cut(name):
    """Damage a file of a folder."""

    def damage(folder):
        path = folder / name
        path.write_bytes(path.read_bytes()[:-40])

    return damage
