"""Literature, pools and tables."""

from bo_loop.base.names import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "CommonChelators": "pools",
        "Csv": "sources.csv",
        "KnownPairs": "pools",
        "Minteq": "sources.minteq",
        "TablePool": "pools",
    },
)
