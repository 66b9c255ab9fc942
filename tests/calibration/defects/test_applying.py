"""Known defects in an exposure: subtracted, and no particles."""

import numpy as np
import pytest

from ccdseg.calibration.defects import find_defects, mark_defects, remove_defects
from ccdseg.classes import CLASSES, COSMICS
from tests.calibration.defects.test_finding import SHAPE, exposures
from tests.refusal import refused

CLUSTER, HOT = CLASSES["cluster"].index, CLASSES["hot pixel"].index


@pytest.fixture(scope="module")
def defects():
    return find_defects(exposures(), 20, saturation=9000)


@pytest.fixture
def image():
    """A further exposure, with a track across the hot column."""
    rng = np.random.default_rng(99)
    frame = rng.normal(800, 5, SHAPE)
    frame[30, 40] += 210
    frame[:, 60] += 4
    frame[50:, 80] -= 12
    frame[20, 10:70] += 30
    frame[10, 100] = 9000
    frame[40, 55:66] += 70
    return frame.astype(np.float32)


def test_what_stays_is_subtracted_and_the_rest_is_the_same(defects, image):
    result = remove_defects(image, defects, saturation=9000)
    assert np.isnan(result[70:72, 20:22]).all()
    assert np.isnan(result[10, 100])
    assert result[30, 40] == pytest.approx(810, abs=20)
    assert np.median(result[:, 60]) == pytest.approx(800, abs=2.5)
    assert np.median(result[50:, 80]) == pytest.approx(800, abs=2.5)
    elsewhere = np.ones(SHAPE, bool).ravel()
    elsewhere[defects.places] = False
    np.testing.assert_array_equal(result.ravel()[elsewhere], image.ravel()[elsewhere])


def test_what_stays_is_no_particle_and_a_particle_over_it_still_is(defects, image):
    clean = remove_defects(image, defects, saturation=9000)
    mask = np.zeros(SHAPE, np.uint8)
    mask[30, 40] = CLUSTER
    mask[20, 12:30] = CLUSTER
    mask[5:9, 60] = CLUSTER
    mask[40, 55:66] = CLUSTER
    mask[60:63, 110:113] = CLUSTER
    before = mask.copy()
    marked = mark_defects(mask, clean, defects)
    np.testing.assert_array_equal(mask, before)
    assert (marked[40, 55:66] == CLUSTER).all()
    assert (marked[60:63, 110:113] == CLUSTER).all()
    assert marked[30, 40] == HOT
    assert (marked[20, 12:30] == HOT).all()
    assert not (marked[5:9, 60] == CLUSTER).any()
    of_cosmics = mark_defects(np.minimum(mask, 1), clean, defects, classes=COSMICS)
    assert set(np.unique(of_cosmics)) == {0, 1}
    assert of_cosmics[20, 12:30].sum() == 0


def test_a_longer_exposure_has_more_dark_charge():
    rng = np.random.default_rng(5)
    hot = rng.random(SHAPE) < 0.01
    base = [rng.normal(100, 3, SHAPE) + 90 * hot for _ in range(12)]
    found = find_defects(base, 12)
    twice = rng.normal(100, 3, SHAPE) + 180 * hot
    result = remove_defects(twice.astype(np.float32), found, saturation=65535)
    assert np.median(result[hot]) == pytest.approx(100, abs=2)


def test_a_map_of_another_shape_is_refused(defects):
    with refused(r"The map of defects has the shape \(100, 140\) and the image \(10, 10\)"):
        remove_defects(np.zeros((10, 10), np.float32), defects, saturation=1.0)
