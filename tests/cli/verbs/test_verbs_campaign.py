"""What the verbs of a campaign say."""

from command_line import run


def test_how_many_structures_a_report_builds_is_a_count(tmp_path):
    said = run(tmp_path, "report", "name=none", "structures=-1", code=2)
    assert "structures is -1" in said
