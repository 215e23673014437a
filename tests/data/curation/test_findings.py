import json

import numpy as np
import srd46_dump
from curation_rows import LIGANDS, METALS, NICKEL, PUBLISHED, observations

from bo_loop.data.curation import curate as c
from bo_loop.data.curation.findings import curation_report
from bo_loop.data.sources import srd46

# As in the published system.


def additive(shift=0.0):
    """log β = ligand + metal exactly, but for the first row."""
    rows = [
        (metal, charge, smiles, 1, float(5 * j + i))
        for i, (metal, charge) in enumerate(METALS)
        for j, smiles in enumerate(LIGANDS)
    ]
    frame = observations(*rows)
    return frame.assign(log_beta=frame.log_beta + np.where(frame.index == 0, shift, 0.0))


def test_the_report_counts_and_lists(tmp_path):
    rows, steps = srd46.read(srd46_dump.zipped(tmp_path / "dump.zip"))
    curated = c.curate(rows, **PUBLISHED)
    report, page = curation_report(curated, len(rows), title="<SRD & 46>", read_steps=steps)
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert report["rows_read"] == len(rows)
    assert report["rows_kept"] == sum(report["per_n"].values()) == len(curated.observations)
    assert report["per_ion"]["Cu+2"] == {"1": 1, "2": 1, "3": 1}
    assert next(iter(report["per_ion"])) == "Ni+2"
    assert report["temperature_C"] == [25.0, 25.0]
    assert [s["name"] for s in report["steps"]][-1] == "duplicates"
    assert report["quarantine"][0]["reason"].startswith("structure is C6H9NO6")
    assert report["quarantine"][0]["log_beta_sd"] is None
    for shown in ("&lt;SRD &amp; 46&gt;", "<svg", "Cu+2", "constants", "C6H9NO6", "30tv"):
        assert shown in page
    assert "<SRD" not in page


def test_the_report_is_the_same_twice_and_needs_no_other_file():
    curated = c.curate(additive())
    one, other = (curation_report(curated, 25, title="t")[1] for _ in range(2))
    assert one == other
    assert 'src="' not in one
    assert "None." in one  # no suspicious values


def test_the_report_escapes_what_the_table_says():
    rows = observations((*NICKEL, 5.0), (*NICKEL, -5.0), ligand="<script>x</script>")
    assert "<script>" not in curation_report(c.curate(rows), len(rows), title="t")[1]
