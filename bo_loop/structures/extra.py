"""The packages of the optional extra ``structures``, and one message where they are missing."""

import importlib
from types import ModuleType

from bo_loop.base.errors import ConfigError


def structures_package(name: str) -> ModuleType:
    """Import a package of the extra ``structures``.

    Raises
    ------
    ConfigError
        If it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"The package {error.name} is not installed. Structures need the extra structures: "
            "pip install 'bo-loop[structures]'."
        ) from error
