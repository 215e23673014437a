from small_chemistry import LIGANDS, filters, known, score

from bo_loop.base.progress import heard_by
from bo_loop.ligands.filters import Funnel
from bo_loop.ligands.generators.mutate import Mutate
from bo_loop.ligands.survivors import collect, most_different


def test_the_most_different_are_picked():
    ligands = ["NCC(=O)O", "NCCC(=O)O", "c1cnc2c(c1)ccc1cccnc12", "NCCCC(=O)O"]
    assert 2 in most_different(ligands, 2, seed=0)
    assert most_different(ligands, 9, seed=0) == [0, 1, 2, 3]


def test_collecting_stops_at_what_was_asked_for_and_at_the_attempts():
    funnel = Funnel(filters(), LIGANDS)
    heard = []
    with heard_by(lambda *said: heard.append(said)):
        kept = collect(
            Mutate(), known(), score, funnel, n=5, oversample=2.0, attempts=100, seed=3
        )  # fmt: skip
    assert len(kept) == 5
    assert heard[0] == ("new ligands", 1, 10, "")
    assert heard[-1] == ("new ligands", 10, 10, "")
    assert funnel.counts["too like another"] == 5
    nothing = Funnel(filters(min_similarity=1.0), LIGANDS)
    few = collect(
        Mutate(), known(), score, nothing, n=5, oversample=1.0, attempts=4, seed=3
    )  # fmt: skip
    assert few == []
    assert nothing.counts["proposed"] == 20
