from dataclasses import replace

import numpy as np
import pytest
from fakes import FakePosterior, reason, two_acids

from bo_loop.acquisition.batch.explanation import sources_of_doubt
from bo_loop.acquisition.objectives.aqueous import Conditional
from bo_loop.acquisition.objectives.base import Maximise, Minimise
from bo_loop.acquisition.objectives.compound import Target
from bo_loop.acquisition.objectives.items import Items
from bo_loop.acquisition.scores.functions import EI, PI, UCB, Greedy, LogEI, MaxVariance, Random
from bo_loop.acquisition.scores.joint import Thompson


def test_the_reference_is_named():
    text = reason(Greedy(), 12.0, 1.0, 12.0, Maximise(), "trien (literature, minteq.v4: 11.90)")
    assert text.startswith(
        "50 % chance to beat log β 12.00 of trien (literature, minteq.v4: 11.90); "
    )
    text = reason(Greedy(), -0.5, 0.3, -0.5, Target(log_beta=9.0), "edta (measured here: 9.50)")
    assert text.startswith(
        "distance from log β 9 predicted 0.50 ± 0.30; "
        "50 % chance to beat 0.50 of edta (measured here: 9.50); "
    )


def test_explain_log_ei():
    # EI(0.4, 1.1) = 0.6666; 0.4 of it would remain without doubt.
    assert reason(LogEI(), 12.3, 1.1, 11.9, Maximise()) == (
        "64 % chance to beat log β 11.90; expected gain 0.67 (40 % exploration)"
    )


def test_explain_a_row_below_the_best():
    assert reason(EI(), 10.0, 2.0, 11.0, Maximise()) == (
        "31 % chance to beat log β 11.00; expected gain 0.40 (exploration alone)"
    )


def test_explain_a_row_that_is_surely_better():
    # Without doubt the gain is 5; with it, 5 + 1e-7.
    assert reason(LogEI(), 16.0, 1.0, 11.0, Maximise()).endswith("expected gain 5.00")


def test_explain_speaks_of_log_beta_when_minimising():
    # Objective units are −log β: predicted 3, best 5.
    assert reason(UCB(beta=4.0), -3.0, 0.5, -5.0, Minimise()) == (
        "> 99 % chance to beat log β 5.00; with 2 sd in its favour 3.00 better (33 % exploration)"
    )


def test_explain_names_the_free_ligand_scale():
    text = reason(Greedy(), 7.0, 0.5, 6.0, Maximise(free_ligand_M=1e-3))
    assert "log(β·[L]ⁿ) 6.00" in text


@pytest.mark.parametrize(
    ("acquisition", "words"),
    [
        (LogEI(), "expected gain below 0.01"),
        (UCB(beta=2.25), "with 1.5 sd in its favour 8.00 short of it"),
        (PI(), "chosen for that chance"),
        (Greedy(), "its predicted value alone"),
        (MaxVariance(), "knows least"),
        (Thompson(), "of the 2,000 rows of highest mean + 3 sd"),
        (Random(), "chosen at random"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
def test_explain_a_hopeless_row_known_exactly(acquisition, words):
    text = reason(acquisition, 1.0, 0.0, 9.0, Maximise())
    assert text.startswith("0 % chance to beat log β 9.00; ")
    assert words in text


def test_where_the_doubt_comes_from():
    two, pairs = two_acids()
    wide = np.diag([0.01, 0.01, 1.0, 1.0, 1.0, 0.01, 0.01, 0.01])
    fake, objective = FakePosterior(two.means, wide), Conditional(pH=5.0)
    items = np.array([0, 4])
    own = Items.of(fake, objective.parts(pairs)[items])
    of_acid, of_beta = sources_of_doubt(replace(objective, mhl=False), own, items, pairs)
    assert of_acid.startswith(" (mostly from pKa: ± 0.")
    assert of_acid.endswith("; log β: ± 0.10)")
    assert of_beta.startswith(" (mostly from log β: ± 1.00; pKa: ± 0.")
    mixed = sources_of_doubt(objective, own, items, pairs)[0]
    assert "MHL: ± " in mixed
    plain = Items.of(fake, items[:, None])
    assert sources_of_doubt(Maximise(), plain, items, pairs) == ["", ""]
