"""A frame while it is being made, and its readout."""

from dataclasses import replace

import numpy as np
import pytest

from ccdseg.detector import DAMIC, Detector
from ccdseg.simulation import effects
from ccdseg.simulation.event_list import EventList
from ccdseg.simulation.particles import Deposit, Path
from ccdseg.simulation.scene import ELEMENT_CLASSES, Scene

SHAPE = (40, 50)
PLAIN = Detector("plain", pedestal=100.0, read_noise=6.0, n_samples=4, gain=2.0)
SILENT = replace(PLAIN, read_noise=0.0)


def block(level, rows=slice(None), columns=slice(None)):
    charge = np.zeros(SHAPE, dtype=np.float32)
    charge[rows, columns] = level
    return charge


def read(scene, seed=1):
    return scene.read(np.random.default_rng(seed))


def events(expected, drawn):
    point = Path("point", np.array([[0.0, 0.0, 80.0]]), np.array([5.9]), np.zeros(3), 4.0)
    hit = Deposit(np.array([3]), np.array([4]), np.array([expected]), np.array([drawn]))
    return EventList.from_deposits([(point, 3.5, 4.5)], [hit])


def test_a_new_scene_is_empty():
    scene = Scene(SHAPE, PLAIN)
    assert tuple(scene.signals) == ELEMENT_CLASSES
    parts = [*scene.signals.values(), scene.background, scene.fluctuating, scene.fixed]
    parts += [scene.background_variance, scene.glow_variance, scene.offset]
    for part in parts:
        assert part.shape == SHAPE
        assert part.dtype == np.float32
        assert not part.any()
    assert len(scene.events) == 0
    assert (scene.steps, scene.conversions, scene.conditions) == ([], [], {})
    assert len(scene.elements) == 0


@pytest.mark.parametrize(("shape", "area"), [((256, 256), 1), ((128, 512), 1), ((512, 1024), 8)])
def test_the_area_counts_in_frames_of_256_pixels(shape, area):
    assert Scene(shape, PLAIN).area == area


def test_the_noise_is_that_of_the_readout_and_of_the_dark_charge():
    scene = Scene(SHAPE, PLAIN)
    assert scene.sigma == pytest.approx(1.5)
    scene.add_background(block(4.0, columns=slice(25)))
    assert scene.sigma == pytest.approx((1.5**2 + 2.0) ** 0.5)
    scene.add("glowing", block(400.0), fluctuates=True)
    assert scene.sigma == pytest.approx((1.5**2 + 2.0) ** 0.5)


def test_an_empty_scene_is_read_as_pedestal_and_noise():
    scene = Scene((300, 300), DAMIC)
    image = read(scene)
    assert image.dtype == np.float32
    assert abs(image.mean(dtype=float) - 8800) < 4 * DAMIC.noise / 300
    assert image.std(dtype=float) == pytest.approx(DAMIC.noise, rel=4 / (2 * 90_000) ** 0.5)
    np.testing.assert_allclose(scene.local_noise(), DAMIC.noise, rtol=1e-6)


def test_fixed_charge_is_read_without_noise_of_its_own():
    scene = Scene(SHAPE, SILENT)
    scene.add("glowing", block(30.5, columns=slice(5)), fluctuates=False)
    scene.add("hot pixel", block(7.0, rows=3), fluctuates=False)
    scene.offset += block(0.25)
    expected = 100.25 + 2 * (block(30.5, columns=slice(5)) + block(7.0, rows=3))
    np.testing.assert_allclose(read(scene), expected, rtol=1e-6)
    signals = scene.signals_adu()
    np.testing.assert_array_equal(signals["glowing"], block(61.0, columns=slice(5)))
    np.testing.assert_array_equal(signals["hot pixel"], block(14.0, rows=3))
    assert not signals["cluster"].any()


@pytest.mark.parametrize("mean", [0.2, 5.0, 90.0])
def test_fluctuating_charge_is_read_with_poisson_noise(mean):
    scene = Scene((250, 200), SILENT)
    scene.add("hot pixel", np.full((250, 200), mean, np.float32), fluctuates=True)
    electrons = (read(scene) - 100.0) / 2
    np.testing.assert_array_equal(electrons, np.rint(electrons))
    assert abs(electrons.mean() - mean) < 4 * (mean / electrons.size) ** 0.5
    error = ((mean + 2 * mean**2) / electrons.size) ** 0.5
    assert abs(electrons.var(dtype=float) - mean) < 4 * error


