import numpy as np
import pytest

from bo_loop.chemistry.coordination import usual_coordination
from bo_loop.chemistry.ions import parse_ion
from bo_loop.structures.polyhedra import places_of

IONS = ["Au+1", "Cu+1", "Ni+2", "Pd+2", "Ca+2", "La+3", "Th+4", "VO+2", "VO2+1", "UO2+2", "MoO2+2"]


@pytest.mark.parametrize("ion", IONS)
def test_places_are_unit_vectors_that_keep_apart(ion):
    places = places_of(parse_ion(ion))
    assert np.linalg.norm(places, axis=1) == pytest.approx(1.0)
    cosines = places @ places.T - 2.0 * np.eye(len(places))
    assert cosines.max() <= np.cos(np.deg2rad(59.0))  # 60° about the waist of uranyl
    oxo = {"VO+2": 1, "VO2+1": 2, "UO2+2": 2, "MoO2+2": 2}.get(ion, 0)
    assert len(places) == usual_coordination(parse_ion(ion)) + oxo


@pytest.mark.parametrize(
    ("ion", "cosine"), [("VO2+1", 0.0), ("UO2+2", -1.0), ("MoO2+2", 0.0), ("Pd+2", 0.0)]
)
def test_oxo_groups_are_cis_in_the_d_block_and_trans_in_actinyls(ion, cosine):
    places = places_of(parse_ion(ion))
    assert places[0] @ places[1] == pytest.approx(cosine, abs=1e-12)


def test_shapes_of_d8_and_d10():
    square, tetrahedron = places_of(parse_ion("Pt+2")), places_of(parse_ion("Cu+1"))
    assert np.linalg.matrix_rank(square) == 2
    assert tetrahedron[0] @ tetrahedron[1] == pytest.approx(-1.0 / 3.0)
