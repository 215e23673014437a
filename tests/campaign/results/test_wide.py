from hypothesis import given
from hypothesis import strategies as st

from bo_loop.campaign.results.wide import (
    columns_of_each,
    one_value_each,
    row_property,
    states_values,
)
from bo_loop.data.property import Property

LOG_D = Property("log D")
RECOVERY = Property("recovery", "%", "logit", (0.0, 100.0))
BOTH = (LOG_D, RECOVERY)


def test_a_table_has_a_column_for_each_property_or_names_it_in_each_row():
    wide = columns_of_each(["ligand", "Log D", "recovery (%)", "recovery sd"], BOTH)
    assert wide == {
        "log_beta:log_D": "Log D",
        "log_beta:recovery": "recovery (%)",
        "log_beta_sd:recovery": "recovery sd",
    }
    long = columns_of_each(["pair_id", "Property", "value", "value_sd", "log D"], BOTH)
    assert long == {"property": "Property", "log_beta": "value", "log_beta_sd": "value_sd"}
    assert states_values(wide)
    assert states_values(long)
    assert not states_values(["ligand"])


def test_each_filled_cell_is_a_row_with_the_property_in_its_pair_id():
    row = {
        "pair_id": "Ni+2:L1:KEY", "ligand": "", "note": "n", "status": "",
        "log_beta:log_D": "1.5", "log_beta:recovery": "", "log_beta_sd:recovery": "2",
    }  # fmt: skip
    found, at, problems = one_value_each([row, row | {"log_beta:recovery": "90"}], [2, 3], BOTH)
    assert [r["pair_id"] for r in found] == [
        "Ni+2:L1:log_D:KEY", "Ni+2:L1:log_D:KEY", "Ni+2:L1:recovery:KEY",
    ]  # fmt: skip
    assert [(r["log_beta"], r["log_beta_sd"]) for r in found] == [
        ("1.5", ""), ("1.5", ""), ("90", "2"),
    ]  # fmt: skip
    assert (at, problems) == ([2, 3, 3], [])
    assert [row_property(r, BOTH) for r in found] == [LOG_D, LOG_D, RECOVERY]
    _, _, (said,) = one_value_each([row | {"status": "failed"}], [7], BOTH)
    assert said.startswith("row 7, status: 'failed' — of which property?")


def test_a_row_that_names_its_property_is_put_in_our_words():
    row = {"pair_id": "Ni+2:L1:KEY", "property": "Recovery", "log_beta": "90"}
    form = {"pair_id": "Ni+2:L1:recovery:KEY", "property": "", "log_beta": "90"}
    found, _, problems = one_value_each([row, form], [2, 3], BOTH)
    assert [(r["pair_id"], r["property"]) for r in found] == [
        ("Ni+2:L1:recovery:KEY", "logit recovery (%)")
    ] * 2
    assert not problems
    strange = [
        {"property": "yield", "log_beta": "1"},
        {"property": "", "log_beta": "", "status": "failed"},
        {"property": "", "log_beta": ""},
    ]
    _, _, problems = one_value_each(strange, [2, 3, 4], BOTH)
    assert [line.partition(" —")[0] for line in problems] == [
        "row 2, property: 'yield'", "row 3, property: ''",
    ]  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(["", "1", "> 2"]), st.sampled_from(["", "5 ± 1"]))))
def test_wide_and_long_tables_say_the_same(cells):
    wide = [
        {"ligand": f"L{i}", "log_beta:log_D": d, "log_beta:recovery": r}
        for i, (d, r) in enumerate(cells)
    ]
    long = [
        {"ligand": f"L{i}", "property": of.name, "log_beta": text, "log_beta_sd": ""}
        for i, each in enumerate(cells)
        for of, text in zip(BOTH, each, strict=True)
        if text
    ]
    numbers = range(len(wide)), range(len(long))
    assert one_value_each(wide, numbers[0], BOTH)[0] == one_value_each(long, numbers[1], BOTH)[0]
