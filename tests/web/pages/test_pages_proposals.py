"""Cards: the bar of a prediction, on the scale that all share."""

from bo_loop.web.pages import proposals
from bo_loop.web.shown import Card


def card(mean, sd, quantity="log β", outside=False):
    words = {"pair_id": "p", "name": "n", "smiles": "C", "role": "", "why": "", "state": "open"}
    words |= {"nearest": "", "movers": "", "outcome": ""}
    return Card(rank=1, mean=mean, sd=sd, quantity=quantity, outside=outside, **words)


def test_a_bar_ends_one_sd_from_the_mean():
    drawn = proposals.bar(card(10.0, 1.0), (8.0, 12.0))  # 300 wide: 75 for each unit
    assert '<rect x="75.0" y="7" width="150.0"' in drawn
    assert 'x1="150.0" x2="150.0"' in drawn
    assert ">8.0</text>" in drawn
    assert ">12.0</text>" in drawn
    assert 'aria-label="log β 10.00 ± 1.00"' in drawn


def test_what_a_campaign_is_about_is_escaped():
    assert '"<b>' not in proposals.bar(card(1.0, 1.0, quantity='"<b>'), (0.0, 2.0))
