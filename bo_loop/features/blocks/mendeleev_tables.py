"""Tables of the package ``mendeleev``, read from the database file that it ships.

Importing the package loads SQLAlchemy, pydantic and Pint, and takes as long as a fit.
"""

import sqlite3
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

_FILE = "elements.db"


def fetch_table(name: str) -> pd.DataFrame:
    """Return a table of mendeleev's, as ``mendeleev.fetch.fetch_table`` does.

    Parameters
    ----------
    name : str
        Such as ``elements``, ``ionicradii``, ``ionizationenergies``, ``phasetransitions``.
    """
    file = Path(next(iter(find_spec("mendeleev").submodule_search_locations)), _FILE)
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        return pd.read_sql_query(f"SELECT * FROM {name}", database)
