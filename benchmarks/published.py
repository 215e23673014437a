"""Real titrations of public repositories, and the constants that are published of them.

    python benchmarks/published.py --glycine gly_prot_I015_wfix_Hfix.json
    python benchmarks/published.py --pytren-al import_sample3.sup import_sample2.sup
    python benchmarks/published.py --host-guest NMR1to1.csv NMR1to2.csv

None of these files is part of the project. The first, a project of PyES, is in
``PyES-software/libeq`` under ``tests/data/test_files/Glycine_test``: four titrations of glycine at
I = 0.15 M. The constants published are those of the embedded databases, moved to that ionic
strength. The second, of SUPERQUAD, are in ``salvadorblasco/apes`` under ``tests`` (MIT): three
titrations of the pentaamine that they call pytren-al in 0.15 M NaClO4, and two with Cu(II), whose
file holds the constants of protonation that its authors took as known. The third, shifts of four
nuclei of a host against its guest, are in ``opendatafit/bindfit`` under ``tests``; what is
published is what its ``test_fitter.py`` expects. Points, amounts, E0, pK_w and errors are as the
files say; nothing else is refined. Curves and cells are written as a lab would, and what
`bo-loop refine` runs reads them.
"""

import argparse
import csv
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from bo_loop.lab.titration.refine import Refinement, refine
from bo_loop.solution.embedded import embedded_ligand, protonation
from bo_loop.solution.species import System

STRENGTH_M = 0.15
GUEST_M = 1.0  # in the burette, with as much host as in the cell: any will do
HOST_GUEST = (
    {"NaL": math.log10(334.0)},
    {"NaL": math.log10(13503.0), "NaL2": math.log10(13503.0 * 413.0)},
)
PROTONATED = ("HL", "H2L", "H3L", "H4L", "H5L")
EMF = "E (mV)"
Curve = tuple[dict[str, float], list[tuple[float, ...]]]


def refined(cell: Mapping[str, object], curves: Iterable[Curve], signals: str) -> Refinement:
    """Refine curves, each with what its own titration states above the table."""
    files = []
    for k, (stated, points) in enumerate(curves, start=1):
        lines = [f"# {key}: {value!r}" for key, value in stated.items()]
        lines += [f"V (mL),{signals}", *(",".join(map(repr, point)) for point in points)]
        files.append((Path(f"titration_{k}.csv"), "\n".join(lines).encode()))
    text = "\n".join(f"{key}: {value}" for key, value in cell.items())
    return refine(files, [(Path("cell.yaml"), text.encode())])


def pyes(path: Path) -> tuple[float, list[Curve]]:
    """Read pK_w and the titrations of a project of PyES, within the range of pH that it fits."""
    held = json.loads(path.read_text(encoding="utf-8"))
    curves = []
    for one in held["potentiometry_data"]["titrations"]:
        view, start, burette = one["titrationView"], *one["concView"].values()
        (low, high), *_ = one["pxRange"]
        points = [
            (volume, potential)
            for ignored, volume, potential in zip(*(view[k].values() for k in "012"), strict=True)
            if not ignored and low <= (one["e0"] - potential) / one["slope"] <= high
        ]
        stated = {
            "volume_mL": one["initialVolume"],
            "ligand_M": start["Gly"],
            "acid_M": start["H"],
            "burette_base_M": -burette["H"],
            "E0_mV": one["e0"],
            "slope_mV": one["slope"],
            "mV_sd": one["eSigma"],
            "volume_sd_uL": 1000 * one["vSigma"],
        }
        curves.append((stated, points))
    return -held["speciesModel"]["LogB"]["0"], curves


def paragraphs(path: Path) -> Iterator[list[list[str]]]:
    """Lines between empty ones, each as its words."""
    found: list[list[str]] = []
    for line in [*path.read_text(encoding="utf-8").splitlines()[1:], ""]:
        if line.strip():
            found.append(line.split())
        elif found:
            yield found
            found = []


