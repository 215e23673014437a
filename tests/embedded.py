"""A part of the embedded constants: enough to fit to, a fifth of the time of all of them."""

from bo_loop.data import Minteq

METALS = ("Cd+2", "Co+2", "Cu+2", "Ni+2", "Zn+2")


def without(*hidden: str) -> list[str]:
    """The metal ions to leave out: all but `METALS`, and the `hidden` ones."""
    known = Minteq().read()[["metal", "charge"]].drop_duplicates()
    ions = [f"{metal}+{charge}" for metal, charge in known.itertuples(index=False)]
    return sorted({*hidden, *ions} - ({*METALS} - {*hidden}))


def few(*hidden: str) -> dict:
    """The config node of the constants of `METALS`, but for the `hidden` ones."""
    return {"_target_": "bo_loop.data.Minteq", "without_metals": without(*hidden)}


QUICK = {"max_iter": 30, "fit_rows": 300}  # hyperparameters on 300 rows, then all are known


def zinc(directory, **changes):
    """The settings of a campaign with the zinc pairs, whose constants are hidden from the model."""
    target = {"_target_": "bo_loop.acquisition.Maximise", "free_ligand_M": None}
    return {
        "name": "zinc",
        "directory": str(directory),
        "batch_size": 3,
        "seed": 0,
        "data": few("Zn+2"),
        "features": {"_target_": "bo_loop.features.PublishedRecipe"},
        "model": {"_target_": "bo_loop.models.MaternGP", **QUICK},
        "objective": target,
        "acquisition": {"_target_": "bo_loop.acquisition.LogEI"},
        "pool": {
            "_target_": "bo_loop.data.KnownPairs",
            "data": {"_target_": "bo_loop.data.Minteq"},
            "metals": ["Zn+2"],
            "include_known": False,
        },
    } | changes
