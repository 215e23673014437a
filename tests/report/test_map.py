"""The map of a campaign: what is on the page, and what is refused."""

import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from embedded import few

from bo_loop import Campaign
from bo_loop.base.errors import BoLoopError
from bo_loop.data import TablePool
from bo_loop.models import PairGP
from bo_loop.report.map import map_page, write_map

ODD = ("N#CCCN(CC(=O)O)CC(=O)O", "OC(=O)CNCCC#N", "NCCNCCC#N")  # nothing is known of these
SMILES = {"nta": "O=C(O)CN(CC(=O)O)CC(=O)O"} | {f"odd {i}": s for i, s in enumerate(ODD)}


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    pd.DataFrame({"ligand": list(SMILES), "smiles": list(SMILES.values())}).to_csv(
        folder / "pool.csv", index=False
    )
    made = Campaign.start(
        "seen",
        pool=TablePool(path=str(folder / "pool.csv"), metals=["Ni+2"]),
        data=few("Ni+2"),
        model=PairGP(max_iter=2, terms=["metal * ligand", "ligand"]),
        batch_size=2,
        directory=folder,
    )
    with pytest.raises(BoLoopError, match="has no model yet: type bo-loop suggest"):
        map_page(made)
    made.suggest()
    form = pd.read_csv(made.form(1), encoding="utf-8-sig", dtype=str, keep_default_na=False)
    form.assign(log_beta=["6.1", "11.5"]).to_csv(made.form(1), index=False)
    made.log(made.form(1), confirm=True)
    return made


class Seen(HTMLParser):
    """Counts marks; refuses whatever would be loaded."""

    def __init__(self):
        super().__init__()
        self.marks = self.measured = 0

    def handle_starttag(self, tag, attributes):
        kind = dict(attributes).get("class", "").split()
        self.marks += "dot" in kind
        self.measured += "measured" in kind
        assert tag not in ("script", "img", "link", "iframe")
        assert not {"src", "href"} & {name for name, _ in attributes} or tag == "use"


def test_each_ligand_is_there_once_with_its_structure_and_each_ion_in_its_place(campaign):
    page = map_page(campaign)
    seen = Seen()
    seen.feed(page)
    both = pd.concat([campaign.literature, campaign.pool])
    both = both[both["metal"] != "H"]
    assert seen.marks == both["ligand_group"].nunique()
    assert seen.measured == 2
    assert page.count("<svg") >= seen.marks
    assert "Ni²⁺, n = 1" in page
    for symbol, place_ in (("Cu", (4, 11)), ("Zn", (4, 12)), ("Cd", (5, 12)), ("Ni", (4, 10))):
        assert f"grid-row: {place_[0]}; grid-column: {place_[1]};" in page
        assert f"<b>{symbol}</b>" in page


def test_what_colours_is_chosen_and_a_page_is_written(campaign, tmp_path):
    pages = {colour: map_page(campaign, colour=colour) for colour in ("value", "doubt", "error")}
    colours = {key: re.findall(r"background: (#\w{6})\"><span", p) for key, p in pages.items()}
    assert colours["value"] != colours["doubt"] != colours["error"]
    assert "#d5dce4" in colours["error"]  # two of the pool's four are measured
    assert "#d5dce4" not in colours["value"]
    path = write_map(campaign, tmp_path / "m.html", ligand="nta", metal="Cu+2")
    page = path.read_text(encoding="utf-8")
    assert "<h2>nta with every metal ion</h2>" in page
    assert "with Cu²⁺, n = 1" in page
    assert write_map(campaign) == campaign.path / "map.html"
    assert campaign.verify().failures == ()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"colour": "size"}, "colour is 'size': it may be value, doubt, error"),
        ({"metal": "Xx+2"}, "Xx"),
        ({"ligand": "unobtainium"}, "unobtainium"),
    ],
)
def test_what_is_not_there_is_refused(campaign, options, said):
    with pytest.raises(BoLoopError, match=said):
        map_page(campaign, **options)
