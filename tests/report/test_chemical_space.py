import numpy as np

from bo_loop.report.chemical_space import distances, fingerprints, layout


def test_tanimoto_distances():
    # 0 and 1 share one bit of three: distance 2/3. 2 shares nothing with them. 3 is 0 again.
    bits = np.array([[1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 1], [1, 1, 0, 0]], dtype=np.uint8)
    np.testing.assert_allclose(
        distances(bits), [[0, 2 / 3, 1, 0], [2 / 3, 0, 1, 2 / 3], [1, 1, 0, 1], [0, 2 / 3, 1, 0]]
    )


def test_the_map_is_the_same_twice_and_puts_like_by_like():
    acids = ["C" * n + "C(=O)O" for n in range(1, 13)]
    amines = ["c1ccncc1" + "C" * n + "N" for n in range(1, 13)]
    assert fingerprints(acids[:2]).shape == (2, 2048)
    places = layout([*acids, *amines])
    assert places.shape == (24, 2)
    np.testing.assert_array_equal(places, layout([*acids, *amines]))
    middles = places[:12].mean(0), places[12:].mean(0)
    spread = max(np.linalg.norm(p - m, axis=1).mean() for p, m in
                 zip((places[:12], places[12:]), middles, strict=True))  # fmt: skip
    assert np.linalg.norm(middles[0] - middles[1]) > spread
