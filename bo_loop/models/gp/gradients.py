"""How the prediction of a Gaussian process changes with each feature of the pairs asked for.

Symbols
-------
k, n, d     pairs asked for, training pairs, features
"""

from dataclasses import dataclass

from bo_loop.base.types import Floats


@dataclass(frozen=True)
class Gradients:
    """Predictive distribution of k pairs, and how it changes with each of d features.

    Parameters
    ----------
    mean, variance : (k,) float64
        Original units; the variance includes the learned noise.
    mean_slope, variance_slope : (k, d) float64
        Per unit of the feature, in the order of `PairFeatures.dense`.
    """

    mean: Floats
    variance: Floats
    mean_slope: Floats
    variance_slope: Floats

    def squared_relevance(self) -> tuple[Floats, Floats]:
        """r² per unit of each feature: the mean's part and the variance's; (k, d) each."""
        v = self.variance[:, None]
        return 0.5 * self.mean_slope**2 / v, 0.25 * self.variance_slope**2 / v**2
