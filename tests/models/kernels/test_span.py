from types import SimpleNamespace

import pytest
import torch

from bo_loop.models.kernels.span import Span

METAL = torch.tensor([[0.0, 0.0], [1.0, 2.0]], dtype=torch.float64)
SPAN = Span(METAL, torch.zeros(2, dtype=torch.float64), 5.0)
INSIDE = torch.tensor([[0.5, 1.0]], dtype=torch.float64)
FAR = torch.tensor([[0.5, 1e9]], dtype=torch.float64)
NO_N = torch.zeros(1, dtype=torch.float64)
VALUES = SimpleNamespace(
    slopes=torch.tensor([1.0, 0.5], dtype=torch.float64),
    number_slope=torch.tensor(0.3, dtype=torch.float64),
    metal=torch.tensor([1.0, 2.0], dtype=torch.float64),
    variances=torch.tensor([100.0], dtype=torch.float64),
)
PLAIN = SimpleNamespace(terms=[SimpleNamespace(ligand=())])


def test_within_the_span_nothing_is_bent_and_nothing_fades():
    # 0.5 · 1.0 + 1.0 · 0.5
    assert float(SPAN.log_amplitude(VALUES, INSIDE, NO_N)) == pytest.approx(1.0)
    assert float(SPAN.fading(PLAIN, VALUES, INSIDE, METAL[:1])) == pytest.approx(1.0)


def test_a_log_amplitude_leaves_the_known_range_by_a_fifth_at_most():
    score = SPAN.log_amplitude(VALUES, METAL[1:] + 0.01, NO_N)
    assert 2.0 < float(score) <= 2.2
    assert float(SPAN.log_amplitude(VALUES, FAR, NO_N)) == pytest.approx(2.0)  # the largest known


def test_an_ion_like_none_keeps_a_prior_of_its_own():
    # sd 7 of a prior whose sd is 10: c = 49 / 100; all that is known is forgotten.
    assert float(SPAN.own_fading(PLAIN, VALUES, FAR)) == pytest.approx(0.49)
    assert float(SPAN.fading(PLAIN, VALUES, FAR, INSIDE)) == pytest.approx(0.0, abs=1e-8)
    angle = torch.tensor(1.0).atan()  # one lengthscale beyond
    beyond = torch.tensor([[2.0, 1.0]], dtype=torch.float64)
    assert float(SPAN.fading(PLAIN, VALUES, beyond, INSIDE)) == pytest.approx(float(angle.cos()))


def test_own_fading_is_the_diagonal():
    ions = torch.cat([METAL, METAL + 3.0])
    torch.testing.assert_close(
        SPAN.own_fading(PLAIN, VALUES, ions), SPAN.fading(PLAIN, VALUES, ions, ions).diagonal()
    )
