import numpy as np
import pandas as pd
from fakes import pool_pairs

from bo_loop.campaign.ledger.state import CampaignState
from bo_loop.campaign.rounds.generated import origin, restricted
from bo_loop.propose import Candidates


def test_what_a_round_may_propose_by_hand():
    state = CampaignState(generated={"b": {"generator": "smc", "parents": ["a", "c"]}})
    pairs = pd.DataFrame({"smiles": ["a", "b", "b", "c"]})
    no = np.zeros(4, dtype=bool)
    candidates = Candidates(pool_pairs(4), open=~no, pending=no, answered=no, again=no)

    def under(size, **pool):
        return restricted(candidates, pairs, state, {"batch_size": size, "pool": pool})

    made = [False, True, True, False]
    assert under(5).cap.most == 5
    assert under(5, max_generated_share=0.5).cap.most == 3
    assert under(100, max_generated_share=0.07).cap.most == 7
    assert under(1, max_generated_share=0.1).cap.rows.tolist() == made
    assert under(5, generated=False).open.tolist() == [True, False, False, True]
    assert under(5, max_generated_share=0.0).open.tolist() == [True, False, False, True]
    assert restricted(candidates, pairs, CampaignState(), {}) is candidates
    assert origin(state, "b") == "; generated (smc) from a and c"
    assert origin(state, "a") == ""
