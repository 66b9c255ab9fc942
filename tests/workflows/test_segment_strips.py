"""A frame that is larger than memory may be gives the results of one in memory."""

import numpy as np
import pytest
from astropy.io import fits

from ccdseg import workflows
from ccdseg.classes import CLASSES
from ccdseg.detector import DAMIC
from ccdseg.simulation import RECIPES, simulate_image
from tests.normalization.amplifiers.frames import read_in_parts

WIDTH = 300
TRACK = slice(40, 260)


class Bright:
    """A segmenter that calls clusters what is bright, and hot what is very bright, by strips."""

    name = "bright"
    classes = CLASSES

    def predict(self, image, **_options):
        level = np.nanmedian(image[:50])
        self.mask = np.zeros(image.shape, np.uint8)
        self.mask[image > level + 1200] = CLASSES["cluster"].index
        self.mask[image > level + 5000] = CLASSES["hot pixel"].index
        return self


@pytest.fixture(scope="module")
def image():
    """A crowded frame of four amplifiers, a track through many strips, and what is not finite."""
    recipe = RECIPES["training"].scaled((320, WIDTH))
    image = simulate_image(recipe, detector=DAMIC, rng=np.random.default_rng(8)).image.copy()
    along = np.arange(TRACK.start, TRACK.stop)
    for right in range(3):
        image[along, 30 + along // 3 + right] += 2500
    image = read_in_parts(image, (2, 2), (0, 300, -200, 90))
    image[200:203, 100:140] = np.nan
    return image


@pytest.fixture
def in_strips(monkeypatch):
    """Arrays in files, strips of seven rows."""
    monkeypatch.setattr("ccdseg.arrays.scratch.IN_MEMORY", 0)
    monkeypatch.setattr("ccdseg.arrays.row_strips.PIXELS", 7 * WIDTH)


def results(image, folder, **choices):
    path = folder / "frame.fits"
    folder.mkdir()
    fits.PrimaryHDU(image).writeto(path)
    choices = {"amplifiers": "2x2", "restrict": None, "grow": 1, **choices}
    result = workflows.segment_file(path, Bright(), **choices)
    result.write(folder, pictures="none", clean=True)
    return result.frames[0], fits.getdata(folder / "frame_clean.fits")


@pytest.mark.parametrize("choices", [{"detector": DAMIC}, {"detector": "auto", "grow": 0}])
def test_strips_change_nothing(image, tmp_path, choices, request):
    whole, cleaned = results(image, tmp_path / "whole", **choices)
    request.getfixturevalue("in_strips")
    strips, cleaned_in_strips = results(image, tmp_path / "strips", **choices)
    np.testing.assert_array_equal(strips.mask, whole.mask)
    np.testing.assert_array_equal(strips.frame.data, whole.frame.data)
    np.testing.assert_array_equal(strips.levelled.data, whole.levelled.data)
    assert strips.sections == whole.sections
    assert strips.statistics == whole.statistics
    assert strips.estimate == whole.estimate
    assert list(strips.changes["components"]) == list(whole.changes["components"])
    np.testing.assert_allclose(cleaned_in_strips, cleaned, rtol=1e-6)
    assert np.max(whole.events["row_max"] - whole.events["row_min"]).value > 100
    for name in whole.events.colnames:
        found, expected = (np.asarray(table[name]) for table in (strips.events, whole.events))
        if found.dtype.kind == "f":
            tolerance = 1e-3 if name == "point_width_error" else 1e-5
            np.testing.assert_allclose(found, expected, tolerance, 1e-6, err_msg=name)
        else:
            np.testing.assert_array_equal(found, expected, err_msg=name)


def test_a_network_predicts_the_same(image, segmenter, request):
    whole = segmenter.predict(image, amplifiers="2x2", tile_size=128)
    request.getfixturevalue("in_strips")
    strips = segmenter.predict(image, amplifiers="2x2", tile_size=128)
    np.testing.assert_array_equal(strips.mask, whole.mask)
    np.testing.assert_array_equal(strips.probabilities, whole.probabilities)
