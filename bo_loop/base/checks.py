"""Checks of options, each with one clear error."""

from math import inf, isfinite

from bo_loop.base.errors import ConfigError


def require_count(name: str, value: object, least: int = 1, *, optional: bool = False) -> None:
    """Check that an option is a whole number of at least `least`, or None if it is `optional`.

    Raises
    ------
    ConfigError
        Naming the option.
    """
    if optional and value is None:
        return
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        no_limit = ", or null for no limit" if optional else ""
        raise ConfigError(
            f"{name} is {value!r}: it must be a whole number of at least {least}{no_limit}."
        )


def require_number(
    name: str, value: object, *, least: float = -inf, above: float = -inf, most: float = inf
) -> None:
    """Check that an option is a finite number of at least `least`, above `above`, at most `most`.

    Raises
    ------
    ConfigError
        Naming the option.
    """
    number = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    if not number or value < least or value <= above or value > most:
        bounds = {" of at least": least, " above": above, " of at most": most}
        stated = ",".join(f"{what} {at:g}" for what, at in bounds.items() if abs(at) < inf)
        raise ConfigError(f"{name} is {value!r}: it must be a number{stated}.")
