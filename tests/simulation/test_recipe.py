"""Images of domain randomisation against their recipe and their truth."""

import json
from collections import Counter
from dataclasses import dataclass, replace
from inspect import isabstract

import numpy as np
import pytest

from ccdseg.detector import DAMIC, Detector
from ccdseg.simulation import (
    RECIPES,
    RandomDetector,
    Recipe,
    simulate_dataset,
    simulate_image,
    simulate_images,
)
from ccdseg.simulation import components as c
from ccdseg.simulation.ranges import Uniform
from tests.refusal import refused

BACKGROUND, GLOWING, HOT_PIXEL, CLUSTER = range(4)
PLAIN = Detector("plain", pedestal=500.0, read_noise=4.0, gain=2.0)
EMPTY = Recipe(name="empty", shape=(64, 80), components=())
GENERAL = RECIPES["general"]
SMALL = GENERAL.scaled((64, 64))
LINEAR = replace(
    SMALL,
    components=tuple(
        component
        for component in SMALL.components
        if not isinstance(
            component,
            c.Blooming | c.TransferTrails | c.InactiveColumns | c.DarkColumns | c.Amplifiers,
        )
    ),
)
"""Nothing moves the charge, and one amplifier reads it."""


def simulate(recipe, seed=1, detector=None):
    return simulate_image(recipe, detector=detector, rng=np.random.default_rng(seed))


@dataclass(frozen=True)
class Painted(c.Component):
    """A block of one class."""

    name: str = "cluster"
    level: float = 100.0
    fluctuates: bool = False
    rows: tuple[int, int] = (0, 64)
    columns: tuple[int, int] = (0, 80)

    def _add_to(self, scene, rng):  # noqa: ARG002 - the signature of a component
        charge = np.zeros(scene.shape, np.float32)
        charge[slice(*self.rows), slice(*self.columns)] = self.level
        scene.add(self.name, charge, fluctuates=self.fluctuates)


@pytest.fixture(scope="module")
def frames():
    """Three hundred frames of 64×64 pixels."""
    return list(simulate_images(SMALL, 300, rng=np.random.default_rng(1)))


def test_every_frame_is_finite_and_has_a_mask_of_known_classes(frames):
    for frame in frames:
        for array, kind in ((frame.image, np.float32), (frame.noise, np.float32)):
            assert array.shape == (64, 64)
            assert array.dtype == kind
            assert np.isfinite(array).all()
        assert (frame.mask.shape, frame.mask.dtype) == ((64, 64), np.uint8)
        assert frame.mask.max() <= CLUSTER
        assert frame.noise.min() > 0
        assert frame.image.max() <= 2**16 or not (frame.image == np.rint(frame.image)).all()
        assert np.isfinite(frame.cluster_signal).all()
        assert frame.cluster_signal.min() >= 0


def test_frames_hold_everything_and_some_hold_nothing(frames):
    held = Counter(tuple(np.unique(frame.mask)) for frame in frames)
    assert held[0,] >= 5
    for index in (GLOWING, HOT_PIXEL, CLUSTER):
        assert sum(n for classes, n in held.items() if index in classes) >= 30
    shares = np.mean([np.bincount(frame.mask.ravel(), minlength=4) for frame in frames], axis=0)
    assert shares[BACKGROUND] > 0.6 * 64**2
    assert sum(len(frame.events) == 0 for frame in frames) >= 5
    assert set(np.concatenate([frame.events.table["kind"] for frame in frames])) == {
        "electron",
        "muon",
        "point",
        "alpha",
    }


def test_clusters_are_only_where_particles_left_charge(frames):
    for frame in frames:
        cluster = frame.mask == CLUSTER
        assert np.all(frame.cluster_signal[cluster] >= 1.499 * frame.noise[cluster])
        if not len(frame.events):
            assert not frame.cluster_signal.any()


