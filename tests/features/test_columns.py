from bo_loop.chemistry.binding import BINDING_NAMES
from bo_loop.chemistry.donors import DONOR_NAMES
from bo_loop.features.columns import said

BLOCKS = (
    "properties", "bonding", "proton", "charge", "donors", "site", "basicity", "atoms", "mordred",
)  # fmt: skip


def test_every_column_says_what_it_is_and_where_it_is_from():
    for block in BLOCKS:
        for words, _, origin in said(block).values():
            assert words
            assert origin


def test_columns_come_in_the_order_of_the_values():
    assert tuple(said("donors")) == tuple(DONOR_NAMES)
    assert tuple(said("site")) == tuple(BINDING_NAMES)
