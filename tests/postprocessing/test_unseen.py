"""Particles on bad pixels alone are none."""

import numpy as np

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.postprocessing import remove_unseen

CLUSTER = CLASSES["cluster"].index


def test_only_particles_without_a_good_pixel_go():
    mask = np.zeros((20, 30), np.uint8)
    bad = np.zeros(mask.shape, bool)
    mask[2:5, 2:5] = CLUSTER
    bad[2:5, 2:5] = True
    mask[2:5, 10:14] = CLUSTER
    bad[2:5, 10:13] = True
    mask[10:12, 2:20] = CLUSTER
    mask[15, 15] = CLASSES["hot pixel"].index
    bad[15, 15] = True
    expected = mask.copy()
    expected[2:5, 2:5] = 0
    before = mask.copy()
    np.testing.assert_array_equal(remove_unseen(mask, np.where(bad, np.nan, 1.0)), expected)
    np.testing.assert_array_equal(mask, before)


def test_a_diagonal_neighbour_keeps_a_particle():
    mask = np.zeros((5, 5), np.uint8)
    mask[1, 1] = mask[2, 2] = CLUSTER
    bad = np.zeros(mask.shape, bool)
    bad[1, 1] = True
    np.testing.assert_array_equal(remove_unseen(mask, np.where(bad, np.nan, 1.0)), mask)


def test_without_bad_particles_or_a_class_of_particles_the_mask_is_the_same():
    mask = np.full((4, 4), 1, np.uint8)
    assert remove_unseen(mask, np.full((4, 4), np.nan)) is mask
    plain = ClassCatalogue({row.name: row.colour for row in CLASSES if row.name != "cluster"})
    assert remove_unseen(mask, np.full((4, 4), np.nan), classes=plain) is mask
