"""Sections of amplifiers cover a frame."""

import numpy as np
import pytest

from ccdseg.normalization.amplifiers import parse_sections
from ccdseg.simulation import effects
from tests.refusal import refused


@pytest.mark.parametrize("shape", [(6, 8), (7, 11)])
def test_a_map_has_the_value_of_each_section(shape):
    values = np.arange(6).reshape(2, 3)
    result = effects.section_map(shape, values)
    assert (result.shape, result.dtype) == (shape, np.float32)
    for value, section in enumerate(parse_sections("2x3", shape)):
        assert (result[section.area] == value).all()


def test_overscan_holds_no_charge():
    charge = np.ones((3, 12))
    result = effects.overscan_between(charge, 3, 1)
    np.testing.assert_array_equal(result[0], [1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1])
    assert charge.all()


def test_more_sections_than_pixels_are_refused():
    with refused("9 sections along 8 px"):
        effects.section_map((4, 8), np.zeros((1, 9)))
