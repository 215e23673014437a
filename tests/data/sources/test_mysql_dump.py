import zipfile

import pytest

from bo_loop.base.errors import DataError
from bo_loop.data.sources import mysql_dump
from bo_loop.data.sources.mysql_dump import Wanted, read_tables

SCHEMA = b"CREATE TABLE `metal` (\n  `metalID` int,\n  `name` text,\n  PRIMARY KEY (`metalID`)\n);"
ROWS = b"1\tNi\n2\t\\N\n3\ta\\\tb\\\\c\n4\t\xb5\x81\n"
WANTED = {"metal": Wanted(needed=("metalid",), welcome=("name",))}


def files(where, rows=ROWS, schema=SCHEMA):
    (where / "metal.sql").write_bytes(schema)
    (where / "Metal.TXT").write_bytes(rows)
    return where


def read(path, wanted=WANTED):
    return read_tables(path, wanted, "the database")


def test_nulls_escapes_and_the_holes_of_cp1252(tmp_path):
    tables, steps = read(files(tmp_path))
    assert tables["metal"]["metalid"].tolist() == ["1", "2", "3", "4"]
    names = tables["metal"]["name"].tolist()
    assert names[0] == "Ni"
    assert names[1] != names[1]  # null
    assert names[2:] == ["a\tb\\c", "µ\x81"]
    assert steps == []


def test_torn_rows_and_absent_columns_are_counted(tmp_path):
    wanted = {"metal": Wanted(("metalid",), ("colour",)), "solvent": Wanted()}
    tables, steps = read(files(tmp_path, rows=b"1\tNi\n2\n"), wanted)
    assert tables["metal"]["metalid"].tolist() == ["1"]
    assert tables["metal"]["colour"].isna().all()
    assert tables["solvent"].empty
    assert [(step.name, step.concerned, step.examples) for step in steps] == [
        ("metal: columns", 2, ()),
        ("metal: whole rows", 1, ("2",)),
    ]


def test_a_zip_file_is_read_as_its_folder(tmp_path):
    with zipfile.ZipFile(tmp_path / "dump.zip", "w") as archive:
        archive.writestr("deep/metal.sql", SCHEMA)
        archive.writestr("deep\\metal.txt", ROWS)
    (tmp_path / "folder").mkdir()
    zipped, _ = read(tmp_path / "dump.zip")
    unpacked, _ = read(files(tmp_path / "folder"))
    assert zipped["metal"].equals(unpacked["metal"])


def test_what_is_no_dump_is_refused(tmp_path, monkeypatch):
    with pytest.raises(DataError, match="does not exist"):
        read(tmp_path / "absent")
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(DataError, match="cannot be read as a zip file"):
        read(tmp_path / "x.zip")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"metal\.sql, metal\.txt is missing"):
        read(tmp_path / "empty")
    files(tmp_path)
    with pytest.raises(DataError, match="does not describe the columns charge"):
        read(tmp_path, {"metal": Wanted(("charge",))})
    monkeypatch.setattr(mysql_dump, "_MAX_TABLE_BYTES", 10)
    with pytest.raises(DataError, match="it is not a table of constants"):
        read(tmp_path)
