"""Packages of optional extras, and one message where they are missing."""

import importlib
from types import ModuleType

from bo_loop.base.errors import ConfigError

_WHAT = {
    "app": "bo-loop app",
    "dask": "compute=dask",
    "lab": "What reads instruments",
    "structures": "What computes structures",
}


def optional(extra: str, package: str) -> ModuleType:
    """Import a package of an optional extra.

    Parameters
    ----------
    extra : {"app", "dask", "lab", "structures"}
        Of ``pip install 'bo-loop[extra]'``.
    package : str
        Name to import.

    Raises
    ------
    ConfigError
        If it, or a package that it needs, is not installed.
    """
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"The package {error.name} is not installed. {_WHAT[extra]} needs the extra {extra}: "
            f"pip install 'bo-loop[{extra}]'."
        ) from error
