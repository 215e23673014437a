"""Structures as other programs read them: XYZ, SDF, JSON."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rdkit import Chem

from bo_loop.structures.conformers import Structure

SUFFIXES = (".xyz", ".sdf")


def structure_bytes(structure: Structure, path: Path) -> bytes:
    """Return a structure as the content of `path`, which ends in one of `SUFFIXES`.

    The comment line, or the properties, say charge, unpaired electrons, energy and method.
    """
    molecule = structure.molecule
    said = {
        "charge": f"{molecule.charge:+d}",
        "unpaired electrons": str(molecule.unpaired),
        "energy": f"{structure.energy:.6f} eV",
        "method": structure.method,
    }
    if path.suffix.lower() == ".xyz":
        rows = zip(molecule.symbols, structure.positions.tolist(), strict=True)
        lines = [f"{symbol:<2} {x:14.8f} {y:14.8f} {z:14.8f}" for symbol, (x, y, z) in rows]
        about = "; ".join([molecule.name, *(f"{key} {value}" for key, value in said.items())])
        return "\n".join([str(len(lines)), about, *lines, ""]).encode()
    graph = Chem.Mol(structure.graph)
    graph.SetProp("_Name", molecule.name)
    block = Chem.MolToMolBlock(graph, kekulize=True)
    properties = "".join(f"> <{key}>\n{value}\n\n" for key, value in said.items())
    return f"{block}{properties}$$$$\n".encode()


def as_json(structure: Structure) -> dict[str, Any]:
    """Return a structure as JSON holds it; a bond is two atoms and an order, 0 if dative."""
    molecule = structure.molecule
    return {
        "name": molecule.name,
        "key": molecule.key,
        "charge": molecule.charge,
        "unpaired": molecule.unpaired,
        "method": structure.method,
        "energy_eV": structure.energy,
        "minima_kJ_mol": list(structure.spread),
        "donors": [list(each) for each in structure.distances],
        "strain_kJ_mol": structure.strain,
        "warnings": list(structure.warnings),
        "notes": list(structure.notes),
        "symbols": molecule.symbols,
        "positions_A": structure.positions.tolist(),
        "bonds": _bonds(structure.graph),
    }


def told(found: Mapping[str, Any]) -> dict[str, str]:
    """Return what there is to say of a structure as `as_json` has it, a line a fact."""
    above = ", ".join(f"{each:.1f}" for each in found["minima_kJ_mol"])
    said = {
        "structure": found["name"],
        "charge": f"{found['charge']:+d}, {found['unpaired']} unpaired electrons",
        "energy": f"{found['energy_eV']:.4f} eV ({found['method']})",
        "minima": f"{above} kJ/mol above the lowest, one a start",
    }
    if found["donors"]:
        donors = ", ".join(f"{symbol} {apart:.2f}" for symbol, apart in found["donors"])
        said["donors"] = f"{donors} Å from the metal"
    if found["strain_kJ_mol"] is not None:
        said["strain"] = f"{found['strain_kJ_mol']:.0f} kJ/mol of the ligand, as it is bound"
    lines = {"warning": found["warnings"], "note": found["notes"]}
    return said | {name: "; ".join(each) for name, each in lines.items() if each}


def _bonds(graph: Chem.Mol) -> list[tuple[int, int, int]]:
    drawn = Chem.Mol(graph)
    Chem.Kekulize(drawn, clearAromaticFlags=True)
    dative = Chem.BondType.DATIVE
    return [
        (
            bond.GetBeginAtomIdx(),
            bond.GetEndAtomIdx(),
            0 if bond.GetBondType() == dative else round(bond.GetBondTypeAsDouble()),
        )
        for bond in drawn.GetBonds()
    ]
