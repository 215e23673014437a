from pathlib import Path

import pytest

from bo_loop.base.errors import DataError
from bo_loop.lab.titration.statement import KEYS, __doc__, read_statement, statement

STATED = """
metal: Cu+2
ligand_M: 2.2 mM
metal_M: 1.00e-3 ± 0.02e-3
volume_mL: 0.025 L
pK_w: 13.78
constants: {HL: 9.57, H2L: "11,93"}
free:
  CuL:
  CuL2: {start: 15, min: 10, max: 20}
refine: [ligand]
non_negative: yes
"""


def read(text):
    return statement(read_statement(Path("cell.yaml"), text.encode()), "cell.yaml")


def test_units_errors_and_starts_are_read():
    found = read(STATED)
    assert found.number("ligand_M", 0.0) == pytest.approx(2.2e-3)
    assert found.numbers["metal_M"].sd == pytest.approx(2e-5)
    assert found.number("volume_mL", 0.0) == pytest.approx(25.0)
    assert found.constants == {"HL": 9.57, "H2L": 11.93}
    assert found.free == {"CuL": (None, -60.0, 80.0), "CuL2": (15.0, 10.0, 20.0)}
    assert found.lists == {"refine": ("ligand",)}
    assert found.switches == {"non_negative": True}
    assert found.texts == {"metal": "Cu+2"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("volumme_mL: 25", "did you mean volume_mL"),
        ("volume_mL: much", "expected a number"),
        ("volume_mL: -1", "expected a number from"),
        ("volume_mL: true", "expected a number"),
        ("pK_w: 13.8 ± 0.1", "only concentrations"),
        ("metal_M: 1e-3 ± 2e-3", "smaller than the value"),
        ("pH_scale: NBS", "expected activity, concentration"),
        ("refine: [metal, moon]", "expected metal, ligand"),
        ("free: {CuL: {begin: 3}}", "start, min and max"),
        ("free: {CuL: {min: 3, max: 2}}", "below max"),
        ("constants: [HL]", "expected a mapping"),
        ("constants: {HL: 1e9}", "log10 β"),
        ("method: magic", "expected potentiometric"),
    ],
)
def test_what_cannot_be_is_refused(line, said):
    with pytest.raises(DataError, match=said):
        read(line)


@pytest.mark.parametrize("text", ["- 1", "a: b: c", "!!python/object:os.system x", "\x00"])
def test_what_is_no_statement_is_refused(text):
    with pytest.raises(DataError, match="does not say what was in the cell"):
        read(text)


def test_every_key_is_documented():
    described = __doc__.replace("temperature_C, ionic_strength_M", "")
    for key in KEYS:
        short = key.removeprefix("burette_").removeprefix("competitor_")
        assert key in __doc__ or short in described or key.endswith("_M")
