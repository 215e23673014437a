"""Comparisons on known constants: of strategies, of models, of options."""

from bo_loop.base.names import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "ByCluster": "validate.folds",
        "ByLigand": "validate.folds",
        "ByMetal": "validate.folds",
        "EdgeOfDomain": "validate.splits",
        "LightGBM": "validate.boosted",
        "Random": "validate.folds",
        "Setting": "simulate.problem",
    },
)
