"""A molecule or ion whose structure is sought: its atoms, bonds, charge and unpaired electrons."""

from dataclasses import dataclass

from rdkit import Chem

from bo_loop.base.errors import DataError

LIGAND, COMPLEX = "ligand", "complex"

LAST_ELEMENT = 86
"""GFN2-xTB has parameters for hydrogen to radon."""

_IN_CORE = range(58, 72)  # Ce to Lu: GFN2-xTB holds their f electrons in the core, as of La
_LANTHANUM = 57


@dataclass(frozen=True)
class Molecule:
    """What is to be computed.

    Parameters
    ----------
    name : str
        For people: ``EDTA``, ``Ni+2 + 2 glycine``.
    key : str
        InChIKey of a ligand, ``pair_id`` of a complex.
    kind : str
        `LIGAND` or `COMPLEX`.
    graph : rdkit Mol
        All atoms, hydrogens among them; bonds to a metal ion are dative. No coordinates.
    charge : int
        In units of e.
    unpaired : int
        Unpaired electrons.
    note : str
        What was put in that was not asked for: water in free places.

    Raises
    ------
    DataError
        If an element has no parameters, or the number of electrons does not allow `unpaired`.
    """

    name: str
    key: str
    kind: str
    graph: Chem.Mol
    charge: int
    unpaired: int
    note: str = ""

    def __post_init__(self):
        unknown = sorted({a.GetSymbol() for a in self.graph.GetAtoms() if not _has_parameters(a)})
        if unknown:
            raise DataError(
                f"{self.name}: GFN2-xTB has no parameters for {', '.join(unknown)}; it knows "
                "hydrogen to radon."
            )
        electrons = sum(map(_electrons, self.graph.GetAtoms())) - self.charge
        if (electrons - self.unpaired) % 2 or not 0 <= self.unpaired <= electrons:
            what = "an odd" if electrons % 2 else "an even"
            raise DataError(
                f"{self.name} has {what} number of electrons ({electrons}, charge "
                f"{self.charge:+d}): {self.unpaired} of them cannot be unpaired."
            )

    @property
    def symbols(self) -> list[str]:
        """Symbols of the atoms, in order."""
        return [atom.GetSymbol() for atom in self.graph.GetAtoms()]


def _has_parameters(atom: Chem.Atom) -> bool:
    return 1 <= atom.GetAtomicNum() <= LAST_ELEMENT


def _electrons(atom: Chem.Atom) -> int:
    number = atom.GetAtomicNum()
    return _LANTHANUM if number in _IN_CORE else number
