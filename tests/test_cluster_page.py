"""The page "A cluster" is followed word by word; a campaign on a scheduler and two workers."""

import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from command_line import BO_LOOP
from dask_processes import running

PAGE = (Path(__file__).parents[1] / "docs" / "cluster.md").read_text(encoding="utf-8")
PORT = "8786"


def typed():
    """What the page tells to type, in its order."""
    blocks = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]


def free_port():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return str(bound.getsockname()[1])


@pytest.mark.slow
def test_the_commands_of_the_page_run_in_the_order_given(tmp_path):
    assert len(typed()) == 5
    script = "set -e\n" + "\n".join(typed()).replace(PORT, free_port())
    path = f"{BO_LOOP.parent}{os.pathsep}{os.environ['PATH']}"
    shell = subprocess.Popen(
        ["bash", "-c", script], cwd=tmp_path, env=os.environ | {"PATH": path}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        printed = []
        for line in shell.stdout:  # until the ranking is there; what was begun with & goes on
            printed.append(line)
            if "To choose for yourself" in line:
                break
        assert "To choose for yourself" in printed[-1], "".join(printed)
        assert shell.wait(timeout=60) == 0
    finally:
        os.killpg(shell.pid, signal.SIGKILL)
        shell.stdout.close()


IONS = (
    "Ni+2 Cu+2 Zn+2 Co+2 Fe+2 Fe+3 Mn+2 Cd+2 Pb+2 Hg+2 Ca+2 Mg+2 Sr+2 Ba+2 Al+3 Ga+3 In+3 Cr+3 "
    "La+3 Ce+3 Pr+3 Nd+3 Sm+3 Eu+3 Gd+3 Tb+3 Dy+3 Ho+3 Er+3 Tm+3 Yb+3 Lu+3 Y+3 Sc+3 Th+4 Zr+4 "
    "Ag+1 Li+1 Na+1 K+1"
)
METALS = [name for name in IONS.split(" ") if name]


def ligands(n):
    """n amino acids with two chains at the nitrogen, none of them twice."""
    chains = ["C" * i for i in range(1, 12)] + [f"{'C' * i}O" for i in range(2, 9)]
    sides = ["", *("C" * i for i in range(1, 9)), *(f"{'C' * i}S" for i in range(1, 9))]
    sides += [f"{'C' * i}C(=O)O" for i in range(9)] + [f"{'C' * i}N" for i in range(1, 9)]
    made = [
        f"OC(=O)C{f'({side})' if side else ''}N({a}){b}"
        for side in sides
        for i, a in enumerate(chains)
        for b in chains[i:]
    ]
    return pd.DataFrame({"ligand": [f"amino acid {i}" for i in range(n)], "smiles": made[:n]})


@pytest.mark.slow
def test_a_campaign_on_a_scheduler_and_two_workers(tmp_path):
    """200,000 pairs, with the packaged memory, on workers and here."""
    ligands(5_000).to_csv(tmp_path / "ligands.csv", index=False)

    def bo_loop(*words):
        done = subprocess.run([BO_LOOP, *words], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done

    def proposed(directory, number):
        form = tmp_path / directory / "c" / "rounds" / f"{number:03d}" / "proposals.csv"
        return form, pd.read_csv(form, encoding="utf-8-sig", keep_default_na=False)

    pool = ("pool=table", "pool.path=ligands.csv", f"pool.metals=[{','.join(METALS)}]")
    with running(tmp_path, 2) as (address, _):
        for directory, where in {
            "here": ("compute=local",),
            "there": ("compute=dask", f"compute.scheduler={address}"),
        }.items():
            bo_loop("start", "name=c", f"directory={directory}", *pool, *where)
            for number in (1, 2):
                bo_loop("suggest", "name=c", f"directory={directory}", *where)
                form, frame = proposed(directory, number)
                assert len(frame) == 5
                frame["log_beta"] = [9.0, 8.0, 7.0, 6.0, 5.0]
                frame.to_csv(form, index=False, encoding="utf-8-sig")
                bo_loop("log", "name=c", f"directory={directory}", f"results={form}")
    for number in (1, 2):
        here, there = (proposed(directory, number)[1] for directory in ("here", "there"))
        pd.testing.assert_frame_equal(here, there)
