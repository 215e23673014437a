"""What every layer uses: errors, types passed between layers, public names, config, files."""

from bo_loop.base.names import lazy_exports

__getattr__ = lazy_exports(__name__, {"Dask": "cluster", "Local": "parallel"})
