from sample_traces import POOLS, TRACES

from bo_loop.studies.simulate import figures, summary

# Twenty pairs of value 0 … 19: the top 5 % is the best pair alone; 95 % of the way is 18.05.


def test_every_figure_is_drawn_as_png_and_svg(tmp_path):
    written = figures.draw(summary.curves(TRACES, POOLS), summary.scores(TRACES, POOLS), tmp_path)
    assert len(written) == 10
    for path in written:
        head = path.read_bytes()[:300]
        assert (
            head.startswith(b"\x89PNG") if path.suffix == ".png" else b"<svg" in path.read_bytes()
        )
