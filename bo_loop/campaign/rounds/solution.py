"""What a campaign's model makes of a pair in water: species, and joint draws of their constants.

Symbols
-------
S      draws
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from bo_loop.acquisition.objectives.items import Items, normals
from bo_loop.base.config import build
from bo_loop.base.types import Floats
from bo_loop.campaign.ledger.state import CampaignState
from bo_loop.campaign.record import Record
from bo_loop.campaign.results.at_pH import Mixed
from bo_loop.campaign.rounds.fitted import fitted
from bo_loop.chemistry.ligands import deprotonated_charge
from bo_loop.protonation import proton_pairs
from bo_loop.solution.distribution import system_of
from bo_loop.solution.embedded import LIGAND, species_name
from bo_loop.solution.mixed import DOUBT, pk_of_mhl
from bo_loop.solution.species import PROTON, Species, System
from bo_loop.surrogate import Surrogate

DRAWS = 128


def _estimated(draws: Floats, charge: int) -> Floats:
    """Estimate pK of MHL, the mean first, by draws (S + 1, 1 + J) of log β and log β^H."""
    doubt = np.random.default_rng(0).permutation(normals(1, DRAWS)[:, 0])
    acids = np.pad(draws[:, 1:], ((0, 0), (0, 3)), constant_values=-np.inf)
    return pk_of_mhl(draws[:, 0], acids, charge) + DOUBT * np.r_[0.0, doubt]


@dataclass(frozen=True)
class Predicted:
    """A metal ion and a ligand in water, as a model has them.

    Parameters
    ----------
    system : System
        With the means of the constants.
    log_beta : (S, species) float64
        Joint draws of those of the model; the others as they are.
    """

    system: System
    log_beta: Floats


def last_model(record: Record, state: CampaignState) -> Surrogate | None:
    """Return the model of the last round, built again; None without one that knows pKa."""
    if not state.rounds or not record.knows_acids:
        return None
    made = state.rounds[-1]
    seen, settings = record.behind(made)
    known = (
        record.schema(seen),
        build(settings["model"]),
        record.literature,
        record.pool_of(seen),
        seen,
        record.memory,
    )
    return fitted(*known, hyperparameters=made.hyperparameters).surrogate


def predicted(
    surrogate: Surrogate,
    pair: pd.Series,
    *,
    mhl: bool,
    mixed: Mixed | None = None,
    **conditions: float,
) -> Predicted:
    """Predict what a pair is in water.

    Parameters
    ----------
    surrogate : Surrogate
        One that knows pKa.
    pair : Series
        The pair columns.
    mhl : bool
        Whether to count MHL.
    mixed : Mixed, optional
        What finds its measured pK; where there is none, it is estimated (`bo_loop.solution.mixed`).
    **conditions : float
        ``temperature_C`` and ``ionic_strength_M`` of the solution.
    """
    own = pd.DataFrame([pair]).assign(**conditions)
    protons = proton_pairs(own)
    rows = pd.concat([own, protons], ignore_index=True)
    posterior = surrogate.model.bind(surrogate.features_of(rows))
    joint = Items.of(posterior, np.arange(len(rows))[None, :])
    draws = np.vstack([joint.mean, joint.draws(DRAWS)[:, 0]])  # the means come first
    ion, n = f"{pair['metal']}+{int(pair['charge'])}", int(pair["n_ligands"])
    names = [species_name(ion, n, 0), *(species_name("", 1, int(k)) for k in protons["charge"])]
    parts = [{ion: 1, LIGAND: n}, *({LIGAND: 1, PROTON: int(k)} for k in protons["charge"])]
    measured = mixed(ion, str(pair["ligand_group"])) if mixed else np.nan
    if mhl and n == 1 and (len(protons) > 1 or np.isfinite(measured)):
        pk = measured if np.isfinite(measured) else _estimated(draws, int(pair["charge"]))
        draws = np.column_stack([draws, draws[:, 0] + pk])
        names, parts = [*names, species_name(ion, 1, 1)], [*parts, {ion: 1, LIGAND: 1, PROTON: 1}]
    strength = conditions["ionic_strength_M"]
    sds = draws[1:].std(axis=0)
    species = [
        Species(name, of, float(mean), strength, f"predicted, ± {sd:.2f}")
        for name, of, mean, sd in zip(names, parts, draws[0], sds, strict=True)
    ]
    system = system_of([ion], deprotonated_charge(str(pair["smiles"])), species)
    fixed = system.log_beta(strength, conditions["temperature_C"])
    log_beta = np.tile(fixed, (DRAWS, 1))
    log_beta[:, : len(species)] = draws[1:]
    return Predicted(system, log_beta)
