"""Light in a frame: what a photon leaves, what patterns are like, and the recipes of domains."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, uniform_filter

from ccdseg.classes import CLASSES
from ccdseg.detector import Detector
from ccdseg.simulation import RECIPES, simulate_image
from ccdseg.simulation import components as c
from ccdseg.simulation.light_recipes import DOMAINS, LIGHT, XRAY
from ccdseg.simulation.particles.points import attenuation_length
from ccdseg.simulation.photon_sources import OpticalPhotons, XrayPhotons, field_free_width
from ccdseg.simulation.ranges import Uniform, WholeNumbers
from ccdseg.simulation.scene import Scene

THIN = Detector("thin", pedestal=500.0, read_noise=0.0, gain=0.4, thickness=15.0)
SHAPE = (256, 256)
PATTERNS = pytest.mark.parametrize(
    "kind",
    [
        *(c.Fluorescence, c.SmallAngleScattering, c.PowderRings, c.BraggSpots, c.Speckle),
        *(c.EmissionSpectrum, c.LongSlit, c.Echelle, c.StarField, c.GalaxyField),
    ],
    ids=lambda kind: kind.__name__,
)


def fixed(value):
    return Uniform(value, value)


def lit(component, seed=1, detector=THIN, shape=SHAPE):
    scene = Scene(shape, detector)
    component.add_to(scene, np.random.default_rng(seed))
    return scene


def photons(seed=1, detector=THIN, **settings):
    plain = {"energy": fixed(5.9), "n_lines": WholeNumbers(1, 1), "partial": fixed(0.0)}
    source = XrayPhotons(**{**plain, **settings})
    return source.draw(detector, np.random.default_rng(seed))


def test_x_rays_free_their_energy_over_the_pair_energy():
    drawn = photons()
    assert drawn.electrons == pytest.approx(np.full(256, 5900 / THIN.pair_energy))
    assert drawn.fano == THIN.fano
    several = photons(n_lines=WholeNumbers(3, 3)).electrons
    assert len(np.unique(np.round(several, 6))) == 3


def test_some_x_rays_lose_part_of_their_charge():
    electrons = photons(partial=fixed(0.5)).electrons / (5900 / THIN.pair_energy)
    assert np.mean(electrons < 0.999) == pytest.approx(0.5, abs=0.12)
    assert electrons.min() >= 0.3


def test_clouds_are_widest_where_soft_x_rays_enter_at_the_back_of_a_field_free_layer():
    soft, hard = (
        photons(energy=fixed(energy), field_free=fixed(8.0), front_share=0.0).width.mean()
        for energy in (0.3, 15.0)
    )
    assert soft > 1.2 * hard
    assert photons(field_free=fixed(0.0)).width.max() < soft
    assert photons(energy=fixed(0.3), front_share=1.0).width.max() < 0.1


def test_the_field_free_layer_widens_what_starts_in_it_alone():
    width = field_free_width(np.array([0.0, 3.0, 6.0, 9.0]), 6.0)
    assert width == pytest.approx([3.0, 3.0 * 0.5**0.5, 0.0, 0.0])
    assert not field_free_width(np.array([1.0]), 0.0).any()


def test_light_is_one_electron_a_photon_in_one_pixel():
    drawn = OpticalPhotons().draw(THIN, np.random.default_rng(1))
    assert (drawn.electrons, drawn.width, drawn.fano) == (1, 0, 0)


def test_soft_x_rays_end_near_the_face():
    assert attenuation_length(0.5) < attenuation_length(0.9) < attenuation_length(1.0) < 3
    assert attenuation_length(5.9) == pytest.approx(28, abs=1)


@PATTERNS
def test_brightness_follows_the_level_and_never_saturates(kind):
    faint, bright = (
        lit(kind(level=fixed(level), photons=OpticalPhotons()), 3).fixed.mean()
        for level in (100.0, 10_000.0)
    )
    assert bright == pytest.approx(100 * faint, rel=0.1)
    blinding = lit(kind(level=fixed(1e9)), 3).fixed
    assert 0 < gaussian_filter(blinding, 3).max() * THIN.gain < 90_000


@PATTERNS
def test_noise_of_light_is_what_the_scene_knows(kind):
    component = replace(kind(level=fixed(3000.0)), photons=OpticalPhotons())
    scenes = [lit(component, 5), lit(component, 5)]
    again = np.random.default_rng(11).poisson(scenes[0].background_variance)
    assert scenes[0].fixed == pytest.approx(scenes[1].fixed)
    difference = (scenes[0].fixed - again) / np.sqrt(2 * scenes[0].background_variance + 1e-9)
    bright = scenes[0].background_variance > 5
    assert bright.any()
    assert np.std(difference[bright]) == pytest.approx(1, abs=0.1)


def test_lines_of_a_spectrum_run_over_the_whole_frame():
    component = c.EmissionSpectrum(level=fixed(500.0), n_lines=fixed(3.0), photons=OpticalPhotons())
    smooth = uniform_filter(lit(component, 4).fixed, 5)
    across = max(smooth.mean(axis=axis).std() for axis in (0, 1))
    along = min(smooth.mean(axis=axis).std() for axis in (0, 1))
    assert across > 5 * along


@pytest.mark.parametrize("name", DOMAINS)
def test_a_domain_holds_cosmics_in_whole_numbers_of_adu(name):
    recipe = DOMAINS[name].scaled((96, 96))
    rng = np.random.default_rng(0)
    frames = [simulate_image(recipe, rng=rng) for _ in range(15)]
    cluster = CLASSES["cluster"].index
    assert np.mean([(frame.mask == cluster).any() for frame in frames]) > 0.2
    for frame in frames:
        assert set(np.unique(frame.mask)) <= {0, 2, cluster}
        assert np.isfinite(frame.image).all()
        assert frame.image.max() <= 65535


def test_mixtures_draw_all_domains():
    assert set(DOMAINS) == {recipe.name for recipe in LIGHT.recipes}
    rng = np.random.default_rng(2)
    assert {LIGHT.draw(rng).name for _ in range(300)} == set(DOMAINS)
    assert {recipe.name for recipe in XRAY.recipes} < set(DOMAINS)
    assert set(RECIPES) >= {"light", "xray", *DOMAINS}
