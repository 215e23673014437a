"""The pairs of a kernel matrix by what they are made of: distinct settings, distinct ligands.

Symbols
-------
u_a     settings: a metal ion, a number of ligands, conditions
u_b     ligands
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from bo_loop.base.types import MEASURED, Floats, PairFeatures, compared
from bo_loop.models.kernels.layout import COUNTS, NUMBER
from bo_loop.models.kernels.span import Span


@dataclass(frozen=True)
class Tables:
    """Features of all metals and ligands there are.

    Parameters
    ----------
    metal : (n_metals, d_m) float64 tensor
    ligand : (n_ligands, d_l) float64 tensor
    counts : mapping of str to (n_ligands, d) uint8 tensor
    measured : (n_ligands, d_s) float64 tensor
        nan where a value is missing.
    group : (n_ligands,) int64 tensor
        `PairFeatures.ligand_group`.
    setting : tuple of int
        Columns of X that make a setting: the metal's row, and what of the pair has a lengthscale.
    number : int or None
        Column of n among the features of the pair, if there is one.
    spread : float
        As in `PairFeatures`.
    """

    metal: Tensor
    ligand: Tensor
    counts: dict[str, Tensor]
    measured: Tensor
    group: Tensor
    setting: tuple[int, ...]
    number: int | None
    spread: float

    @classmethod
    def of(cls, features: PairFeatures, device: torch.device) -> "Tables":
        """Take the tables of `features`."""

        def joined(tables: dict[str, Floats], n: int) -> Tensor:
            stacked = np.hstack([np.empty((n, 0)), *tables.values()])
            return torch.as_tensor(stacked, dtype=torch.float64, device=device)

        names = features.names["pair"]
        pair = [name for name in names if compared(name)]
        metals, ligands = (
            len(next(iter(side.values()))) for side in (features.metal, features.ligand)
        )
        return cls(
            metal=joined(features.metal, metals),
            ligand=joined(
                {b: t for b, t in features.ligand.items() if b not in (*COUNTS, MEASURED)}, ligands
            ),
            measured=joined({b: t for b, t in features.ligand.items() if b == MEASURED}, ligands),
            group=torch.as_tensor(features.ligand_group, device=device),
            counts={
                b: torch.as_tensor(t, device=device)
                for b, t in features.ligand.items()
                if b in COUNTS
            },
            setting=(0, *(2 + names.index(name) for name in pair)),
            number=pair.index(NUMBER) if NUMBER in pair else None,
            spread=features.spread,
        )

    def gather(self, x: Tensor) -> "Side":
        """Keep the distinct settings and ligands of the pairs `x` (n, 2 + d_p)."""
        settings, setting_row = torch.unique(x[:, self.setting], dim=0, return_inverse=True)
        ligands, ligand_row = torch.unique(x[:, 1].long(), return_inverse=True)
        return self._side(settings, ligands, setting_row, ligand_row)

    def each(self, x: Tensor) -> "Side":
        """Give every pair of `x` (n, 2 + d_p) a setting and a ligand of its own."""
        rows = torch.arange(len(x), device=x.device)
        return self._side(x[:, self.setting], x[:, 1].long(), rows, rows)

    def _side(
        self, settings: Tensor, ligands: Tensor, setting_row: Tensor, ligand_row: Tensor
    ) -> "Side":
        return Side(
            self.metal[settings[:, 0].long()],
            settings[:, 1:],
            self.ligand[ligands],
            {block: counts[ligands] for block, counts in self.counts.items()},
            self.measured[ligands],
            self.group[ligands],
            self.number,
            self.spread,
            setting_row,
            ligand_row,
        )


@dataclass(frozen=True)
class Side:
    """The pairs of one side of a kernel matrix: distinct settings and ligands, and rows in them.

    Parameters
    ----------
    metal : (u_a, d_m) float64 tensor
    pair : (u_a, d_p) float64 tensor
    ligand : (u_b, d_l) float64 tensor
    counts : mapping of str to (u_b, d) uint8 tensor
    measured : (u_b, d_s) float64 tensor
    group : (u_b,) int64 tensor
    number : int or None
    spread : float
    setting_row, ligand_row : (n,) int64 tensor
    """

    metal: Tensor
    pair: Tensor
    ligand: Tensor
    counts: dict[str, Tensor]
    measured: Tensor
    group: Tensor
    number: int | None
    spread: float
    setting_row: Tensor
    ligand_row: Tensor

    @property
    def log_n(self) -> Tensor:
        """Log of the number of ligands; 0 where the features do not say; (u_a,)."""
        if self.number is None:
            return self.pair.new_zeros(len(self.pair))
        return self.pair[:, self.number].clamp_min(0.5).log()

    def span(self) -> Span:
        """Return what the pairs span."""
        return Span(self.metal, self.log_n, self.spread)
