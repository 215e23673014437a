"""What water does to a metal ion at a pH, as objectives need it."""

from functools import lru_cache

from bo_loop.base.errors import ConfigError
from bo_loop.chemistry.ions import parse_ion


@lru_cache(maxsize=256)
def log_alpha_metal(ion: str, pH: float, ionic_strength_M: float) -> float:
    """Return log10 α_M of a metal ion: all its mononuclear hydroxo species over the bare ion.

    Parameters
    ----------
    ion : str
        Such as ``Fe+3``.
    pH : float
        −log10 of the activity of H⁺.
    ionic_strength_M : float

    Raises
    ------
    ConfigError
        If the embedded databases have no hydrolysis constant of the ion.
    DataError
        If the ionic strength is beyond Davies' equation.
    """
    # Here, for `bo-loop status` builds objectives, and reads databases only for those with a pH.
    from bo_loop.solution.conditional import log_alpha
    from bo_loop.solution.embedded import hydrolysis
    from bo_loop.solution.species import System

    species = hydrolysis(ion)
    if not species:
        raise ConfigError(
            f"objective.pH: the embedded databases have no hydrolysis constant of {ion}, so what "
            "is left of it at a pH is not known. Leave it out, or compare without pH "
            "(objective.pH=null)."
        )
    system = System({ion: parse_ion(ion).charge}, species)
    return float(log_alpha(system, ion, pH, ionic_strength_M=ionic_strength_M)[0])
