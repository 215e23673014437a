"""Curves that PHREEQC makes, with errors of reading: do refined constants hold what they say.

    python benchmarks/titrations.py [number of titrations, 200]

Four kinds in turn: protonation of a diprotic ligand; ML and ML2 of a bidentate one; ML and MHL of
an aminopolycarboxylate; ML, ML2 and ML3 of a diamine. Constants, concentrations and ratios are
drawn anew each time. PHREEQC gets all activity coefficients as 1, for a constant ionic medium, and
finds [H+] from the charges; readings get errors of 0.01 pH and 0.5 µL. Printed are, over all
constants, the bias in sd, how often 95 % limits hold the truth (by Student's t, and by profile
likelihood in the first tenth), how often, in the first half, sets of species that are not the true
one rank below it;
and the CPU time of a fit of 100 points with three constants, and of 60 spectra of 300 wavelengths.
"""

import resource
import sys
from dataclasses import replace

import numpy as np
from phreeqc import Phreeqc

from bo_loop.lab.titration.cell import Cell
from bo_loop.lab.titration.choice import attempt
from bo_loop.lab.titration.curve import POTENTIOMETRIC, SPECTRA, Constant, Titration
from bo_loop.lab.titration.experiment import Experiment
from bo_loop.lab.titration.limits import intervals
from bo_loop.lab.titration.notation import read_species
from bo_loop.solution.species import PROTON, Species

METAL, PKW = "Cu+2", 13.78
SYMBOLS = {"Cu": METAL, "M": METAL, "L": "L"}
USUAL = (None, Constant().low, Constant().high)
BACKGROUND = 0.1
# truth (mean of log β), ligand's charge, H⁺ as weighed, most L to M; sets that are wrong
KINDS = [
    ({"HL": 9.5, "H2L": 12.0}, (), -1, 1, 0.0, (("HL",), ("HL", "H2L", "H3L"))),
    (
        {"CuL": 8.2, "CuL2": 15.1},
        (("HL", 9.6), ("H2L", 12.0)),
        *(-1, 1, 2.5),
        (("CuL", "Cu(OH)L"), ("CuL", "CuL2", "CuHL")),
    ),
    (
        {"CuL": 12.0, "CuHL": 15.2},
        (("HL", 9.0), ("H2L", 14.5), ("H3L", 17.0)),
        *(-3, 2, 1.1),
        (("CuL",), ("CuL", "CuHL", "Cu(OH)L")),
    ),
    (
        {"CuL": 7.4, "CuL2": 13.5, "CuL3": 17.6},
        (("HL", 9.9), ("H2L", 16.9)),
        *(0, 2, 3.6),
        (("CuL", "CuL2"), ("CuL", "CuL2", "CuL3", "CuHL")),
    ),
]


def cpu():
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime


def database(charge, species):
    """PHREEQC's own, of these constants alone; a huge ion size leaves all γ at 1."""
    one = "; -gamma 1e9 0"
    lines = ["SOLUTION_MASTER_SPECIES", "H H+ -1 H 1.008", "H(0) H2 0 H", "H(1) H+ -1 0",
             "E e- 0 0 0", "O H2O 0 O 16", "O(0) O2 0 O", "O(-2) H2O 0 0", "Xa Xa+ 0 Xa 1",
             "Xb Xb- 0 Xb 1", "Cu Cu+2 0 Cu 63", f"Lg {ion('Lg', charge)} 0 Lg 100",
             "SOLUTION_SPECIES"]  # fmt: skip
    own = ("H+", "Xa+", "Xb-", "Cu+2", ion("Lg", charge))
    lines += [f"{each} = {each}; log_k 0{one}" for each in own]
    lines += ["e- = e-; log_k 0", "H2O = H2O; log_k 0", "2H+ + 2e- = H2; log_k -3.15",
              "2H2O = O2 + 4H+ + 4e-; log_k -85.99",
              f"H2O = OH- + H+; log_k {-PKW}{one}"]  # fmt: skip
    for parts, log_beta in species:
        m, n, h = (parts.get(part, 0) for part in (METAL, "L", PROTON))
        z = 2 * m + charge * n + h
        left = [f"{m}Cu+2"] * bool(m) + [f"{n}{ion('Lg', charge)}"] * bool(n)
        left += [f"{h}H+"] if h > 0 else []
        name = "Cu" * m + (f"Lg{n}" if n else "") + (f"H{h}" if h > 0 else "")
        lines.append(f"{' + '.join(left)} = {ion(name, z)}; log_k {log_beta}{one}")
    return "\n".join([*lines, "END"])


