import os

import pytest

import bo_loop
from bo_loop.campaign.campaign import Campaign
from bo_loop.report.page import write_report


def test_the_package_names_what_scripts_need():
    assert bo_loop.Campaign is Campaign
    assert bo_loop.write_report is write_report
    assert set(bo_loop.__all__) == {"Campaign", "write_report", "__version__"}
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        bo_loop.Nothing  # noqa: B018


def test_threads_that_wait_do_not_spin():
    assert os.environ["OMP_WAIT_POLICY"]
