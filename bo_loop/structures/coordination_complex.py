"""Put the atoms of a complex ML_n together: deprotonated ligands, the ion, water in free places."""

from dataclasses import dataclass

from rdkit import Chem, rdBase

from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats
from bo_loop.chemistry.binding import binding_site
from bo_loop.chemistry.deprotonated import deprotonated
from bo_loop.chemistry.ions import MetalIon
from bo_loop.chemistry.ligands import deprotonated_charge, inchikey
from bo_loop.chemistry.sites import donor_sites
from bo_loop.chemistry.spin import is_lanthanide, oxidation_state, oxo_oxygens, unpaired_electrons
from bo_loop.structures.molecules import COMPLEX, Molecule
from bo_loop.structures.polyhedra import places_of

_OXO_CHARGE = -2


@dataclass(frozen=True)
class Assembly:
    """A complex before it has coordinates.

    Parameters
    ----------
    ion : MetalIon
    smiles : str
        Of the ligand.
    molecule : Molecule
        The metal atom first, then oxo oxygens, ligands, water.
    donors : tuple of int
        Atoms at the places about the ion; oxo oxygens first.
    oxo : int
        How many of them are oxo oxygens.
    places : (k, 3) float64
        Unit vectors, one a donor: `bo_loop.structures.polyhedra.places_of` the ion.
    left_out : int
        Donors of a ligand's binding site for which the ion has no room.
    n_ligands : int
    """

    ion: MetalIon
    smiles: str
    molecule: Molecule
    donors: tuple[int, ...]
    oxo: int
    places: Floats
    left_out: int
    n_ligands: int

    @property
    def ligands(self) -> tuple[tuple[int, ...], ...]:
        """Atoms of each ligand."""
        parts = sorted(Chem.GetMolFrags(self.molecule.graph))
        return tuple(parts[1 + self.oxo :][: self.n_ligands])


def assemble(
    ion: MetalIon, smiles: str, n_ligands: int = 1, *, name: str = "", unpaired: int | None = None
) -> Assembly:
    """Put the atoms of ML_n together.

    Parameters
    ----------
    ion : MetalIon
    smiles : str
        Any SMILES of the ligand.
    n_ligands : int
    name : str
        Of the ligand, for people; the SMILES if empty.
    unpaired : int, optional
        Unpaired electrons; by default those of `bo_loop.chemistry.spin.unpaired_electrons`.

    Raises
    ------
    DataError
        If the ligand has no donor, the ion no room for so many ligands, an element no parameters,
        or the electrons do not allow `unpaired`.
    """
    said = f"{ion} + {f'{n_ligands} ' if n_ligands > 1 else ''}{name or smiles}"
    if is_lanthanide(ion) and oxidation_state(ion) != 3:
        raise DataError(f"{said}: of lanthanides, GFN2-xTB knows M³⁺ alone (f shell as core).")
    places, oxo = places_of(ion), oxo_oxygens(ion)
    room = len(places) - oxo
    if n_ligands > room:
        raise DataError(f"{said}: {ion} has room for {room} donors, not for {n_ligands} ligands.")
    site = binding_site(smiles, room // n_ligands)
    if not site:
        raise DataError(f"{said}: the ligand has no donor atom.")
    ligand = deprotonated(smiles)
    binding = [_binding_atom(ligand, donor_sites(smiles)[i].atoms) for i in site]
    waters = room - n_ligands * len(site)
    graph, donors = _joined(ion, ligand, binding, n_ligands, waters)
    molecule = Molecule(
        name=said,
        key=f"{ion}:L{n_ligands}:{inchikey(smiles)}",
        kind=COMPLEX,
        graph=graph,
        charge=ion.charge + n_ligands * deprotonated_charge(smiles),
        unpaired=unpaired_electrons(ion) if unpaired is None else unpaired,
        note=f"{waters} H2O in free places" if waters else "",
    )
    left_out = len(binding_site(smiles)) - len(site)
    return Assembly(ion, smiles, molecule, donors, oxo, places, left_out, n_ligands)


def _binding_atom(ligand: Chem.Mol, atoms: tuple[int, ...]) -> int:
    """Return the atom of a site that binds: one without a hydrogen, an anion first."""

    def order(i: int) -> tuple[int, int, int]:
        atom = ligand.GetAtomWithIdx(i)
        return atom.GetTotalNumHs(), atom.GetFormalCharge(), i

    return min(atoms, key=order)


def _joined(
    ion: MetalIon, ligand: Chem.Mol, binding: list[int], n_ligands: int, waters: int
) -> tuple[Chem.Mol, tuple[int, ...]]:
    """Return all atoms in one graph, and those at the places; to the metal there are no bonds."""
    whole = Chem.RWMol()
    whole.AddAtom(_bare(ion.element, oxidation_state(ion)))
    donors = [whole.AddAtom(_bare("O", _OXO_CHARGE)) for _ in range(oxo_oxygens(ion))]
    full, water = Chem.AddHs(ligand), Chem.AddHs(Chem.MolFromSmiles("O"))
    for part, atoms in [(full, binding)] * n_ligands + [(water, [0])] * waters:
        donors += [whole.GetNumAtoms() + i for i in atoms]
        whole.InsertMol(part)
    graph = whole.GetMol()
    with rdBase.BlockLogs():  # bare ions have charges that RDKit finds unusual
        Chem.SanitizeMol(graph)
    return graph, tuple(donors)


def _bare(symbol: str, charge: int) -> Chem.Atom:
    atom = Chem.Atom(symbol)
    atom.SetFormalCharge(charge)
    atom.SetNoImplicit(True)
    return atom


def with_metal_bonds(assembly: Assembly) -> Chem.Mol:
    """Return the graph with dative bonds from the donors to the metal, double ones of oxo groups.

    Charges of oxo oxygens go to the metal: V(=O)²⁺.
    """
    graph = Chem.RWMol(assembly.molecule.graph)
    for at, i in enumerate(assembly.donors):
        if at < assembly.oxo:
            graph.AddBond(i, 0, Chem.BondType.DOUBLE)
            graph.GetAtomWithIdx(i).SetFormalCharge(0)
            metal = graph.GetAtomWithIdx(0)
            metal.SetFormalCharge(metal.GetFormalCharge() + _OXO_CHARGE)
        else:
            graph.AddBond(i, 0, Chem.BondType.DATIVE)
    return graph.GetMol()
