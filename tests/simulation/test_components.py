"""What a frame may hold: each component changes what it says, and nothing else."""

import json
from dataclasses import replace

import numpy as np
import pytest

from ccdseg.detector import DAMIC, Detector
from ccdseg.simulation import RECIPES, RandomDetector, simulate_image
from ccdseg.simulation import components as c
from ccdseg.simulation.components.amplifier_glow import EDGES
from ccdseg.simulation.ranges import LogUniform, Uniform
from ccdseg.simulation.scene import Scene
from tests.refusal import refused

PLAIN = Detector("plain", pedestal=500.0, read_noise=3.0, gain=2.0, dark_current=10.0)
SILENT = replace(PLAIN, read_noise=0.0)
SIGMA = 1.5
"""Noise of the plain detector (e⁻)."""

SHAPE = (64, 80)
SQUARE = (256, 256)
LIGHTS = (
    *(c.Fluorescence, c.SmallAngleScattering, c.PowderRings, c.BraggSpots, c.Speckle),
    *(c.EmissionSpectrum, c.LongSlit, c.Echelle, c.StarField, c.GalaxyField),
)
CHANGES = {
    c.DarkCharge: {"background", "fluctuating", "background_variance", "gradient"},
    c.DarkCurrent: {"background", "fluctuating", "background_variance", "gradient"},
    c.BackgroundPlane: {"offset", "gradient"},
    c.InactiveColumns: {"steps"},
    c.Glow: {"glowing", "fluctuating", "glow_variance", "fixed", "elements", "glow"},
    c.ColumnTransient: {"glowing", "fixed", "offset", "elements", "glow"},
    c.GlowSlab: {"glowing", "fixed", "elements", "glow"},
    c.HotLines: {"hot pixel", "fluctuating", "fixed", "elements"},
    c.HotPixels: {"hot pixel", "fluctuating", "elements"},
    c.HotSegments: {"hot pixel", "fixed", "elements"},
    c.BadEdge: {"hot pixel", "fluctuating", "fixed", "offset", "elements"},
    c.SerialRegisterEvents: {"hot pixel", "fluctuating", "elements"},
    c.Particles: {"cluster", "fixed", "events"},
    c.TouchingPairs: {"cluster", "fixed", "events"},
    c.PastedClusters: {"cluster", "fixed", "events"},
    **{kind: {"fixed", "background_variance"} for kind in LIGHTS},
    c.ModuleGaps: {"steps"},
    c.DeadPixels: {"steps"},
    c.Blooming: {"steps"},
    c.TransferTrails: {"steps"},
    c.TransferLoss: {"steps"},
    c.Fringes: {"offset", "electronics_variance"},
    c.RowOffsets: {"offset", "electronics_variance"},
    c.ColumnOffsets: {"offset", "electronics_variance"},
    c.BaselineWaves: {"offset", "electronics_variance"},
    c.BaselineSteps: {"offset"},
    c.DarkColumns: {"offset", "steps"},
    c.TelegraphNoise: {"offset"},
    c.Digitisation: {"conversions", "electronics_variance"},
    c.Amplifiers: {"amplifiers", "steps"},
}
SETTINGS = {
    c.DarkCurrent: {"exposure": 2.0},
    c.TransferLoss: {"inefficiency": 0.5},
}
"""What makes a component visible that does nothing by default."""

KINDS = pytest.mark.parametrize("kind", CHANGES, ids=lambda kind: kind.__name__)


def fixed(value):
    return Uniform(value, value)


def built(component, seed=1, shape=SHAPE, detector=PLAIN):
    scene = Scene(shape, detector)
    component.add_to(scene, np.random.default_rng(seed))
    return scene


def many(component, n=30, **settings):
    return [built(component, seed, **settings) for seed in range(n)]


def changed(scene):
    """Names of what a scene holds that a new one does not."""
    arrays = {**scene.signals}
    parts = ("background", "fluctuating", "fixed", "background_variance", "glow_variance", "offset")
    arrays |= {name: getattr(scene, name) for name in parts}
    names = {name for name, array in arrays.items() if array.any()}
    lists = ("steps", "conversions", "elements", "events", "electronics_variance", "amplifiers")
    names |= {name for name in lists if getattr(scene, name)}
    return names | set(scene.conditions)


def read(scene, seed=1):
    return scene.read(np.random.default_rng(seed))


def bright(component, seed=1, detector=PLAIN):
    """Read a scene with a bright column and a hot pixel to which a component was added."""
    scene = Scene(SHAPE, detector)
    charge = np.full(SHAPE, 20.0, np.float32)
    charge[30, 40] = 9e5
    charge[:, 20] = 700.0
    scene.add("hot pixel", charge, fluctuates=False)
    component.add_to(scene, np.random.default_rng(seed))
    return read(scene), scene


def test_every_component_is_tested():
    exported = (getattr(c, name) for name in c.__all__)
    kinds = {kind for kind in exported if isinstance(kind, type) and issubclass(kind, c.Component)}
    assert set(CHANGES) == kinds - {c.Component, c.Lasting, c.Light}


