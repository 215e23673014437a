import numpy as np
import pytest

from bo_loop.acquisition.objectives.side_reactions import log_alpha_metal


def test_hydroxide_takes_from_a_metal_ion_what_its_constants_say():
    # Ni(OH) -9.54, Ni(OH)2 -18.0: 1 + 10^-0.54 + 10^0 at pH 9 and I = 0
    assert log_alpha_metal("Ni+2", 9.0, 0.0) == pytest.approx(np.log10(2 + 10**-0.54), abs=1e-9)
    assert log_alpha_metal("Fe+3", 7.4, 0.1) > 9
    assert log_alpha_metal("Ca+2", 7.4, 0.1) < 1e-5
