"""Species of metal ions and one ligand from observations: the user's table, or a campaign's.

Symbols
-------
log β_n     of ML_n: rows of the metal ion with n ligands
log β^H_k   of H_kL: rows of the pseudo-ion ``H``, whose charge is k
log β_MHL   of MHL: of ML and its pK, measured or else estimated (`bo_loop.solution.mixed`)
"""

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.chemistry.ions import PROTON as PROTON_ROWS
from bo_loop.chemistry.ions import parse_ion
from bo_loop.chemistry.ligands import ligand_group, standardise
from bo_loop.data.observations import STATED_SCALES
from bo_loop.solution.embedded import LIGAND, embedded_ligand, species_name
from bo_loop.solution.mixed import DOUBT, pk_of_mhl
from bo_loop.solution.species import PROTON, Species


def ligand_smiles(text: str, observations: pd.DataFrame) -> str:
    """Return the standard SMILES of a ligand of a table, given by name or SMILES.

    Parameters
    ----------
    text : str
        What the table's column ``ligand`` calls it, in any case; a SMILES; or the name of one of
        the embedded ligands.
    observations : DataFrame
        With standard SMILES.

    Raises
    ------
    DataError
        If the table has no such ligand, or more than one of that name.
    """
    named = observations["ligand"].str.lower().eq(text.strip().lower()) & (text.strip() != "")
    found = sorted(observations.loc[named, "smiles"].unique())
    if len(found) > 1:
        raise DataError(f"{text!r} names {len(found)} ligands: {', '.join(found)}. Give a SMILES.")
    if found:
        return str(found[0])
    from bo_loop.data.sources.minteq import ligand_table

    try:
        smiles = ligand_table().set_index("name").loc[embedded_ligand(text), "smiles"]
    except DataError:
        smiles = text
    try:
        written = standardise(str(smiles))
    except DataError as error:
        raise DataError(
            f"{text!r} is neither a ligand's name in the table nor a SMILES: {error}"
        ) from error
    for one in (written, *sorted(observations["smiles"].unique())):
        alike = one == written or ligand_group(one) == ligand_group(written)
        if alike and observations["smiles"].eq(one).any():
            return str(one)
    raise DataError(f"the table has no constant of {text!r} ({written}).")


def observed_species(
    observations: pd.DataFrame,
    ions: Sequence[str],
    smiles: str,
    *,
    temperature_C: float,
    ionic_strength_M: float,
    protonated: pd.DataFrame | None = None,
) -> tuple[Species, ...]:
    """Return H_kL of a ligand, and its ML_n and MHL with metal ions.

    Of each species the values nearest to the conditions count, and of several there the median;
    where the lab has measured it (``own``), the lab's values only.

    Parameters
    ----------
    observations : DataFrame
        `bo_loop.data.observations.OBSERVATION_COLUMNS`, and ``own`` (bool) if some are the lab's
        own; censored ones are not used.
    ions : sequence of str
        Metal ions, such as ``Ni+2``.
    smiles : str
        The ligand, as the table writes it.
    temperature_C, ionic_strength_M : float
        Of the solution.
    protonated : DataFrame, optional
        Constants of MHL, as `bo_loop.data.Csv.protonated` returns them; the pK of others is
        estimated. Without it, MHL are left out.

    Raises
    ------
    DataError
        If a metal ion has no constant with the ligand.
    """
    usable = observations[observations["smiles"].eq(smiles) & observations["censoring"].eq("none")]
    conditions = {"temperature_C": temperature_C, "ionic_strength_M": ionic_strength_M}
    found: list[Species] = []
    for (metal, charge, n), rows in usable.groupby(["metal", "charge", "n_ligands"], sort=True):
        proton = metal == PROTON_ROWS
        ion = f"{metal}+{charge}"
        if not proton and ion not in ions:
            continue
        name = species_name("", 1, int(charge)) if proton else species_name(ion, int(n), 0)
        parts = {LIGAND: 1, PROTON: int(charge)} if proton else {ion: 1, LIGAND: int(n)}
        found.append(_nearest(name, parts, rows, conditions))
    if protonated is not None:
        of_ligand = protonated[protonated["smiles"].eq(smiles)]
        for ion in ions:
            found += _with_proton(ion, tuple(found), of_ligand, conditions)
    for ion in map(str, map(parse_ion, ions)):
        if not any(ion in each.parts for each in found):
            raise DataError(
                f"no constant of {ion} with {smiles} is known (bounds do not count). Give a table "
                "that has one, or another ligand."
            )
    if not any(PROTON in each.parts for each in found):
        warnings.warn(
            f"no protonation constant of {smiles} is known: it is taken as deprotonated at every "
            "pH. Give a table of them (data.protonation=…).",
            stacklevel=2,
        )
    return tuple(found)