@KINDS
def test_a_component_changes_what_it_says_and_nothing_else(kind):
    seen = [changed(scene) for scene in many(kind(**SETTINGS.get(kind, {})), 60)]
    assert all(names <= CHANGES[kind] for names in seen)
    assert set().union(*seen) == CHANGES[kind]


@KINDS
def test_what_never_happens_changes_nothing(kind):
    assert not any(changed(scene) for scene in many(kind(probability=0.0), 20))


@KINDS
def test_the_probability_is_the_share_of_frames(kind):
    n = 120
    more = {"number": fixed(30.0)} if "number" in kind.__dataclass_fields__ else {}
    more |= SETTINGS.get(kind, {})
    seen = [
        np.mean([bool(changed(scene)) for scene in many(kind(probability=share, **more), n)])
        for share in (0.4, 1.0)
    ]
    assert seen[1] > 0.6
    assert abs(seen[0] - 0.4 * seen[1]) < 4 * (0.25 / n) ** 0.5


@KINDS
def test_the_seed_decides_alone(kind):
    component = kind(**SETTINGS.get(kind, {}))
    first, again = (bright(component, 3)[0] for _ in range(2))
    np.testing.assert_array_equal(first, again)
    if kind not in (c.Digitisation, c.DarkCurrent):  # they draw nothing
        assert len({bright(component, seed)[0].tobytes() for seed in range(12)}) > 1


@KINDS
def test_an_impossible_probability_is_refused(kind):
    for probability in (-0.1, 1.1, np.nan):
        with refused(f"{kind.__name__}: probability is {probability}; it lies from 0 to 1"):
            kind(probability=probability)


@KINDS
def test_a_component_describes_itself_in_json(kind):
    description = json.loads(json.dumps(kind(probability=0.25).to_dict()))
    assert description["component"] == kind.__name__
    assert description["probability"] == 0.25
    assert set(description) == {"component", *kind.__dataclass_fields__}


def test_a_description_tells_how_numbers_are_distributed():
    descriptions = [
        json.dumps(c.DarkCharge(level=kind(1.0, 2.0)).to_dict()) for kind in (Uniform, LogUniform)
    ]
    assert descriptions[0] != descriptions[1]


def test_dark_charge_rises_along_the_rows():
    scene = built(c.DarkCharge(level=fixed(4.0), first=fixed(0.5)))
    last = 4 * SIGMA**2
    np.testing.assert_allclose(scene.background[:, 0], np.linspace(last / 2, last, 64), rtol=1e-6)
    np.testing.assert_array_equal(scene.background, scene.background[:, :1].repeat(80, axis=1))
    np.testing.assert_array_equal(scene.fluctuating, scene.background)
    deviation = (SIGMA**2 + 0.75 * last) ** 0.5
    assert scene.conditions["gradient"] == pytest.approx(last / 2 / deviation)


def test_dark_charge_is_limited_in_units_of_the_noise():
    scene = built(c.DarkCharge(level=fixed(1e6), highest=30.0))
    assert scene.background.max() == pytest.approx(30 * SIGMA)


def test_without_read_noise_there_is_dark_charge_too():
    scene = built(c.DarkCharge(level=fixed(2.0)), detector=SILENT)
    assert scene.background.max() == pytest.approx(0.2)


def test_the_baseline_slopes_along_rows_and_columns():
    slopes = set()
    for scene in many(c.BackgroundPlane(probability=1.0, change=fixed(4.0))):
        assert scene.offset.mean() == pytest.approx(0, abs=1e-4)
        rises = scene.offset[-1, 0] - scene.offset[0, 0], scene.offset[0, -1] - scene.offset[0, 0]
        slope = tuple(round(float(rise) / (4 * SIGMA * PLAIN.gain), 3) for rise in rises)
        slopes.add(slope)
        assert scene.conditions["gradient"] == pytest.approx(4 * np.hypot(*slope))
        np.testing.assert_allclose(np.diff(scene.offset, 2, axis=0), 0, atol=1e-4)
        np.testing.assert_allclose(np.diff(scene.offset, 2, axis=1), 0, atol=1e-4)
    assert slopes == {(down, along) for down in (-1, 0, 1) for along in (-1, 0, 1)}


def test_gradients_of_background_and_baseline_add_up():
    scene = Scene(SHAPE, PLAIN)
    rng = np.random.default_rng(2)
    c.DarkCharge().add_to(scene, rng)
    dark = scene.conditions["gradient"]
    while scene.conditions["gradient"] == dark:
        c.BackgroundPlane(probability=1.0, change=fixed(4.0)).add_to(scene, rng)
    assert scene.conditions["gradient"] - dark == pytest.approx(4, rel=0.42, abs=0)


