from bo_loop.chemistry.donor_types import DONOR_TYPES, SITE_CLASSES


def test_every_donor_type_is_in_one_class():
    assert sorted(k for kinds in SITE_CLASSES.values() for k in kinds) == sorted(DONOR_TYPES)
