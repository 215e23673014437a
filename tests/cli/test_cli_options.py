from command_line import run


def test_choices_and_comments_come_from_the_config_files(tmp_path):
    printed = " ".join(run(tmp_path, "suggest", "--help").split())
    assert "batch_size=5" in printed
    assert "selectivity One metal over others" in printed
    assert "acquisition.max_per_ligand=null at most so many pairs of one ligand" in printed
    assert "objective.competitors" not in printed
    other = run(tmp_path, "suggest", "objective=selectivity", "--help")
    assert "objective.competitors=…" in other
    assert "model.terms=[metal * ligand * atoms" in other


def test_configs_of_ones_own_are_among_the_choices(tmp_path):
    (tmp_path / "conf" / "campaign").mkdir(parents=True)
    (tmp_path / "conf" / "campaign" / "mine.yaml").write_text("# @package _global_\n# My own.\n")
    printed = run(tmp_path, "start", "--help")
    assert "mine                        My own." in printed
    assert "nickel_chelators" in printed
