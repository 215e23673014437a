"""`Lab`: the DuckDB file of what the instruments gave, beside the campaigns.

Tables
------
files      raw data by SHA-256, with tags and settings: all the rest follows, with the corrections
records    one curve each, with its background, noise and tags
peaks      of every record, with sds; ``label`` is what a person called them
features   aligned: one row a record and column
constants  results of campaigns, to be joined by ``smiles``
about      the format of the database: what the others hold, and the settings that `rebuild` takes

Every change is one transaction under a lock file, so that a reader sees all of it or nothing, and a
second writer waits. A file that ``bo-loop spectra`` reads twice adds nothing; one that is read with
other tags or settings is made anew.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.base.extras import optional
from bo_loop.base.files import locked
from bo_loop.lab.spectra.cleaning import Cleaning
from bo_loop.lab.spectra.corrections import corrected, read_corrections
from bo_loop.lab.spectra.peaks import PeakSearch
from bo_loop.lab.spectra.reading import Reading, read_content
from bo_loop.lab.spectra.record_rows import Rows, aligned_rows, fitted_rows

WAIT_S = 60.0
_FORMAT = 2
_SCHEMA = f"""
BEGIN;
CREATE TABLE about (format INTEGER);
INSERT INTO about VALUES ({_FORMAT});
CREATE TABLE files (sha256 VARCHAR PRIMARY KEY, name VARCHAR, content BLOB,
    tags VARCHAR, method VARCHAR, settings VARCHAR);
CREATE TABLE records (record VARCHAR PRIMARY KEY, sha256 VARCHAR, place VARCHAR,
    ligand VARCHAR, smiles VARCHAR, method VARCHAR, x_unit VARCHAR, y_unit VARCHAR,
    x DOUBLE[], y DOUBLE[], background DOUBLE[], noise DOUBLE, shape VARCHAR, residual_sd DOUBLE,
    metadata VARCHAR);
CREATE TABLE peaks (record VARCHAR, number INTEGER, position DOUBLE,
    position_sd DOUBLE, width DOUBLE, width_sd DOUBLE, area DOUBLE, area_sd DOUBLE, height DOUBLE,
    fraction DOUBLE, label VARCHAR);
CREATE TABLE features (record VARCHAR, feature VARCHAR, position DOUBLE, area DOUBLE);
CREATE TABLE constants (campaign VARCHAR, pair_id VARCHAR, metal VARCHAR,
    charge INTEGER, smiles VARCHAR, n_ligands INTEGER, log_beta DOUBLE, log_beta_sd DOUBLE);
