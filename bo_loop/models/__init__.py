"""Gaussian processes for log β."""

from bo_loop.base.names import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "BetaGP": "staged.beta_gp",
        "ForwardSelection": "explain.forward_selection",
        "MaternGP": "matern_gp",
        "PairGP": "pair_gp",
        "Transfer": "transfer",
    },
)