def test_inactive_columns_hold_neither_charge_nor_class():
    found = set()
    for seed in range(30):
        image, scene = bright(c.InactiveColumns(probability=1.0), seed, SILENT)
        dark = (image == PLAIN.pedestal).all(axis=0)
        assert not scene.signals["hot pixel"][:, dark].any()
        assert (image[:, ~dark] > PLAIN.pedestal).all()
        first, last = np.flatnonzero(~dark)[[0, -1]]
        assert not dark[first : last + 1].any()
        assert first <= round(12 * 80 / 256)
        assert 79 - last <= round(40 * 80 / 256)
        found.add((bool(dark[0]), bool(dark[-1])))
    assert found == {(False, False), (True, False), (False, True), (True, True)}


def glow(shape, seed, **changes):
    settings = {"level": fixed(10.0), "terraced_share": 0.0} | changes
    scene = built(c.Glow(probability=1.0, shapes={shape: 1.0}, **settings), seed)
    return scene.signals["glowing"], scene


def test_a_slab_of_glow_stands_at_one_side():
    sides = set()
    for seed in range(30):
        light, scene = glow("slab", seed)
        columns = np.flatnonzero(light[0])
        np.testing.assert_array_equal(light, light[:1].repeat(64, axis=0))
        np.testing.assert_allclose(light[0, columns], 10 * SIGMA, rtol=1e-6)
        np.testing.assert_array_equal(np.diff(columns), 1)
        assert 1 <= len(columns) <= 0.45 * 80
        assert min(columns[0], 79 - columns[-1]) <= 5
        assert np.median(light) == 0
        assert scene.conditions["glow"] == "slab"
        sides.add(bool(columns[0] <= 5))
    assert sides == {True, False}


def test_glow_from_an_edge_falls_inwards_and_is_the_same_along_it():
    edges = set()
    for seed in range(60):
        light, scene = glow("edge", seed)
        along = int(np.ptp(light, axis=0).max() > 0)
        profile = light[:, 0] if along else light[0]
        assert np.ptp(light, axis=1 if along else 0).max() == 0
        start = 0 if profile[0] > profile[-1] else -1
        assert profile[start] == pytest.approx(10 * SIGMA)
        assert np.all(np.diff(profile[:: 1 if start == 0 else -1]) <= 0)
        assert scene.conditions["glow"] == "edge"
        edges.add((along, start))
    assert len(edges) == len(EDGES)


def test_glow_from_a_corner_falls_in_both_directions():
    corners = set()
    for seed in range(60):
        light, scene = glow("corner", seed)
        row, column = np.unravel_index(light.argmax(), light.shape)
        assert light[row, column] == pytest.approx(10 * SIGMA)
        assert (row in (0, 63), column in (0, 79)) == (True, True)
        inwards = light[:: 1 if row == 0 else -1, :: 1 if column == 0 else -1]
        assert np.diff(inwards, axis=0).max() < 1e-4
        assert np.diff(inwards, axis=1).max() < 1e-4
        assert scene.conditions["glow"] == "corner"
        corners.add((int(row), int(column)))
    assert len(corners) == 4


@pytest.mark.parametrize("shape", ["edge", "corner"])
def test_terraced_glow_falls_in_steps(shape):
    for seed in range(10):
        light, scene = glow(shape, seed, terraced_share=1.0)
        assert 2 <= len(np.unique(light)) <= 12
        assert light.max() == pytest.approx(10 * SIGMA)
        assert scene.conditions["glow"] == "terraced"


@pytest.mark.parametrize(("share", "charge"), [(0.0, "fixed"), (1.0, "fluctuating")])
def test_glow_fluctuates_or_not(share, charge):
    light, scene = glow("slab", 1, fluctuating_share=share)
    np.testing.assert_array_equal(getattr(scene, charge), light)
    variance = {"glow_variance"} if share else set()
    assert changed(scene) == {"glowing", charge, "elements", "glow"} | variance


def test_all_shapes_of_glow_occur():
    scenes = many(c.Glow(probability=1.0), 80)
    shapes = {scene.conditions["glow"] for scene in scenes}
    assert shapes == {"slab", "edge", "corner", "terraced"}
    levels = [scene.signals["glowing"].max() / SIGMA for scene in scenes]
    assert 2.5 * (1 - 1e-6) < min(levels) < 10
    assert 100 < max(levels) < 300 * (1 + 1e-6)


def test_a_transient_decays_along_every_row_and_is_glow_where_it_is_bright():
    component = c.ColumnTransient(probability=1.0, amplitude=fixed(8.0), scale=fixed(0.1))
    expected = 8 * SIGMA * np.exp(-np.arange(80) / 8.0)
    signs = set()
    for scene in many(component, 12):
        if scene.signals["glowing"].any():
            signs.add(1)
            np.testing.assert_allclose(scene.signals["glowing"][5], expected, rtol=1e-5)
            assert changed(scene) == {"glowing", "fixed", "elements", "glow"}
            assert scene.conditions["glow"] == "transient"
        else:
            signs.add(-1)
            np.testing.assert_allclose(scene.offset[5], -PLAIN.gain * expected, rtol=1e-5)
            assert changed(scene) == {"offset"}
    assert signs == {1, -1}


