"""How well a ligand fits its metal ion: what only three dimensions tell.

What a ligand does without the ion is a matter of bonds, angles, torsions and contacts: MMFF94
(Halgren, J. Comput. Chem. 1996, 17, 490; RDKit's: Tosco, Stiefl, Landrum, J. Cheminform. 2014, 6,
37) without its charges, for those of a chelator without protons repel one another, which outweighs
all else.

cavity   of a ligand all of whose bound donors are in one large ring. What the ion needs is the
         sum of effective ionic radii (Shannon, Acta Cryst. A 1976, 32, 751): of the ion with six
         donors, and of O²⁻ 1.40, N³⁻ 1.46, S²⁻ 1.84, F⁻ 1.33, Cl⁻ 1.81, Br⁻ 1.96, I⁻ 2.20 Å. The
         cavity is too small if that is more than 0.25 Å above the mean distance of the donors from
         their centre in the ring as it relaxes once the ion is taken out (2.08 Å for cyclam; 2.07:
         Hancock, Martell, Chem. Rev. 1989, 89, 1875), too large if it is more than 0.42 Å below
         that of the free ligand (`bo_loop.chemistry.cavity`).
reach    a donor whose distance from the ion is more than 1.35 sums of covalent radii (Cordero et
         al., Dalton Trans. 2008, 2832), and donors for which the ion has no room
strain   energy of the ligand with its donors where they bind, the rest relaxed, less that of the
         minimum that it relaxes to from there; a warning above 8 kJ/mol a donor
"""

from dataclasses import dataclass

import numpy as np
from rdkit import Chem
from rdkit.Chem import rdForceFieldHelpers as force_fields

from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats
from bo_loop.chemistry.cavity import cavity, shape_of
from bo_loop.chemistry.donors import ring_of_donors
from bo_loop.features.blocks.properties import PROPERTY_NAMES, properties
from bo_loop.structures.coordination_complex import Assembly

STRAINED = 8.0
"""kJ/mol a donor: more than the 7 that [Gd(dota)]⁻ and [Ni(edta)]²⁻ have."""

_KJ_PER_KCAL = 4.184
_MOST_STEPS = 2_000
_REACH = 1.35
_TOO_SMALL, _TOO_LARGE = 0.25, 0.42  # Å
_DONOR_RADII = {"O": 1.40, "N": 1.46, "S": 1.84, "F": 1.33, "Cl": 1.81, "Br": 1.96, "I": 2.20}


@dataclass(frozen=True)
class Fit:
    """What is wrong with a complex, and what its ligands pay.

    Parameters
    ----------
    strain : float or None
        Of the most strained ligand, kJ/mol; None if MMFF94 has no parameters for it, and for rings
        that are aromatic anions (porphyrinate), which it holds too wide.
    warnings : tuple of str
    notes : tuple of str
        Of water that left its place.
    """

    strain: float | None
    warnings: tuple[str, ...]
    notes: tuple[str, ...]


def fit(assembly: Assembly, positions: Floats) -> Fit:
    """Judge a complex at its minimum.

    Parameters
    ----------
    assembly : Assembly
    positions : (n_atoms, 3) float64
        Å.
    """
    reach, notes = _unreached(assembly, positions)
    relaxed = [_relaxed(assembly, positions, atoms) for atoms in assembly.ligands]
    warnings = [*_without_room(assembly), *reach, *_cavity(assembly, relaxed[0])]
    known = [each for each in relaxed if each is not None]
    strain = max((each.strain for each in known), default=None)
    if any(each.strain > STRAINED * len(each.donors) for each in known):
        warnings.append(f"the ligand is strained, by {strain:.0f} kJ/mol")
    return Fit(strain, tuple(warnings), tuple(notes))


@dataclass(frozen=True)
class _Relaxed:
    """A ligand without the ion: its strain, and where the donors that bind it are then."""

    strain: float
    donors: Floats


