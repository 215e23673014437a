"""Drawings of ligands."""

import re
from functools import lru_cache

from markupsafe import Markup
from rdkit.Chem.Draw import rdMolDraw2D

from bo_loop.chemistry.pictures import drawn

# Class names, comments and defaults say nothing, and are most of a drawing's bytes.
_NOISE = re.compile(
    r" class='[^']*'|<!--.*?-->\s*|fill-rule:evenodd;|;stroke-linecap:butt|;stroke-linejoin:miter"
    r"|;stroke-opacity:1(?=[;'])|\s+xmlns:\w+='[^']*'|\s+xml:space='preserve'",
    flags=re.DOTALL,
)


@lru_cache(maxsize=4096)
def draw(smiles: str, width: int = 170, height: int = 120) -> Markup:
    """Return a structure as SVG of `width` × `height` pixels; small ligands are not blown up.

    Raises
    ------
    DataError
        If the SMILES cannot be read.
    """
    drawer = rdMolDraw2D.MolDraw2DSVG(width, height)
    options = drawer.drawOptions()
    options.clearBackground, options.bondLineWidth = False, 1.4
    text = _NOISE.sub("", drawn(smiles, drawer, 22))
    own = Markup('<svg role="img" aria-label="{}" ').format(smiles)
    return Markup(str(own) + text[text.index("<svg") + len("<svg ") :])
