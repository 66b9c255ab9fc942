"""Clusters of a large frame, measured in windows: the values of the frame as a whole."""

import numpy as np
import pytest

from ccdseg.classes import CLASSES
from ccdseg.detector import DAMIC
from ccdseg.events import find_events
from ccdseg.events.windows import plan_windows
from ccdseg.simulation import RECIPES, simulate_image


@pytest.fixture(scope="module")
def frame():
    """A crowded frame with a muon's track from edge to edge, and what is not finite."""
    recipe = RECIPES["training"].scaled((300, 280))
    simulated = simulate_image(recipe, detector=DAMIC, rng=np.random.default_rng(5))
    image, mask = simulated.image.copy(), simulated.mask.copy()
    along = np.arange(300)
    image[along, 20 + along // 2] += 300
    mask[along, 20 + along // 2] = CLASSES["cluster"].index
    image[100:102, 50:60] = np.nan
    return image, mask


@pytest.mark.parametrize("aperture_margin", [0.0, 2.0, 7.5])
def test_events_do_not_depend_on_the_windows(frame, aperture_margin, monkeypatch):
    settings = {"detector": DAMIC, "aperture_margin": aperture_margin}
    whole = find_events(*frame, **settings)
    monkeypatch.setattr("ccdseg.arrays.row_strips.PIXELS", 7 * 280)
    monkeypatch.setattr("ccdseg.events.windows._LARGE_HEIGHT", 150)
    strips = find_events(*frame, **settings)
    assert len(whole) > 50
    loose = {"point_width_error": 1e-3}  # a width that nothing tells has an error of any size
    for name in whole.colnames:
        if whole[name].dtype.kind == "f":
            found, expected = (np.asarray(table[name]) for table in (strips, whole))
            tolerance = loose.get(name, 1e-6)
            np.testing.assert_allclose(found, expected, rtol=tolerance, atol=1e-9, err_msg=name)
        else:
            np.testing.assert_array_equal(strips[name], whole[name], err_msg=name)


def test_every_cluster_lies_in_one_window(monkeypatch):
    monkeypatch.setattr("ccdseg.arrays.row_strips.PIXELS", 50 * 400)
    rng = np.random.default_rng(1)
    first = np.sort(rng.integers(0, 3000, 200))
    boxes = np.stack([first, rng.integers(0, 380, 200), first + 9, np.full(200, 400)], axis=1)
    boxes[7] = [0, 10, 2900, 300]
    windows = list(plan_windows(boxes, (3010, 400), aperture_margin=2.0))
    assert sorted(np.concatenate([window.members for window in windows])) == list(range(200))
    *others, highest = sorted(one.area[0].stop - one.area[0].start for one in windows)
    assert highest > 2900
    assert max(others) < 150
