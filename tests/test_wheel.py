"""The wheel works outside a checkout: it carries the configs and the package's tables."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run([sys.executable, *build], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    site = folder / "site"
    install = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(wheel)]
    subprocess.run([sys.executable, *install], check=True, capture_output=True)
    return site


def test_the_wheel_composes_its_own_configs_and_reads_its_own_tables(installed, tmp_path):
    code = (
        "import sys, bo_loop, bo_loop.cli.main;"
        f"assert bo_loop.__file__.startswith({str(installed)!r}), bo_loop.__file__;"
        "from bo_loop.data import CommonChelators, Minteq;"
        "assert len(Minteq().read()) > 500;"
        "assert len(CommonChelators(metals=['Ni+2']).read()) > 100;"
        "sys.argv = ['bo-loop', 'start', 'campaign=nickel_chelators', '--cfg', 'job'];"
        "bo_loop.cli.main.main()"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(installed)},
    )
    assert done.returncode == 0, done.stderr
    assert "name: nickel_chelators" in done.stdout


def test_the_wheel_carries_the_page_with_the_licences_of_its_editor_and_viewer(installed):
    static = installed / "bo_loop" / "web" / "static"
    assert (static / "style.css").is_file()
    viewer = installed / "bo_loop" / "report" / "viewer"
    for folder in (static / "jsme", viewer):
        assert "Redistribution and use" in (folder / "license.txt").read_text()
    assert (viewer / "3Dmol-min.js").stat().st_size > 100_000
