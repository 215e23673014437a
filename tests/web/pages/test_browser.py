"""The page in a real browser: a round's results typed, doubted, recorded and taken back."""

import re

import pytest
import small_campaign
from page_server import browser, needs_browser, opened, served, type_in

from bo_loop import Campaign

HOSTILE = (
    "<img src=x onerror=alert(1)><script>alert(1)</script>"
    "{{constructor.constructor('alert(1)')()}}</title>\"'&lt;"
)


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    """A campaign with a round of two, one of a ligand with a hostile name."""
    folder = tmp_path_factory.mktemp("page") / "campaigns"
    with pytest.MonkeyPatch.context() as patch:
        pool = small_campaign.POOL.copy()
        pool.loc[0, "ligand"] = HOSTILE
        small_campaign.cheapen(patch, pool)
        small_campaign.start(folder).suggest()
    return folder


@needs_browser
def test_a_round_is_logged_by_clicks(directory):
    complaints = []
    campaign = Campaign.open("small", directory)
    with served(directory) as (address, _), browser() as made:
        page = opened(made, address, complaints)
        page.get_by_role("link", name="small").click()
        cards = page.get_by_role("listitem")
        assert HOSTILE in cards.first.inner_text()
        assert "10.00 ± 1.00" in cards.first.inner_text()
        assert page.get_by_role("link", name="Round").get_attribute("aria-current") == "page"

        page.get_by_role("link", name="Results", exact=True).click()
        page.wait_for_selector('[col-id="log_beta"]')
        type_in(page, 0, "log_beta", "10,4 ± 0.2")
        type_in(page, 1, "log_beta", ">30")
        page.get_by_text("read as above 30.0").wait_for()
        page.reload()
        page.get_by_text("What you had typed is back.").wait_for()
        page.get_by_role("button", name="Check").click()
        page.get_by_text("20.0 sd away").wait_for()
        assert campaign.measurements().empty

        page.get_by_role("button", name="Record 2 results").click()
        page.get_by_text("row 3 looks doubtful").wait_for()
        assert campaign.measurements().empty

        other = opened(made, address, complaints)
        other.goto(page.url)
        other.get_by_role("button", name="Check").wait_for()
        page.get_by_label("Your name").fill("Ada")
        page.get_by_role("checkbox", name="It is right").click()
        page.get_by_role("button", name="Record 2 results").click()
        page.get_by_text("log β > 30").first.wait_for()
        assert campaign.measurements()["log_beta"].tolist() == [10.4, 30.0]
        assert set(campaign.measurements()["operator"]) == {"Ada"}
        other.get_by_text("Something was recorded meanwhile").wait_for()
        assert "Ada" in other.get_by_role("alert").first.inner_text()

        page.get_by_role("button", name="Undo the last log").click()
        page.get_by_text("No result stands").wait_for()
        assert campaign.measurements().empty
        page.get_by_role("link", name="History").click()
        page.get_by_text("undone in the browser").first.wait_for()
    assert complaints == []


@needs_browser
def test_it_fits_a_phone_and_pastes_from_a_spreadsheet(directory):
    complaints = []
    with served(directory) as (address, _), browser() as made:
        page = opened(made, address, complaints, viewport={"width": 380, "height": 800})
        page.goto(f"{address.partition('?')[0]}campaign/small/results")
        page.wait_for_selector('[col-id="log_beta"]')
        assert page.evaluate("document.documentElement.scrollWidth") <= 380
        page.locator('.ag-row[row-index="0"] [col-id="log_beta"]').click()
        page.keyboard.press("Escape")
        page.evaluate(
            """() => {
                const data = new DataTransfer();
                data.setData("text/plain", "9,5\\t0.1\\r\\n8.25\\t\\r\\n");
                document.activeElement.dispatchEvent(new ClipboardEvent("paste",
                    {clipboardData: data, bubbles: true, cancelable: true}));
            }"""
        )
        page.get_by_text("read as 8.25").wait_for()
        row = page.locator('.ag-row[row-index="0"]')
        assert re.search(r"9,5\s+0\.1", row.inner_text())
        page.get_by_role("button", name="Check").click()
        page.get_by_text("Record 2 results").wait_for()
    assert complaints == []
