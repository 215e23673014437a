"""Literature, pools and tables."""

from bo_loop.base.names import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "CommonChelators": "pools:common_chelators",
        "Csv": "sources.csv:load",
        "KnownPairs": "pools:known_pairs",
        "Minteq": "sources.minteq:load",
        "TablePool": "pools:table",
    },
)
