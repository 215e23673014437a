import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bo_loop.base.errors import ConfigError
from bo_loop.data.property import LOG_BETA, Property
from bo_loop.data.property_rows import (
    PROPERTY,
    named,
    of_each,
    of_pair,
    pair_of,
    pairs_of,
    properties_of,
    renamed,
    species,
    stated,
    values,
    words_of,
)

LOG_D = Property("log D")
RECOVERY = Property("recovery", "%", "logit", (0.0, 100.0))
BOTH = (LOG_D, RECOVERY)
PAIRS = pd.DataFrame(
    {
        "metal": "Ni", "charge": 2, "n_ligands": 1, "smiles": ["C", "CC"], "ligand": ["a", "b"],
        "pair_id": ["Ni+2:L1:KEY-A", "Ni+2:L1:KEY-B"], "ligand_group": ["C", "CC"],
    }
)  # fmt: skip


def test_nothing_is_log_beta_one_is_itself_and_a_list_is_several():
    assert properties_of(None) == (LOG_BETA,)
    assert properties_of({"name": "log D"}) == (LOG_D,)
    two = [{"name": "log D"}, {"name": "log β"}]
    assert properties_of(two) == (LOG_D, LOG_BETA)
    assert stated((LOG_BETA,)) is None
    assert stated((LOG_D,))["name"] == "log D"
    assert properties_of(stated(BOTH)) == BOTH
    assert (words_of(BOTH), words_of((RECOVERY,))) == ("log D, recovery", "logit recovery (%)")
    assert values(BOTH) == "values of log D and recovery"
    assert values((LOG_BETA,)) == "constants"


@pytest.mark.parametrize(
    ("node", "said"),
    [
        ([], "give one property, or a list"),
        ([{"name": "log D"}, None], "give one property, or a list"),
        ([{"name": "log D"}, {"name": "Log_D"}], "each needs a name of its own"),
        ([{"name": "log D"}, {"name": "value"}], "means something else"),
        ([{"name": "log D"}, {"nam": "pK"}], "write it as"),
    ],
)
def test_lists_that_are_not_of_properties_are_refused(node, said):
    with pytest.raises(ConfigError, match=said):
        properties_of(node)


@pytest.mark.parametrize("text", ["recovery", " Recovery (%)", "logit recovery (%)", "recovery %"])
def test_a_property_goes_by_its_name_its_column_and_its_words(text):
    assert named(text, BOTH) == RECOVERY
    assert named("yield", BOTH) is None
    assert named("", BOTH) is None


def test_every_pair_has_a_row_for_each_property_and_the_pairs_come_back():
    rows = of_each(PAIRS, BOTH)
    assert rows["pair_id"].tolist() == [
        "Ni+2:L1:log_D:KEY-A", "Ni+2:L1:recovery:KEY-A",
        "Ni+2:L1:log_D:KEY-B", "Ni+2:L1:recovery:KEY-B",
    ]  # fmt: skip
    assert rows[PROPERTY].tolist() == ["log D", "logit recovery (%)"] * 2
    assert [of_pair(each, BOTH) for each in rows["pair_id"]] == list(BOTH) * 2
    assert [pair_of(each) for each in rows["pair_id"][:2]] == ["Ni+2:L1:KEY-A"] * 2
    pd.testing.assert_frame_equal(pairs_of(rows), PAIRS, check_dtype=False)
    assert of_each(PAIRS, (RECOVERY,)) is PAIRS
    assert pairs_of(PAIRS) is PAIRS
    assert (species(rows)[-1], species(PAIRS)[-1]) == (PROPERTY, "n_ligands")


def test_columns_go_by_the_property_if_it_is_one_and_by_value_if_they_are_several():
    assert renamed("log_beta", (RECOVERY,)) == "recovery"
    assert renamed("log_beta", BOTH) == "value"
    assert renamed("predicted_log_beta", BOTH) == "predicted"
    assert renamed("note", BOTH) == "note"


@settings(max_examples=30)
@given(st.sets(st.text("abcdefgh ", min_size=1, max_size=8).map(str.strip), min_size=2, max_size=4))
def test_each_property_is_found_again_in_its_pair_ids(names):
    try:
        properties = properties_of([{"name": name} for name in sorted(names)])
    except ConfigError:  # names such as "" or "a b" beside "a_b"
        return
    rows = of_each(PAIRS, properties)
    found = [of_pair(pair_id, properties).words for pair_id in rows["pair_id"]]
    assert found == rows[PROPERTY].tolist()
    assert len(set(rows["pair_id"])) == len(PAIRS) * len(properties)
