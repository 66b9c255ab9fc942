"""Lists of glow and hot pixels: bounding boxes, levels, binning."""

import numpy as np

from ccdseg.classes import CLASSES
from ccdseg.simulation.element_list import ELEMENT, ElementList


def boxes(elements):
    names = ("first_row", "first_column", "height", "width")
    return [tuple(int(element[name]) for name in names) for element in elements.to_array(1.0)]


def test_an_element_is_listed_by_its_class_its_bounding_box_and_its_brightest_pixel():
    charge = np.zeros((6, 9), np.float32)
    charge[2, 3], charge[4, 7] = 10.0, 30.0
    elements = ElementList()
    elements.add("glowing", "slab", charge)
    elements.add_box("hot pixel", "pixel", (5, 0, 1, 1), 4.0)
    array = elements.to_array(2.0)
    assert array.dtype == ELEMENT
    assert [int(index) for index in array["class_index"]] == [
        CLASSES[name].index for name in ("glowing", "hot pixel")
    ]
    assert array["kind"].tolist() == ["slab", "pixel"]
    assert array["level"].tolist() == [60.0, 8.0]
    assert boxes(elements) == [(2, 3, 3, 5), (5, 0, 1, 1)]
    assert len(elements) == 2


def test_what_holds_no_charge_is_not_listed():
    elements = ElementList()
    elements.add("glowing", "slab", np.zeros((6, 9), np.float32))
    assert len(elements) == 0
    assert elements.to_array(2.0).shape == (0,)


def test_binned_elements_cover_the_pixels_that_hold_their_columns():
    for first in range(7):
        for width in range(1, 8):
            charge = np.zeros((3, 15), np.float32)
            charge[1, first : first + width] = 1.0
            elements, expected = ElementList(), ElementList()
            elements.add("hot pixel", "line", charge)
            expected.add("hot pixel", "line", charge.reshape(3, 5, 3).sum(axis=2))
            assert boxes(elements.binned(3)) == boxes(expected)
