"""How many unpaired electrons a metal ion has in its complexes.

By convention, not by measurement: 3d ions are high-spin, as aqua ions are (Co³⁺ and Cu³⁺ apart), 4d
and 5d ions low-spin, as their ligand fields are half as strong again (Greenwood and Earnshaw,
Chemistry of the Elements, 2nd ed. 1997, ch. 19). Nitrogen and sulfur donors may make 3d ions
low-spin too, Fe²⁺ with 2,2'-bipyridine for one: then the number has to be stated.
"""

from rdkit import Chem

from bo_loop.chemistry.ions import MetalIon

_LOW_SPIN = frozenset({"Co+3", "Cu+3", "Ni+4"})
_ROWS = ((21, 30), (39, 48), (72, 80))  # atomic numbers of the d block, but for La and Ac
_LANTHANIDES = range(57, 72)
_OXO_CHARGE = 2  # electrons that an oxo oxygen takes
_T2G = 3  # orbitals
_OF_LOW_SPIN = {4: 2, 5: 1, 6: 0, 7: 1, 8: 0}


def d_electrons(ion: MetalIon) -> int | None:
    """Count the d electrons of an ion; None outside the d block.

    Parameters
    ----------
    ion : MetalIon
        An oxo ion counts as its metal: VO²⁺ is d¹.
    """
    number = Chem.GetPeriodicTable().GetAtomicNumber(ion.element)
    for first, last in _ROWS:
        if first <= number <= last:
            group = 12 - (last - number)
            return group - oxidation_state(ion)
    return None


def oxidation_state(ion: MetalIon) -> int:
    """Return the oxidation state of the metal atom: 4 of VO²⁺, 6 of UO₂²⁺."""
    return ion.charge + _OXO_CHARGE * oxo_oxygens(ion)


def oxo_oxygens(ion: MetalIon) -> int:
    """Count the oxo oxygens of an ion: 1 of VO²⁺, 2 of UO₂²⁺."""
    oxygens = ion.metal.removeprefix(ion.element)
    return int(oxygens.removeprefix("O") or 1) if oxygens else 0


def is_lanthanide(ion: MetalIon) -> bool:
    """Whether the metal is La to Lu."""
    return Chem.GetPeriodicTable().GetAtomicNumber(ion.element) in _LANTHANIDES


def unpaired_electrons(ion: MetalIon) -> int:
    """Count the unpaired electrons that a metal ion has in most of its complexes.

    Parameters
    ----------
    ion : MetalIon

    Returns
    -------
    int
        By the convention of the module; 0 outside the d block, f electrons are not counted.
    """
    count = d_electrons(ion)
    if count is None or not 0 <= count <= 10:
        return 0
    number = Chem.GetPeriodicTable().GetAtomicNumber(ion.element)
    low = number > _ROWS[0][1] or str(ion) in _LOW_SPIN
    if low and count > _T2G:
        return _OF_LOW_SPIN.get(count, 10 - count)
    return min(count, 10 - count)
