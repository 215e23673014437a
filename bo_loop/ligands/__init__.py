"""New ligands: generators, filters, expansion."""

from bo_loop.base.names import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "Crossover": "generators.crossover",
        "Filters": "filters",
        "Mutate": "generators.mutate",
        "SMC": "generators.smc",
        "Substituents": "generators.substituents",
    },
)
