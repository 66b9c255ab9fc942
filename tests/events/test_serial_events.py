"""Serial-register events of a mask."""

import numpy as np

from ccdseg.classes import CLASSES, COSMICS
from ccdseg.detector import DAMIC_M
from ccdseg.events import find_events
from ccdseg.events.serial_events import serial_register_events

HOT, CLUSTER = CLASSES["hot pixel"].index, CLASSES["cluster"].index


def test_lines_one_row_high_are_serial_register_events():
    mask = np.zeros((20, 30), np.uint8)
    mask[4, 2:12] = HOT
    mask[8, 2:5] = HOT  # too short
    mask[:, 20] = HOT  # a column
    mask[12:14, 2:12] = HOT  # two rows
    mask[16, 24:] = HOT  # up to the edge
    mask[17, :5] = HOT  # from the edge of the next row
    expected = np.zeros(mask.shape, bool)
    expected[4, 2:12] = expected[16, 24:] = expected[17, :5] = True
    np.testing.assert_array_equal(serial_register_events(mask, CLASSES), expected)


def test_classes_without_hot_pixels_have_none():
    assert not serial_register_events(np.ones((3, 9), np.uint8), COSMICS).any()


def test_events_that_touch_one_are_flagged():
    mask = np.zeros((20, 30), np.uint8)
    mask[4, 2:12] = HOT
    mask[5:7, 5:8] = CLUSTER
    mask[:, 20] = HOT
    mask[9:11, 21:23] = CLUSTER
    table = find_events(np.zeros(mask.shape), mask, detector=DAMIC_M)
    assert table["touches_other"].tolist() == [True, True]
    assert table["touches_serial"].tolist() == [True, False]
