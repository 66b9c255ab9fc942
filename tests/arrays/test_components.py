"""Connected components: those of scipy, whatever the strips."""

import numpy as np
import pytest
from scipy import ndimage

from ccdseg.arrays import find_components
from ccdseg.mask import EIGHT_CONNECTED

WHOLE = np.s_[0:37, 0:53]


@pytest.fixture(params=[0.02, 0.3, 0.6, 1.0])
def mask(request):
    rng = np.random.default_rng(4)
    return (rng.random((37, 53)) < request.param).astype(np.uint8) * 3


@pytest.fixture(params=[2**22, 53, 200])
def pixels_of_a_strip(request, monkeypatch):
    monkeypatch.setattr("ccdseg.arrays.row_strips.PIXELS", request.param)


@pytest.mark.usefixtures("pixels_of_a_strip")
@pytest.mark.parametrize("corners", [True, False])
def test_components_are_those_of_scipy(mask, corners):
    labels, n = ndimage.label(mask == 3, EIGHT_CONNECTED if corners else None)
    found = find_components(mask, 3, corners=corners)
    assert found.n == n
    np.testing.assert_array_equal(found.labels(WHOLE, np.arange(n)), labels)
    np.testing.assert_array_equal(found.sizes, np.bincount(labels.ravel())[1:])
    assert found.n_pixels == np.count_nonzero(mask)
    for number in range(0, n, 7):
        np.testing.assert_array_equal(found.pixels(number, WHOLE), labels == number + 1)
    boxes = [[r.start, c.start, r.stop, c.stop] for r, c in ndimage.find_objects(labels)]
    np.testing.assert_array_equal(found.boxes, boxes)


def test_labels_of_an_area_tell_members_from_others(mask):
    found = find_components(mask, 3)
    members = np.arange(0, found.n, 2)
    labels, _ = ndimage.label(mask == 3, EIGHT_CONNECTED)
    part = labels[5:20, 10:40]
    renumbered = np.where(part % 2 == 1, (part + 1) // 2, len(members) + 1)
    expected = np.where(part == 0, 0, renumbered)
    np.testing.assert_array_equal(found.labels(np.s_[5:20, 10:40], members), expected)


def test_a_class_that_does_not_occur_has_no_component():
    found = find_components(np.zeros((4, 5), np.uint8), 1)
    assert found.n == 0
    assert found.boxes.shape == (0, 4)
    assert not found.labels(np.s_[0:4, 0:5], np.arange(0)).any()


def test_several_classes_are_connected_with_each_other(mask):
    several = np.where(np.arange(53) % 2, mask, mask // 3)
    found = find_components(several, [1, 3])
    assert found.n == find_components(mask, 3).n
    assert found.n_pixels == np.count_nonzero(mask)


def test_each_pixel_tells_its_component():
    mask = np.random.default_rng(6).random((40, 50)) < 0.4
    found = find_components(mask, 1)
    rows, columns = (axis.ravel() for axis in np.indices(mask.shape))
    labels = found.labels((slice(0, 40), slice(0, 50)), np.arange(found.n))
    np.testing.assert_array_equal(found.at(rows, columns) + 1, labels.ravel())
    assert find_components(np.zeros((3, 3), bool), 1).at(np.array([1]), np.array([1])) == [-1]