def superquad(path: Path) -> tuple[dict[tuple[int, ...], float], list[Curve]]:
    """Read log β by stoichiometry, and titrations without a metal ion, of a SUPERQUAD file."""
    (sizes, *rest), *parts = paragraphs(path)
    components = int(sizes[2])
    log_beta = {
        tuple(map(int, line[1 : components + 1])): float(line[0]) for line in rest[components + 1 :]
    }
    curves = []
    for amounts, (volume, electrode), points in zip(
        parts[::3], parts[1::3], parts[2::3], strict=True
    ):
        start = float(volume[0])
        stated = {
            "volume_mL": start,
            "ligand_M": float(amounts[0][2]) / start,  # mmol
            "acid_M": float(amounts[-1][2]) / start,
            "burette_base_M": -float(amounts[-1][3]),
            "E0_mV": float(electrode[2]),
            "mV_sd": float(electrode[3]),
            "volume_sd_uL": 1000 * float(volume[1]),
        }
        curves.append((stated, [(float(v), float(e)) for v, e in points]))
    return log_beta, curves


def show(done: Refinement, published: Mapping[str, float]) -> None:
    """Print overall and stepwise constants, found and published."""
    points = sum(len(one) for one in done.experiment.titrations)
    print(f"{points} points, sigma {done.fit.sigma:.2g}")
    print("        log β found        published  off    log K  published  off")
    before = known_before = 0.0
    for name, known in published.items():
        value, sd = done.log_beta[name]
        step, known_step = value - before, known - known_before
        print(
            f"{name:<7} {value:6.3f} ± {sd:.3f}   {known:8.2f}  {value - known:+6.3f}"
            f"   {step:6.3f}  {known_step:6.2f}  {step - known_step:+6.3f}"
        )
        before, known_before = value, known
    for fault in done.faults:
        print(f"doubtful: {fault}")


def glycine(path: Path) -> None:
    pK_w, curves = pyes(path)
    known = tuple(protonation(embedded_ligand("glycine")))
    moved = System({"L": -1}, known).log_beta(STRENGTH_M, 25.0)
    cell = {"ligand": "glycine", "ionic_strength_M": STRENGTH_M, "pK_w": pK_w, "free": "[HL, H2L]"}
    print("glycine, published: embedded databases at I = 0.15 M")
    show(refined(cell, curves, EMF), {s.name: float(v) for s, v in zip(known, moved, strict=True)})


def pytren_al(alone: Path, with_copper: Path) -> None:
    own, curves = superquad(alone)
    later, _ = superquad(with_copper)
    cell = {
        "ligand": "pytren-al",
        "ligand_charge": 0,
        "ionic_strength_M": STRENGTH_M,
        "pK_w": -own[0, -1],
        "free": f"[{', '.join(PROTONATED)}]",
    }
    print("pytren-al, published: taken as known by the authors' titrations with Cu(II)")
    published = {name: later[1, 0, h] for h, name in enumerate(PROTONATED, start=1)}
    show(refined(cell, curves, EMF), published)


def host_guest(path: Path, published: Mapping[str, float]) -> None:
    """Refine shifts of a host; it is called Na, since a component of complexes is a metal ion."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [[float(cell) for cell in row] for row in list(csv.reader(file))[1:]]
    host = rows[0][0]
    stated = {
        "volume_mL": 1.0,
        "metal_M": host,
        "burette_metal_M": host,
        "burette_ligand_M": GUEST_M,
    }
    points = [(guest / (GUEST_M - guest), *shifts) for _, guest, *shifts in rows]
    cell = {
        "metal": "Na+",
        "ligand": "guest",
        "ligand_charge": 0,
        "observed": "Na",
        "hydrolysis": "false",
        "free": f"[{', '.join(published)}]",
    }
    nuclei = ",".join(f"H{k} (ppm)" for k in range(1, len(points[0])))
    print(f"{path.name}, published: as the test of bindfit expects")
    show(refined(cell, [(stated, points)], nuclei), published)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--glycine", type=Path)
    parser.add_argument("--pytren-al", type=Path, nargs=2)
    parser.add_argument("--host-guest", type=Path, nargs=2)
    asked = parser.parse_args()
    if not (asked.glycine or asked.pytren_al or asked.host_guest):
        print("skipped: name the files of the titrations, see --help")
    if asked.glycine:
        glycine(asked.glycine)
    if asked.pytren_al:
        pytren_al(*asked.pytren_al)
    for path, published in zip(asked.host_guest or (), HOST_GUEST, strict=False):
        host_guest(path, published)


if __name__ == "__main__":
    main()
