"""Committees whose members are springs between the atoms of water."""

import numpy as np

from bo_loop.structures.committee import FORMAT, About, Committee
from bo_loop.structures.xtb import METHOD


class Springs:
    """Water with springs of 30 eV/Å² between all atoms, at the distances given."""

    def __init__(self, bond=0.96, apart=1.53, shift=0.0):
        self.lengths = np.array([[0.0, bond, bond], [bond, 0.0, apart], [bond, apart, 0.0]])
        self.shift = shift

    def predict(self, geometries):
        made = [self.of(geometry.positions) for geometry in geometries]
        return np.array([energy for energy, _ in made]), [forces for _, forces in made]

    def of(self, positions):
        along = positions[:, None] - positions[None]
        r = np.linalg.norm(along, axis=-1)
        off = r - self.lengths
        forces = -30.0 * ((off / np.where(r > 0, r, 1.0))[..., None] * along).sum(1)
        return 7.5 * float(np.square(off).sum()), forces + self.shift


def committee(*members, elements=("1", "8")):
    return Committee(members, About(FORMAT, METHOD, 0, 9, 9, dict.fromkeys(elements, 9)))