def test_particles_are_read_as_drawn_and_their_mean_is_the_truth():
    scene = Scene(SHAPE, SILENT)
    scene.add_events(events(10.0, 12))
    scene.add_events(events(5.0, 4))
    assert len(scene.events) == 2
    assert scene.signals["cluster"][3, 4] == 15
    image = read(scene)
    assert image[3, 4] == 100 + 2 * 16
    assert np.count_nonzero(image != 100) == 1
    assert scene.signals_adu()["cluster"][3, 4] == 30


def test_transfers_act_on_charge_in_their_order_and_on_the_truth_alike():
    scene = Scene(SHAPE, SILENT)
    scene.add("hot pixel", block(8.0, rows=3, columns=4), fluctuates=False)
    scene.add_background(block(0.0))
    scene.add_step(lambda charge: charge + 1, linear=True)
    scene.add_step(lambda charge: charge * 3, linear=True)
    image = read(scene)
    np.testing.assert_allclose(image, 100 + 2 * 3 * (block(8.0, rows=3, columns=4) + 1))
    np.testing.assert_array_equal(scene.signals["hot pixel"], 3 * (block(8.0, 3, 4) + 1))
    np.testing.assert_array_equal(scene.background, 3)


def test_conversions_act_on_the_signal_last_and_in_their_order():
    scene = Scene(SHAPE, SILENT)
    scene.offset += 0.5
    scene.conversions += [lambda image: image - 100, lambda image: image * 4]
    np.testing.assert_array_equal(read(scene), np.full(SHAPE, 2.0))


def known(make, seed=1, shape=(256, 256)):
    """Deviation of an image from what was put into it, in standard deviations."""
    scene = Scene(shape, PLAIN)
    make(scene)
    noise = scene.local_noise()
    image = read(scene, seed)
    signal = PLAIN.gain * (scene.background + sum(scene.signals.values())) + PLAIN.pedestal
    return ((image - signal) / noise).astype(float), noise


def dark(scene):
    scene.add_background(effects.dark_charge_ramp(scene.shape, 0.5, 40.0))


def glowing(scene):
    glow = effects.edge_glow(scene.shape, 200.0, 60.0, edge="left", profile="exponential")
    scene.add("glowing", glow, fluctuates=True)


def smooth(scene):
    glow = effects.edge_glow(scene.shape, 200.0, 60.0, edge="left", profile="exponential")
    scene.add("glowing", glow, fluctuates=False)


def both(scene):
    dark(scene)
    glowing(scene)


def dark_under_smooth_glow(scene):
    dark(scene)
    smooth(scene)


@pytest.mark.parametrize("make", [dark, glowing, smooth, both, dark_under_smooth_glow])
def test_what_is_left_of_an_image_without_its_signals_is_the_stated_noise(make):
    pull, _ = known(make)
    for part in (pull, pull[:64], pull[-64:], pull[:, :64], pull[:, -64:]):
        assert abs(part.mean()) < 4 / part.size**0.5
        assert abs(part.std() - 1) < 5 / (2 * part.size) ** 0.5


def test_the_stated_noise_is_read_noise_poisson_noise_and_that_of_the_electronics():
    scene = Scene(SHAPE, PLAIN)
    scene.add_background(block(4.0))
    scene.add("glowing", block(9.0, columns=slice(10)), fluctuates=True)
    scene.electronics_variance += 7.0
    expected = (2.0**2 * (4 + block(9.0, columns=slice(10))) + 3.0**2 + 7) ** 0.5
    np.testing.assert_allclose(scene.local_noise(), expected, rtol=1e-6)


def test_hot_pixels_and_clusters_make_no_noise_of_the_background():
    scene = Scene(SHAPE, PLAIN)
    scene.add("hot pixel", block(1e4, rows=3), fluctuates=True)
    scene.add_events(events(500.0, 499))
    np.testing.assert_allclose(scene.local_noise(), PLAIN.noise, rtol=1e-6)


def test_the_seed_decides_the_image():
    images = []
    for seed in (1, 1, 2):
        scene = Scene(SHAPE, PLAIN)
        dark(scene)
        images.append(read(scene, seed))
    np.testing.assert_array_equal(images[0], images[1])
    assert not np.array_equal(images[0], images[2])
