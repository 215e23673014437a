"""The packages of the optional extra ``lab``, and one message where they are missing."""

import importlib
from types import ModuleType

from bo_loop.base.errors import ConfigError


def lab_package(name: str) -> ModuleType:
    """Import a package of the extra ``lab``.

    Raises
    ------
    ConfigError
        If it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"The package {error.name} is not installed. What reads instruments needs the extra "
            "lab: pip install 'bo-loop[lab]'."
        ) from error
