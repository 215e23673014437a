"""Import literature: read, curate, and write what was kept with a report of what was not."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from bo_loop.base import progress
from bo_loop.base.config import read
from bo_loop.base.errors import ConfigError
from bo_loop.base.files import write_once
from bo_loop.data.curation.curate import Curated, curate_as
from bo_loop.data.curation.findings import curation_report
from bo_loop.data.curation.steps import Step
from bo_loop.data.property import LOG_BETA, Property
from bo_loop.data.sources import csv as tables
from bo_loop.data.sources import srd46
from bo_loop.data.writing import refuse_output, table_bytes

SOURCES = ("srd46", "csv")
_USUAL: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Imported:
    """What an import read, kept and wrote.

    Parameters
    ----------
    curated : Curated
        What curation made of the observations.
    read_steps : tuple of Step
        What the reader left out before curation.
    report : dict
        As `bo_loop.data.curation.findings.curation_report` gives it.
    files : tuple of Path
        The observations, the report as JSON, the report as a page; of NIST SRD 46 also the
        protonated complexes.
    about : Property
        What the observations are of.
    """

    curated: Curated
    read_steps: tuple[Step, ...]
    report: dict[str, Any]
    files: tuple[Path, ...]
    about: Property


def import_literature(
    source: str,
    path: str | Sequence[str],
    out: Path,
    *,
    table_options: Mapping[str, Any] | None = None,
    curation: Mapping[str, Any] | None = _USUAL,
    quantity: str | None = None,
) -> Imported:
    """Read and curate literature, and write it with its report: all files, or none.

    Parameters
    ----------
    source : {"srd46", "csv"}
        The official distribution of NIST SRD 46, or your own tables.
    path : str or sequence of str
        What to read; only ``csv`` takes several.
    out : Path
        A new ``.parquet`` or ``.csv`` file, for ``data=csv`` to read. ``<stem>.report.json`` and
        ``<stem>.report.html`` are written beside it; of ``srd46`` also ``<stem>.mhl.parquet`` (or
        ``.csv``), constants of protonated complexes, for ``data.mhl``.
    table_options : mapping, optional
        For ``csv``: options of `bo_loop.data.Csv`.
    curation : mapping, optional
        Options of `bo_loop.data.curation.curate.curate`; None: what can be read is written as it
        is, and left for ``data=csv`` to curate.
    quantity : str, optional
        Of ``srd46``: ``ΔH`` (or ``delta_H``), enthalpies of complexation in kJ/mol, or ``ΔS``
        (``delta_S``), entropies in J/(mol K), in place of log β. Curation then is that of
        structures, conditions and bounds; of several values the median stands.

    Returns
    -------
    Imported

    Raises
    ------
    ConfigError
        If an option has a value it cannot take.
    DataError
        If a file cannot be read or written, or a row cannot be used; every bad row is listed.
    """
    if source not in SOURCES:
        raise ConfigError(f"source is {source!r}: choose one of {', '.join(SOURCES)}.")
    files = (out, *(out.with_name(f"{out.stem}.report.{kind}") for kind in ("json", "html")))
    of = _about(source, quantity)
    if source == "srd46" and of.is_log_beta:
        files = (*files, out.with_name(f"{out.stem}.mhl{out.suffix}"))
    refuse_output(*files)
    progress.report("importing", 0, 3, f"reading {path}")
    rows, read_steps, mhl = _read(source, path, table_options or {}, of)
    if not of.is_log_beta and curation is not None:
        curation = {**curation, **srd46.curation_of(of)}
    progress.report("importing", 1, 3, f"curating {len(rows)} observations")
    curated = curate_as(rows, curation, of)
    progress.report("importing", 2, 3, "writing")
    names = [Path(path).name] if isinstance(path, str) else [Path(one).name for one in path]
    title = ", ".join(names)
    report, page = curation_report(curated, len(rows), title=title, of=of, read_steps=read_steps)
    done = {tables.CURATED: "no" if curation is None else "yes"}
    contents = [
        table_bytes(_written(curated.observations, of).assign(**done), out),
        (json.dumps(report, ensure_ascii=False, indent=1) + "\n").encode("utf-8"),
        page.encode("utf-8"),
    ]
    if mhl is not None:
        contents.append(table_bytes(mhl, files[-1]))
    _write_all(dict(zip(files, contents, strict=True)))
    progress.report("importing", 3, 3)
    return Imported(curated, tuple(read_steps), report, files, of)


def _about(source: str, quantity: str | None) -> Property:
    if quantity is None:
        return LOG_BETA
    if source != "srd46":
        raise ConfigError(
            f"property={quantity} is of source=srd46. A table of another property is not curated: "
            "start or fit with data=csv and property={name: …} reads it as it is."
        )
    for of in (srd46.ENTHALPY, srd46.ENTROPY):
        if quantity in (of.name, of.column):
            return of
    raise ConfigError(
        f"property is {quantity!r}: of NIST SRD 46, log β (null), ΔH (delta_H) and ΔS (delta_S) "
        "are read."
    )


def _read(
    source: str, path: str | Sequence[str], table_options: Mapping[str, Any], of: Property
) -> tuple[pd.DataFrame, list[Step], pd.DataFrame | None]:
    """Return observations, what was left out, and constants of MHL where the source has them."""
    if source == "csv":
        node = {"_target_": "bo_loop.data.Csv", "path": path, **table_options}
        return read(node, "data"), [], None
    if not isinstance(path, str):
        raise ConfigError("source=srd46 reads one path: the official zip file, or its folder.")
    return srd46.read_all(path) if of.is_log_beta else (*srd46.thermodynamic(path, of), None)


def _written(observations: pd.DataFrame, of: Property) -> pd.DataFrame:
    """Return observations as they are written; those of ΔH and ΔS hold no bound."""
    if of.is_log_beta:
        return observations
    return observations.rename(columns=of.renamed).drop(columns="censoring")


def _write_all(contents: Mapping[Path, bytes]) -> None:
    """Create every file, or none."""
    written: list[Path] = []
    try:
        # The observations come last: where they are, the whole import is.
        for path in reversed(contents):
            write_once(path, contents[path])
            written.append(path)
    except BaseException:
        for path in written:
            with suppress(OSError):
                path.unlink()
        raise
