import pytest

from bo_loop.base.errors import DataError
from bo_loop.data.sources import protonation


def written(folder, text, name="lab.csv", encoding="utf-8-sig"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


PROTONATION = "ligand,smiles,equilibrium,temperature_C,ionic_strength_M,log_K,note\n"


def test_protonation_sums_the_steps_at_the_same_conditions(tmp_path):
    text = PROTONATION + (
        "glycine,NCC(=O)O,[HL]/[L][H],25,0.1,9.57,\n"
        "glycine,NCC(=O)O,[H₂L]/[HL][H],25,0.1,2.36,\n"
        "glycine,NCC(=O)O,[H2L]/[H][HL],25,1.0,2.44,\n"
        "chromate,[O]=[Cr](=[O])([OH])[OH],[HL]/[L][H],25,0.0,6.51,\n"
    )
    frame = protonation.load(path=written(tmp_path, text, "acids.csv"))
    assert tuple(frame.columns) == protonation.COLUMNS
    assert frame.n_protons.tolist() == [1, 2, 2, 1]
    assert frame.log_k.tolist() == [9.57, 2.36, 2.44, 6.51]
    assert frame.log_beta.tolist()[:2] == [9.57, 11.93]
    assert frame.log_beta.isna().tolist() == [False, False, True, False]
    assert frame.source.unique().tolist() == ["acids"]
    assert frame.smiles.tolist()[-1] == "[O]=[Cr](=[O])([OH])[OH]"


def test_protonation_lists_every_bad_row(tmp_path):
    text = PROTONATION + (
        "a,NCC(=O)O,[ML]/[M][L],25,0.1,9.57,\n"
        "b,NCC(=O)O,[H3L]/[HL][H],warm,0.1,2.36,\n"
        "c,C1CC,[HL]/[L][H],25,0.1,,\n"
    )
    with pytest.raises(DataError) as caught:
        protonation.load(path=written(tmp_path, text))
    cells = {line.partition(":")[0] for line in caught.value.problems}
    assert cells == {
        "row 2, equilibrium", "row 3, equilibrium", "row 3, temperature_C", "row 4, smiles",
        "row 4, log_K",
    }  # fmt: skip
