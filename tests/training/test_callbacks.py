"""What is shown and noted while a training goes on."""

from types import SimpleNamespace

import keras
import pytest

from ccdseg.training.callbacks import (
    EpochOfBatches,
    LearningRateLog,
    TrainingProgress,
    WaitingTime,
)


@pytest.fixture
def bar():
    """Return a progress over 3 epochs of 4 steps, and its bar."""
    progress = TrainingProgress(WaitingTime(SimpleNamespace(ready={})))
    progress.set_params({"epochs": 3, "steps": 4})
    progress.on_train_begin()
    yield progress
    progress.on_train_end()


def test_the_bar_counts_the_steps_of_all_epochs(bar):
    assert bar._bar.total == 12
    for epoch in range(3):
        bar.on_epoch_begin(epoch)
        assert bar._bar.n == 4 * epoch
        for batch in range(4):
            bar.on_train_batch_end(batch, {"loss": 0.5})
        bar.on_epoch_end(epoch, {"loss": 0.5})
    assert bar._bar.n == 12


def test_the_bar_of_a_resumed_training_starts_where_it_goes_on(bar):
    bar.on_epoch_begin(1)
    assert bar._bar.n == 4
    bar.on_train_batch_end(0, {})
    bar.on_epoch_begin(2)
    assert bar._bar.n == 5


def test_the_bar_names_the_epoch_and_the_scores(bar):
    bar.on_epoch_begin(1)
    bar.on_epoch_end(1, {"loss": 0.25, "val_accuracy": 0.98765, "other": 3.0})
    assert bar._bar.desc == "Epoch 2/3: "
    assert bar._bar.postfix == "loss=0.2500, val acc=0.9877, waited=0%"


def test_the_learning_rate_is_noted_beside_the_losses():
    note = LearningRateLog()
    note.set_model(SimpleNamespace(optimizer=keras.optimizers.SGD(0.125)))
    logs = {"loss": 1.0}
    note.on_epoch_end(0, logs)
    assert logs == {"loss": 1.0, "learning_rate": 0.125}
    note.on_epoch_end(1)


def test_the_batches_are_told_the_epoch():
    batches = SimpleNamespace(epoch=0)
    note = EpochOfBatches(batches)
    note.set_model(keras.Sequential())
    note.on_epoch_begin(17)
    assert batches.epoch == 17


def test_the_time_is_counted_that_the_network_waits_for_its_batches(monkeypatch):
    clock = iter([10.0, 14.0, 16.0, 100.0, 101.0])
    monkeypatch.setattr("ccdseg.training.callbacks.time.perf_counter", lambda: next(clock))
    batches = SimpleNamespace(ready={0: 13.0, 1: 13.5})  # one late, one ready when it is wanted
    waiting = WaitingTime(batches)
    waiting.on_epoch_begin(0)
    waiting.on_train_batch_end(0)
    waiting.on_train_batch_end(1)
    assert (waiting.waited, waiting.total) == (3.0, 6.0)
    waiting.on_epoch_begin(1)
    waiting.on_train_batch_end(0)
    assert waiting.share == 3 / 7
