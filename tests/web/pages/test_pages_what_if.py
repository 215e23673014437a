"""What if: a pair is predicted, two rounds are compared, one is recorded."""

import re

from nicegui import ui

from bo_loop.web import texts

WHAT_IF = "/campaign/small/what-if"


def predicted(pairs):
    more = {"mean": 7.5, "sd": 0.5, "outside_domain": True, "nearest": []}
    return [pair | more for pair in pairs]


def proposal(letter, mean):
    return {
        "pair_id": letter, "metal": "Ni", "charge": 2, "ligand": letter, "smiles": "NCCN",
        "n_ligands": 1, "role": "", "rank": 1, "mean": mean, "sd": 1.0, "reason": "why",
        "nearest": [], "movers": [], "outside_domain": False,
    }  # fmt: skip


def test_any_pair_is_predicted(visit, desk):
    desk.jobs.answer("predict", lambda path, pairs: predicted(pairs))

    async def story(visitor):
        await visitor.open(WHAT_IF)
        visitor.fill(texts.SMILES, "NCCN")
        visitor.fill(texts.N, 3)
        visitor.press(texts.PREDICT_IT)
        await visitor.sees("Ni+2 + 3 NCCN", "log β 7.50 ± 0.50", texts.OUTSIDE_NOTE)

    visit(story)


def test_what_is_no_pair_is_told(visit, desk):
    async def story(visitor):
        await visitor.open(WHAT_IF)
        visitor.fill(texts.SMILES, "C1CC")
        visitor.press(texts.PREDICT_IT)
        await visitor.sees("'C1CC' cannot be read")
        visitor.fill(texts.METAL, "Xx+2")
        visitor.press(texts.PREDICT_IT)
        await visitor.sees("Xx")

    visit(story)
    assert desk.jobs.asked == []


def test_two_rounds_are_compared_on_one_scale_and_one_is_recorded(visit, desk):
    rounds = [[proposal("A", 10.0), proposal("B", 9.0)], [proposal("B", 9.0), proposal("C", 5.0)]]
    desk.jobs.answer("compare", lambda path, options: rounds)

    async def story(visitor):
        await visitor.open(WHAT_IF)
        visitor.fill(texts.ACQUISITION, "ucb")
        visitor.press(texts.COMPARE_THEM)
        await visitor.sees(texts.OWN_SETTINGS, texts.OTHER_SETTINGS)
        bars = [e.content for e in visitor.all(ui.html) if "scale" in e.content]
        assert len(bars) == 4
        ends = {tuple(re.findall(r">([\d.]+)</text>", bar)) for bar in bars}
        assert ends == {("3.0", "12.0")}  # 5 − 2 and 10 + 2
        assert len(visitor.find(texts.IN_BOTH).elements) == 2  # B
        last = max((b for b in visitor.all(ui.button) if b.text == texts.RECORD_ROUND),
                   key=lambda b: b.id)  # fmt: skip
        visitor.click(last)
        await visitor.sees("1. Ni²⁺ + ligand C")  # the page of the round

    visit(story)
    assert desk.jobs.asked[0][1]["options"][0] == {"batch_size": 2}
    options = desk.jobs.asked[1][1]["options"]
    assert options["acquisition"]["_target_"] == "bo_loop.acquisition.UCB"
    assert options["batch_size"] == 2
