"""A titration: what was in the cell, and what was read after each addition."""

from dataclasses import dataclass, field, replace

from bo_loop.base.types import Floats, Mask
from bo_loop.lab.titration.cell import Cell

POTENTIOMETRIC, SPECTRA, SHIFTS, FLUORESCENCE = (
    "potentiometric",
    "spectrophotometric",
    "NMR",
    "fluorescence",
)
METHODS = (POTENTIOMETRIC, SPECTRA, SHIFTS, FLUORESCENCE)


@dataclass(frozen=True)
class Titration:
    """One titration.

    Parameters
    ----------
    name : str
        The file's.
    cell : Cell
    method : str
        One of `METHODS`.
    volume_mL : (B,) float64
        Of titrant, added in all.
    pH : (B,) float64, optional
        As measured. Fitted by a potentiometric titration; in the others it says what [H⁺] was, or
        else that follows from its total.
    signals : (B, K) float64, optional
        Absorbances, chemical shifts (ppm) or intensities.
    labels : tuple of str
        Wavelengths (nm) or nuclei, one a column of `signals`.
    observed : str
        Of chemical shifts and fluorescence: the component whose nuclei, or light, are seen.
    """

    name: str
    cell: Cell
    method: str
    volume_mL: Floats
    pH: Floats | None = None
    signals: Floats | None = None
    labels: tuple[str, ...] = ()
    observed: str = "L"

    def __len__(self) -> int:
        return len(self.volume_mL)

    def take(self, kept: Mask) -> "Titration":
        """Return the titration with only some of its points."""
        return replace(
            self,
            volume_mL=self.volume_mL[kept],
            pH=None if self.pH is None else self.pH[kept],
            signals=None if self.signals is None else self.signals[kept],
        )


@dataclass(frozen=True)
class Constant:
    """A species and what is known of its log β.

    Parameters
    ----------
    parts : mapping of str to int
        As of `bo_loop.solution.species.Species`.
    log_beta : float, optional
        Its value, or where to start; None: where the curve suggests.
    free : bool
        Whether it is refined.
    low, high : float
        Bounds of the refined value.
    source : str
        Where a fixed value is from.
    """

    parts: dict[str, int] = field(default_factory=dict)
    log_beta: float | None = None
    free: bool = False
    low: float = -60.0
    high: float = 80.0
    source: str = ""
