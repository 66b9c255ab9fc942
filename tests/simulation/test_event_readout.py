"""Events through the readout: their charges stay the parts of what the image holds."""

import numpy as np
import pytest

from ccdseg.detector import Detector
from ccdseg.simulation import RECIPES, effects, event_readout, simulate_image
from ccdseg.simulation import components as c
from ccdseg.simulation.event_list import EventList
from ccdseg.simulation.particles import Deposit, Path
from ccdseg.simulation.ranges import Uniform
from ccdseg.simulation.scene import Scene

SHAPE = (60, 40)
SILENT = Detector("silent", pedestal=0.0, read_noise=0.0)
POINT = Path("point", np.array([[0.0, 0.0, 80.0]]), np.array([5.9]), np.zeros(3), 4.0)
# one gain, so that charges and signals compare
SEVERAL = (
    RECIPES["general"]
    .scaled((64, 96))
    .with_components(
        c.Particles(probability=1.0, number=Uniform(120.0, 160.0), cut_share=0.3),
        c.Amplifiers(probability=0.0),
    )
)


def fixed(value):
    return Uniform(value, value)


def hits(*places):
    """Events of one pixel each, by row, column and charge (e⁻)."""
    deposits = [
        Deposit(np.array([r]), np.array([k]), np.array([q]), np.array([q])) for r, k, q in places
    ]
    return EventList.from_deposits([(POINT, 0, 0)] * len(deposits), deposits)


def of_each(events, shape=SHAPE):
    """Charge of each event in each pixel, (events, H, W)."""
    dense = np.zeros((len(events), *shape))
    inside, flat = events.pixels_in(shape)
    np.add.at(
        dense.reshape(len(events), -1), (events.owners[inside], flat), events.expected[inside]
    )
    return dense


READOUTS = {
    "trails": (c.TransferTrails(probability=1.0, parallel=fixed(3e-4), serial=fixed(3e-4)),),
    "blooming": (c.Blooming(probability=1.0, full_well=fixed(2e3)),),
    "inactive": (c.InactiveColumns(probability=1.0),),
    "both": (c.TransferTrails(probability=1.0), c.Blooming(probability=1.0)),
}


@pytest.mark.parametrize("name", READOUTS)
def test_the_charges_of_the_events_add_up_to_the_cluster_signal(name):
    recipe = SEVERAL.with_components(*READOUTS[name])
    for seed in range(4):
        frame = simulate_image(recipe, rng=np.random.default_rng(seed))
        signal = frame.events.charge_map(frame.image.shape) * frame.detector.gain
        tolerance = 1e-3 * frame.detector.gain + 1e-5 * frame.cluster_signal.max()
        np.testing.assert_allclose(frame.cluster_signal, signal, rtol=1e-4, atol=tolerance)
        is_cluster = frame.mask == 3
        np.testing.assert_array_equal(frame.event_labels > 0, is_cluster)


def test_trails_of_two_events_are_those_of_each_alone():
    events = hits((20, 10, 1e4), (21, 10, 3e3), (59, 39, 500.0), (-1, 5, 70.0))
    trailed = of_each(event_readout.trailing(events, 2e-3, 1e-3, SHAPE))
    for before, after in zip(of_each(events), trailed, strict=True):
        expected = effects.charge_trails(before, 2e-3, 1e-3)
        np.testing.assert_allclose(after, expected, rtol=1e-5, atol=1e-3)


def test_events_that_bloom_far_from_each_other_keep_their_own_charge():
    scene = Scene(SHAPE, SILENT)
    scene.add_events(hits((10, 7, 5e4), (45, 7, 3e4)))
    scene.add_step(lambda charge: effects.blooming(charge, 5e3), linear=False)
    image = scene.read(np.random.default_rng(1))
    first, second = of_each(scene.events)
    np.testing.assert_allclose(first + second, image, rtol=1e-5)
    assert first[30:].sum() == second[:30].sum() == 0
    assert first.sum() == pytest.approx(5e4, rel=1e-4)
    owners = scene.events.event_map(SHAPE)
    assert set(owners[8:13, 7]) == {0}
    assert set(owners[44:47, 7]) == {1}


def test_what_two_neighbours_spill_together_they_share_by_their_losses():
    scene = Scene(SHAPE, SILENT)
    scene.add_events(hits((20, 7, 3e4), (21, 7, 1e4)))
    scene.add_step(lambda charge: effects.blooming(charge, 5e3), linear=False)
    image = scene.read(np.random.default_rng(1))
    first, second = of_each(scene.events)
    np.testing.assert_allclose(first + second, image, rtol=1e-5)
    assert (first.sum(), second.sum()) == pytest.approx((3e4, 1e4), rel=1e-4)


def test_pixels_that_see_nothing_take_their_charge_from_the_events():
    kept = np.ones(SHAPE)
    kept[5], kept[6] = 0.0, 0.25
    events = event_readout.scaled(hits((5, 3, 100.0), (6, 3, 100.0), (70, 3, 100.0)), kept)
    assert np.diff(events.offsets).tolist() == [0, 1, 1]
    assert events.expected.tolist() == [25.0, 100.0]
    assert len(events.table) == 3


def test_a_particle_cut_by_the_readout_says_which_part_is_left():
    recipe = SEVERAL.with_components(c.Particles(number=fixed(100.0), cut_share=0.5))
    table = simulate_image(recipe, rng=np.random.default_rng(3)).events.table
    cut = table["cut"]
    assert set(cut) <= {"", "above", "below"}
    assert 0.3 < np.mean(cut != "") < 0.7
    charge_of_energy = table["charge"] * SILENT.pair_energy / 1000 / table["energy"]
    assert charge_of_energy[cut == ""].min() > charge_of_energy[cut != ""].mean()