def test_a_transient_does_not_rename_the_glow():
    for seed in range(12):
        scene = Scene(SHAPE, PLAIN)
        rng = np.random.default_rng(seed)
        c.Glow(probability=1.0, shapes={"slab": 1.0}, terraced_share=0.0).add_to(scene, rng)
        c.ColumnTransient(probability=1.0).add_to(scene, rng)
        assert scene.conditions["glow"] == "slab"


LINES = {
    "probability": 1.0,
    "number": fixed(6.0),
    "level": LogUniform(3.0, 500.0),
    "wide_share": 0.0,
    "whole_share": 1.0,
    "alike_share": 0.0,
    "roughness": fixed(0.0),
}


def hot(seed=1, **changes):
    scene = built(c.HotLines(**(LINES | changes)), seed, SQUARE)
    return scene.signals["hot pixel"], scene


@pytest.mark.parametrize(("column_share", "along"), [(1.0, 0), (0.0, 1)])
def test_hot_lines_run_along_columns_or_rows(column_share, along):
    for seed in range(10):
        charge, _ = hot(seed, column_share=column_share)
        assert np.ptp(charge, axis=along).max() == 0
        profile = np.take(charge, 0, axis=along)
        levels = profile[profile > 0] / SIGMA
        assert 3 <= len(levels) <= 6
        assert 3 * (1 - 1e-6) <= levels.min() < levels.max() <= 500 * (1 + 1e-6)


@pytest.mark.parametrize(("shape", "n"), [((256, 256), 6), ((512, 512), 12), ((128, 128), 3)])
def test_the_number_of_hot_lines_grows_with_the_side_of_the_frame(shape, n):
    component = c.HotLines(**(LINES | {"column_share": 1.0}))
    found = [np.count_nonzero(built(component, s, shape).signals["hot pixel"][0]) for s in range(9)]
    assert max(found) == n
    assert np.mean(found) > 0.9 * n


def test_hot_lines_of_a_part_end_within_the_frame():
    starts, lengths = [], []
    for seed in range(40):
        charge, _ = hot(seed, whole_share=0.0, column_share=1.0, number=fixed(1.0))
        rows, columns = np.nonzero(charge)
        assert len(set(columns.tolist())) == 1
        np.testing.assert_array_equal(np.diff(rows), 1)
        starts.append(rows[0])
        lengths.append(len(rows))
    assert len(set(starts)) > 20
    assert max(lengths) < 256
    assert len(set(lengths)) > 20


def test_wide_hot_lines_of_a_part_run_to_an_end_of_the_frame():
    ends = set()
    for seed in range(30):
        charge, _ = hot(seed, whole_share=0.0, wide_share=1.0, column_share=1.0, number=fixed(1.0))
        rows = np.flatnonzero(charge.any(axis=1))
        np.testing.assert_array_equal(np.diff(rows), 1)
        ends.add((int(rows[0]) == 0, int(rows[-1]) == 255))
    assert ends >= {(True, False), (False, True)}
    assert (False, False) not in ends


def test_wide_hot_lines_have_tails_or_none():
    widths = set()
    for seed in range(30):
        options = {"wide_share": 1.0, "width": fixed(4.0), "tail": fixed(2.0)}
        charge, _ = hot(seed, number=fixed(1.0), column_share=1.0, **options)
        profile = charge[0] / charge[0].max()
        if 20 < profile.argmax() < 230:
            assert 3 <= np.count_nonzero(profile > 0.999) <= 4
            widths.add(np.count_nonzero(profile) > 8)
    assert widths == {True, False}


def test_lines_alike_have_one_level_and_do_not_fluctuate():
    charge, scene = hot(alike_share=1.0)
    assert len(np.unique(charge)) == 2
    assert changed(scene) == {"hot pixel", "fixed", "elements"}


def test_rough_lines_differ_from_pixel_to_pixel():
    spreads = []
    for seed in range(10):
        charge, _ = hot(seed, roughness=fixed(0.3), number=fixed(1.0), column_share=1.0)
        line = charge[charge > 0]
        spreads.append(line.std() / line.mean())
    assert min(spreads) < 1e-6
    assert max(spreads) == pytest.approx(0.3, abs=0.08)


@pytest.mark.parametrize(("shape", "n"), [((256, 256), 5), ((512, 512), 20)])
def test_hot_pixels_are_single_and_bright(shape, n):
    component = c.HotPixels(probability=1.0, number=fixed(5.0), level=Uniform(30.0, 90.0))
    for seed in range(5):
        charge = built(component, seed, shape).signals["hot pixel"]
        levels = charge[charge > 0] / SIGMA
        assert n - 1 <= len(levels) <= n
        assert 30 <= levels.min() < levels.max() <= 90


