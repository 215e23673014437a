"""Features of metal ions and ligands, stored once each and joined by row."""

from bo_loop.base.names import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "ChemistryRecipe": "recipes.chemistry",
        "PublishedRecipe": "recipes.published",
        "describe": "registry",
    },
)