def test_the_events_are_the_cluster_signal():
    n_events = 0
    for frame in simulate_images(LINEAR, 120, rng=np.random.default_rng(2)):
        n_events += len(frame.events)
        charge = frame.events.charge_map((64, 64))
        expected = charge * frame.detector.gain
        np.testing.assert_allclose(frame.cluster_signal, expected, rtol=1e-5, atol=1e-6)
        owners = frame.events.event_map((64, 64))
        np.testing.assert_array_equal(owners >= 0, charge > 0)
        assert np.all(owners[frame.mask == CLUSTER] >= 0)
    assert n_events > 100


def test_every_condition_is_told(frames):
    for frame in frames:
        conditions = frame.conditions
        assert set(conditions) == {"noise", "gradient", "glow", "crowding"}
        detector = frame.detector
        assert conditions["noise"] == pytest.approx(detector.noise / detector.gain)
        assert 0.15 * 0.999 <= conditions["noise"] <= 250 * 1.001
        assert conditions["crowding"] == np.mean(frame.mask == CLUSTER)
        assert conditions["gradient"] >= 0
    glows = Counter(frame.conditions["glow"] for frame in frames)
    assert set(glows) == {"none", "slab", "edge", "corner", "terraced", "transient"}
    for frame in frames:
        if frame.conditions["glow"] == "none":
            assert not (frame.mask == GLOWING).any()
    gradients = np.array([frame.conditions["gradient"] for frame in frames])
    assert 0.1 < np.mean(gradients == 0) < 0.4
    json.dumps([frame.conditions for frame in frames])


def test_the_table_of_a_frame_lists_its_elements(frames):
    for frame in frames[:10]:
        assert len(frame.table()) == len(frame.elements) + len(frame.events)
        assert "kind" in frame.table().colnames


@pytest.mark.parametrize("shape", [(1, 1), (1, 200), (200, 1), (7, 33), (96, 40)])
def test_frames_of_any_shape_are_simulated(shape):
    for frame in simulate_images(SMALL.scaled(shape), 25, rng=np.random.default_rng(1)):
        assert frame.image.shape == frame.mask.shape == shape
        assert np.isfinite(frame.image).all()


def test_an_empty_frame_is_pedestal_and_noise():
    frame = simulate(EMPTY.scaled((256, 256)), detector=DAMIC)
    assert not frame.mask.any()
    assert not frame.cluster_signal.any()
    np.testing.assert_allclose(frame.noise, DAMIC.noise, rtol=1e-6)
    pull = (frame.image.astype(float) - DAMIC.pedestal) / DAMIC.noise
    assert abs(pull.mean()) < 4 / 256
    assert abs(pull.std() - 1) < 4 / (2 * 256**2) ** 0.5
    assert frame.conditions == {
        "noise": pytest.approx(DAMIC.noise / DAMIC.gain),
        "gradient": 0.0,
        "glow": "none",
        "crowding": 0.0,
    }


def test_without_its_clusters_a_frame_is_the_stated_noise():
    """Particles in the dark: their charge is drawn, so that the bright pixels are left out."""
    recipe = Recipe(
        components=(
            c.DarkCharge(level=Uniform(5.0, 5.0), first=Uniform(0.2, 0.2)),
            c.Particles(number=Uniform(30.0, 30.0)),
            c.Digitisation(probability=1.0),
        )
    )
    frame = simulate(recipe, detector=PLAIN)
    last = 5 * 2.0**2
    dark = np.linspace(0.2 * last, last, 256)[:, None]
    expected = (2.0**2 * dark + 4.0**2 + 1 / 12) ** 0.5
    np.testing.assert_allclose(frame.noise, np.broadcast_to(expected, (256, 256)), rtol=1e-5)
    pull = (frame.image - frame.cluster_signal - PLAIN.pedestal - 2 * dark) / frame.noise
    pull = pull[frame.cluster_signal < 0.3 * frame.noise]
    assert pull.size > 40_000
    assert abs(pull.mean()) < 4 / pull.size**0.5
    assert abs(pull.std() - 1) < 5 / (2 * pull.size) ** 0.5
    bright = frame.cluster_signal > 20 * frame.noise
    ratio = (frame.image - PLAIN.pedestal - 2 * dark)[bright] / frame.cluster_signal[bright]
    assert np.median(ratio) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("threshold", [0.5, 1.5, 4.0])