@pytest.mark.parametrize("dark", [True, False])
def test_a_bad_edge_is_bright_and_hot_or_dark_and_of_no_class(dark):
    component = c.BadEdge(
        probability=1.0, level=fixed(20.0), depth=fixed(2.0), dark_share=float(dark)
    )
    edges = set()
    for scene in many(component, 30):
        assert changed(scene) <= ({"offset"} if dark else CHANGES[c.BadEdge] - {"offset"})
        edge = -scene.offset / PLAIN.gain if dark else scene.signals["hot pixel"]
        assert edge.min() == 0
        assert edge.max() == pytest.approx(20 * SIGMA)
        sides = (edge[0], edge[-1], edge[:, 0], edge[:, -1])
        (side,) = (i for i, values in enumerate(sides) if values.min() == edge.max())
        edges.add(side)
        assert np.count_nonzero(edge) == 2 * len(sides[side])
    assert edges == {0, 1, 2, 3}


def test_a_serial_register_event_is_one_row_high_and_decays():
    component = c.SerialRegisterEvents(
        probability=1.0,
        number=fixed(1.0),
        level=fixed(50.0),
        length=fixed(40.0),
        roughness=fixed(0.0),
        one_sided_share=1.0,
    )
    n_whole = 0
    for scene in many(component, 20, shape=SQUARE):
        rows, columns = np.nonzero(scene.signals["hot pixel"])
        assert len(set(rows.tolist())) == 1
        np.testing.assert_array_equal(np.diff(columns), 1)
        event = scene.signals["hot pixel"][rows, columns]
        assert np.all(np.diff(event) < 0)
        if len(event) == 40:
            n_whole += 1
            assert event[0] == pytest.approx(50 * SIGMA)
    assert n_whole > 10


def test_serial_register_events_may_be_brightest_anywhere():
    events = c.SerialRegisterEvents(
        probability=1.0,
        number=fixed(1.0),
        length=fixed(40.0),
        roughness=fixed(0.0),
        one_sided_share=0.0,
    )
    places = set()
    for scene in many(events, 40, shape=SQUARE):
        rows, columns = np.nonzero(scene.signals["hot pixel"])
        if len(columns) == 40:
            places.add(int(scene.signals["hot pixel"][rows, columns].argmax()))
    assert len(places) > 8
    assert max(places) - min(places) > 20


def particles(seed=1, detector=PLAIN, shape=SQUARE, **changes):
    settings = {"number": fixed(40.0), "variation": 0.0, "cut_share": 0.0} | changes
    return built(c.Particles(**settings), seed, shape, detector)


@pytest.mark.parametrize("kind", ["electron", "muon", "point", "alpha"])
@pytest.mark.parametrize("variation", [0.0, 0.25])
def test_particles_of_one_kind_alone_can_be_asked_for(kind, variation):
    shares = tuple(float(kind == name) for name in ("electron", "muon", "point", "alpha"))
    scene = particles(shares=shares, variation=variation, number=fixed(10.0))
    assert set(scene.events.table["kind"]) == {kind}
    assert len(scene.events) == 10


def test_shares_of_particles_stay_or_vary_from_frame_to_frame():
    def muons(variation):
        options = {"shares": (0.0, 0.3, 0.7, 0.0), "variation": variation, "number": fixed(20.0)}
        tables = [particles(seed, **options).events.table for seed in range(20)]
        return [np.mean(table["kind"] == "muon") for table in tables]

    steady, varied = muons(0.0), muons(1.0)
    for shares in (steady, varied):
        assert np.mean(shares) == pytest.approx(0.3, abs=0.2)
    assert np.std(steady) == pytest.approx((0.3 * 0.7 / 20) ** 0.5, rel=0.5)
    assert np.std(varied) > 2 * np.std(steady)


@pytest.mark.parametrize(("shape", "n"), [((256, 256), 40), ((64, 64), 2.5), ((512, 128), 40)])
def test_the_number_of_particles_grows_with_the_area(shape, n):
    points = (0.0, 0.0, 1.0, 0.0)
    found = [len(particles(seed, shape=shape, shares=points).events) for seed in range(16)]
    assert set(found) <= {int(n), int(np.ceil(n))}
    assert np.mean(found) == pytest.approx(n, abs=0.5)


def test_particles_are_the_truth_of_the_clusters():
    scene = particles()
    np.testing.assert_array_equal(scene.signals["cluster"], scene.events.charge_map(SQUARE))
    np.testing.assert_array_equal(scene.fixed, scene.events.charge_map(SQUARE, drawn=True))
    np.testing.assert_array_equal(scene.fixed, np.rint(scene.fixed))


def test_every_particle_passes_through_the_frame():
    scene = particles()
    owner = np.repeat(np.arange(len(scene.events)), np.diff(scene.events.offsets))
    inside = (scene.events.rows >= 0) & (scene.events.rows < 256)
    inside &= (scene.events.columns >= 0) & (scene.events.columns < 256)
    assert len(set(owner[inside].tolist())) > 0.9 * len(scene.events)
    assert not inside.all()


