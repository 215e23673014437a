import pytest

from bo_loop.base.errors import DataError
from bo_loop.data.sources.pair_tables import pairs_of, read_pairs


def read(tmp_path, text, **defaults):
    path = tmp_path / "pairs.csv"
    path.write_text(text, encoding="utf-8")
    usual = {"temperature_C": 25.0, "ionic_strength_M": 0.1}
    return pairs_of(read_pairs(path), "pairs.csv", **usual | defaults)


def test_other_headers_ions_and_drawings_become_standard_pairs(tmp_path):
    with pytest.warns(UserWarning, match="as Ni\\+2"):
        found = read(tmp_path, "Metal ion,SMILES,n\nNi(II),OC(=O)CN,2\n", temperature_C=20.0)
    (row,) = found.to_dict("records")
    assert (row["metal"], row["charge"], row["smiles"], row["n_ligands"]) == (
        "Ni", 2, "NCC(=O)O", 2,
    )  # fmt: skip
    assert (row["temperature_C"], row["ionic_strength_M"], row["ligand"]) == (20.0, 0.1, "")


def test_an_inchi_stands_for_a_structure(tmp_path):
    inchi = "InChI=1S/C2H5NO2/c3-1-2(4)5/h1,3H2,(H,4,5)"
    found = read(tmp_path, f'metal,charge,inchi,n_ligands\nNi,2,"{inchi}",1\n')
    assert found["smiles"].tolist() == ["NCC(=O)O"]


def test_every_bad_row_is_told_once_by_its_row_in_the_file(tmp_path):
    text = "metal,charge,smiles,n_ligands\nXx,2,NCC(=O)O,1\nNi,2,nothing,1\nNi,2,NCC(=O)O,1.5\n"
    with pytest.raises(DataError) as refused:
        read(tmp_path, text)
    lines = str(refused.value).splitlines()[1:]
    assert [line.strip()[:9] for line in lines] == ["- row 2, ", "- row 3, ", "- row 4, "]


def test_a_missing_column_is_named_with_the_way_out(tmp_path):
    with pytest.raises(DataError, match=r"no column smiles \(or inchi.*Rename its headers"):
        read(tmp_path, "metal,charge,name,n_ligands\nNi,2,glycine,1\n")
