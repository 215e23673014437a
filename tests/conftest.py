"""What every test starts from: a cache of its own, and one BLAS thread a worker."""

import os

import pytest

# Two workers on two cores would fight for them; read when torch and NumPy are loaded.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")


@pytest.fixture(autouse=True, scope="session")
def no_packaged_memory():
    """Campaigns of tests do without the packaged memory, which costs seconds a round.

    Those that are about it take `packaged_memory`.
    """
    from bo_loop.campaign import starting

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(starting, "NO_MEMORY", (*starting.NO_MEMORY, "log_beta"))
        yield


@pytest.fixture
def packaged_memory(monkeypatch):
    """Let campaigns know the packaged memory, as they do when they are started by a user."""
    from bo_loop.campaign import starting

    known = tuple(name for name in starting.NO_MEMORY if name != "log_beta")
    monkeypatch.setattr(starting, "NO_MEMORY", known)


@pytest.fixture(autouse=True, scope="session")
def descriptor_cache(tmp_path_factory):
    """Tests neither read nor fill the user's cache; all workers of a run share one folder."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BO_LOOP_CACHE", str(shared / "cache"))
        yield
