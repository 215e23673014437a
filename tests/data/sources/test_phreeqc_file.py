import math

import pandas as pd
import pytest

from bo_loop.base.errors import DataError
from bo_loop.data.sources.phreeqc_file import read_reactions, species_charge


def test_reader_takes_all_blocks_and_drops_comments():
    text = """
    SOLUTION_MASTER_SPECIES
    Cu Cu+2 0 Cu 63.546
    SOLUTION_SPECIES
    Cu+2 = Cu+2
        log_k 0
    # Cu+2 + F- = CuF+
    #    log_k 9
    PHASES
    Fluorite
        CaF2 = Ca+2 + 2 F-
        log_k -10.5
    SOLUTION_SPECIES
    Cu+2 + 2 HS- + 2 HS- = Cu(HS)4-2   # twice the same
        log_k 1.5  # kept
        -no_check
    """
    first, second = read_reactions(text)
    assert (first.species, dict(first.components)) == ("Cu+2", {})
    assert (second.species, dict(second.components)) == ("Cu(HS)4-2", {"Cu+2": 1, "HS-": 4})
    assert (first.log_k, second.log_k) == (0.0, 1.5)
    assert (first.atoms_checked, second.atoms_checked) == (True, False)


def test_terms_may_be_subtracted():
    """ThermoChimie writes Al+3 − H+ + … = …, and a reaction may open with a minus."""
    text = "SOLUTION_SPECIES\nAl+3 - H+ + 2 H2O = X\nlog_k 1\n- 2 H+ + Am+3 - 4 H2O = Y\nlog_k 2"
    first, second = read_reactions(text)
    assert dict(first.components) == {"Al+3": 1, "H+": -1, "H2O": 2}
    assert dict(second.components) == {"H+": -2, "Am+3": 1, "H2O": -4}


def test_comments_of_the_minteq_format_tell_reference_and_conditions():
    text = """
    SOLUTION_SPECIES
    Sr+2 + Edta-4 = Sr(Edta)-2
        log_k 10.4357
            #        log K source:	NIST46.4
            #T and ionic strength:	 0.10 20.0
    Ba+2 + Edta-4 = Ba(Edta)-2
        log_k 7.72
            #        log K source:	SCD2.62
            #T and ionic strength:
    """
    strontium, barium = read_reactions(text)
    assert (strontium.reference, barium.reference) == ("NIST46.4", "SCD2.62")
    assert (strontium.ionic_strength_M, strontium.temperature_C) == (0.1, 20.0)
    assert math.isnan(barium.ionic_strength_M)
    assert math.isnan(barium.temperature_C)


def test_reaction_without_constant_is_named():
    with pytest.raises(DataError, match=r"line 2: Cu\+2 \+ F- = CuF\+"):
        read_reactions("SOLUTION_SPECIES\nCu+2 + F- = CuF+\n-gamma 0 0")


def test_species_charge():
    written = {"Cu+2": 2, "Cr(OH)2+": 1, "Cl-": -1, "Ni(Cyanide)4-2": -2, "Hg(OH)2": 0, "e-": -1}
    assert pd.Series(written.keys()).map(species_charge).tolist() == list(written.values())
