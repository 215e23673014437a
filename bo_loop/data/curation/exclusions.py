"""What curation leaves out by rule: pure functions of a frame, with the `Step` that counts it."""

import re
from collections.abc import Sequence

import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.chemistry.ions import MetalIon
from bo_loop.data.curation.steps import Step, drop, note

CONDITIONS = ["temperature_C", "ionic_strength_M"]
SHOW = ("metal", "charge", "smiles", "n_ligands", "log_beta")


def standard_structures(rows: pd.DataFrame) -> tuple[pd.DataFrame, Step]:
    """Write each ligand as its standard SMILES; rows whose structure cannot be used are left out.

    Without counter-ions, fully protonated, one tautomer, stereochemistry kept: two ways of
    drawing one ligand become one structure.
    """
    from bo_loop.chemistry.ligands import standardise

    written = {}
    for smiles in rows["smiles"].unique():
        try:
            written[smiles] = standardise(smiles)
        except DataError:
            continue
    merged = len(written) - len(set(written.values()))
    kept, step = drop(
        rows,
        ~rows["smiles"].isin(written),
        "structures",
        f"standardised; {merged} ways of drawing merged with another; unreadable ones left out",
        ("ligand", "smiles"),
    )
    return kept.assign(smiles=kept["smiles"].map(written).astype("str")), step


def one_name_each(rows: pd.DataFrame) -> tuple[pd.DataFrame, Step]:
    """Give each structure its most frequent name (the first in the alphabet of several).

    A name that stands for several structures is listed, and left as it is.
    """
    named = rows[rows["ligand"].ne("")]
    counts = named.groupby(["smiles", "ligand"]).size().reset_index(name="rows")
    several = counts.groupby("smiles")["ligand"].agg(list)
    several = several[several.map(len) > 1]
    ranked = counts.sort_values(["rows", "ligand"], ascending=[False, True], kind="stable")
    chosen = ranked.drop_duplicates("smiles").set_index("smiles")["ligand"].to_dict()
    shared = counts.groupby("ligand")["smiles"].agg(list)
    shared = shared[shared.map(len) > 1]
    conflicts = [f"{s} is called {' / '.join(names)}" for s, names in several.items()]
    conflicts += [f"{name} stands for {' / '.join(found)}" for name, found in shared.items()]
    renamed = rows["smiles"].map(lambda smiles: chosen.get(smiles, "")).astype("str")
    detail = (
        f"{len(several)} structures have several names: the most frequent is used; "
        f"{len(shared)} names stand for several structures: left as they are"
    )
    changed = int((renamed != rows["ligand"]).sum())
    step = Step("names", detail, len(rows), len(rows), changed, tuple(conflicts))
    return rows.assign(ligand=renamed), step


def without_metals(rows: pd.DataFrame, elements_out: Sequence[str]) -> tuple[pd.DataFrame, Step]:
    """Leave out metal ions of these elements (NpO2 goes with Np)."""
    ions = {
        (metal, charge): MetalIon(metal, int(charge)).element
        for metal, charge in rows[["metal", "charge"]].drop_duplicates().itertuples(index=False)
    }
    out = [
        ions[key] in set(elements_out) for key in zip(rows["metal"], rows["charge"], strict=True)
    ]
    return drop(rows, out, "metals", f"excluded: {_listed(elements_out)}", ("metal", "charge"))


def without_elements(rows: pd.DataFrame, elements_out: Sequence[str]) -> tuple[pd.DataFrame, Step]:
    """Leave out ligands that hold one of these elements."""
    from bo_loop.chemistry.ligands import formula

    bad = {s for s in rows["smiles"].unique() if set(elements(formula(s))) & set(elements_out)}
    detail = f"excluded: {_listed(elements_out)}"
    return drop(rows, rows["smiles"].isin(bad), "ligand elements", detail, ("ligand", "smiles"))


def elements(text: str) -> dict[str, int]:
    """Count the atoms of a formula without brackets: ``"C2H5NO2"`` -> ``{"C": 2, "H": 5, …}``."""
    counts: dict[str, int] = {}
    for symbol, number in re.findall(r"([A-Z][a-z]?)(\d*)", text):
        counts[symbol] = counts.get(symbol, 0) + int(number or 1)
    return counts


def within_range(rows: pd.DataFrame, log_beta_range: Sequence[float]) -> tuple[pd.DataFrame, Step]:
    """Leave out values that no constant has."""
    low, high = log_beta_range
    detail = f"outside {low:g} to {high:g}"
    return drop(rows, ~rows["log_beta"].between(low, high), "range", detail, SHOW)


def without_bounds(rows: pd.DataFrame, bounds: str) -> tuple[pd.DataFrame, Step]:
    """Leave out, or only count, values that are bounds."""
    censored = rows["censoring"].ne("none")
    show = (*SHOW, "censoring")
    if bounds == "keep":
        return rows, note(rows, censored, "bounds", "only a bound is known: kept", show)
    return drop(rows, censored, "bounds", "only a bound is known", show)


def within_window(
    rows: pd.DataFrame, temperature: tuple[float, float], ionic_strength: tuple[float, float]
) -> tuple[pd.DataFrame, Step]:
    """Leave out conditions further than a half-width from a centre; (centre, half-width) each."""
    far = pd.Series(False, index=rows.index)
    for column, (centre, width) in zip(CONDITIONS, (temperature, ionic_strength), strict=True):
        far |= (rows[column] - centre).abs() > width + 1e-9
    detail = "outside {:g} ± {:g} °C and {:g} ± {:g} mol/L".format(*temperature, *ionic_strength)
    return drop(rows, far, "window of conditions", detail, (*SHOW, *CONDITIONS))


def _listed(values: Sequence[str]) -> str:
    return ", ".join(values) or "none"
