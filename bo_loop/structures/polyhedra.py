"""Coordination polyhedra: where donors are about a metal ion.

The shapes are those in which most complexes of a coordination number crystallise (Shannon, Acta
Cryst. A 1976, 32, 751; Kepert, Inorganic Stereochemistry, 1982). Places of the oxo groups of an
oxo ion come first.
"""

import numpy as np

from bo_loop.base.types import Floats
from bo_loop.chemistry.coordination import usual_coordination
from bo_loop.chemistry.ions import MetalIon
from bo_loop.chemistry.spin import d_electrons, oxo_oxygens

_SQUARE_PLANAR = frozenset({"Pd+2", "Pt+2", "Au+3"})  # d⁸ below the 3d row


def places_of(ion: MetalIon) -> Floats:
    """Return directions of the places about a metal ion.

    Parameters
    ----------
    ion : MetalIon

    Returns
    -------
    (k, 3) float64
        Unit vectors: of the oxo oxygens of the ion, then of the `usual_coordination` donors.
    """
    oxo, number = oxo_oxygens(ion), usual_coordination(ion)
    if oxo == 2 and d_electrons(ion) is None:  # actinyls: linear, the donors about their waist
        return np.vstack([[[0, 0, 1], [0, 0, -1]], _ring(number, 0.0)])
    if oxo:  # cis: each oxo group takes a place of an octahedron
        return _SHAPES[6]()[[0, 2, 1, 3, 4, 5]][: oxo + number]
    if str(ion) in _SQUARE_PLANAR:
        return _ring(4, 0.0)
    return _SHAPES[number]()


def _ring(n: int, height: float, turn: float = 0.0) -> Floats:
    """Return `n` unit vectors at an equal height above the equator."""
    angle = 2.0 * np.pi * np.arange(n) / n + turn
    radius = np.sqrt(1.0 - height**2)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle), np.full(n, height)])


def _poles() -> Floats:
    return np.array([[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]])


def _antiprism() -> Floats:
    height = np.cos(np.deg2rad(59.25))  # angle to the axis of least repulsion
    return np.vstack([_ring(4, height), _ring(4, -height, np.pi / 4)])


def _tricapped_prism() -> Floats:
    height = np.cos(np.deg2rad(45.0))
    caps = _ring(3, 0.0, np.pi / 3)
    return np.vstack([_ring(3, height), _ring(3, -height), caps])


_SHAPES = {
    2: _poles,
    3: lambda: _ring(3, 0.0),
    4: lambda: np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / np.sqrt(3.0),
    5: lambda: np.vstack([_poles(), _ring(3, 0.0)]),
    6: lambda: np.vstack([_poles(), _ring(4, 0.0)]),
    7: lambda: np.vstack([_poles(), _ring(5, 0.0)]),
    8: _antiprism,
    9: _tricapped_prism,
    10: lambda: np.vstack([_poles(), _antiprism()]),
}
