from validations import found

from bo_loop.studies.validate import page


def test_the_table_as_text():
    (section,) = page.sections(found())
    assert section["title"] == "ligand"
    every, ones, more = section["rows"]
    assert (every["model"], every["group"]) == ("pair_gp", "all")
    numbers = dict(zip(page.COLUMNS, every["numbers"], strict=True))
    assert numbers["n"] == "5"
    assert numbers["mae"] == "0.70"
    assert numbers["rmse"] == "0.74"  # √(2.75 / 5)
    assert numbers["coverage_50"] == "60"
    assert [ones["numbers"][0], more["numbers"][0]] == ["3", "2"]


def test_a_page_that_needs_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setattr(page, "figures", lambda found: iter(()))
    config = {"models": {"pair_gp": {}}, "name": "<b>"}
    written = page.write_page(tmp_path, found(), config).read_text(encoding="utf-8")
    assert "Validation of pair_gp" in written
    assert "5 constants of 3 metal ions and 2 ligands" in written
    assert "1 more (other sources, protonation) only train" in written
    assert page._SPLITS["ligand"] in written
    assert "&lt;b&gt;" in written
    assert "://" not in written
