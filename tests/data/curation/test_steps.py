import pandas as pd

from bo_loop.data.curation import steps

ROWS = pd.DataFrame({"ligand": ["en", "en", "gly", "nta"], "log_beta": [7.0, 7.0, 5.0, 11.5]})


def test_rows_are_left_out_counted_and_some_are_shown():
    out = ROWS["log_beta"] > 6
    kept, step = steps.drop(ROWS, out, "strong", "why", ["ligand", "log_beta"], limit=1)
    assert kept["ligand"].tolist() == ["gly"]
    assert step == steps.Step("strong", "why", 4, 1, 3, ("ligand en, log_beta 7.0",))


def test_a_note_leaves_none_out_and_may_show_all():
    step = steps.note(ROWS, [True, True, False, True], "n", "d", ["ligand"], limit=None)
    assert (step.before, step.after, step.concerned) == (4, 4, 3)
    assert step.examples == ("ligand en", "ligand nta")  # each once
