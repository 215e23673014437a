"""Structures as files that other programs read: XYZ and SDF."""

from pathlib import Path

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