def test_points_lie_where_the_list_says():
    scene = particles(shares=(0.0, 0.0, 1.0, 0.0), line_share=1.0)
    events = scene.events
    rows, columns = events.table["row"], events.table["column"]
    assert min(rows.min(), columns.min()) >= -0.5
    assert max(rows.max(), columns.max()) <= 255.5
    for i, (row, column) in enumerate(zip(rows, columns, strict=True)):
        part = slice(*events.offsets[i : i + 2])
        weights = events.expected[part]
        middle_row = np.average(events.rows[part], weights=weights)
        middle_column = np.average(events.columns[part], weights=weights)
        assert middle_row == pytest.approx(row, abs=0.51)
        assert middle_column == pytest.approx(column, abs=0.51)


def test_energies_lie_in_their_ranges():
    scene = particles(
        number=fixed(200.0),
        electron_energy=Uniform(50.0, 60.0),
        alpha_energy=Uniform(4000.0, 4100.0),
        point_energy=LogUniform(2.0, 3.0),
        shares=(0.3, 0.1, 0.4, 0.2),
        line_share=0.0,
    )
    table = scene.events.table
    energy = {kind: table["energy"][table["kind"] == kind] for kind in set(table["kind"])}
    assert energy["electron"].max() <= 60.001
    assert np.mean(energy["electron"] > 49.99) > 0.8
    assert 4000 <= energy["alpha"].min() <= energy["alpha"].max() <= 4100
    assert 2 <= energy["point"].min() <= energy["point"].max() <= 3


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_points_come_from_x_ray_lines_as_often_as_asked(share):
    scene = particles(shares=(0.0, 0.0, 1.0, 0.0), number=fixed(300.0), line_share=share)
    lines = np.isin(scene.events.table["energy"], np.float32([1.74, 5.90, 6.49, 8.05]))
    assert abs(lines.mean() - share) <= 4 * (share * (1 - share) / 300) ** 0.5


@pytest.mark.parametrize("noise", [0.2, 20.0, 200.0])
def test_the_faintest_points_follow_the_noise(noise):
    detector = replace(PLAIN, read_noise=noise * PLAIN.gain)
    options = {"shares": (0.0, 0.0, 1.0, 0.0), "number": fixed(300.0), "line_share": 0.0}
    energies = particles(detector=detector, **options).events.table["energy"]
    faintest = max(4 * noise, 1) * PLAIN.pair_energy / 1000
    assert faintest * 0.999 <= energies.min() < 1.2 * faintest
    assert energies.max() <= max(40, 30 * faintest) * 1.001
    options["point_energy"] = LogUniform(0.05, 40.0)
    steady = particles(detector=detector, **options).events.table["energy"]
    assert 0.05 * 0.999 <= steady.min() < 0.1
    assert steady.max() <= 40.001


def test_muons_reach_the_greatest_zenith_and_no_more():
    scene = particles(shares=(0.0, 1.0, 0.0, 0.0), number=fixed(300.0), greatest_zenith=1.2)
    zenith = scene.events.table["zenith"]
    assert 0 <= zenith.min() < 0.1
    assert 1.1 < zenith.max() <= 1.2001


def lost(scene):
    """Share of the charge of each event that is missing."""
    table = scene.events.table
    return 1 - table["charge"] * PLAIN.pair_energy / 1000 / table["energy"]


def test_hits_during_the_readout_are_cut_at_a_row():
    options = {"shares": (0.0, 0.0, 0.0, 1.0), "number": fixed(60.0)}
    np.testing.assert_allclose(lost(particles(**options)), 0, atol=2e-3)
    missing = lost(particles(cut_share=1.0, **options))
    assert missing.min() >= -2e-3
    assert np.mean(missing > 0.05) > 0.5
    events = particles(cut_share=1.0, **options).events
    for i in np.flatnonzero(missing > 0.2):
        part = slice(*events.offsets[i : i + 2])
        row = events.table["row"][i]
        above, below = row - events.rows[part].min(), events.rows[part].max() - row
        assert abs(above - below) > 0.5


def test_frames_without_particles_hold_none():
    scene = particles(number=Uniform(0.0, 0.0))
    assert changed(scene) == set()


def test_pixels_hold_no_more_than_the_full_well_and_spill_along_their_column():
    image, scene = bright(c.Blooming(probability=1.0, full_well=fixed(3e4)), detector=SILENT)
    charge = (image - PLAIN.pedestal) / PLAIN.gain
    assert charge.max() == pytest.approx(3e4)
    assert np.count_nonzero(charge > 2e4) > 20
    assert set(np.nonzero(charge > 2e4)[1].tolist()) == {40}
    np.testing.assert_allclose(scene.signals["hot pixel"], charge, rtol=1e-4, atol=0.1)


def test_smooth_charge_does_not_bloom():
    scene = Scene(SHAPE, PLAIN)
    scene.add_background(np.full(SHAPE, 100.0, np.float32))
    scene.add("glowing", np.full(SHAPE, 900.0, np.float32), fluctuates=False)
    c.Blooming(probability=1.0, full_well=fixed(10.0)).add_to(scene, np.random.default_rng(1))
    image = read(scene)
    assert image.mean() == pytest.approx(PLAIN.pedestal + PLAIN.gain * 1000, rel=1e-2)
    np.testing.assert_array_equal(scene.signals["glowing"], 900)


