from bo_loop.campaign.views.labels import called_today, feature, sentences


def test_features_in_words():
    assert feature("charge.ligand_charge") == "charge of the ligand"
    assert feature("site.site_carboxylate") == "carboxylate donors"
    assert feature("mordred.SLogP") == "SLogP"
    assert feature("some_new_feature") == "some new feature"


def test_movers_of_an_older_form_in_the_words_of_today():
    assert called_today("ligand charge ↓, SLogP ↑") == "charge of the ligand ↓, SLogP ↑"
    assert called_today("charge of the ligand ↓") == "charge of the ligand ↓"


def test_a_reason_in_sentences():
    reason = "40 % chance to beat 18.82 of EDTA; expected gain 0.14; < 1 % chance that it fails"
    assert sentences(reason) == (
        "It has a 40 % chance to beat 18.82 of EDTA. Expected gain 0.14. "
        "It has a < 1 % chance that it fails."
    )
    assert sentences("") == ""
