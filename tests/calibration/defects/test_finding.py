"""Defects of a detector: what stays in many exposures."""

import numpy as np
import pytest

from ccdseg.arrays import row_strips
from ccdseg.calibration.defects import Defect, DefectMap, find_defects
from ccdseg.calibration.defects.statistics import statistics_by_strips
from tests.refusal import refused

SHAPE = (100, 140)


def exposures(n=20, *, seed=0, shape=SHAPE):
    """Exposures with pedestals of their own, defects that stay, and particles that do not."""
    rng = np.random.default_rng(seed)
    for number in range(n):
        image = rng.normal(500 + 3 * number, 5, shape)
        image[30, 40] += rng.normal(200, 14)
        image[:, 60] += 4
        image[50:, 80] -= 12
        image[20, 10:70] += 30
        image[70:72, 20:22] = 777
        image[90, 90] += rng.normal(0, 80)
        image[10, 100] = 9000
        image += 40 * np.exp(-np.arange(shape[1]) / 15)
        row, column = rng.integers(0, 90, 2)
        image[row : row + 8, column : column + 8] += 900
        yield image.astype(np.float32)


@pytest.fixture(scope="module")
def found():
    return find_defects(exposures(), 20, saturation=9000)


def test_each_defect_is_found_where_it_is(found):
    flags = found.image("flags")
    hot, dark = (flags & 1) > 0, (flags & 2) > 0
    assert hot[30, 40]
    assert hot[:, 60].mean() > 0.95
    assert dark[50:, 80].mean() > 0.95
    assert hot[20, 10:70].mean() > 0.95
    assert np.argwhere(flags & 8).tolist() == [[70, 20], [70, 21], [71, 20], [71, 21]]
    assert flags[90, 90] & Defect.UNSTABLE
    assert np.argwhere(flags & 32).tolist() == [[10, 100]]
    assert ((flags & 4) > 0)[:, :10].all()
    assert not ((flags & 4) > 0)[:, 80:].any()
    rest = np.ones(SHAPE, bool)
    rest[:, [60, 80]], rest[20], rest[70:72, 20:22] = False, False, False
    rest[30, 40] = rest[90, 90] = rest[10, 100] = False
    assert np.count_nonzero((hot | dark) & rest) < 0.004 * rest.sum()


def test_levels_and_scatter_are_those_of_the_pixels(found):
    level, scatter = found.image("level"), found.image("scatter")
    assert found.noise == pytest.approx(5, rel=0.05)
    assert level[30, 40] == pytest.approx(200, abs=10)
    assert scatter[30, 40] == pytest.approx(15, rel=0.5)
    assert np.median(level[:, 60]) == pytest.approx(4, abs=1)
    assert np.median(level[50:, 80]) == pytest.approx(-12, abs=1)
    assert found.n_exposures == 20


def test_the_summary_names_columns(found):
    summary = found.summary()
    assert summary["hot_columns"] == [60]
    assert summary["dark_columns"] == [80]
    assert summary["pixels"]["dead"] == 4


@pytest.mark.parametrize("height", [32, 64])
def test_strips_change_nothing(found, monkeypatch, height):
    monkeypatch.setattr("ccdseg.calibration.defects.structure._PIXELS", height * SHAPE[1])
    monkeypatch.setattr(row_strips, "PIXELS", 7 * SHAPE[1])
    monkeypatch.setattr("ccdseg.calibration.defects.statistics._VALUES", 20 * 9 * SHAPE[1])
    other = find_defects(exposures(), 20, saturation=9000)
    np.testing.assert_array_equal(other.image("flags"), found.image("flags"))
    np.testing.assert_array_equal(other.level, found.level)


def test_medians_leave_out_what_is_not_known():
    rng = np.random.default_rng(1)
    stack = rng.normal(0, 1, (7, 12, 5)).astype(np.float32)
    stack[rng.random(stack.shape) < 0.3] = np.nan
    stack[:, 3, 3] = np.nan
    stack[:, 4, 4] = np.inf
    ((rows, median, scatter),) = statistics_by_strips(stack)
    assert rows == slice(0, 12)
    known = np.ones(median.shape, bool)
    known[3, 3] = known[4, 4] = False
    values = stack[:, known]
    np.testing.assert_allclose(median[known], np.nanmedian(values, axis=0), rtol=1e-6)
    expected = 1.4826 * np.nanmedian(np.abs(values - median[known]), axis=0)
    np.testing.assert_allclose(scatter[known], expected, rtol=1e-4)
    assert np.isnan(median[3, 3])
    assert np.isposinf(median[4, 4])


def test_a_part_of_a_map_has_its_defects(found):
    part = found.cut((slice(15, 80), slice(8, 70)))
    for name in ("flags", "level"):
        np.testing.assert_array_equal(part.image(name), found.image(name)[15:80, 8:70])
    again = DefectMap.of_images(
        *(part.image(name) for name in ("flags", "level", "scatter")), noise=1.0, n_exposures=5
    )
    np.testing.assert_array_equal(again.places, part.places)


def test_too_few_or_different_exposures_are_refused():
    with refused("4 exposures: give at least 5"):
        find_defects(exposures(4), 4)
    different = [np.zeros((4, 4))] * 5 + [np.zeros((4, 5))]
    with refused(r"Exposure 6 has the shape \(4, 5\) and the first one \(4, 4\)"):
        find_defects(different, 6)
