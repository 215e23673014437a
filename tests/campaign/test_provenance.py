import getpass

from bo_loop.campaign.provenance import versions, who


def test_who_says_nothing_is_the_login_name(monkeypatch):
    assert who("Ada") == "Ada"
    assert who("") == ""
    assert who(None) == getpass.getuser()

    def nobody():
        raise KeyError("uid 1234")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert who(None) == ""


def test_versions_are_of_the_packages_that_numbers_depend_on():
    assert {"bo-loop", "torch", "botorch", "gpytorch", "numpy", "scipy", "rdkit"} == {*versions()}
