"""From files to what is fitted: titrations, species with their constants, what is free."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bo_loop.base.errors import DataError
from bo_loop.lab.titration.checks import require_curve
from bo_loop.lab.titration.curve import Constant, Titration
from bo_loop.lab.titration.curve_file import CurveFile, read_curve
from bo_loop.lab.titration.known import Free, fixed_of, free_of, stated_species, water_of
from bo_loop.lab.titration.notation import read_species, species_name
from bo_loop.lab.titration.objective import Nuisance, Objective
from bo_loop.lab.titration.setup import components_of, nuisances_of, smiles_of, titration_of
from bo_loop.lab.titration.statement import Statement, read_statement, statement
from bo_loop.solution.species import PROTON, Species, System

_SHARED = ("metal", "ligand", "competitor", "temperature_C", "ionic_strength_M", "pK_w")
File = tuple[Path, bytes]


@dataclass(frozen=True)
class Experiment:
    """Titrations that are fitted together.

    Parameters
    ----------
    titrations : tuple of Titration
    metal, ligand, smiles : str
        As stated; the SMILES of the ligand where it is known, else "".
    charges : mapping of str to int
        Of the components but H⁺.
    symbols : mapping of str to str
        What stands for components in species.
    fixed : mapping of str to Species
        Species with known constants at the conditions, by canonical name; OH among them.
    free : mapping of str to (start or None, low, high)
        Species to refine, by canonical name.
    nuisances : tuple of Nuisance
    absorbing : tuple of str
        Species that have a signal; empty: all that may.
    non_negative : bool
    notes : list of str
        How everything was understood.
    """

    titrations: tuple[Titration, ...]
    metal: str
    ligand: str
    smiles: str
    charges: Mapping[str, int]
    symbols: Mapping[str, str]
    fixed: Mapping[str, Species]
    free: Free
    nuisances: tuple[Nuisance, ...] = ()
    absorbing: tuple[str, ...] = ()
    non_negative: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def ionic_strength_M(self) -> float:
        """Of the solutions."""
        return self.titrations[0].cell.ionic_strength_M

    @property
    def temperature_C(self) -> float:
        """Of the solutions."""
        return self.titrations[0].cell.temperature_C

    def named(self, texts: Iterable[str]) -> dict[str, str]:
        """Return canonical names of species by what was written."""
        return {text: species_name(read_species(text, self.symbols)) for text in texts}

    def require_absorbing(self) -> None:
        """Refuse species that are said to have a signal and are in no balance.

        Raises
        ------
        DataError
        """
        every = {*self.charges, PROTON, *self.fixed, *self.free}
        unknown = [name for name in self.absorbing if name not in every]
        if unknown:
            raise DataError(
                f"absorbing names {', '.join(unknown)}, of which no constant is known or refined."
            )

    def objective(
        self, free: Free | None = None, more: Sequence[Nuisance] = ()
    ) -> tuple[Objective, tuple[Constant, ...]]:
        """Return what is minimised with these species free, by canonical name, and the constants.

        Parameters
        ----------
        free : mapping, optional
            In place of those stated.
        more : sequence of Nuisance
            Refined too.
        """
        free = self.free if free is None else free
        fixed = {name: each for name, each in self.fixed.items() if name not in free}
        constants = [
            Constant(dict(each.parts), each.log_beta, source=each.source) for each in fixed.values()
        ]
        species = list(fixed.values())
        for name, (start, low, high) in free.items():
            parts = read_species(name, self.symbols)
            constants.append(Constant(parts, start, True, low, high))
            species.append(Species(name, parts, start or 0.0, self.ionic_strength_M))
        system = System(self.charges, tuple(species))
        every = [*system.components, *(each.name for each in species)]
        seen = tuple(every.index(name) for name in self.absorbing if name in every)
        made = Objective(
            self.titrations,
            system,
            np.array([each.log_beta for each in species]),
            tuple(range(len(fixed), len(species))),
            (*self.nuisances, *more),
            seen or None,
            self.non_negative,
        )
        return made, tuple(constants)


def experiment(
    curves: Sequence[File],
    cells: Sequence[File] = (),
    *,
    species: Sequence[str] | None = None,
    fixed: Mapping[str, float] | None = None,
) -> Experiment:
    """Read titrations and what was in their cells.

    Parameters
    ----------
    curves : sequence of (Path, bytes)
    cells : sequence of (Path, bytes)
        YAML files: one for all, or one for each curve. What a curve's own file states above its
        table goes first.
    species : sequence of str, optional
        Those to refine, in place of what is stated.
    fixed : mapping of str to float, optional
        log β of all other species, in place of what is stated or embedded.

    Raises
    ------
    DataError
        If a file cannot be read, or something needed is not stated.
    """
    read, said = _read(curves, cells)
    first = _shared(said)
    notes = [note for one in read for note in one.notes]
    components, charges, symbols = components_of(first, notes)
    water = water_of(first)
    made = tuple(
        titration_of(path.name, one, each, components, charges, -water.log_beta, notes)
        for (path, _), one, each in zip(curves, read, said, strict=True)
    )
    for one in made:
        require_curve(one)
    smiles = smiles_of(first.texts.get("ligand", ""))
    free = free_of(first, species, symbols)
    _require_reagents(made, free, symbols)
    if fixed is None:
        known = fixed_of(first, charges, symbols, free, notes)
    else:
        known = stated_species(fixed, symbols, first.number("ionic_strength_M", 0.1))
    known = {**known, water.name: known.get(water.name, water)}
    return Experiment(
        made,
        components.get("metal", ""),
        first.texts.get("ligand", ""),
        smiles,
        charges,
        symbols,
        known,
        free,
        nuisances_of(made, said),
        tuple(_absorbing(first, symbols, components)),
        first.switches.get("non_negative", False),
        notes,
    )


def _read(curves: Sequence[File], cells: Sequence[File]) -> tuple[list[CurveFile], list[Statement]]:
    if not curves:
        raise DataError("no curve is given: name the file of a titration.")
    seen: dict[bytes, Path] = {}
    for path, content in curves:
        if content in seen:
            raise DataError(f"{path} is the same as {seen[content]}: a curve counts once.")
        seen[content] = path
    if len(cells) not in (0, 1, len(curves)):
        raise DataError(
            f"there are {len(curves)} curves and {len(cells)} files of what was in the cell: give "
            "one for all of them, or one for each."
        )
    read = [read_curve(path, content) for path, content in curves]
    stated = [read_statement(path, content) for path, content in cells] or [{}]
    stated = stated * len(curves) if len(stated) == 1 else stated
    found = []
    for (path, _), one, common in zip(curves, read, stated, strict=True):
        where = f"{path}" + (f" with {cells[0][0]}" if cells else "")
        found.append(statement({**common, **one.stated}, where))
    return read, found


def _shared(said: Sequence[Statement]) -> Statement:
    """Return the first statement, once what belongs to all titrations agrees."""
    first = said[0]
    for name in _SHARED:
        values = {s.texts.get(name) or (s.numbers[name].value if name in s.numbers else None)
                  for s in said}  # fmt: skip
        if len(values) > 1:
            shown = ", ".join(map(str, sorted(values, key=str)))
            raise DataError(f"{name} differs between the titrations ({shown}): fit them apart.")
    return first


def _require_reagents(
    made: Sequence[Titration], free: Iterable[str], symbols: Mapping[str, str]
) -> None:
    """Refuse species to refine of what no solution holds."""
    wanted = {part: name for name in free for part in read_species(name, symbols)}
    for role, component in made[0].cell.components.items():
        if component in wanted and not any(role in one.cell.reagents for one in made):
            raise DataError(
                f"{wanted[component]} is to be refined, but no solution holds {component}: give "
                f"{role}_M, or burette_{role}_M."
            )


def _absorbing(
    said: Statement, symbols: Mapping[str, str], components: Mapping[str, str]
) -> Iterable[str]:
    for text in said.lists.get("absorbing", ()):
        yield symbols[text] if text in symbols else species_name(read_species(text, symbols))
