"""PHREEQC on the same constants: the independent referee of the solver and of Davies' equation.

It gets a database of its own for each system: the components under names that it can read, the
thermodynamic constants, and nothing else. Charged species have its Davies equation by default;
neutral ones would get 0.1·I, which `-gamma 1 0` sets to 0.
"""

import numpy as np
from phreeqc import Phreeqc

from bo_loop.solution.species import PROTON, WATER

ABSENT = -39.0
"""log10 c that stands for 0 here: PHREEQC, which holds no less than 1e-40, may write 0 below."""

_WATER = """
SOLUTION_MASTER_SPECIES
H H+ -1.0 H 1.008
H(0) H2 0 H
H(1) H+ -1.0 0
E e- 0 0 0
O H2O 0 O 16
O(0) O2 0 O
O(-2) H2O 0 0
Xa Xa+ 0 Xa 1
Xb Xb- 0 Xb 1
"""
_SPECIES = """
H+ = H+; log_k 0
e- = e-; log_k 0
H2O = H2O; log_k 0
Xa+ = Xa+; log_k 0
Xb- = Xb-; log_k 0
2 H+ + 2 e- = H2; log_k -3.15
2 H2O = O2 + 4 H+ + 4 e-; log_k -85.99
"""


def _charge(z):
    return f"{z:+d}".replace("1", "") if abs(z) == 1 else f"{z:+d}" if z else ""


def run(system, totals, pH, background_M):
    """Return what PHREEQC finds: ionic strengths (B,), and log10 c of components and species,
    `ABSENT` where there is less."""
    species = [*system.species, WATER]
    named = {name: f"C{'abcdef'[i]}" for i, name in enumerate(system.charges)}
    ions = {name: named[name] + _charge(z) for name, z in system.charges.items()} | {PROTON: "H+"}
    written, reactions = [], []
    for i, each in enumerate(species):
        z = sum(n * ({**system.charges, PROTON: 1})[part] for part, n in each.parts.items())
        # PHREEQC reads the formula, so that the atoms of both sides agree.
        made = "".join(f"{named[p]}{n}" for p, n in each.parts.items() if p != PROTON)
        h = each.parts.get(PROTON, 0) + 2 * each.waters
        made += (f"H{h}" if h else "") + (f"O{each.waters}" if each.waters else "") + _charge(z)
        left = [f"{n} {ions[part]}" for part, n in each.parts.items() if n > 0]
        left += [f"{each.waters} H2O"] if each.waters else []
        right = [made] + [f"{-n} {ions[part]}" for part, n in each.parts.items() if n < 0]
        gamma = "" if z else "; -gamma 1 0"
        reactions.append(f"{' + '.join(left)} = {' + '.join(right)}; log_k {each.log_beta}{gamma}")
        written.append(made)
        assert i == 0 or made not in written[:-1], f"PHREEQC cannot tell {made} apart"
    masters = [f"{named[n]} {ions[n]} 0 {named[n]} 100" for n in system.charges]
    identities = [
        f"{ions[n]} = {ions[n]}; log_k 0{'' if z else '; -gamma 1 0'}"
        for n, z in system.charges.items()
    ]
    database = "\n".join(
        [_WATER, *masters, "SOLUTION_SPECIES", _SPECIES, *identities, *reactions, "END"]
    )
    engine = Phreeqc()
    assert engine.LoadDatabaseString(database) == 0, engine.GetErrorString()
    asked = [ions[name] for name in system.components] + written
    lines = ["KNOBS", "-convergence_tolerance 1e-12", "-iterations 500"]
    for number, value in enumerate(pH, start=1):
        lines += [f"SOLUTION {number}", f"pH {value}", "units mol/kgw"]
        lines += [f"Xa {background_M}", f"Xb {background_M}"]
        lines += [f"{named[name]} {total}" for name, total in totals.items()]
    lines += ["SELECTED_OUTPUT", "-reset false", "-high_precision true", "-ionic_strength true"]
    lines += [f"-molalities {' '.join(asked)}", "END"]
    assert engine.RunString("\n".join(lines)) == 0, engine.GetErrorString()
    found = engine.GetSelectedOutput()
    columns = np.array([found[f"m_{name}(mol/kgw)"] for name in asked]).T
    columns = np.log10(np.maximum(columns, 10.0**ABSENT))
    c = len(system.components)
    return np.array(found["mu"]), columns[:, :c], columns[:, c:-1]
