import subprocess
import sys

import pandas as pd
import pytest
from mendeleev.fetch import fetch_table as mendeleevs_own

from bo_loop.features.blocks.mendeleev_tables import fetch_table


@pytest.mark.parametrize(
    "name", ["elements", "ionicradii", "ionizationenergies", "phasetransitions"]
)
def test_tables_are_those_that_mendeleev_gives(name):
    pd.testing.assert_frame_equal(fetch_table(name), mendeleevs_own(name), check_exact=True)


def test_metal_ions_are_described_without_importing_mendeleev():
    code = (
        "import sys\n"
        "from bo_loop.chemistry.ions import MetalIon\n"
        "from bo_loop.features.blocks.bonding import bonding\n"
        "from bo_loop.features.blocks.properties import properties\n"
        "properties([MetalIon('Cu', 2)]); bonding([MetalIon('Cu', 2)])\n"
        "print(sorted({'mendeleev', 'sqlalchemy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