COMMIT;
"""
_PEAKS = """SELECT p.record, r.ligand, r.smiles, r.method, p.number, p.position, p.position_sd,
    p.width, p.width_sd, p.area, p.area_sd, p.height, p.label FROM peaks p JOIN records r
    USING (record) ORDER BY r.method, r.smiles, p.record, p.number"""
_RECORDS = """SELECT record, ligand, smiles, method, x_unit, y_unit, len(x) AS points,
    list_min(x) AS x_min, list_max(x) AS x_max, noise, shape, residual_sd,
    (SELECT count(*) FROM peaks p WHERE p.record = r.record) AS peaks, metadata
    FROM records r ORDER BY method, smiles, record"""


class Lab:
    """A database of records.

    Parameters
    ----------
    path : Path
        ``lab.duckdb``; it is made when something is first added. Corrections are read from the
        file beside it that ends in ``.corrections.csv``.
    """

    def __init__(self, path: Path):
        self.path = Path(path)

    @property
    def corrections(self) -> Path:
        """Where a person writes what the program got wrong."""
        return self.path.with_suffix(".corrections.csv")

    def add(
        self,
        reading: Reading,
        cleaning: Cleaning,
        search: PeakSearch,
        *,
        tags: Mapping[str, Any] | None = None,
        method: str | None = None,
    ) -> list[tuple[str, str]]:
        """Fit the peaks of files that are new, or told of anew; return why some were left out.

        Parameters
        ----------
        reading : Reading
        cleaning, search
            How; kept, and used again by `rebuild`.
        tags : mapping, optional
            By file, what the tags said, kept for `rebuild`.
        method : str, optional
            That files were read with.
        """
        settings = json.dumps({"cleaning": asdict(cleaning), "search": asdict(search)})
        told = {
            sha256: [name, json.dumps((tags or {}).get(name, {})), method, settings]
            for sha256, (name, _) in reading.contents.items()
        }
        known = self._known() if self.exists else set()
        new = {
            record.sha256
            for record in reading.records
            if (record.key, *told[record.sha256]) not in known
        }
        jobs = [(record, cleaning, search) for record in reading.records if record.sha256 in new]
        rows, problems = fitted_rows(jobs)
        with self._writing() as db:
            for sha256 in dict.fromkeys(row["sha256"] for row, _ in rows):
                name, *rest = told[sha256]
                _forget(db, sha256)
                db.execute(
                    "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?)",
                    [sha256, name, reading.contents[sha256][1], *rest],
                )
            _insert(db, rows)
            self._derive(db)
        return problems

    def _known(self) -> set[tuple[Any, ...]]:
        """Return the records that there are, each with what was told of its file."""
        found = self.table(
            "SELECT record, f.name, f.tags, f.method, f.settings FROM records JOIN files f "
            "USING (sha256)"
        )
        return set(
            found.astype(object).where(found.notna(), None).itertuples(index=False, name=None)
        )

    def rebuild(self) -> list[tuple[str, str]]:
        """Make all again from the raw files, as they were; return why some were left out."""
        files = self.table("SELECT * FROM files ORDER BY name, sha256")
        if files.empty:
            raise DataError(f"{self.path} holds no raw file to rebuild from.")
        found, how = Reading(), {}
        for row in files.itertuples():
            method = row.method if isinstance(row.method, str) else None
            read_content(found, row.name, bytes(row.content), json.loads(row.tags), method)
            said = json.loads(row.settings)
            how[row.sha256] = (Cleaning(**said["cleaning"]), PeakSearch(**said["search"]))
        rows, problems = fitted_rows([(record, *how[record.sha256]) for record in found.records])
        with self._writing() as db:
            for sha256 in how:
                _forget(db, sha256)
            _insert(db, rows)
            self._derive(db)
        return [*found.problems, *problems]

    def correct(self) -> None:
        """Replay the corrections, and align again; nothing is fitted.

        Raises
        ------
        DataError
            As `read_corrections`.
        """
        with self._writing() as db:
            self._derive(db)

    def add_constants(self, campaign: str, constants: pd.DataFrame) -> None:
        """Keep the results of a campaign, in place of those kept before."""
        columns = ["pair_id", "metal", "charge", "smiles", "n_ligands", "log_beta", "log_beta_sd"]
        rows = constants[columns].astype(object).where(constants[columns].notna(), None)
        with self._writing() as db:
            db.execute("DELETE FROM constants WHERE campaign = ?", [campaign])
            if len(rows):
                db.executemany(
                    "INSERT INTO constants VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    [[campaign, *row] for row in rows.itertuples(index=False, name=None)],
                )

    @property
    def exists(self) -> bool:
        """Whether there is a database yet."""
        return self.path.exists()

    def table(self, sql: str) -> pd.DataFrame:
        """Query the database; it is opened for reading alone.

        Raises
        ------
        DataError
            If there is none, it has another format, or the query cannot be answered.
        """
        if not self.exists:
            raise DataError(f"There is no {self.path}. Make one: bo-loop spectra read=FOLDER.")
        duckdb = optional("lab", "duckdb")
        try:
            with self._locked(), self._connected(read_only=True) as db:
                return db.execute(sql).df()
        except duckdb.Error as error:
            raise DataError(f"{self.path} does not answer {sql[:200]!r}: {error}") from error

    def peaks(self) -> pd.DataFrame:
        """Return every peak, with its record's tags: what ``features.measured=`` reads."""
        return self.table(_PEAKS)

    def records(self) -> pd.DataFrame:
        """Return what is known of each record, without its curve."""
        return self.table(_RECORDS)

    def features(self) -> pd.DataFrame:
        """Return one row a ligand: the areas in the columns of the alignment, over its records.

        A blank means that no record of the method was taken of the ligand; 0 that a record was
        taken and has no peak there.
        """
        found = self.table(
            "SELECT r.ligand, r.smiles, r.method, f.record, f.feature, f.area FROM features f "
            "JOIN records r USING (record)"
        )
        per_ligand = found.groupby(["smiles", "feature"], sort=True)["area"].mean().unstack()
        names = found.groupby("smiles")["ligand"].first()
        per_ligand.insert(0, "ligand", names)
        per_ligand.columns.name = None
        return per_ligand.reset_index()

    def _derive(self, db: Any) -> None:
        """Replay the corrections on the peaks as fitted, and align."""
        db.execute("UPDATE peaks SET label = ''")
        peaks = db.execute(_PEAKS).df()
        rules = read_corrections(self.corrections) if self.corrections.exists() else []
        peaks = corrected(peaks, rules)
        changed = peaks[peaks["label"] != ""]
        if len(changed):
            db.executemany(
                "UPDATE peaks SET label = ? WHERE record = ? AND number = ?",
                changed[["label", "record", "number"]].astype(object).to_numpy().tolist(),
            )
        db.execute("DELETE FROM features")
        rows = aligned_rows(peaks, db.execute("SELECT record, method FROM records").df())
        if rows:
            db.executemany("INSERT INTO features VALUES (?, ?, ?, ?)", rows)

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        duckdb = optional("lab", "duckdb")
        try:
            with self._locked(), self._connected(read_only=False) as db:
                db.begin()
                try:
                    yield db
                    db.commit()
                except BaseException:
                    db.rollback()
                    raise
        except duckdb.Error as error:
            raise DataError(f"{self.path} could not be changed, and was not: {error}") from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        if not self.path.absolute().parent.is_dir():
            raise DataError(f"{self.path}: there is no folder {self.path.absolute().parent}.")
        with locked(self.path.with_name(self.path.name + ".lock"), WAIT_S):
            yield

    @contextmanager
    def _connected(self, *, read_only: bool) -> Iterator[Any]:
        # Neither a query nor a received database reaches other files or the network.
        options = {"enable_external_access": "false", "autoinstall_known_extensions": "false"}
        new = not self.exists
        db = optional("lab", "duckdb").connect(str(self.path), read_only=read_only, config=options)
        try:
            if new:
                db.execute(_SCHEMA)
            self._require_format(db)
            yield db
        finally:
            db.close()

    def _require_format(self, db: Any) -> None:
        duckdb = optional("lab", "duckdb")
        try:
            found = db.execute("SELECT max(format) FROM about").fetchone()[0]
        except (duckdb.CatalogException, duckdb.BinderException):
            found = None
        if found == _FORMAT:
            return
        said = "states no format: an earlier version of bo-loop made it, or another program"
        raise DataError(
            f"{self.path} {said if found is None else f'has format {found!r}'}; this version reads "
            f"format {_FORMAT}. It is left as it is. Move it away, and make it anew from the raw "
            f"files: bo-loop spectra read=FOLDER lab={self.path}."
        )


def _forget(db: Any, sha256: str) -> None:
    """Take out the records of a file, and their peaks."""
    db.execute(
        "DELETE FROM peaks WHERE record IN (SELECT record FROM records WHERE sha256 = ?)", [sha256]
    )
    db.execute("DELETE FROM records WHERE sha256 = ?", [sha256])


def _insert(db: Any, rows: Rows) -> None:
    for row, peaks in rows:
        marks = ", ".join("?" * len(row))
        db.execute(f"INSERT INTO records VALUES ({marks})", list(row.values()))
        if peaks:
            db.executemany(f"INSERT INTO peaks VALUES ({', '.join('?' * 11)})", peaks)
