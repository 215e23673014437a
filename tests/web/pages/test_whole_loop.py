"""A whole campaign by clicks: started by the form, suggested, cancelled, picked, logged."""

import re

import pytest
from page_server import browser, needs_browser, opened, served, type_in

from bo_loop import Campaign

LIGANDS = "\n".join(
    ("EDTA", "mine; NCCNCC(=O)O", "NCC(O)CNCC(=O)O", "OC(=O)CNCCO", "CC(N)CNCC(=O)O",
     "NCC(O)CNCCO", "OC(=O)CN(CCO)CCN")
)  # fmt: skip
_SLOW_MS = 240_000


@pytest.mark.slow
@needs_browser
def test_a_campaign_by_clicks(tmp_path):
    complaints = []
    directory = tmp_path / "campaigns"
    with served(directory) as address, browser() as made:
        page = opened(made, address, complaints)
        page.set_default_timeout(_SLOW_MS)
        page.get_by_role("button", name="New campaign").click()
        page.get_by_label("Name", exact=True).fill("../escape")
        page.get_by_label("Metal ions").fill("Ni+2")
        page.get_by_text("A list: names, SMILES, drawings").click()
        page.get_by_label("A ligand a line").fill(LIGANDS)
        page.get_by_label("Pairs a round").fill("2")
        page.get_by_role("button", name="Start").click()
        page.get_by_text("The campaign name '../escape' is refused").wait_for()
        page.get_by_label("Name", exact=True).fill("clicked")
        page.get_by_role("button", name="Show the pool").click()
        page.get_by_text("7 pairs of 7 ligands").wait_for()
        assert "denticity 3; donors: 2 N, 1 O" in page.inner_text("body")
        page.get_by_role("button", name="Start").click()
        page.wait_for_url("**/campaign/clicked/round", timeout=_SLOW_MS)

        page.get_by_role("button", name="Suggest a round").click()
        page.get_by_role("button", name="Cancel").click()
        page.get_by_text("Cancelled.").wait_for()
        campaign = Campaign.open("clicked", directory)
        assert not campaign.state().rounds
        page.get_by_role("button", name="Suggest a round").click()
        page.get_by_role("button", name="Cancel").wait_for()
        page.reload()  # the work goes on, and the page finds it again
        page.get_by_text("round 1").first.wait_for()
        page.get_by_role("button", name="Leave out").first.click()
        page.get_by_role("button", name="Take back in").click()
        page.get_by_role("button", name="Leave out").first.wait_for()
        assert len(campaign.state().rounds[0].proposals) == 2

        page.get_by_text("Choose pairs yourself").click()
        page.get_by_role("button", name="Rank the pool").click()
        page.get_by_text("4 open pairs").wait_for()
        page.locator(".ag-row input[type=checkbox]").first.click()
        page.get_by_role("button", name="Record the ticked ones").click()
        page.get_by_text("round 2").first.wait_for()
        assert campaign.state().rounds[1].picked

        page.get_by_role("link", name="Results", exact=True).click()
        page.wait_for_selector('[col-id="log_beta"]')
        for row, value in enumerate(("18,5", "11.5", "9.1")):
            type_in(page, row, "log_beta", value)
        page.get_by_role("button", name="Check").click()
        page.get_by_role("button", name="Record 3 results").wait_for()
        for box in page.get_by_role("checkbox", name="It is right").all():
            box.click()
        page.get_by_role("button", name="Record 3 results").click()
        page.get_by_role("button", name="Undo the last log").wait_for()
        assert len(campaign.measurements()) == 3

        page.get_by_role("link", name="Look").click()
        page.get_by_text("mean error").wait_for()
        page.locator(".scatterlayer").first.wait_for()
        with page.expect_popup() as report:
            page.get_by_role("button", name="Write the report").click()
        assert report.value.title() == "clicked: campaign report"
        report.value.close()  # behind it, menus would not open: nothing hidden is drawn

        page.get_by_role("link", name="What if").click()
        page.get_by_role("button", name="Draw").click()
        smiles = page.get_by_label("SMILES")
        page.locator(".editor svg").first.wait_for()
        place = page.locator(".editor").bounding_box()
        page.mouse.click(place["x"] + 200, place["y"] + 180)  # JSME begins with a bond
        page.wait_for_function("document.querySelector('[aria-label=SMILES]').value == 'CC'")
        assert page.locator(".editor").bounding_box() == place
        smiles.fill("NCCN")
        page.get_by_role("button", name="Predict").click()
        page.get_by_role("heading", name="Ni+2 + NCCN").wait_for()
        page.get_by_label("How pairs are chosen").click()
        page.get_by_role("option", name=re.compile("^greedy")).click()
        page.get_by_role("button", name="Compare").click()
        both = page.get_by_role("button", name="Record this round")
        both.last.wait_for()
        own, other = both.all()
        assert own.bounding_box()["y"] == other.bounding_box()["y"]  # side by side
        other.click()
        page.get_by_text("round 3").first.wait_for()
        assert campaign.state().rounds[2].overrides["acquisition"]["_target_"].endswith("Greedy")

        page.get_by_role("link", name="Results", exact=True).click()
        page.get_by_role("button", name="Undo the last log").click()
        page.get_by_text("No result stands").wait_for()
        assert campaign.measurements().empty
    assert complaints == []
