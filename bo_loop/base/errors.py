"""Errors: what was given, why it is wrong, what to do about it.

Whatever goes wrong through bad input, a bad file or a numerical failure is raised as a
`BoLoopError` whose text is fit to be shown to a chemist as it is. The command line prints it
and exits with code 2; anything else is a bug and keeps its traceback.
"""

from collections.abc import Sequence


class BoLoopError(Exception):
    """Base of every error that bo_loop raises on purpose."""


class ConfigError(BoLoopError):
    """A config names something that does not exist, or gives an option a value it cannot take."""


class DataError(BoLoopError):
    """A table, a structure or a value cannot be used.

    Parameters
    ----------
    message : str
        One sentence: what is wrong, and where.
    problems : sequence of str, optional
        One line for each bad row or value; all of them, not the first.
    """

    def __init__(self, message: str, problems: Sequence[str] = ()):
        self.problems = tuple(problems)
        super().__init__("\n".join([message, *(f"  - {p}" for p in self.problems)]))


class FitError(BoLoopError):
    """A model could not be fitted, and no safe answer exists."""


class CampaignError(BoLoopError):
    """A campaign's directory, ledger or state does not allow what was asked."""
