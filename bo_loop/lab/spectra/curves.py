"""A curve as it stands in a file, before anyone says what it is of."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bo_loop.base.types import Floats


@dataclass(frozen=True)
class Curve:
    """x and y as written.

    Parameters
    ----------
    x, y : (n,) float64
    x_unit, y_unit : str
        As written; empty where nothing says it.
    place : str
        Column or block; empty if the file is one curve.
    said : mapping of str to str
        What the file says about it: ``ligand``, ``method``, ``title``, temperature …
    """

    x: Floats
    y: Floats
    x_unit: str = ""
    y_unit: str = ""
    place: str = ""
    said: Mapping[str, str] = field(default_factory=dict)
