"""What `bo-loop start` says that a campaign rests on."""

from types import SimpleNamespace

from bo_loop.cli.console import CONSOLE
from bo_loop.cli.verbs.start import _say_what_is_remembered, _say_what_it_rests_on
from bo_loop.data import Minteq
from bo_loop.data.property import LOG_BETA


def test_start_says_what_a_memory_is_and_how_far_it_was_off(capsys):
    scores = {"unseen ligands, n = 1": {"MAE": "1.30"}}
    card = {"name": "log_beta", "training": {"sources": {"NIST SRD 46": 5}}, "scores": scores}
    memory = SimpleNamespace(card=card, pairs=[1, 2, 3], about=lambda: LOG_BETA)
    _say_what_is_remembered(memory, 20, CONSOLE)
    told = " ".join(capsys.readouterr().out.split())
    assert told == (
        "This rests on 20 constants and on the memory log_beta: 3 pseudo-observations of a model "
        "of NIST SRD 46. Of ligands that it had never seen, log β (n = 1) was missed by 1.30 on "
        "average. data.memory=none does without it."
    )


def test_start_quotes_the_stored_validation_of_the_embedded_constants_only(capsys):
    constants = Minteq().read().assign(ligand_group=lambda rows: rows["smiles"])
    _say_what_it_rests_on(constants, CONSOLE)
    told = " ".join(capsys.readouterr().out.split())
    assert told.startswith(f"This rests on {len(constants)} constants of ")
    assert "misses log β (n = 1) by 2.4 on average" in told
    _say_what_it_rests_on(constants.iloc[1:], CONSOLE)
    assert capsys.readouterr().out == ""