def _with_proton(
    ion: str, known: Sequence[Species], protonated: pd.DataFrame, conditions: dict[str, float]
) -> list[Species]:
    """Return MHL of a metal ion: measured from ML, or from HL, else estimated; none without both.

    A pK that was measured near the conditions is joined with log β of ML as it is.
    """
    charge = int(ion.rpartition("+")[2])
    ml = next((s for s in known if dict(s.parts) == {ion: 1, LIGAND: 1}), None)
    acids = {s.parts[PROTON]: s for s in known if set(s.parts) == {LIGAND, PROTON}}
    parts = {ion: 1, LIGAND: 1, PROTON: 1}
    name = species_name(ion, 1, 1)
    is_own = protonated["metal"].eq(ion.partition("+")[0]) & protonated["charge"].eq(charge)
    for equilibrium, base in (("[MHL]/[ML][H]", ml), ("[MHL]/[M][HL]", acids.get(1))):
        rows = protonated[is_own & protonated["equilibrium"].eq(equilibrium)]
        if base is not None and len(rows):
            one = _nearest(name, parts, rows.rename(columns={"log_K": "log_beta"}), conditions)
            value = base.log_beta + one.log_beta
            return [Species(name, parts, value, base.ionic_strength_M, one.source)]
    if ml is None or 2 not in acids:
        return []
    protons = np.array([acids[k].log_beta if k in acids else -np.inf for k in (1, 2, 3)])
    pk = float(pk_of_mhl(np.array(ml.log_beta), protons, charge))
    source = f"pK {pk:.1f} ± {DOUBT:.1f}, estimated"
    return [Species(name, parts, ml.log_beta + pk, ml.ionic_strength_M, source)]


def pk_of_observed(observations: pd.DataFrame, protonated: pd.DataFrame) -> pd.Series:
    """Return the measured pK of MHL of each observation of ML.

    Parameters
    ----------
    observations : DataFrame
        `bo_loop.data.observations.OBSERVATION_COLUMNS`.
    protonated : DataFrame
        Constants of MHL, as `bo_loop.data.Csv.protonated` returns them. Those nearest to the
        conditions of the observation count, and of several there the median; those of
        ``[MHL]/[M][HL]`` only without others, by log β of ML and log β^H_1 as they were measured.

    Returns
    -------
    Series of float64
        NaN where there is none, with the index of `observations`.
    """
    found = pd.Series(np.nan, index=observations.index)
    ions, exact = ["metal", "charge", "smiles"], observations["censoring"].eq("none")
    acids = observations[
        exact & observations["metal"].eq(PROTON_ROWS) & observations["charge"].eq(1)
    ]
    pairs = observations[exact & observations["n_ligands"].eq(1)]
    known = dict(list(protonated.groupby(ions)))
    for at, pair in pairs[pd.MultiIndex.from_frame(pairs[ions]).isin(known)].iterrows():
        rows = known[tuple(pair[ions])].rename(columns={"log_K": "log_beta"})
        conditions = {name: float(pair[name]) for name in STATED_SCALES}
        of_ml = rows[rows["equilibrium"].eq("[MHL]/[ML][H]")]
        own = acids[acids["smiles"].eq(pair["smiles"])]
        if len(of_ml):
            found[at] = _nearest("", {}, of_ml, conditions).log_beta
        elif len(own):
            of_hl = _nearest("", {}, rows, conditions).log_beta
            found[at] = of_hl + _nearest("", {}, own, conditions).log_beta - pair["log_beta"]
    return found


def _nearest(
    name: str, parts: dict[str, int], rows: pd.DataFrame, conditions: dict[str, float]
) -> Species:
    own = rows.get("own", pd.Series(False, index=rows.index)).astype(bool)
    rows = rows[own] if own.any() else rows
    apart = sum(
        ((rows[column] - value) / STATED_SCALES[column]) ** 2
        for column, value in conditions.items()
    )
    near = rows[apart.eq(apart.min())]
    # Those at one distance above and below it cannot be joined: they hold at different I.
    near = near[near["ionic_strength_M"].eq(near["ionic_strength_M"].iloc[0])]
    values = near["log_beta"].astype(float)
    sources = sorted(set(near["source"].astype(str)))
    return Species(
        name, parts, float(values.median()), float(near["ionic_strength_M"].iloc[0]),
        ", ".join(sources),
    )  # fmt: skip