def test_a_pixel_belongs_to_an_element_from_the_threshold_on(threshold):
    levels = {name: threshold * 2.0 * part for name, part in (("low", 0.999), ("high", 1.001))}
    recipe = replace(
        EMPTY,
        truth_threshold=threshold,
        components=(
            Painted(level=levels["low"], rows=(0, 20)),
            Painted(level=levels["high"], rows=(40, 64)),
        ),
    )
    mask = simulate(recipe, detector=PLAIN).mask
    assert not mask[:40].any()
    assert (mask[40:] == CLUSTER).all()


def test_clusters_count_by_their_sum():
    recipe = replace(EMPTY, components=(Painted(level=2.0), Painted(level=2.0, rows=(0, 9))))
    mask = simulate(recipe, detector=PLAIN).mask
    assert (mask[:9] == CLUSTER).all()
    assert not mask[9:].any()


@pytest.mark.parametrize(
    "priority",
    [
        ("background", "glowing", "cluster", "hot pixel"),
        ("background", "hot pixel", "cluster", "glowing"),
    ],
)
def test_the_highest_priority_counts_where_elements_overlap(priority):
    blocks = {
        "glowing": Painted(name="glowing", rows=(0, 30), columns=(0, 30)),
        "cluster": Painted(name="cluster", rows=(20, 50), columns=(10, 50)),
        "hot pixel": Painted(name="hot pixel", rows=(10, 40), columns=(20, 60)),
    }
    recipe = replace(EMPTY, components=tuple(blocks.values()), priority=priority)
    mask = simulate(recipe, detector=PLAIN).mask
    expected = np.zeros((64, 80), np.uint8)
    index = {"glowing": GLOWING, "cluster": CLUSTER, "hot pixel": HOT_PIXEL}
    for name in priority[1:]:
        expected[slice(*blocks[name].rows), slice(*blocks[name].columns)] = index[name]
    np.testing.assert_array_equal(mask, expected)


def test_fainter_elements_count_on_a_quieter_background_only():
    glow = Painted(name="glowing", level=400.0, columns=(0, 40))
    cluster = Painted(level=6.0)

    shining = replace(glow, fluctuates=True)
    smooth, noisy = (
        simulate(replace(EMPTY, components=(light, cluster)), detector=PLAIN)
        for light in (glow, shining)
    )
    assert (smooth.mask == CLUSTER).all()
    assert (noisy.mask[:, :40] == GLOWING).all()
    assert (noisy.mask[:, 40:] == CLUSTER).all()
    assert noisy.noise[0, 0] == pytest.approx((4.0**2 + 4 * 400) ** 0.5)


def test_inactive_columns_belong_to_no_class():
    recipe = replace(
        EMPTY,
        components=(
            Painted(name="glowing"),
            Painted(name="cluster", rows=(0, 9)),
            c.InactiveColumns(
                probability=1.0, prescan=Uniform(32.0, 32.0), overscan=Uniform(64.0, 64.0)
            ),
        ),
    )
    seen = set()
    for seed in range(12):
        mask = simulate(recipe, seed, PLAIN).mask
        first, last = np.flatnonzero(mask[0])[[0, -1]]
        seen.add((int(first), int(79 - last)))
        assert (mask[:, first : last + 1] > 0).all()
    assert seen == {(0, 0), (10, 0), (0, 20), (10, 20)}


def test_the_detector_given_is_used():
    frame = simulate(EMPTY, detector=PLAIN)
    assert frame.detector is PLAIN
    assert frame.image.mean() == pytest.approx(500, abs=0.5)
    assert frame.conditions["noise"] == 2.0


def test_a_detector_is_drawn_where_none_is_given():
    detectors = [simulate(EMPTY, seed).detector for seed in range(5)]
    assert len({detector.pedestal for detector in detectors}) == 5
    quiet = replace(EMPTY, detector=RandomDetector(noise=Uniform(0.2, 0.3)))
    assert 0.2 <= simulate(quiet).conditions["noise"] <= 0.3