def test_what_spills_because_elements_overlap_is_in_the_truth():
    scene = Scene(SHAPE, SILENT)
    scene.add("glowing", np.full(SHAPE, 600.0, np.float32), fluctuates=False)
    hot_pixel = np.zeros(SHAPE, np.float32)
    hot_pixel[30, 40] = 700.0
    scene.add("hot pixel", hot_pixel, fluctuates=False)
    blooming = c.Blooming(probability=1.0, full_well=fixed(1000.0))
    blooming.add_to(scene, np.random.default_rng(1))
    charge = (read(scene) - PLAIN.pedestal) / PLAIN.gain
    assert charge[29, 40] == pytest.approx(750)
    np.testing.assert_allclose(sum(scene.signals.values()), charge, rtol=1e-4)


def test_bright_pixels_leave_trails_behind_them():
    component = c.TransferTrails(probability=1.0, parallel=fixed(1e-3), serial=fixed(0.0))
    scene = Scene(SHAPE, SILENT)
    charge = np.zeros(SHAPE, np.float32)
    charge[30, 40] = 1e4
    scene.add("hot pixel", charge, fluctuates=False)
    component.add_to(scene, np.random.default_rng(1))
    trailed = (read(scene) - PLAIN.pedestal) / PLAIN.gain
    behind = 1e4 * (1 - (1 - 4e-3) ** 31)  # 256 / 64 times the inefficiency, 31 transfers
    assert trailed[31, 40] == pytest.approx(behind, rel=1e-3)
    assert trailed[30, 40] == pytest.approx(1e4 - behind, rel=1e-3)
    assert np.count_nonzero(trailed) == 2
    np.testing.assert_allclose(scene.signals["hot pixel"], trailed, atol=1e-2)


def test_trails_look_alike_in_frames_of_any_size():
    component = c.TransferTrails(probability=1.0, parallel=fixed(1e-4), serial=fixed(1e-4))
    shares = []
    for shape in ((64, 64), (256, 512)):
        scene = Scene(shape, SILENT)
        charge = np.zeros(shape, np.float32)
        charge[-2, -2] = 1e4
        scene.add("hot pixel", charge, fluctuates=False)
        component.add_to(scene, np.random.default_rng(1))
        trailed = read(scene) - PLAIN.pedestal
        shares.append([trailed[-1, -2] / trailed[-2, -2], trailed[-2, -1] / trailed[-2, -2]])
    np.testing.assert_allclose(*shares, rtol=0.05)


def test_fringes_are_waves_whose_variance_counts_as_noise():
    component = c.Fringes(probability=1.0, amplitude=fixed(0.5), period=fixed(8.0))
    amplitude = 0.5 * SIGMA * PLAIN.gain
    for scene in many(component, 20, shape=SQUARE):
        assert np.abs(scene.offset).max() == pytest.approx(amplitude, rel=0.01)
        assert scene.electronics_variance == pytest.approx(amplitude**2 / 2)
        assert scene.offset.var() == pytest.approx(scene.electronics_variance, rel=0.05)


def test_fringes_run_in_any_direction():
    component = c.Fringes(probability=1.0, period=fixed(8.0))
    steep, falling = [], []
    for scene in many(component, 60, shape=(128, 128)):
        power = np.abs(np.fft.rfft2(scene.offset)) ** 2
        row, column = np.unravel_index(power.argmax(), power.shape)
        row = row if row <= 64 else row - 128
        steep.append(abs(row) > column)
        falling.append(row > 0)
    assert 0.25 < np.mean(steep) < 0.75
    assert 0.2 < np.mean(falling) < 0.8


def test_the_baseline_jitters_from_row_to_row():
    component = c.RowOffsets(probability=1.0, deviation=fixed(0.3))
    scene = built(component, shape=(4000, 3))
    np.testing.assert_array_equal(scene.offset, scene.offset[:, :1].repeat(3, axis=1))
    deviation = 0.3 * SIGMA * PLAIN.gain
    assert scene.offset[:, 0].std() == pytest.approx(deviation, rel=4 / 8000**0.5)
    assert scene.electronics_variance == pytest.approx(deviation**2)


def test_digitised_frames_hold_whole_numbers_up_to_the_highest():
    image, scene = bright(c.Digitisation(probability=1.0))
    np.testing.assert_array_equal(image, np.rint(image))
    assert image.max() == 65535
    assert scene.electronics_variance == pytest.approx(1 / 12)
    lower, _ = bright(c.Digitisation(probability=1.0, highest=fixed(1000.0)))
    np.testing.assert_array_equal(lower, np.minimum(image, 1000))


@pytest.mark.parametrize(("noise", "digitised"), [(0.3, False), (0.5, True)])
def test_averages_of_many_samples_are_not_digitised(noise, digitised):
    scene = built(c.Digitisation(probability=1.0), detector=replace(PLAIN, read_noise=noise))
    assert changed(scene) == ({"conversions", "electronics_variance"} if digitised else set())


