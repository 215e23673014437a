import struct

import pytest
from rdkit.Chem.Draw import rdMolDraw2D

from bo_loop.base.errors import DataError
from bo_loop.chemistry.pictures import drawn, png


def test_a_png_of_that_size():
    picture = png("NCC(=O)O", 120, 80)
    assert picture.startswith(b"\x89PNG")
    assert struct.unpack(">II", picture[16:24]) == (120, 80)


def test_any_drawer_will_do():
    assert "<svg" in drawn("NCC(=O)O", rdMolDraw2D.MolDraw2DSVG(100, 100), 20)


def test_what_is_no_structure_cannot_be_drawn():
    with pytest.raises(DataError, match="'C1' cannot be drawn"):
        png("C1")
