"""The n-gram model and SELFIES, by hand and by property."""

from collections import Counter

import numpy as np

from bo_loop.ligands.generators.language import END, NGram


def test_probabilities_are_relative_counts():
    model = NGram.trained(["ab", "ab", "ac"], order=2, least=1)
    rng = np.random.default_rng(0)
    drawn = Counter(model.next(("a",), rng) for _ in range(3_000))
    assert set(drawn) == {"b", "c"}
    assert 0.62 < drawn["b"] / 3_000 < 0.71
    assert {model.next((), rng) for _ in range(50)} == {"a"}
    assert {model.next(("a", "b"), rng) for _ in range(50)} == {END}


def test_a_context_that_is_rare_or_new_is_backed_off_from():
    texts = ["ab"] * 3 + ["xb", "ac"]
    rng = np.random.default_rng(0)
    after_new = {NGram.trained(texts, 3, 1).next(("z",), rng) for _ in range(200)}
    assert after_new == {"a", "b", "c", "x", END}  # what follows anything at all
    assert {NGram.trained(texts, 3, 1).next(("x",), rng) for _ in range(50)} == {"b"}
    rare = {NGram.trained(texts, 3, 2).next(("x",), rng) for _ in range(200)}
    assert rare == after_new


def test_a_text_is_completed_up_to_its_longest():
    model = NGram.trained(["aaaa"] * 5, order=2, least=1)
    rng = np.random.default_rng(0)
    texts = [model.completed(("a",), 6, rng) for _ in range(100)]
    assert {set(text) == {"a"} for text in texts} == {True}
    assert max(map(len, texts)) == 6
    assert model.completed(("a",) * 6, 6, rng) == ("a",) * 6
