"""Which particle left an event."""

from dataclasses import replace

import numpy as np
import pytest
from astropy import units as u

from ccdseg.arrays.perceptron import Perceptron
from ccdseg.classes import CLASSES
from ccdseg.detector import DAMIC_M
from ccdseg.events import find_events
from ccdseg.events.clusters import label_clusters
from ccdseg.events.row_edges.edge_features import EDGE_FEATURES
from ccdseg.identification import (
    FEATURES,
    PARTICLES,
    ParticleClassifier,
    ParticleTruth,
    feature_matrix,
    identify,
    true_particles,
)
from ccdseg.identification.classifier_training import (
    feature_importance,
    train_classifier,
    train_cut_classifier,
)
from ccdseg.identification.labelled_events import LabelledEvents, labelled_events
from ccdseg.simulation import RECIPES, EventList, simulate_image
from ccdseg.simulation import components as c
from ccdseg.simulation.particles import Deposit, Path
from ccdseg.simulation.ranges import Uniform
from tests.refusal import refused

CLUSTER = CLASSES["cluster"].index
NAMES = [feature.name for feature in FEATURES]


def path(kind, energy, extent=0.0):
    positions = np.array([[-extent, 0.0, 80.0], [extent, 0.0, 80.0]])
    return Path(kind, positions, np.full(2, energy / 2), np.zeros(3))


def deposit(rows, columns, charge, cut):
    rows, columns = np.array(rows), np.array(columns)
    share = np.full(len(rows), charge / len(rows))
    return Deposit(rows, columns, share, np.zeros(len(rows), int), cut)


def listed(*particles):
    """Event list of particles given by kind, extent (µm), pixels, the energy left outside, cut."""
    paths, deposits = [], []
    for kind, extent, (rows, columns), lost, *cut in particles:
        charge = 3.0 / 3.749e-3
        paths.append((path(kind, 3.0 + lost, extent), 0.0, 0.0))
        deposits.append(deposit(rows, columns, charge, *(cut or [""])))
    return EventList.from_deposits(paths, deposits)


def mask_of(*boxes):
    mask = np.zeros((30, 30), np.uint8)
    for box in boxes:
        mask[box] = CLUSTER
    return mask


def truth_of(events, mask):
    return true_particles(events, label_clusters(mask, CLASSES)[0], pair_energy=3.749)


HERE, THERE = ([5, 5, 6], [5, 6, 6]), ([20, 20, 20], [20, 21, 22])


@pytest.mark.parametrize(
    ("kind", "extent", "expected"),
    [
        ("point", 0.0, "point-like"),
        ("electron", 2.0, "point-like"),
        ("electron", 9.0, "electron"),
        ("muon", 30.0, "muon"),
        ("alpha", 0.0, "alpha"),
    ],
)
def test_a_cluster_is_what_left_its_charge(kind, extent, expected):
    events = listed(("muon", 30.0, THERE, 0), (kind, extent, HERE, 0))
    truth = truth_of(events, mask_of(np.s_[4:8, 4:8], np.s_[19:22, 19:24]))
    assert truth.kinds.tolist() == [expected, "muon"]
    assert truth.owners.tolist() == [1, 0]
    assert truth.isolated.all()
    assert truth.cut.tolist() == ["", ""]


def test_what_no_single_particle_left_is_unknown():
    events = listed(("muon", 30.0, HERE, 0), ("point", 0, HERE, 0), ("electron", 9.0, THERE, 20.0))
    mask = mask_of(np.s_[4:8, 4:8], np.s_[12:14, 3:9], np.s_[19:22, 19:24])
    truth = truth_of(events, mask)
    assert truth.kinds.tolist() == ["unknown"] * 3  # two at once, none, a small rest of a track
    assert truth.owners[1:].tolist() == [-1, 2]
    broken = mask_of(np.s_[20, 20], np.s_[20, 22])
    truth = truth_of(listed(("muon", 30.0, ([20] * 4, [20, 20, 20, 22]), 0)), broken)
    assert truth.kinds.tolist() == ["muon", "unknown"]
    assert truth.isolated.tolist() == [False, False]


def test_what_is_cut_is_of_its_kind_but_not_isolated():
    cut = ("muon", 30.0, HERE, 2.0, "above"), ("point", 0.0, THERE, 1.0, "below")
    truth = truth_of(listed(*cut), mask_of(np.s_[4:7, 4:8], np.s_[20, 19:24]))
    assert truth.kinds.tolist() == ["muon", "point-like"]
    assert truth.cut.tolist() == ["above", "below"]
    np.testing.assert_allclose(truth.lost, [0.4, 0.25], atol=1e-6)
    assert not truth.isolated.any()
    fragment = truth_of(listed(("muon", 30.0, ([5, 20], [5, 5]), 0, "above")), mask_of(np.s_[5, 5]))
    assert fragment.cut.tolist() == [""]
    assert np.isnan(fragment.lost).all()


def test_a_particle_is_complete_by_the_pair_energy_of_its_detector():
    events, mask = listed(("muon", 30.0, HERE, 0)), mask_of(np.s_[4:8, 4:8])
    for pair_energy, expected in ((3.749, True), (3.4, False)):
        labels, _ = label_clusters(mask, CLASSES)
        assert true_particles(events, labels, pair_energy=pair_energy).isolated == [expected]


def test_without_particles_every_cluster_is_unknown():
    truth = truth_of(EventList.empty(), mask_of(np.s_[4:8, 4:8]))
    assert (truth.kinds.tolist(), truth.owners.tolist()) == (["unknown"], [-1])
    assert len(truth_of(EventList.empty(), mask_of()).kinds) == 0


