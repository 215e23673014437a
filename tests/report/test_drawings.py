import pytest

from bo_loop.base.errors import DataError
from bo_loop.report.drawings import draw


def test_a_drawing_is_an_svg_of_the_stated_size():
    drawing = draw("O=C(O)CN", 120, 80)
    assert drawing.startswith('<svg role="img" aria-label="O=C(O)CN" ')
    assert "viewBox='0 0 120 80'" in drawing
    assert "#FF0000" in drawing  # oxygen is red
    assert "class=" not in drawing
    with pytest.raises(DataError, match="not a SMILES"):
        draw("no such molecule")
