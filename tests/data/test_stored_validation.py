from bo_loop.data import Minteq
from bo_loop.data.stored_validation import fingerprint, stored


def test_the_stored_number_is_of_the_embedded_data():
    assert fingerprint(Minteq().read()) == stored()["embedded"]["sha256"]
