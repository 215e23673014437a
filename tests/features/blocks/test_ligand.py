import numpy as np
import pytest

from bo_loop.features.blocks import ligand
from bo_loop.features.blocks import mordred as descriptors

EDTA = "O=C(O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O"


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("BO_LOOP_CACHE", str(tmp_path))


@pytest.mark.usefixtures("empty_cache")
def test_a_progress_bar_is_shown_for_long_computations_only(monkeypatch, capsys):
    monkeypatch.setattr(descriptors, "compute", lambda *_: np.zeros(1613))
    monkeypatch.setattr(descriptors, "usable_cores", lambda: 1)
    ligand.mordred([f"C{i}" for i in range(5)])
    assert capsys.readouterr() == ("", "")
    monkeypatch.setenv("FORCE_COLOR", "1")
    ligand.mordred([f"O{i}" for i in range(40)])
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Ligand descriptors" in shown.err


def test_charge_in_water():
    # EDTA, ethylenediamine, glycine
    assert ligand.charge([EDTA, "NCCN", "NCC(=O)O"]).tolist() == [[-4.0], [0.0], [-1.0]]
