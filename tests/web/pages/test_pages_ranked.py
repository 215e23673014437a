"""The ranked pool: shown, picked from."""

import re

from nicegui import ui

from bo_loop.web import texts
from bo_loop.web.pages.ranked import _grid

PAIR = {
    "metal": "Ni", "charge": 2, "n_ligands": 2, "ligand": "EDTA", "smiles": "NCCN", "role": "",
    "rank": 1, "mean": 12.345, "sd": 1.0, "value": None, "chance": 0.25, "outside_domain": True,
    "allowed": True, "cost": None, "nearest": [], "pair_id": "Ni+2:L1:F",
}  # fmt: skip
RANKED = {"rows": [PAIR], "total": 1, "reference": "log β 12", "measured": "log β",
          "quantity": "log β"}  # fmt: skip


def shown(**changes):
    return {"value": None, "cost": None, "allowed": texts.YES, **changes}


def test_the_pool_is_ranked_when_it_is_asked_for_and_a_row_shows_its_ligand(visit, desk):
    desk.jobs.answer("rank", lambda path: RANKED)

    async def story(visitor):
        await visitor.open("/campaign/small/pool")
        visitor.press(texts.RANK)
        await visitor.sees("1 open pairs. To beat: log β 12.")
        (grid,) = visitor.all(ui.aggrid)
        (row,) = grid.options["rowData"]
        assert row["name"] == "Ni+2 + 2 EDTA"
        assert (row["mean"], row["chance"], row["outside"]) == (12.35, 25.0, "†")
        visitor.trigger(grid, "cellClicked", {"data": row})
        await visitor.sees("NCCN")
        await visitor.open("/campaign/small/pool")  # what is known is not computed again
        await visitor.sees("1 open pairs.")
        assert len(desk.jobs.asked) == 1

    visit(story)


def test_columns_that_say_nothing_are_hidden(visit):
    def hidden(quantity, *rows):
        columns = _grid(rows, "log β", quantity, picking=False).options["columnDefs"]
        return {c["headerName"] for c in columns if c.get("hide")}

    async def story(visitor):
        await visitor.open("/")
        with visitor:
            assert hidden("log β", shown(value=1.0)) == {"log β", texts.ALLOWED, texts.COST}
            assert hidden("pM", shown(value=1.0, cost=2.0, allowed=texts.NO)) == set()

    visit(story)


def test_ticked_pairs_become_a_round(visit, desk):
    desk.jobs.answer("rank", lambda path: RANKED)
    ticked = []

    async def story(visitor):
        visitor.javascript_rules[re.compile(".*getSelectedRows", re.S)] = lambda _: ticked
        await visitor.open("/campaign/small/round")
        visitor.find(texts.PICK_OTHERS).click()
        visitor.press(texts.RANK)
        await visitor.sees("1 open pairs.")
        visitor.press(texts.RECORD_PICKS)
        await visitor.sees(texts.NOTHING_PICKED)
        ticked.append({"pair_id": "Ni+2:L1:F"})
        visitor.press(texts.RECORD_PICKS)
        await visitor.sees("1. Ni²⁺ + ligand F")

    visit(story)
    assert desk.jobs.asked[-1][1]["options"] == {"pick": ["Ni+2:L1:F"], "operator": None}
