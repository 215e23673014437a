"""Who recorded something, by which packages, and what was recorded."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_PACKAGES = ("bo-loop", "torch", "gpytorch", "botorch", "numpy", "scipy", "rdkit")


@dataclass(frozen=True)
class Recorded:
    """What a verb added to the ledger.

    Parameters
    ----------
    recorded : DataFrame
        The new events, as in `Record.history`; empty if the ledger held them already.
    notice : str
        What the user has to know of the ledger; may be empty.
    """

    recorded: "pd.DataFrame"
    notice: str


def who(operator: str | None) -> str:
    """Return `operator`, or the login name where none is given; "" if there is not even that."""
    if operator is not None:
        return operator
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user: some containers
        return ""


def versions() -> dict[str, str]:
    """Return the versions of the packages on which numbers may depend."""
    from importlib.metadata import version  # a tenth of the start of `bo-loop status`

    return {package: version(package) for package in _PACKAGES}