def ion(name, z):
    return name + ("" if z == 0 else f"{z:+d}")


def phreeqc_pH(cell, charge, species, volume):
    """−log10 [H⁺] at each volume, from electroneutrality; (B,)."""
    engine = Phreeqc()
    assert engine.LoadDatabaseString(database(charge, species)) == 0, engine.GetErrorString()
    at = {r: cell.amounts(r, volume) for r in ("metal", "ligand", "acid", "base")}
    salt = charge + cell.protons["ligand"]
    anion = BACKGROUND + 2 * at["metal"] + at["acid"] + max(salt, 0) * at["ligand"]
    cation = BACKGROUND + at["base"] + max(-salt, 0) * at["ligand"]
    lines = ["KNOBS", "-convergence_tolerance 1e-12", "-iterations 500"]
    for i in range(len(volume)):
        lines += [f"SOLUTION {i + 1}", "pH 7 charge", "units mol/kgw"]
        lines += [f"Xa {cation[i]:.15g}", f"Xb {anion[i]:.15g}", f"Lg {at['ligand'][i]:.15g}"]
        lines += [f"Cu {at['metal'][i]:.15g}"] * bool(at["metal"][i])
    lines += ["SELECTED_OUTPUT", "-reset false", "-high_precision true", "-molalities H+", "END"]
    assert engine.RunString("\n".join(lines)) == 0, engine.GetErrorString()
    return -np.log10(np.array(engine.GetSelectedOutput()["m_H+(mol/kgw)"], dtype=float))


def simulated(rng, kind, points):
    """Return the experiment of a drawn titration, and the constants that made it."""
    truth, known, charge, protons, ratio, _ = KINDS[kind]
    shift = rng.normal(0.0, 0.4)
    truth = {name: value + shift * (1 + 0.5 * i) for i, (name, value) in enumerate(truth.items())}
    metal = rng.uniform(0.8e-3, 2e-3) if ratio else 0.0
    ligand = metal * ratio * rng.uniform(0.95, 1.2) if ratio else rng.uniform(1e-3, 4e-3)
    acid = rng.uniform(2e-3, 5e-3)
    needed = (acid + ligand * (max(protons, 1) + 1.5) + 2 * metal) * 25.0 / 0.1
    cell = Cell(
        25.0,
        {"metal": metal, "ligand": ligand, "acid": acid},
        {"base": 0.1},
        {"metal": METAL, "ligand": "L"} if metal else {"ligand": "L"},
        {METAL: 2, "L": charge} if metal else {"L": charge},
        {"ligand": float(protons)},
        pK_w=PKW,
        activity=False,
        volume_sd_mL=0.0005,
    )
    parts = {name: read_species(name, SYMBOLS) for name in (*truth, *dict(known))}
    every = [(parts[name], value) for name, value in (*truth.items(), *known)]
    read = np.linspace(0.0, min(needed, 8.0), points)
    real = read + rng.normal(0.0, 0.0005, points)
    pH = phreeqc_pH(cell, charge, every, np.maximum(real, 0.0)) + rng.normal(0.0, 0.01, points)
    fixed = {name: Species(name, parts[name], value, 0.1) for name, value in known}
    fixed["OH"] = Species("OH", {PROTON: -1}, -PKW, 0.1)
    curve = Titration("curve", cell, POTENTIOMETRIC, read, pH=pH)
    made = Experiment(
        (curve,), METAL if metal else "", "L", "", cell.charges,
        SYMBOLS if metal else {"L": "L"}, fixed, dict.fromkeys(truth, USUAL),
    )  # fmt: skip
    return made, truth


