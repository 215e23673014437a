"""From a potentiometer's file to the report: refine, log, suggest, report, verify."""

import pandas as pd
from command_line import run
from simulated_titrations import curve_files

from bo_loop.data import Minteq


def test_a_curve_becomes_a_proposal_and_a_report(tmp_path):
    (curve,), (cell,) = curve_files()
    # as the potentiometer writes it, with what was in the cell above the table
    stated = "".join(f"# {line}\n" for line in cell[1].decode().splitlines())
    (tmp_path / "cu_gly.csv").write_text(stated + curve[1].decode(), encoding="utf-8")
    known = Minteq().read()
    pool = known[known["metal"].eq("Cu") & known["n_ligands"].eq(1)].head(12)
    gly = known[known["metal"].eq("Cu") & known["smiles"].eq("NCC(=O)O")]
    pool = pd.concat([pool, gly[gly["n_ligands"].eq(1)].head(1)])
    names = ["metal", "charge", "ligand", "smiles", "n_ligands"]
    pool[names].drop_duplicates().to_csv(tmp_path / "pool.csv", index=False)
    run(tmp_path, "start", "campaign=copper_chelators", "name=cu", "pool=table",
        "pool.path=pool.csv", "pool.include_known=true")  # fmt: skip
    told = run(tmp_path, "refine", "curves=cu_gly.csv", "name=cu")
    assert "Cu+2 + glycine" in told
    assert "CuL2 is not logged" in told
    assert "8.2" in run(tmp_path, "history", "name=cu")
    run(tmp_path, "suggest", "name=cu", "batch_size=2", "model.max_iter=5", "model.fit_rows=200")
    told = run(tmp_path, "verify", "name=cu")
    assert "cu_gly.csv refined again: as recorded" in told
    run(tmp_path, "report", "name=cu")
    page = (tmp_path / "campaigns" / "cu" / "report.html").read_text(encoding="utf-8")
    assert "potentiometric titration" in page or "8.2" in page
