"""What every test starts from: a cache of its own, and one BLAS thread a worker."""

import os

import pytest

# Two workers on two cores would fight for them; read when torch and NumPy are loaded.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")


@pytest.fixture(autouse=True, scope="session")
def descriptor_cache(tmp_path_factory):
    """Tests neither read nor fill the user's cache; all workers of a run share one folder."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BO_LOOP_CACHE", str(shared / "cache"))
        yield