def rank(tried):
    return (tried.fit is None, tried.problem != "", np.inf if tried.fit is None else tried.fit.bic)


def truth_held(number):
    rng = np.random.default_rng(2026)
    z, by_t, by_profile, rejected, sigma = [], [], [], [], []
    for i in range(number):
        made, truth = simulated(rng, i % len(KINDS), 60)
        right = attempt(made, made.free)
        values = np.array(list(truth.values()))
        found = right.fit
        z += ((found.theta - values) / found.sd).tolist()
        by_t += (np.abs(found.theta - values) < found.t * found.sd).tolist()
        sigma.append(found.sigma)
        if i < number // 10:
            limits = intervals(found, right.constants)
            by_profile += ((limits[:, 0] < values) & (values < limits[:, 1])).tolist()
        for names in KINDS[i % len(KINDS)][-1] if i < number // 2 else ():
            wrong = attempt(made, dict.fromkeys(names, USUAL))
            rejected.append(rank(wrong) > rank(right))
        if (i + 1) % 20 == 0:
            print(f"{i + 1} titrations, {cpu():.0f} s of CPU", flush=True)
    print(
        f"{number} titrations, {len(z)} constants: bias {np.mean(z):+.3f} sd (median "
        f"{np.median(z):+.3f}), spread {np.std(z):.3f}; 95 % limits by t hold "
        f"{np.mean(by_t):.1%}, by profile {np.mean(by_profile):.1%} of {len(by_profile)}; "
        f"sigma {np.mean(sigma):.3f}; wrong sets rejected {np.mean(rejected):.1%} of "
        f"{len(rejected)}"
    )


def speed():
    rng = np.random.default_rng(1)
    made, _ = simulated(rng, 3, 100)
    attempt(made, made.free)  # imports are not counted
    start = cpu()
    found = attempt(made, made.free).fit
    fitted = cpu() - start
    start = cpu()
    intervals(found, attempt(made, made.free).constants)
    print(
        f"100 points, {len(found.theta)} free constants: {fitted:.2f} s of CPU; their profile "
        f"limits {cpu() - start - fitted:.2f} s"
    )
    curve, waves = made.titrations[0], np.linspace(0.0, 1.0, 300)
    bands = [np.exp(-(((waves - c) / 0.15) ** 2)) * 100 for c in (0.2, 0.35, 0.5, 0.65, 0.8)]
    kept = np.arange(0, 100, 100 / 60).astype(int)[:60]
    short = replace(curve.take(kept), method=SPECTRA, labels=tuple(map(str, range(300))))
    cell = replace(short.cell, signal_sd=0.002)
    short = replace(short, cell=cell, signals=np.zeros((60, 300)))
    seen = ("L", "CuL", "CuL2", "CuL3", METAL)
    spectra = replace(made, titrations=(short,), absorbing=seen)
    objective, _ = spectra.objective()
    objective = replace(objective, weights=(np.ones(60),))
    visible, _ = objective._visible(0, found.theta)
    signals = visible @ np.array(bands) + rng.normal(0.0, 0.002, (60, 300))
    spectra = replace(spectra, titrations=(replace(short, signals=signals),))
    start = cpu()
    again = attempt(spectra, made.free).fit
    print(
        f"60 spectra of 300 wavelengths, {len(again.theta)} free constants: {cpu() - start:.2f} s "
        f"of CPU; off by {np.abs(again.theta - found.theta).max():.4f}, sd {again.sd.max():.4f}"
    )


if __name__ == "__main__":
    speed()
    truth_held(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