@pytest.fixture(scope="module")
def known():
    """Events of many small frames, segmented by their truth: fewer would leave it to the seed."""
    recipe = RECIPES["events"].scaled((256, 256))
    masks = []

    def remembered(recipe, *, rng):
        frame = simulate_image(recipe, rng=rng)
        masks.append(frame.mask)
        return frame

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ccdseg.identification.labelled_events.simulate_image", remembered)
        frames = labelled_events(
            recipe, 120, segment=lambda _: masks[-1], rng=np.random.default_rng(7)
        )
        return LabelledEvents.stacked(list(frames))


def test_features_are_finite_numbers_of_every_event(known):
    matrix = feature_matrix(known.events)
    assert matrix.shape == (len(known.events), len(FEATURES))
    assert np.isfinite(matrix).all()
    energy = known.events["energy"].to_value(u.keV)
    np.testing.assert_allclose(
        matrix[:, NAMES.index("energy")], np.log10(np.maximum(energy, 1e-3)), atol=1e-6
    )
    assert len(set(NAMES)) == len(NAMES)
    assert all(feature.description for feature in FEATURES)


def test_events_without_energies_are_refused():
    table = find_events(np.zeros((30, 30)), mask_of(np.s_[4:8, 4:8]))
    with refused("no energies"):
        identify(table)


def test_a_classifier_learns_and_keeps_what_it_learnt(known, tmp_path):
    classifier = train_classifier(known, seed=1)
    found = identify(known.events, classifier=classifier)
    known_kind = known.particles != "unknown"
    assert np.mean(found["particle"] == known.particles) > 0.65
    assert np.mean((found["particle"] == known.particles)[known_kind]) > 0.7
    assert classifier.training == {}
    columns = [f"p_{name.replace('-', '_')}" for name in PARTICLES]
    np.testing.assert_allclose(sum(found[name] for name in columns), 1)
    assert "particle" not in known.events.colnames
    classifier.save(tmp_path / "a.npz")
    again = identify(known.events, classifier=ParticleClassifier.load(tmp_path / "a.npz"))
    for name in columns:
        np.testing.assert_array_equal(again[name], found[name])
    losses = feature_importance(classifier, known, rng=np.random.default_rng(0))
    assert set(losses) == set(NAMES)
    assert max(losses.values()) > 0.03


def test_cut_hits_are_learnt_at_their_true_share():
    rng = np.random.default_rng(1)
    edges = rng.normal(size=(800, 2, len(EDGE_FEATURES))).astype(np.float32)
    is_cut = rng.random(800) < 0.2
    edges[is_cut, 1, :10] += 2
    edges[~is_cut & (rng.random(800) < 0.2)] = np.nan  # nothing ends sharply
    truth = ParticleTruth(
        kinds=np.full(800, "muon"),
        owners=np.arange(800),
        isolated=~is_cut,
        cut=np.where(is_cut, "above", ""),
        lost=np.where(is_cut, 0.4, np.nan),
    )
    labelled = LabelledEvents(None, edges, truth, None)
    often, rarely = (
        train_cut_classifier(labelled, cut_share=0.2, true_share=share, seed=1).columns(edges)
        for share in (0.2, 0.001)
    )
    assert often["p_cut"][is_cut].mean() > 3 * often["p_cut"][~is_cut].mean()
    assert (often["cut"][is_cut] == "row_max").mean() > 0.6
    seen = ~np.isnan(edges[:, 0, 0])
    assert (rarely["p_cut"][seen] < often["p_cut"][seen]).all()


def test_the_classifier_that_ships_says_how_it_was_trained():
    training = ParticleClassifier.load().training
    assert training["command"].startswith("ccdseg particles")
    assert training["code"]


def test_a_damaged_classifier_is_refused(tmp_path):
    (tmp_path / "text.npz").write_text("no archive")
    with refused("text.npz cannot be read"):
        ParticleClassifier.load(tmp_path / "text.npz")
    np.savez(tmp_path / "empty.npz", mean=np.zeros(3))
    with refused("empty.npz is no particle classifier: 'scale' is missing"):
        ParticleClassifier.load(tmp_path / "empty.npz")
    network = Perceptron(np.zeros(1), np.ones(1), (np.ones((1, 5)),), (np.zeros(5),))
    other = ParticleClassifier(network, ("a",))
    other.save(tmp_path / "other.npz")
    with refused("other.npz was trained on the features a; this version measures energy, "):
        ParticleClassifier.load(tmp_path / "other.npz")


@pytest.mark.parametrize(("kind", "expected"), [("point", "point-like"), ("alpha", "alpha")])
def test_the_classifier_that_ships_knows_what_is_plain(kind, expected):
    shares = tuple(float(name == kind) for name in ("electron", "muon", "point", "alpha"))
    particles = c.Particles(
        probability=1.0, number=Uniform(4, 5), shares=shares, variation=0.0, cut_share=0.0
    )
    recipe = replace(RECIPES["events"].scaled((256, 256)), components=(particles,))
    frame = simulate_image(recipe, detector=DAMIC_M, rng=np.random.default_rng(3))
    events = find_events(frame.image, frame.mask, detector=DAMIC_M)
    labels, _ = label_clusters(frame.mask, CLASSES)
    truth = true_particles(frame.events, labels, pair_energy=DAMIC_M.pair_energy).kinds
    found = identify(events)["particle"]
    assert expected in truth
    assert list(found[truth == expected]) == [expected] * np.count_nonzero(truth == expected)
