"""How well forces on atoms are predicted for ligands never seen, and what they save in a search.

    python benchmarks/structures.py            # a small database of its own, some minutes
    bo-loop structures build out=structures.db n_conformers=2
    bo-loop structures learn database=structures.db out=forces.npz
    python benchmarks/structures.py --database structures.db --forces forces.npz --table others.csv
    python benchmarks/structures.py --one Ni+2/edta

The first part tells how well forces are predicted in the folds of `learn`, by element: MAE of force
components in mhartree/bohr (and in eV/Å), R²; "no force" says what the components come to. It asks
the potential about all structures, and all predictors about some of each ligand. The second seeks
the lowest minimum of ligands that are not in the database (column smiles of the table), from the
same starts, by GFN2-xTB alone and with learned forces: CPU time (user + system) of both,
difference in energy, and RMSD of heavy atoms at best overlay. The third (`--one Ni+2/edta`) learns
the forces of one complex on the way to its minima from some starts, and predicts those from the
others. The reference is GFN2-xTB in ALPB water.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from rdkit.Chem import ChiralType, RemoveHs
from rdkit.Chem.rdMolAlign import GetBestRMS

from bo_loop.base.errors import DataError
from bo_loop.base.figure_files import figure_bytes
from bo_loop.base.progress import report
from bo_loop.data import CommonChelators
from bo_loop.structures.asked import named_pair
from bo_loop.structures.atom_features import Geometry
from bo_loop.structures.build import Task, build
from bo_loop.structures.committee import held_out, learned, read
from bo_loop.structures.conformers import ligand_molecule, starting, with_positions
from bo_loop.structures.coordination_complex import assemble
from bo_loop.structures.direct_forces import ensemble, held_out_directly
from bo_loop.structures.learned_search import MOST_DOUBT, searched
from bo_loop.structures.potential import Case
from bo_loop.structures.store import Store, counts
from bo_loop.structures.training_set import (
    MHARTREE_PER_BOHR,
    cases_of,
    force_errors,
    sampled,
)
from bo_loop.structures.xtb import calculator, optimised

SEED = 0
KCAL_PER_MOL = 23.0605  # of 1 eV
SAME_SHAPE, SAME_ENERGY = 0.2, 1.0  # Å, kcal/mol
MOST_DRAWN = 4000  # points of an element in the figure
NEAR = 0.5  # eV/Å
MANY = 200  # GFN2-xTB steps that the starts of a ligand take: it is flexible
OWN_FOLDS, OWN_EPOCHS = 3, 20  # of one complex
SMALL, SEARCHED = 12, 3  # ligands of the packaged pool, and others to search


def small(folder, given):
    """Build and learn a little, and name other ligands of the packaged pool."""
    pool = CommonChelators(metals=["Zn+2"]).read()
    step = len(pool) // SMALL
    store = Store(folder / "small.db")
    ligands = zip(pool["smiles"][::step], pool["ligand"][::step], strict=True)
    tasks = [Task(smiles, name, None, 1, 1, SEED) for smiles, name in ligands]
    for line in build(store, tasks, None):
        print(f"left out: {line}")
    committee, _ = learned(sampled(store.rows()), 2, SEED, 12, None)
    given.database, given.forces = store.path, folder / "small.npz"
    given.forces.write_bytes(committee.file_bytes())
    given.table, given.ligands = folder / "others.csv", SEARCHED
    pool[["smiles"]].iloc[step // 2 :: step].to_csv(given.table, index=False)


def errors(given):
    rows, committee = list(Store(given.database).rows()), read(given.forces)
    whole, elements = counts(iter(rows))
    print(whole.to_string(), elements.round(3).to_string(), sep="\n\n")
    n, seed = len(committee.members), committee.about.seed
    print(f"\nlearned from {committee.about.structures} structures, {n} folds by ligand")
    every = cases_of(rows)
    in_parts(every, {"potential": held_out(committee, every)}, "all steps")
    cases = drawn(sampled(rows), given.drawn)
    started = time.process_time()
    predicted = held_out_directly(cases, n, seed, given.most)
    print(f"\ntrees and networks: {time.process_time() - started:.0f} s of CPU")
    predicted["potential"] = held_out(committee, cases)
    predicted["ensemble"], weights = ensemble(cases, predicted, n, seed)
    found = in_parts(cases, predicted, "drawn")
    print("\nweights in the ensemble")
    print(pd.DataFrame(weights, index=list(predicted)[:-1]).T.round(2).to_string())
    if given.figure:
        given.figure.write_bytes(figure_bytes(parity(cases, predicted, found), given.figure))


def drawn(cases, n):
    """Return at most `n` structures of each ligand."""
    by_ligand, rng = {}, np.random.default_rng(SEED)
    for at in rng.permutation(len(cases)).tolist():
        by_ligand.setdefault(cases[at].ligand, []).append(at)
    return [cases[at] for at in sorted(at for each in by_ligand.values() for at in each[:n])]


def in_parts(cases, predicted, name):
    """Print errors of all structures, and of those near a minimum; return the first."""
    print(f"\n{name}: {len(cases)} structures")
    found = told(cases, predicted)
    near = [np.linalg.norm(case.forces, axis=1).max() < NEAR for case in cases]
    atoms = np.repeat(near, [len(case.forces) for case in cases])
    print(f"\nof these, {sum(near)} structures without a force above {NEAR} eV/Å")
    told(
        [case for case, each in zip(cases, near, strict=True) if each],
        {name: each[atoms] for name, each in predicted.items()},
    )
    return found


def told(cases, predicted):
    """Print errors by element, and return them."""
    found = force_errors(cases, predicted)
    found["mae_eV"] = found["mae"] / MHARTREE_PER_BOHR
    for name, digits in (("mae", 2), ("r2", 3), ("mae_eV", 4)):
        wide = found.pivot(index=["element", "atoms", "ligands"], columns="predictor", values=name)
        print(f"\n{name}\n{wide[['no force', *predicted]].round(digits).to_string()}")
    return found


def parity(cases, predicted, found):
    from matplotlib.figure import Figure

    numbers = np.concatenate([case.geometry.numbers for case in cases])
    forces = np.concatenate([case.forces for case in cases]) * MHARTREE_PER_BOHR
    symbols = found[found["predictor"] == "ensemble"].set_index("element")
    drawn = symbols.sort_values("atoms", ascending=False).index[:8]
    figure = Figure(figsize=(10, 5.2), layout="constrained")
    rng = np.random.default_rng(SEED)
    elements = dict(zip(symbols.index, np.unique(numbers), strict=True))
    for axes, symbol in zip(figure.subplots(2, 4).flat, drawn, strict=False):
        rows = rng.permutation(np.flatnonzero(numbers == elements[symbol]))[:MOST_DRAWN]
        wanted = forces[rows].ravel()
        made = predicted["ensemble"][rows].ravel() * MHARTREE_PER_BOHR
        most = np.quantile(np.abs(wanted), 0.998)
        axes.plot([-most, most], [-most, most], color="0.6", linewidth=0.8)
        axes.plot(wanted, made, ".", markersize=1.5, alpha=0.4, rasterized=True)
        axes.set(xlim=(-most, most), ylim=(-most, most), aspect="equal")
        axes.set_title(f"{symbol}: R² {symbols.loc[symbol, 'r2']:.3f}", fontsize=10)
        axes.tick_params(labelsize=8)
    figure.supxlabel("force component, GFN2-xTB (mhartree/bohr)", fontsize=10)
    figure.supylabel("predicted (mhartree/bohr)", fontsize=10)
    return figure


def search(given):
    committee, lines = read(given.forces), []
    for smiles in pd.read_csv(given.table)["smiles"]:
        if len(lines) == given.ligands:
            break
        report("searching", len(lines), given.ligands)
        try:
            molecule = ligand_molecule(smiles)
            starts = starting(molecule, given.starts, SEED)
        except DataError as error:
            print(error)
            continue
        found = compared(molecule, starts, committee, given.doubt)
        if found is None:
            print(f"{smiles}: no minimum")
            continue
        lines.append(found)
        print(smiles, *(f"{name} {each:.3g}" for name, each in lines[-1].items()), flush=True)
    table = pd.DataFrame(lines)
    print(f"\n{len(table)} ligands, {given.starts} starts each, doubt at most {given.doubt} eV/Å")
    print(table.describe().round(3).to_string())
    summed("all", table)
    summed(f"more than {MANY} steps alone", table[table["xtb_alone"] > MANY])


def summed(name, table):
    shape, energy = table["rmsd"] <= SAME_SHAPE, table["kcal"] <= SAME_ENERGY
    print(f"\n{name}: {len(table)} ligands")
    print(f"speed ratio {table['alone_s'].sum() / table['learned_s'].sum():.2f}")
    print(f"RMSD within {SAME_SHAPE} Å: {shape.mean():.0%}")
    print(f"energy at most {SAME_ENERGY} kcal/mol above: {energy.mean():.0%}")
    print(f"both: {(shape & energy).mean():.0%}")
    print(f"by more than that below: {(table['kcal'] < -SAME_ENERGY).mean():.0%}")


def compared(molecule, starts, committee, doubt):
    clock = time.process_time()
    alone = [optimised(molecule.symbols, start, calculator(molecule)) for start in starts]
    between = time.process_time()
    runs = searched(molecule, starts, committee, doubt)
    done = time.process_time()
    best, other = (
        min((run for run in each if run.converged), key=lambda run: run.energies[-1], default=None)
        for each in (alone, runs)
    )
    if best is None or other is None:
        return None
    return {
        "atoms": len(molecule.symbols),
        "alone_s": between - clock,
        "learned_s": done - between,
        "kcal": (other.energies[-1] - best.energies[-1]) * KCAL_PER_MOL,
        "rmsd": apart(molecule.graph, best.positions[-1], other.positions[-1]),
        "xtb_alone": sum(len(run.energies) for run in alone),
        "xtb_learned": sum(len(run.energies) for run in runs),
    }


def apart(graph, one, other):
    """Return the RMSD of heavy atoms at best overlay, Å.

    Mirror images are one minimum, but of molecules that are said to be of one hand.
    """
    handed = any(atom.GetChiralTag() != ChiralType.CHI_UNSPECIFIED for atom in graph.GetAtoms())
    shapes = [RemoveHs(with_positions(graph, each)) for each in (one, other, -other)]
    return min(GetBestRMS(shapes[0], shape) for shape in shapes[1 : 2 if handed else 3])


def one_complex(given):
    ion, smiles, n, name = named_pair(given.one)
    assembly = assemble(ion, smiles, n, name=name)
    cases, clock = [], time.process_time()
    for at, start in enumerate(starting(assembly, given.starts, SEED)):
        run = optimised(assembly.molecule.symbols, start, calculator(assembly.molecule))
        numbers = np.array([atom.GetAtomicNum() for atom in assembly.molecule.graph.GetAtoms()])
        for positions, energy, forces in zip(run.positions, run.energies, run.forces, strict=True):
            about = (assembly.molecule.charge, assembly.molecule.unpaired)
            geometry = Geometry(numbers, positions, *about)
            cases.append(Case(geometry, float(energy), forces, f"start {at}"))
    print(f"{given.one}: {time.process_time() - clock:.0f} s of CPU for the structures")
    _, forces = learned(cases, OWN_FOLDS, SEED, OWN_EPOCHS)
    in_parts(cases, {"potential": forces}, f"{OWN_FOLDS} folds by start")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", type=Path, help="as bo-loop structures build makes it")
    parser.add_argument("--forces", type=Path, help="learned from it by bo-loop structures learn")
    parser.add_argument("--table", type=Path, help="ligands to search, column smiles")
    parser.add_argument("--most", type=int, default=2000, help="atoms an element for the trees")
    parser.add_argument("--drawn", type=int, default=2, help="structures of a ligand, for all")
    parser.add_argument("--one", help="a complex, whose forces are learned from its own")
    parser.add_argument("--figure", type=Path, help="parity plots")
    parser.add_argument("--ligands", type=int, default=30, help="of the table")
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--doubt", type=float, default=MOST_DOUBT)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.one:
            one_complex(given)
            return
        if given.forces is None:
            small(Path(folder), given)
        if given.database:
            errors(given)
        if given.table:
            search(given)


if __name__ == "__main__":
    sys.exit(main())
