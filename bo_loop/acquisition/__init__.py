"""What a pair is worth measuring, and which batch to measure."""

from bo_loop.base.names import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "Auto": "scores.auto",
        "Conditional": "objectives.aqueous",
        "Cost": "objectives.compound",
        "EI": "scores.functions",
        "Greedy": "scores.functions",
        "LogEI": "scores.functions",
        "MaxVariance": "scores.functions",
        "Maximise": "objectives.base",
        "Minimise": "objectives.base",
        "PI": "scores.functions",
        "PMetal": "objectives.aqueous",
        "PMetalSelectivity": "objectives.aqueous",
        "Pareto": "objectives.several",
        "QLogEI": "scores.joint",
        "QLogNEI": "scores.joint",
        "QUCB": "scores.joint",
        "Random": "scores.functions",
        "Range": "objectives.compound",
        "Selectivity": "objectives.compound",
        "Target": "objectives.compound",
        "Thompson": "scores.joint",
        "UCB": "scores.functions",
        "WeightedSum": "objectives.several",
    },
)
