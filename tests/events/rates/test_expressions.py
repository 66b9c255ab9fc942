"""Selection of rows by expressions on columns with units."""

import numpy as np
import pytest
from astropy import units as u
from astropy.table import QTable

from ccdseg.events.rates import select
from tests.refusal import refused


@pytest.fixture
def table():
    return QTable(
        {
            "energy": [1.0, 5.0, 20.0] * u.keV,
            "particle": ["point-like", "muon", "point-like"],
            "edge_distance": [0, 3, np.inf] * u.pix,
            "energy_density": [1.0, 2.0, 3.0] * u.keV / u.pix,
            "saturated": [True, False, True],
            "n": [1, 2, 3],
        }
    )


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        ("particle == 'point-like' and energy < 10 keV", [0]),
        ("energy<10keV", [0, 1]),
        ("energy < 10000 eV", [0, 1]),
        ("1 keV < energy <= 5 keV", [1]),
        ("energy > 0", [0, 1, 2]),
        ("not saturated", [1]),
        ("(energy > 2 keV) & saturated | (n == 1)", [0, 2]),
        ("particle in ['muon', 'alpha']", [1]),
        ("n not in (1, 3)", [1]),
        ("edge_distance >= 3 px", [1, 2]),
        ("edge_distance == inf", [2]),
        ("energy_density >= 2 keV/px", [1, 2]),
        ("energy > 2 keV*n", [1, 2]),
        ("log10(energy / (1 keV)) > 1", [2]),
        ("abs(-energy) ** 2 > 100 keV**2", [2]),
        ("particle != '10 keV'", [0, 1, 2]),
        ("False", []),
    ],
)
def test_rows_are_those_that_fulfil_it(table, where, rows):
    assert np.flatnonzero(select(table, where)).tolist() == rows


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("energi < 10 keV", "there is no column 'energi'; near ones are energy"),
        ("energy < 10", "energy is in keV and 10 in no unit; write numbers with a unit"),
        ("energy < 10 px", "energy is in keV and 10 pix in pix"),
        ("energy < 10 kev", "'kev' is no unit; did you mean"),
        ("energy", "'energy' is a number, no truth value"),
        ("energy <", "is no expression: invalid syntax"),
        ("", "is no expression"),
        ("particle == 5", "particle is text and 5 a number; texts stand in quotes"),
        ("particle == muon", "there is no column 'muon'"),
        ("energy > 1 keV & saturated", "put comparisons that are joined by & or | into parenth"),
        ("log10(energy) > 1", "log10 needs a number without unit"),
        ("energy + 1 > 3 keV", "energy is in keV and 1 in no unit"),
        ("n ** 'a' > 1", "'a' is text, no number"),
        ("n is 1", "'is' is not allowed"),
        ("particle in 'muon'", "behind 'in' stands a list"),
        ("__import__('os').system('true')", "is no function that is known"),
        ("n.__class__ == 1", "is not allowed in an expression"),
        ("[x for x in n]", "is not allowed in an expression"),
        ("(lambda: 1)() > 0", "is no function that is known"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(table, where, told):
    with refused(told):
        select(table, where)


def test_numbers_that_grow_without_end_do_not_stop_it(table):
    assert select(table, "9**9**9**9 > n").all()
