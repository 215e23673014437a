"""The report of a whole campaign, and how it looks in a browser."""

import json
import os
import re
import shutil
import subprocess
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from embedded import few
from markupsafe import escape
from matplotlib.image import imread

from bo_loop import Campaign, write_report
from bo_loop.base.errors import CampaignError
from bo_loop.campaign.views.views import shown_movers, shown_nearest
from bo_loop.report.complexes import path_of
from bo_loop.report.page import report

HIDDEN = "Zn+2"
QUICK = {"max_iter": 30, "fit_rows": 300}  # hyperparameters on 300 rows, then all are known
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def config(directory):
    return {
        "name": "zinc & co",
        "directory": str(directory),
        "batch_size": 3,
        "seed": 0,
        "data": few(HIDDEN),
        "features": {"_target_": "bo_loop.features.PublishedRecipe"},
        "model": {"_target_": "bo_loop.models.MaternGP", **QUICK},
        "objective": {"_target_": "bo_loop.acquisition.Maximise"},
        "acquisition": {"_target_": "bo_loop.acquisition.LogEI"},
        "pool": {
            "_target_": "bo_loop.data.KnownPairs",
            "data": {"_target_": "bo_loop.data.Minteq"},
            "metals": [HIDDEN],
            "include_known": False,
        },
    }


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    """Two rounds of three: four results, one failure, one still pending; one not proposed."""
    campaign = Campaign.start(**config(tmp_path_factory.mktemp("campaigns")))
    for number, (values, status) in enumerate(
        [(["17.5", "11.0", "6.1"], ["", "", ""]), (["7.77", "", ""], ["", "failed", ""])], start=1
    ):
        campaign.suggest()
        form = campaign.form(number)
        frame = pd.read_csv(form, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        frame = frame.assign(log_beta=values, status=status, note="<b>cloudy</b>")
        frame.to_csv(form, index=False, encoding="utf-8-sig")
        campaign.log(form, confirm=True)
    proposed = set(campaign.state().proposals)
    free = next(p for p in campaign.pool["pair_id"] if p not in proposed)
    extra = campaign.path.parent / "extra.csv"
    pd.DataFrame({"pair_id": [free], "log_beta": ["3.21"]}).to_csv(extra, index=False)
    campaign.log(extra, confirm=True)
    return campaign


@pytest.fixture(scope="module")
def page(campaign):
    return report(campaign)


class _Loads(HTMLParser):
    """Collects what a browser would fetch."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in ("src", "href", "xlink:href")]
        assert tag not in ("script", "link", "iframe", "img")


def test_a_report_needs_no_other_file(page):
    loads = _Loads()
    loads.feed(page)
    assert [url for url in loads.found if not url.startswith("#")] == []
    assert re.findall(r"url\((?!#)|@import", page) == []


def test_complexes_that_were_built_are_shown_turning(page, campaign):
    assert "<code>bo-loop report name=zinc &amp; co structures=3</code>" in page
    (waiting, *_) = campaign.status().pending
    path = path_of(campaign.path, waiting)
    path.parent.mkdir()
    one = {"name": "Zn+2 + x", "charge": 2, "unpaired": 0, "method": "m", "energy_eV": -1.0}
    one |= {"minima_kJ_mol": [0.0], "donors": [], "strain_kJ_mol": None, "notes": ["<i>n"]}
    one |= {"symbols": ["Zn"], "positions_A": [[0.0, 0.0, 0.0]], "bonds": [], "warnings": ["bad"]}
    path.write_text(json.dumps(one), encoding="utf-8")
    try:
        shown = report(campaign)
    finally:
        shutil.rmtree(path.parent)
    assert "<h2>In three dimensions" in shown
    assert '<p class="warning">Bad.</p>' in shown
    assert "&lt;i&gt;n" in shown.lower()
    assert shown.count("<script>") == shown.count("'sha256-") == 2
    assert len(shown) < len(page) + 600_000


def test_a_report_tells_what_the_ledger_holds(page, campaign):
    for words in (
        "Which ligand binds Zn²⁺ most strongly?",
        "none of them for Zn²⁺",
        "log β 17.50",
        "failed: &lt;b&gt;cloudy&lt;/b&gt;",
        "waiting",
        "3.21",
        "Measured without a proposal",
        "Of 4 results,",
        "Kullback–Leibler",
        "t-SNE",
        "The whole pool, ranked",
        "Next: <code>bo-loop log ",
        campaign.record.ledger.read().events[-1].hash,
        campaign.state().sealed["observations.parquet"],
        campaign.state().versions["torch"],
    ):
        assert words in page
    assert "<b>cloudy" not in page
    for proposal in campaign.state().proposals.values():
        assert f"{proposal.mean:.2f} ± {proposal.sd:.2f}" in page
        assert escape(shown_nearest(proposal.nearest)) in page
        assert shown_movers(proposal.movers) in page
        assert len(proposal.nearest) == len(proposal.movers) == 3
    order = ("Waiting for a result", "Best so far", "Progress", "The whole pool", "Rounds")
    places = [page.index(f"<h2>{words}") for words in order]
    assert places == sorted(places)
    for python in ("[&#39;", "= True", "PairGP, terms"):
        assert python not in page.partition("<h2>Versions")[0]
    outside = sum(p.outside_domain for p in campaign.state().proposals.values())
    assert page.count("<b>Outside the applicability domain</b>") == outside
    assert page.count("<h3>Round ") == 2
    assert "nan" not in re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)


def test_a_report_is_the_same_twice(page, campaign):
    assert report(campaign) == page


def test_a_campaign_without_rounds_has_a_report(tmp_path):
    page = report(Campaign.start(**config(tmp_path)))
    assert "No result yet." in page
    assert "No round yet." in page


def test_the_view_is_rebuilt_and_other_files_are_not_overwritten(
    campaign, page, tmp_path, monkeypatch
):
    path = write_report(campaign)
    assert path == campaign.path / "report.html"
    assert path.read_text(encoding="utf-8") == page
    monkeypatch.setattr("bo_loop.report.page.report", lambda *_: page)  # drawing takes seconds
    assert write_report(campaign) == path
    mine = tmp_path / "mine.html"
    assert write_report(campaign, mine).read_text(encoding="utf-8") == page
    with pytest.raises(CampaignError, match=re.escape(str(mine))):
        write_report(campaign, mine)


def browse(tmp_path, *arguments):
    done = subprocess.run(
        [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", *arguments],
        capture_output=True,
        timeout=120,
        env=os.environ | {"HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")


def inked(image: np.ndarray) -> np.ndarray:
    """Which columns of a picture are not blank."""
    return (np.abs(image[..., :3] - image[0, 0, :3]).max(axis=2) > 0.1).any(axis=0)


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
@pytest.mark.parametrize(("width", "least"), [(1100, 900), (390, 330)])
def test_a_report_fills_the_width_and_is_not_cut_off(page, tmp_path, width, least):
    # Headless Chromium has no window narrower than 500 pixels: a frame stands for the phone.
    (tmp_path / "report.html").write_text(page, encoding="utf-8")
    frame = f'<iframe src="report.html" style="width:{width}px;height:5000px;border:0"></iframe>'
    (tmp_path / "frame.html").write_text(f'<body style="margin:0">{frame}', encoding="utf-8")
    picture = tmp_path / "picture.png"
    browse(
        tmp_path,
        f"--window-size={max(width, 500)},5000",
        f"--screenshot={picture}",
        (tmp_path / "frame.html").as_uri(),
    )
    columns = inked(imread(picture))[:width]
    assert columns.sum() > least
    # a margin stays free on both sides: nothing is wider than the page
    assert not columns[:12].any()
    assert not columns[-12:].any()


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_a_report_prints(page, tmp_path):
    (tmp_path / "report.html").write_text(page, encoding="utf-8")
    paper = tmp_path / "report.pdf"
    browse(
        tmp_path,
        "--no-pdf-header-footer",
        f"--print-to-pdf={paper}",
        (tmp_path / "report.html").as_uri(),
    )
    pages = len(re.findall(rb"/Type\s*/Page\b", paper.read_bytes()))
    assert 3 <= pages <= 12
