"""Which particle left an event."""

from dataclasses import replace

import numpy as np
import pytest
from astropy import units as u

from ccdseg.classes import CLASSES
from ccdseg.detector import DAMIC_M
from ccdseg.events import find_events
from ccdseg.events.clusters import label_clusters
from ccdseg.identification import (
    FEATURES,
    PARTICLES,
    ParticleClassifier,
    feature_matrix,
    identify,
    true_particles,
)
from ccdseg.identification.classifier_training import (
    LabelledEvents,
    feature_importance,
    labelled_events,
    train_classifier,
)
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


def deposit(rows, columns, charge):
    rows, columns = np.array(rows), np.array(columns)
    return Deposit(rows, columns, np.full(len(rows), charge / len(rows)), np.zeros(len(rows), int))


def listed(*particles):
    """Event list of particles given by kind, extent (µm), pixels, and the energy left outside."""
    paths, deposits = [], []
    for kind, extent, (rows, columns), lost in particles:
        charge = 3.0 / 3.749e-3
        paths.append((path(kind, 3.0 + lost, extent), 0.0, 0.0))
        deposits.append(deposit(rows, columns, charge))
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
    kinds, owners = truth_of(events, mask_of(np.s_[4:8, 4:8], np.s_[19:22, 19:24]))
    assert kinds.tolist() == [expected, "muon"]
    assert owners.tolist() == [1, 0]


def test_what_is_not_one_whole_particle_is_unknown():
    events = listed(("muon", 30.0, HERE, 0), ("point", 0, HERE, 0), ("electron", 9.0, THERE, 2.0))
    mask = mask_of(np.s_[4:8, 4:8], np.s_[12:14, 3:9], np.s_[19:22, 19:24])
    kinds, owners = truth_of(events, mask)
    assert kinds.tolist() == ["unknown"] * 3
    assert owners[1:].tolist() == [-1, 2]
    broken = mask_of(np.s_[20, 20], np.s_[20, 22])
    kinds, _ = truth_of(listed(("muon", 30.0, THERE, 0)), broken)
    assert kinds.tolist() == ["unknown"] * 2


def test_a_particle_is_complete_by_the_pair_energy_of_its_detector():
    events, mask = listed(("muon", 30.0, HERE, 0)), mask_of(np.s_[4:8, 4:8])
    for pair_energy, expected in ((3.749, "muon"), (3.4, "unknown")):
        labels, _ = label_clusters(mask, CLASSES)
        kinds, _ = true_particles(events, labels, pair_energy=pair_energy)
        assert kinds.tolist() == [expected]


def test_without_particles_every_cluster_is_unknown():
    kinds, owners = truth_of(EventList.empty(), mask_of(np.s_[4:8, 4:8]))
    assert (kinds.tolist(), owners.tolist()) == (["unknown"], [-1])
    assert len(truth_of(EventList.empty(), mask_of())[0]) == 0


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
        patch.setattr("ccdseg.identification.classifier_training.simulate_image", remembered)
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


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_the_probabilities_are_those_of_scikit_learn(known):
    from sklearn.neural_network import MLPClassifier

    features = feature_matrix(known.events)
    network = MLPClassifier((5, 4), max_iter=3, early_stopping=True, random_state=0)
    network.fit(features, known.particles == "muon")
    network.out_activation_ = "identity"  # two classes share one output; take the logit
    logit = network.predict_proba(features)[:, 1]
    classifier = ParticleClassifier(
        mean=np.zeros(len(FEATURES)),
        scale=np.ones(len(FEATURES)),
        weights=(*network.coefs_[:-1], np.hstack([0 * network.coefs_[-1], network.coefs_[-1]])),
        biases=(*network.intercepts_[:-1], np.append(0, network.intercepts_[-1])),
        particles=("other", "muon"),
    )
    expected = 1 / (1 + np.exp(-logit))
    np.testing.assert_allclose(classifier.probabilities(features)[:, 1], expected)


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
    other = ParticleClassifier(np.zeros(1), np.ones(1), (np.ones((1, 5)),), (np.zeros(5),), ("a",))
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
    truth, _ = true_particles(frame.events, labels, pair_energy=DAMIC_M.pair_energy)
    found = identify(events)["particle"]
    assert expected in truth
    assert list(found[truth == expected]) == [expected] * np.count_nonzero(truth == expected)
