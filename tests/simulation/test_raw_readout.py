"""Raw images of several amplifiers: where each pixel goes, and how it is sampled."""

import numpy as np
import pytest

from ccdseg.calibration import put_together
from ccdseg.detector.image_section import parse_section
from ccdseg.simulation import RawReadout
from ccdseg.simulation.raw_samples import baseline_drift, sampled_signal
from tests.refusal import refused

QUIET = {"read_noises": (1e-6,) * 4, "drift": 0.0, "prescan": 2, "overscan": 3, "n_samples": 4}


@pytest.mark.parametrize("layout", [(1, 1), (1, 2), (2, 1), (2, 2)])
def test_every_pixel_is_where_its_amplifier_says(layout):
    charge = np.random.default_rng(1).integers(0, 500, (9, 14)).astype(float)
    readout = RawReadout(layout=layout, **QUIET)
    raw = readout.read(charge, rng=np.random.default_rng(2))
    image = raw.reshape(9, -1, 4).mean(axis=-1)
    amplifiers = readout.amplifiers(charge.shape)
    shape, placed = put_together(amplifiers)
    assert shape == charge.shape
    assert len(amplifiers) == layout[0] * layout[1]
    for one, there, pedestal in zip(amplifiers, placed, readout.pedestals, strict=False):
        assert (image[parse_section(one.overscan[0])] == pedestal).all()
        expected = np.rint(charge[parse_section(there.section)] * one.gain + pedestal)
        np.testing.assert_array_equal(image[parse_section(one.section)], expected)


@pytest.mark.parametrize("inefficiency", ["parallel", "serial"])
def test_trails_lead_away_from_each_amplifier(inefficiency):
    charge = np.zeros((8, 8))
    hits = [(2, 2), (2, 5), (5, 2), (5, 5)]
    for hit in hits:
        charge[hit] = 1e4
    readout = RawReadout(**QUIET, **{inefficiency: 0.05})
    raw = readout.read(charge, rng=np.random.default_rng(2))
    image = raw.reshape(8, -1, 4).mean(axis=-1)
    _, placed = put_together(readout.amplifiers(charge.shape))
    trails = np.zeros((8, 8))
    for one, there in zip(readout.amplifiers(charge.shape), placed, strict=True):
        pedestal = np.median(image[parse_section(one.overscan[0])])
        trails[parse_section(there.section)] = image[parse_section(one.section)] - pedestal
    away = {
        "parallel": [(3, 2), (3, 5), (4, 2), (4, 5)],
        "serial": [(2, 3), (2, 4), (5, 3), (5, 4)],
    }
    lit = {tuple(map(int, place)) for place in np.argwhere(trails > 100)}
    assert lit == {*hits, *away[inefficiency]}


def test_samples_are_whole_numbers_about_the_signal():
    signal = np.array([[100.3, 2000.7]])
    samples = sampled_signal(signal, 5.0, n_samples=4000, rng=np.random.default_rng(3))
    assert samples.dtype == np.uint16
    pixels = samples.reshape(2, 4000)
    np.testing.assert_allclose(pixels.mean(axis=1), signal[0], atol=0.3)
    np.testing.assert_allclose(pixels.std(axis=1), 5, rtol=0.05)
    full = sampled_signal(np.array([[1e6, -1e3]]), 5.0, n_samples=3, rng=np.random.default_rng(3))
    assert full.tolist() == [[65535] * 3 + [0] * 3]


def test_the_baseline_wanders_as_a_random_walk():
    drift = baseline_drift(20_000, 0.5, rng=np.random.default_rng(4))
    assert np.diff(drift).std() == pytest.approx(0.5, rel=0.03)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"layout": (3, 1)}, "give 1 or 2 amplifiers along each axis"),
        ({"gains": (1.0, 2.0)}, "2 gains of 4 amplifiers; give one of each"),
        ({"prescan": -1}, "Prescan -1"),
        ({"n_samples": 0}, "0 samples"),
    ],
)
def test_what_cannot_be_read_is_refused(settings, message):
    with refused(message):
        RawReadout(**settings)
