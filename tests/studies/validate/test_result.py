from bo_loop.studies.validate.result import file_name


def test_names_of_files_are_short_and_different():
    assert file_name("ligand_beta_gp model.folds=10") == "ligand_beta_gp-model.folds-10"
    lists = ["pair_gp model.terms=[metal * ligand]", "pair_gp model.terms=[metal, ligand]"]
    assert len({file_name(text) for text in lists}) == 2
    assert len(file_name("pair_gp " + "model.seed=1 " * 50)) < 100