def _relaxed(assembly: Assembly, positions: Floats, atoms: tuple[int, ...]) -> _Relaxed | None:
    """Relax a ligand from where it is bound; None if the force field does not know it."""
    graph = Chem.RWMol(assembly.molecule.graph)
    for i in sorted(set(range(graph.GetNumAtoms())) - set(atoms), reverse=True):
        graph.RemoveAtom(i)
    conformer = Chem.Conformer(len(atoms))
    conformer.SetPositions(np.ascontiguousarray(positions[list(atoms)]))
    graph.AddConformer(conformer)
    alone = graph.GetMol()
    Chem.SanitizeMol(alone)
    if any(atom.GetIsAromatic() and atom.GetFormalCharge() < 0 for atom in alone.GetAtoms()):
        return None
    known = force_fields.MMFFGetMoleculeProperties(alone)
    if known is None:
        return None
    known.SetMMFFEleTerm(False)
    donors = [atoms.index(i) for i in assembly.donors if i in atoms]
    energies = []
    for held in (donors, []):
        field = force_fields.MMFFGetMoleculeForceField(alone, known)
        for i in held:
            field.AddFixedPoint(i)
        field.Minimize(maxIts=_MOST_STEPS)
        energies.append(force_fields.MMFFGetMoleculeForceField(alone, known).CalcEnergy())
    strain = (energies[0] - energies[1]) * _KJ_PER_KCAL
    return _Relaxed(strain, alone.GetConformer().GetPositions()[donors])


def _without_room(assembly: Assembly) -> list[str]:
    if not assembly.left_out:
        return []
    some = "1 donor" if assembly.left_out == 1 else f"{assembly.left_out} donors"
    return [f"the metal ion has no room for {some} of each ligand"]


def _unreached(assembly: Assembly, positions: Floats) -> tuple[list[str], list[str]]:
    """Say which donors of ligands do not reach the metal ion, and how many water molecules."""
    warnings, gone, table = [], 0, Chem.GetPeriodicTable()
    atoms = list(assembly.molecule.graph.GetAtoms())
    of_ligands = {i for each in assembly.ligands for i in each}
    for i in assembly.donors[assembly.oxo :]:
        apart = float(np.linalg.norm(positions[i] - positions[0]))
        bond = sum(table.GetRcovalent(atoms[j].GetAtomicNum()) for j in (0, i))
        if apart > _REACH * bond and i in of_ligands:
            name = f"{atoms[i].GetSymbol()}{i + 1}"
            warnings.append(f"{name} does not reach the metal ion: {apart:.1f} Å")
        elif apart > _REACH * bond:
            gone += 1
    return warnings, [f"{gone} H2O left the metal ion"] if gone else []


def _cavity(assembly: Assembly, relaxed: _Relaxed | None) -> list[str]:
    """Say whether a macrocycle is too small or too large for the ion."""
    graph = assembly.molecule.graph
    bound = {i for i in assembly.donors if i in assembly.ligands[0]}
    symbols = [graph.GetAtomWithIdx(i).GetSymbol() for i in bound]
    in_ring = bound <= set(ring_of_donors(graph, bound))
    if not in_ring or not set(symbols) <= set(_DONOR_RADII):
        return []
    try:
        radius = properties([assembly.ion])[0, PROPERTY_NAMES.index("ionic_radius_pm")] / 100
    except DataError:  # an ion that Shannon does not list
        return []
    needed = radius + float(np.mean([_DONOR_RADII[symbol] for symbol in symbols]))
    free = float(cavity(assembly.smiles)[0])
    hole = free if relaxed is None else float(shape_of(relaxed.donors)[0])
    said = f"for {assembly.ion}, which needs {needed:.2f} Å from its centre to the donors"
    if needed - hole > _TOO_SMALL:
        return [f"the cavity is too small ({hole:.2f} Å) {said}"]
    if free - needed > _TOO_LARGE:
        return [f"the cavity is too large ({free:.2f} Å) {said}"]
    return []
