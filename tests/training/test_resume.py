"""Trainings that go on after they were killed, as if nothing had happened."""

from functools import partialmethod
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from ccdseg.segmentation.segmenter import Segmenter
from ccdseg.simulation import simulate_dataset
from ccdseg.training import ArrayData, SimulatedData, TrainingConfig, train
from ccdseg.training.callbacks import EpochOfBatches
from tests.killing import KilledError, kill_at
from tests.recipes import original_style

RECIPE = original_style("tiny", (32, 32), glow_width=(8, 12))
COSINE = {"epochs": 3, "batch_size": 4, "learning_rate": 1e-2}
PLATEAU = {
    "epochs": 4,
    "batch_size": 4,
    "learning_rate": 0.05,
    "schedule": "plateau",
    "plateau_patience": 1,
    "plateau_min_delta": 10.0,
    "plateau_factor": 0.5,
}
STANDSTILL = {
    "epochs": 6,
    "batch_size": 4,
    "learning_rate": 1e-12,
    "schedule": "plateau",
    "minimum_learning_rate": 1e-13,
    "early_stopping_patience": 2,
}
CASES = {
    "stored": (COSINE, 0.0),
    "simulated": (COSINE | {"loss": "focal_dice"}, 0.0),
    "dropout": (COSINE | {"optimizer": "adadelta"}, 0.3),
    "plateau": (PLATEAU, 0.0),
    "standstill": (STANDSTILL, 0.0),
}


@pytest.fixture(scope="module", autouse=True)
def _eager():
    """Spare every training the seconds in which its step is compiled."""
    with pytest.MonkeyPatch.context() as patch:
        compiled = keras.Model.compile
        patch.setattr(keras.Model, "compile", partialmethod(compiled, run_eagerly=True))
        yield


@pytest.fixture(scope="module")
def images():
    return simulate_dataset(RECIPE, n_images=15, rng=np.random.default_rng(1), n_workers=1)


@pytest.fixture(scope="module")
def run(images):
    """Return a function that trains a network of one hidden layer: its history and weights."""

    def begin(case, folder=None, **changes):
        settings, dropout = CASES[case]
        keras.utils.set_random_seed(3)
        pixels = keras.Input((None, None, 1))
        x = layers.Conv2D(2, 3, padding="same", activation="relu")(pixels)
        x = layers.Dropout(dropout)(x)
        network = keras.Model(pixels, layers.Conv2D(4, 1, activation="softmax")(x))
        simulated = SimulatedData(RECIPE, n_images=12)
        data = simulated if case == "simulated" else ArrayData(images)
        config = TrainingConfig(**settings | changes)
        history = train(Segmenter(network), data, config=config, folder=folder, progress=False)
        return history, network.get_weights()

    return begin


@pytest.fixture(scope="module")
def whole(run):
    """Return a function that gives the training of a case that was not killed."""
    finished = {}

    def get(case):
        if case not in finished:
            finished[case] = run(case)
        return finished[case]

    return get


def run_and_kill(run, case, folder, epoch, *, midway):
    with pytest.MonkeyPatch.context() as patch:
        kill_at(patch, epoch, midway=midway)
        with pytest.raises(KilledError):
            run(case, folder)


def assert_same(first, second):
    assert first[0] == second[0]
    assert all(map(np.array_equal, first[1], second[1]))


@pytest.mark.parametrize(
    "kill",
    [
        ("stored", 1, False),
        ("stored", 0, True),
        ("simulated", 1, True),
        ("dropout", 0, False),
        ("plateau", 1, False),
        ("standstill", 1, False),
    ],
    ids=str,
)
def test_a_killed_training_ends_as_one_that_was_not(run, whole, tmp_path, monkeypatch, kill):
    case, epoch, midway = kill
    run_and_kill(run, case, tmp_path, epoch, midway=midway)
    begun = []
    usual = EpochOfBatches.on_epoch_begin

    def note(callback, epoch, logs=None):
        begun.append(epoch)
        usual(callback, epoch, logs)

    monkeypatch.setattr(EpochOfBatches, "on_epoch_begin", note)
    resumed = run(case, tmp_path)
    assert begun[0] == epoch + (not midway)
    assert_same(resumed, whole(case))
    assert [path.name for path in tmp_path.iterdir()] == ["training_log.csv"]


def test_a_training_that_is_killed_five_times_ends_as_one_that_was_not(run, whole, tmp_path):
    kills = [(0, True), (0, False), (1, True), (1, True), (1, False)]
    for epoch, midway in kills:
        run_and_kill(run, "simulated", tmp_path, epoch, midway=midway)
    assert_same(run("simulated", tmp_path), whole("simulated"))


def test_the_cases_are_what_they_are_meant_to_be(whole):
    plateau, standstill = (whole(case)[0] for case in ("plateau", "standstill"))
    assert np.diff(plateau["learning_rate"])[1:].max() < 0
    assert len(standstill["loss"]) == 3


def test_a_kill_while_the_state_is_written_costs_an_epoch_at_most(run, whole, tmp_path):
    written = []
    with pytest.MonkeyPatch.context() as patch:
        kills = kill_at(patch, None)
        save_weights = keras.Model.save_weights

        def save_half(network, filepath, **options):
            save_weights(network, filepath, **options)
            written.append(Path(filepath))
            if len([path for path in written if not path.name.startswith("best")]) == 2:
                written[-1].write_bytes(written[-1].read_bytes()[:5000])
                kills[0].end()

        patch.setattr(keras.Model, "save_weights", save_half)
        with pytest.raises(KilledError):
            run("stored", tmp_path)
    assert_same(run("stored", tmp_path), whole("stored"))


def test_a_killed_training_leaves_what_it_needs_to_go_on(run, tmp_path):
    run_and_kill(run, "stored", tmp_path, 0, midway=False)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"training_log.csv", "best.weights.h5", "backup"}


def test_a_training_in_the_folder_of_one_that_ended_starts_anew(run, tmp_path):
    run("stored", tmp_path, epochs=2)
    again, fresh = run("stored", tmp_path, epochs=1), run("stored", epochs=1)
    history, _ = again
    assert len(history["loss"]) == 1
    assert_same(again, fresh)
