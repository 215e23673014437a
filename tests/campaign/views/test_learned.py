from bo_loop.campaign.views.learned import sources_told


def test_used_and_dropped_sources_are_told():
    used, dropped = {"used": True, "slope": 1.234, "slope_sd": 0.1}, {"used": False}
    errors = {"with": 0.5, "with_all": 0.61, "without": 0.9}
    assert sources_told({"n_rows": 3}) == ""
    assert sources_told({"sources": {"model:m": used}, "left_out_mae": errors}) == (
        "Learns from model:m (slope 1.23 ± 0.10 per sd of what it predicts). "
        "Ligands left out are missed by 0.50 with what is used, 0.90 without any."
    )
    alike = {"sources": {"model:m": used}, "left_out_median": errors, "alike": "model:m"}
    assert sources_told(alike).endswith(
        "it predicts). Pairs count as alike as by model:m. Half of the ligands left out are missed "
        "by at most 0.50 with what is used, 0.90 without any."
    )
    both = {"model:m": used, "campaign:c": dropped}
    assert sources_told({"sources": both, "left_out_mae": errors}).endswith(
        "Dropped, since the data are met no better with it: campaign:c. Ligands left out are "
        "missed by 0.50 with what is used, 0.61 with all sources, 0.90 without any."
    )
    none = {"sources": {"model:m": dropped}, "left_out_mae": errors}
    assert sources_told(none) == (
        "Learns from no other model. Dropped, since the data are met no better with it: model:m. "
        "Ligands left out are missed by 0.61 with all sources, 0.90 without any."
    )
