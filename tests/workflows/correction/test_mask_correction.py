"""What an editor hands back: classes, undecided pixels, and damage that is undone."""

import logging

import numpy as np
import pytest

from ccdseg.mask import IGNORED
from tests.refusal import refused


def test_a_mask_begins_as_it_was_found(opened):
    assert [image.frame.label for image in opened.images] == ["CCD_B", "CCD_C"]
    for image in opened.images:
        np.testing.assert_array_equal(image.mask, image.found)
        assert image.mask.shape == image.frame.data.shape
        assert (image.n_changed, image.n_undecided) == (0, 0)


def test_changed_and_undecided_pixels_are_counted_apart(edited):
    first = edited.images[0]
    assert first.n_changed == 4 * 6
    assert first.n_undecided == 2 * first.mask.shape[1]


@pytest.mark.parametrize("kind", [np.uint8, np.int32, np.float64])
def test_masks_of_any_type_of_number_are_taken(opened, kind):
    image = opened.images[0]
    values = image.found.astype(kind)
    values[3, 5] = IGNORED
    assert image.take(values) == 0
    assert image.mask.dtype == np.uint8
    assert image.mask[3, 5] == IGNORED


@pytest.mark.parametrize("value", [4, 77, -1, 254, 2.5, np.nan])
def test_a_value_that_is_no_class_leaves_the_pixel_as_it_was(opened, value, caplog):
    image = opened.images[0]
    painted = image.found.copy()
    painted[0, 0] = 3
    image.take(painted)
    values = painted.astype(float)
    values[:2, :2] = value
    values[5, 5] = (image.found[5, 5] + 1) % 4
    with caplog.at_level(logging.WARNING, "ccdseg"):
        assert image.take(values) == 4
    assert "4 pixels of the editor hold what is no class" in caplog.text
    painted[5, 5] = values[5, 5]
    np.testing.assert_array_equal(image.mask, painted)


def test_a_mask_of_another_shape_is_refused_and_nothing_lost(edited):
    image = edited.images[0]
    before = image.mask.copy()
    with refused(
        r"CCD_B: the mask of the editor has the shape \(64, 63\) and the image \(64, 64\)"
    ):
        image.take(before[:, 1:])
    np.testing.assert_array_equal(image.mask, before)
