"""Forward selection of features for both stages of `BetaGP`.

β1 comes first: what it predicts with its chosen features is among the inputs that βn chooses from.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from bo_loop.base.types import Rows
from bo_loop.models.explain.forward_selection import ForwardSelection, Selection, Task
from bo_loop.models.staged.beta_gp import BetaGP
from bo_loop.models.staged.beta_model import BETA_1, BETA_N, for_beta_n, stages_of
from bo_loop.models.stages import for_beta_1, scaling_of

Note = Callable[[str, int, int, float | None], None]


def choose_features(
    recipe: BetaGP, selection: ForwardSelection, task: Task, memory: dict[str, Any], note: Note
) -> tuple[BetaGP, dict[str, Selection]]:
    """Choose the features of each stage.

    Parameters
    ----------
    recipe : BetaGP
    selection : ForwardSelection
    task : Task
        All pairs, of every n.
    memory : dict
        Results so far, as for `ForwardSelection.run`: begin with an empty one.
    note : callable
        Called with the stage, the number of GPs done, the number expected and the last MAE.

    Returns
    -------
    tuple
        The recipe with the features chosen, and the selections by stage. A stage without pairs
        to train or to validate on keeps all features.

    Raises
    ------
    FitError
        If a covariance has no Cholesky factor, even with jitter.
    """
    stage = stages_of(task.features)
    found: dict[str, Selection] = {}

    def run(name: str, number: int, stage_task: Task) -> list[str] | None:
        train, valid = (rows[stage[rows] == number] for rows in (task.train, task.valid))
        if not len(train) or not len(valid):
            return None
        stage_task = replace(stage_task, train=train, valid=valid)
        found[name] = selection.run(
            stage_task,
            recipe.stage_recipe(),
            memory.setdefault(name, {}),
            lambda *progress: note(name, *progress),
        )
        return found[name].names

    names = run("beta_1", BETA_1, replace(task, features=for_beta_1(task.features, None)))
    recipe = replace(recipe, beta_1_features=names)
    more = task.train[stage[task.train] == BETA_N]
    seen = _with_beta_1(recipe, task, task.train[stage[task.train] == BETA_1], more, memory)
    names = run("beta_n", BETA_N, replace(task, features=seen))
    return replace(recipe, beta_n_features=names), found


def _with_beta_1(recipe: BetaGP, task: Task, ones: Rows, more: Rows, memory: dict[str, Any]) -> Any:
    """Return all pairs as βn sees them, by a β1 model of the training pairs `ones`."""
    if not len(ones) or not len(more):
        return for_beta_n(task.features, None, {}, None)
    data = task.features.take(ones), task.y[ones], task.noise_var[ones]
    if "beta_1_model" in memory:
        model = recipe.build(*data, memory["beta_1_model"])
    else:
        model = recipe.fit(*data)
        memory["beta_1_model"] = model.hyperparameters()
    scaling = scaling_of(model.source.inputs(task.features.take(np.asarray(more))))
    return for_beta_n(task.features, model.source, scaling, None)