def test_the_seed_decides_the_frame():
    first, again, other = (simulate(SMALL, seed) for seed in (4, 4, 5))
    for name in ("image", "mask", "cluster_signal", "noise"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    assert first.events.table.tobytes() == again.events.table.tobytes()
    assert first.conditions == again.conditions
    assert first.detector == again.detector != other.detector
    assert not np.array_equal(first.image, other.image)


def test_frames_are_images_of_their_recipe():
    image = simulate_image(SMALL, rng=np.random.default_rng(4))
    np.testing.assert_array_equal(image.image, simulate(SMALL, 4).image)
    given = simulate_image(SMALL, detector=DAMIC, rng=np.random.default_rng(4))
    assert given.detector is DAMIC


def test_the_number_of_workers_does_not_change_the_frames():
    one, two = (
        simulate_dataset(SMALL, n_images=6, rng=np.random.default_rng(5), n_workers=n)
        for n in (1, 2)
    )
    for name in ("images", "masks", "ambiguous"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    assert len({image.tobytes() for image in one.images}) == 6


def test_a_scaled_recipe_has_as_many_particles_per_area():
    particles = c.Particles(
        number=Uniform(16.0, 16.0), shares=(0.0, 0.0, 1.0, 0.0), variation=0.0, cut_share=0.0
    )
    recipe = replace(EMPTY, shape=(256, 256), components=(particles,))
    for shape, n in (((256, 256), 16), ((512, 256), 32), ((128, 128), 4)):
        scaled = recipe.scaled(shape)
        assert scaled == replace(recipe, shape=shape)
        assert len(simulate(scaled, detector=PLAIN).events) == n


def test_the_general_recipe_is_found_by_its_name_and_describes_itself_in_json():
    assert RECIPES["general"] is GENERAL
    description = json.loads(json.dumps(GENERAL.scaled((100, 200)).to_dict()))
    assert description["name"] == "general"
    assert description["shape"] == [100, 200]
    assert description["truth_threshold"] == 1.5
    assert description["priority"] == ["background", "glowing", "cluster", "hot pixel"]
    assert description["detector"]["greatest_noise"] == 600
    named = [part["component"] for part in description["components"]]
    assert named == [type(component).__name__ for component in GENERAL.components]


def test_every_component_is_part_of_a_recipe():
    kinds = {kind for kind in vars(c).values() if isinstance(kind, type)}
    kinds = {kind for kind in kinds if issubclass(kind, c.Component) and not isabstract(kind)}
    rng = np.random.default_rng(1)
    drawn = [recipe.draw(rng) for recipe in RECIPES.values() for _ in range(60)]
    used = {type(component) for recipe in drawn for component in recipe.components}
    # of the original, which left it out by default; of sequences; of the scores of separation
    assert used == kinds - {c.TransferLoss, c.Lasting, c.TouchingPairs}


def test_recipes_of_different_frames_describe_themselves_differently():
    recipes = [EMPTY, replace(EMPTY, detector=RandomDetector(noise=Uniform(0.15, 250.0)))]
    assert len({json.dumps(recipe.to_dict()) for recipe in recipes}) == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shape": (8,)}, r"Image shape is \(8,\); give rows and columns, both above 0"),
        ({"shape": (8, 0)}, r"Image shape is \(8, 0\)"),
        ({"shape": (8, 8, 8)}, "Image shape is"),
        ({"truth_threshold": -1.0}, "truth_threshold is -1.0; it must be 0 or above"),
        ({"truth_threshold": np.nan}, "truth_threshold is nan"),
        ({"priority": ()}, "priority is"),
        ({"priority": ("background", "dog")}, "priority is .*must begin with 'background'"),
        ({"priority": ("glowing", "background", "cluster", "hot pixel")}, "priority is"),
    ],
)
def test_an_impossible_recipe_is_refused(change, message):
    with refused(message):
        replace(EMPTY, **change)
