"""What was stated of a titration as its cell: components, reagents, electrode."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats
from bo_loop.chemistry.ions import is_metal_formula, parse_ion
from bo_loop.chemistry.ligands import deprotonated_charge
from bo_loop.data.ligand_cells import ligand_smiles
from bo_loop.lab.titration.cell import REAGENTS, Cell
from bo_loop.lab.titration.curve import METHODS, POTENTIOMETRIC, Titration
from bo_loop.lab.titration.curve_file import CurveFile
from bo_loop.lab.titration.objective import Nuisance
from bo_loop.lab.titration.statement import Statement
from bo_loop.solution.embedded import LIGAND

SECOND = "X"
"""A second ligand in species; L is the first."""

_DEFAULT_mV = 0.2
_STEEP, _FLAT = 1.02, 0.95  # of the slope of an ideal electrode


def components_of(
    said: Statement, notes: list[str]
) -> tuple[dict[str, str], dict[str, int], dict[str, str]]:
    """Return what metal, ligand and competitor are called, their charges, and their symbols."""
    components, charges, symbols = {}, {}, {}
    if "metal" in said.texts:
        ion = parse_ion(said.texts["metal"])
        components["metal"], charges[str(ion)] = str(ion), ion.charge
        symbols |= {ion.metal: str(ion), "M": str(ion)}
    for role, name in (("competitor", ""), ("ligand", LIGAND)):
        text = said.texts.get(role)
        if text is None and role == "ligand":
            text = "ligand"
        if text is None:
            continue
        try:
            ion = parse_ion(text) if role == "competitor" else None
        except DataError:
            ion = None
        if ion is None and is_metal_formula(text):
            raise DataError(f"competitor {text!r} is a metal: give its charge too, as in Zn+2.")
        if ion is not None:
            components[role], charges[str(ion)] = str(ion), ion.charge
            symbols[ion.metal] = str(ion)
            continue
        name = name or SECOND
        components[role] = symbols[name] = name
        charges[name] = _charge(said, role, text, notes)
    return components, charges, symbols


def _charge(said: Statement, role: str, text: str, notes: list[str]) -> int:
    if f"{role}_charge" in said.numbers:
        return int(said.numbers[f"{role}_charge"].value)
    smiles = smiles_of(text)
    if smiles:
        return int(deprotonated_charge(smiles))
    notes.append(f"the charge of {text} is not known ({role}_charge); taken as 0, it only matters "
                 "for constants from another ionic strength")  # fmt: skip
    return 0


def smiles_of(text: str) -> str:
    """Return the SMILES of a ligand by a name that the package knows, or its SMILES; else ""."""
    try:
        return ligand_smiles(text)
    except DataError:
        return ""


def titration_of(
    name: str,
    read: CurveFile,
    said: Statement,
    components: Mapping[str, str],
    charges: Mapping[str, int],
    pK_w: float,
    notes: list[str],
) -> Titration:
    """Return a titration as read and stated.

    Raises
    ------
    DataError
        Naming what is missing, or an electrode that does not measure.
    """
    if "volume_mL" not in said.numbers:
        raise DataError(f"{name}: volume_mL, what was in the cell before the titration, is needed.")
    method = said.texts.get("method") or read.method
    if method not in METHODS:
        raise DataError(f"{name}: method {method!r} is none of {', '.join(METHODS)}.")
    if method != POTENTIOMETRIC and read.signals is None:
        raise DataError(f"{name}: no column holds signals, as a {method} titration has.")
    cell = _cell(said, components, charges, pK_w, name)
    pH, cell = _electrode(read, cell, said, name, notes)
    if method == POTENTIOMETRIC and pH is None:
        raise DataError(f"{name}: there is no column pH, nor E (mV).")
    if pH is None:
        notes.append(f"{name}: no column says the pH; it follows from the total of H⁺")
    signals = None if method == POTENTIOMETRIC else read.signals
    labels = () if method == POTENTIOMETRIC else read.labels
    observed = _observed(said, charges, name)
    points = f"{len(read.volume_mL)} points"
    notes.append(f"{name}: {method}, {points}" + (f" × {len(labels)} signals" if labels else ""))
    return Titration(name, cell, method, read.volume_mL, pH, signals, labels, observed)


def _observed(said: Statement, charges: Mapping[str, int], name: str) -> str:
    """Return the component whose nuclei or light are seen: ``L``, ``X``, ``Zn`` or ``Zn+2``."""
    text = said.texts.get("observed", LIGAND)
    for component in charges:
        if text in (component, component.partition("+")[0]):
            return component
    raise DataError(f"{name}: observed is {text!r}; give one of {', '.join(charges)}.")


def _cell(
    said: Statement,
    components: Mapping[str, str],
    charges: Mapping[str, int],
    pK_w: float,
    name: str,
) -> Cell:
    def there(prefix: str) -> dict[str, float]:
        return {r: said.number(f"{prefix}{r}_M", 0.0) for r in REAGENTS}

    cell, burette = there(""), there("burette_")
    for reagent in ("metal", "competitor"):
        if (cell[reagent] or burette[reagent]) and reagent not in components:
            raise DataError(f"{name}: {reagent}_M is given, but not which {reagent} it is.")
    if not any(burette.values()):
        raise DataError(
            f"{name}: what was in the burette is needed: burette_base_M, burette_acid_M, "
            "burette_metal_M or burette_ligand_M."
        )
    sd = {
        r: reading.sd / reading.value
        for r in REAGENTS
        for k in (f"{r}_M", f"burette_{r}_M")
        if (reading := said.numbers.get(k)) and reading.sd
    }
    signal = said.numbers.get("signal_sd")
    return Cell(
        said.number("volume_mL", 0.0),
        cell,
        burette,
        components,
        charges,
        {r: said.number(f"{r}_protons", 0.0) for r in ("ligand", "competitor")},
        sd,
        said.number("temperature_C", 25.0),
        said.number("ionic_strength_M", 0.1),
        pK_w,
        said.texts.get("pH_scale", "activity") == "activity",
        said.numbers["E0_mV"].value if "E0_mV" in said.numbers else None,
        said.numbers["slope_mV"].value if "slope_mV" in said.numbers else None,
        said.number("volume_sd_uL", 2.0) / 1000.0,
        said.number("pH_sd", 0.01),
        signal.value if signal else None,
        said.number("path_cm", 1.0),
    )


def _electrode(
    read: CurveFile, cell: Cell, said: Statement, name: str, notes: list[str]
) -> tuple[Floats | None, Cell]:
    """Return pH: as read, or −log10 [H⁺] by the electrode's potential and calibration."""
    if read.pH is not None or read.potential_mV is None:
        if read.pH is not None:
            scale = "activity" if cell.activity else "concentration"
            notes.append(f"{name}: pH as −log10 of the {scale} of H⁺ (pH_scale)")
        return read.pH, cell
    if cell.E0_mV is None:
        raise DataError(f"{name}: E0_mV is needed to read potentials (and slope_mV, if known).")
    ideal = cell.nernst_mV
    slope = ideal if cell.slope_mV is None else cell.slope_mV
    if not _FLAT * ideal < slope < _STEEP * ideal:
        raise DataError(
            f"{name}: slope_mV is {slope:g}, an ideal electrode has {ideal:.2f} at "
            f"{cell.temperature_C:g} °C: one so far from it does not measure. Calibrate it again."
        )
    notes.append(f"{name}: −log10 [H⁺] = ({cell.E0_mV:g} − E) / {slope:.2f}")
    sd = said.number("mV_sd", _DEFAULT_mV) / slope
    return (cell.E0_mV - read.potential_mV) / slope, replace(cell, activity=False, pH_sd=sd)


def nuisances_of(made: Sequence[Titration], said: Sequence[Statement]) -> tuple[Nuisance, ...]:
    """Return what is refined beside the constants: asked for, or known only within an sd."""
    found = []
    for i, (one, each) in enumerate(zip(made, said, strict=True)):
        asked = dict.fromkeys(each.lists.get("refine", ()))
        for reagent, sd in one.cell.sd.items():
            name = "titrant" if reagent in ("acid", "base") else reagent
            asked.setdefault(name)
            asked[name] = sd
        found += [Nuisance(i, name, sd) for name, sd in asked.items()]
    return tuple(found)
