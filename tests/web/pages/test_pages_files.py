"""Files of a campaign that pages link to."""

import pytest

from bo_loop.web import texts


def get(visit, path):
    answers = []

    async def story(visitor):
        answers.append(await visitor.http_client.get(path))

    visit(story)
    return answers[0]


def test_the_form_of_a_round_has_a_name_of_its_own(visit, desk):
    answer = get(visit, "/files/small/form/1")
    assert answer.content.startswith(b"PK")
    assert "small-round-1.xlsx" in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    "path", ["small/form/2", "small/report.html", "small/ranking.csv", "absent/form/1"]
)
def test_what_is_not_there_is_not_found(visit, desk, path):
    assert get(visit, f"/files/{path}").status_code == 404


def test_the_viewer_of_complexes_is_served(visit, desk):
    for path in ("/viewer/3Dmol-min.js", "/viewer/viewer.js", "/static/complex.js"):
        answer = get(visit, path)
        assert "javascript" in answer.headers["content-type"]
        assert len(answer.content) > 500


def test_a_report_is_served_but_nothing_that_it_points_to(visit, desk, tmp_path):
    report = desk.directory / "small" / "report.html"
    report.write_text("<p>report</p>")
    assert get(visit, "/files/small/report.html").text == "<p>report</p>"
    report.unlink()
    (tmp_path / "secret").write_text("secret")
    report.symlink_to(tmp_path / "secret")
    assert get(visit, "/files/small/report.html").json()["detail"] == texts.NO_FILE
