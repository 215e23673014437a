"""A few known ligands, each worth its number of oxygens, and the filters of conf/expand.yaml."""

from itertools import islice
from pathlib import Path

import numpy as np
import yaml

from bo_loop.base.config import build
from bo_loop.base.errors import DataError
from bo_loop.chemistry.ligands import standardise
from bo_loop.ligands.generators.base import Known
from bo_loop.ligands.generators.strings import flat

CONF = Path(__file__).parents[1] / "conf"

LIGANDS = tuple(
    standardise(smiles)
    for smiles in (
        "OC(=O)CN(CC(O)=O)CCN(CC(O)=O)CC(O)=O",  # EDTA
        "OC(=O)CN(CC(O)=O)CC(O)=O",  # NTA
        "NCC(O)=O",  # glycine
        "NCCN",
        "OC(=O)c1ccccn1",
        "Oc1ccccc1O",
        "Oc1ccccc1C(O)=O",
        "Cc1ccc(O)c(O)c1",
        "c1cnc2c(c1)ccc1cccnc12",
        "Brc1cc2cccnc2c2ncccc12",
        "NCCNCCN",
        "OC(=O)CC(O)(C(O)=O)CC(O)=O",
    )
)


def worth(smiles):
    return float(flat(smiles).upper().count("O"))


def score(structures):
    """Mean: the number of oxygens, sd 1; nan for what is not a molecule."""
    values = []
    for text in structures:
        try:
            values.append(worth(text))
        except DataError:
            values.append(np.nan)
    return np.array(values), np.where(np.isnan(values), np.nan, 1.0)


def known(ligands=LIGANDS):
    return Known.ranked(ligands, np.array([worth(smiles) for smiles in ligands]))


def made(generator, n, seed=0, ligands=LIGANDS):
    """The first n candidates."""
    rng = np.random.default_rng(seed)
    return list(islice(generator.propose(known(ligands), score, rng), n))


def option(name, **changes):
    node = yaml.safe_load((CONF / "generator" / f"{name}.yaml").read_text(encoding="utf-8"))
    return build(node | changes)


def filters(**changes):
    node = yaml.safe_load((CONF / "expand.yaml").read_text(encoding="utf-8"))["filters"]
    return build(node | changes)
