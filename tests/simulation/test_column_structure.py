"""Column structure as a recipe draws it: in units of the noise, and of no class."""

import numpy as np
import pytest

from ccdseg.detector import Detector
from ccdseg.simulation import FixedDetector, Recipe, simulate_image
from ccdseg.simulation import components as c
from ccdseg.simulation.ranges import Uniform, WholeNumbers
from ccdseg.simulation.scene import Scene

PLAIN = Detector("plain", pedestal=500.0, read_noise=3.0, gain=2.0)
SILENT = Detector("silent", pedestal=500.0, read_noise=0.0, gain=2.0)
STRUCTURE = (c.ColumnOffsets, c.BaselineWaves, c.BaselineSteps, c.DarkColumns, c.TelegraphNoise)


def fixed(value):
    return Uniform(value, value)


def offset(component, seed=1, shape=(64, 80), column_binning=1):
    scene = Scene(shape, PLAIN, column_binning)
    component.add_to(scene, np.random.default_rng(seed))
    return scene.offset / PLAIN.noise


@pytest.mark.parametrize("kind", STRUCTURE)
def test_column_structure_is_background(kind):
    recipe = Recipe(detector=FixedDetector(PLAIN), components=(kind(),))
    for seed in range(10):
        assert not simulate_image(recipe, rng=np.random.default_rng(seed)).mask.any()


def test_column_offsets_have_their_deviation_in_units_of_the_noise():
    columns = offset(c.ColumnOffsets(deviation=fixed(0.4)), shape=(2, 20000))[0]
    assert columns.std() == pytest.approx(0.4, rel=0.03)


@pytest.mark.parametrize(("share", "constant_axis"), [(1.0, 0), (0.0, 1)])
def test_waves_and_bands_run_along_columns_or_rows(share, constant_axis):
    for component in (c.BaselineWaves(column_share=share), c.BaselineSteps(column_share=share)):
        for seed in range(10):
            assert np.ptp(offset(component, seed), axis=constant_axis).max() < 1e-6


def test_bands_stay_below_what_is_glow():
    heights = [
        np.abs(offset(c.BaselineSteps(number=WholeNumbers(1, 1)), seed)).max() for seed in range(80)
    ]
    assert 0.2 * (1 - 1e-5) < min(heights) < 0.35
    assert 1.0 < max(heights) < 1.3 * (1 + 1e-5)


def test_some_bands_end_with_a_second_step():
    ends = {
        bool(
            offset(c.BaselineSteps(number=fixed(1.0), scale=fixed(50.0), column_share=1.0), seed)[
                0, -1
            ]
        )
        for seed in range(30)
    }
    assert ends == {True, False}


@pytest.mark.parametrize("column_binning", [1, 3])
def test_dark_columns_hold_no_charge_where_they_are_blind(column_binning):
    component = c.DarkColumns(number=fixed(20.0), blind_share=1.0)
    for seed in range(10):
        scene = Scene((64, 84), SILENT, column_binning)
        scene.add("cluster", np.full((64, 84), 50.0, np.float32), fluctuates=False)
        scene.detector = PLAIN
        component.add_to(scene, np.random.default_rng(seed))
        scene.detector = SILENT
        dark = scene.offset < 0
        image = scene.read(np.random.default_rng(seed))
        np.testing.assert_array_equal(scene.signals["cluster"] == 0, dark)
        np.testing.assert_allclose(image[dark], 500 + scene.offset[dark], rtol=1e-5)
        np.testing.assert_allclose(image[~dark], 500 + 100.0 * column_binning)


def test_dark_columns_that_are_not_blind_keep_their_charge():
    component = c.DarkColumns(number=fixed(20.0), blind_share=0.0)
    scene = Scene((64, 80), PLAIN)
    component.add_to(scene, np.random.default_rng(1))
    assert not scene.steps
    assert scene.offset.min() < 0


def test_dark_columns_lie_close_together_or_anywhere():
    def extent(share, seed):
        columns = np.flatnonzero(
            offset(c.DarkColumns(number=fixed(40.0), crowded_share=share), seed, (8, 512))[-1]
        )
        return np.ptp(columns)

    assert min(extent(0.0, seed) for seed in range(20)) > 400
    assert np.mean([extent(1.0, seed) for seed in range(20)]) < 300


def test_dark_columns_are_equally_deep_or_not():
    def depths(share):
        component = c.DarkColumns(number=fixed(20.0), alike_share=share)
        return len(np.unique(offset(component)[-1]))

    assert depths(1.0) == 2
    assert depths(0.0) > 5


def test_telegraph_noise_shifts_its_share_of_the_pixels_up_and_down():
    component = c.TelegraphNoise(amplitude=fixed(5.0), share=fixed(0.01))
    shift = offset(component, shape=(500, 500))
    shifted = shift[shift != 0]
    assert shifted.size == pytest.approx(2500, abs=4 * 2500**0.5)
    assert shifted.std() == pytest.approx(5.0, rel=0.06)
    assert abs(shifted.mean()) < 4 * 5 / 2500**0.5
