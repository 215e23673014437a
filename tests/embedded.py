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