@pytest.fixture(scope="module")
def detectors():
    rng = np.random.default_rng(1)
    return [RandomDetector().draw(rng) for _ in range(1500)]


def test_detectors_are_drawn_from_their_ranges(detectors):
    noise, gain, adu, thickness, pixel, diffusion = np.array(
        [
            (d.noise / d.gain, d.gain, d.noise, d.thickness, d.pixel_size, d.diffusion_a)
            for d in detectors
        ]
    ).T
    for values, low, high in (
        (noise, 0.15, 250),
        (gain, 0.001, 100),
        (adu, 0.01, 600),
        (thickness, 200, 675),
        (pixel, 12, 18),
        (diffusion / DAMIC.diffusion_a, 0.5, 3.5),
    ):
        assert low * (1 - 1e-9) <= values.min() < values.max() <= high * (1 + 1e-9)
    assert noise.min() < 0.17
    assert noise.max() > 220
    assert adu.max() == pytest.approx(600)


def test_pedestals_leave_room_below_saturation_and_may_be_negative(detectors):
    pedestals = np.array([d.pedestal for d in detectors])
    assert -200 <= pedestals.min() < -150
    assert 50_000 < pedestals.max() <= 55_000
    assert np.mean(pedestals < 0) == pytest.approx(0.15, abs=0.04)
    for detector in detectors:
        if detector.pedestal > 200:
            assert detector.pedestal + 100 * detector.noise <= 65535 * (1 + 1e-9)


def test_the_seed_decides_the_detector():
    first, again, other = (RandomDetector().draw(np.random.default_rng(s)) for s in (1, 1, 2))
    assert first == again != other


def test_ranges_of_detectors_describe_themselves_in_json():
    description = json.loads(json.dumps(RandomDetector(greatest_noise=300.0).to_dict()))
    assert description["greatest_noise"] == 300
    assert set(description) == set(RandomDetector.__dataclass_fields__)


def test_what_a_detector_does_not_see_is_neither_image_nor_truth():
    for component in (c.ModuleGaps(1.0, number=fixed(2.0)), c.DeadPixels(1.0, share=fixed(0.01))):
        scene = Scene(SHAPE, SILENT)
        scene.add("cluster", np.full(SHAPE, 100.0, np.float32), fluctuates=False)
        component.add_to(scene, np.random.default_rng(2))
        dark = read(scene) == SILENT.pedestal
        assert 0.002 < dark.mean() < 0.8
        np.testing.assert_array_equal(scene.signals["cluster"] == 0, dark)


def test_each_amplifier_has_its_pedestal_gain_and_noise():
    component = c.Amplifiers(
        layouts=((2, 2),), pedestals=fixed(40.0), gains=fixed(0.2), noises=fixed(0.3)
    )
    scene = built(component, shape=SQUARE)
    scene.steps.clear()  # without overscan
    scene.add("cluster", np.full(SQUARE, 1000.0, np.float32), fluctuates=False)
    image, signal, noise = read(scene), scene.signals_adu()["cluster"], scene.local_noise()
    for rows in (slice(0, 128), slice(128, 256)):
        for columns in (slice(0, 128), slice(128, 256)):
            pedestal, gain, factor = (part[rows, columns] for part in scene.amplifiers)
            assert all(len(np.unique(part)) == 1 for part in (pedestal, gain, factor))
            expected = 500 + pedestal[0, 0] + 2000 * gain[0, 0]
            assert image[rows, columns].mean() == pytest.approx(expected, abs=0.15)
            assert image[rows, columns].std() == pytest.approx(3 * factor[0, 0], rel=0.03)
            assert signal[rows, columns] == pytest.approx(2000 * gain[0, 0])
            assert noise[rows, columns] == pytest.approx(3 * factor[0, 0])
    assert all(len(np.unique(part)) == 4 for part in scene.amplifiers)


def test_the_same_seed_without_amplifiers_gives_the_same_particles():
    recipe = RECIPES["amplifiers"].scaled(SQUARE)
    amplifiers = recipe.find(c.Amplifiers)
    one, several = (
        simulate_image(
            recipe.with_components(replace(amplifiers, probability=share)),
            rng=np.random.default_rng(4),
        )
        for share in (0.0, 1.0)
    )
    assert len(one.events) == len(several.events) > 0
    np.testing.assert_array_equal(one.events.drawn, several.events.drawn)


def test_overscan_lies_on_both_sides_of_each_seam():
    component = c.Amplifiers(layouts=((1, 4),), overscan=fixed(8.0), overscan_share=1.0)
    scene = built(component, shape=SQUARE)
    charge = scene.steps[0].function(np.ones(SQUARE))
    dark = np.flatnonzero(~charge.any(axis=0))
    np.testing.assert_array_equal(dark, [s + i for s in (64, 128, 192) for i in range(-8, 8)])
