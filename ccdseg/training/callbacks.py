"""Callbacks: the progress and the log of a training."""

from __future__ import annotations

import logging
import time
from functools import partial

from keras import callbacks, ops
from keras.callbacks import Callback, EarlyStopping, ReduceLROnPlateau
from tqdm import tqdm

from ccdseg.training.batches import Batches
from ccdseg.training.checkpoint import TrainingState
from ccdseg.training.config import TrainingConfig
from ccdseg.training.optimization import exponential_rate

logger = logging.getLogger(__name__)


class LearningRateLog(Callback):
    """Note the learning rate of each epoch beside its losses."""

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Add it to what the callbacks behind this one see."""
        if logs is not None:
            logs["learning_rate"] = float(ops.convert_to_numpy(self.model.optimizer.learning_rate))


class EpochOfBatches(Callback):
    """Tell batches and dropout which epoch it is: a training that goes on draws as if unbroken."""

    def __init__(self, batches: Batches) -> None:
        super().__init__()
        self.batches = batches

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Set it before the first batch is asked for."""
        self.batches.epoch = epoch
        for number, layer in enumerate(self.model.layers if self.model else ()):
            generator = getattr(layer, "seed_generator", None)
            if generator is not None:
                generator.state.assign([self.batches.seed + 1000 * number, epoch << 20])


class Replay(Callback):
    """Show the epochs of a killed training to the callbacks that count what they have seen."""

    def __init__(self, epochs: list[dict[str, float]], watchers: list[Callback]) -> None:
        super().__init__()
        self.epochs = epochs
        self.watchers = [
            watcher
            for watcher in watchers
            if isinstance(watcher, EarlyStopping | ReduceLROnPlateau)
        ]

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Do so before the weights and the optimiser come back."""
        for number, scores in enumerate(self.epochs):
            for watcher in self.watchers:
                watcher.on_epoch_end(number, dict(scores))


class WaitingTime(Callback):
    """Share of the time in which the network waits for its batches, which a thread prepares.

    Attributes
    ----------
    waited, total : float
        Time that the network waited, and that all steps took (s).
    """

    def __init__(self, batches: Batches) -> None:
        super().__init__()
        self.batches = batches
        self.waited = self.total = 0.0

    @property
    def share(self) -> float:
        """Part of the time, from 0 to 1."""
        return self.waited / self.total if self.total else 0.0

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """From here the network waits for its first batch."""
        self._free = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Count the time from the end of the last step until this one's batch was ready."""
        now = time.perf_counter()
        ready = self.batches.ready.pop(batch, self._free)
        self.waited += max(ready - self._free, 0.0)
        self.total += now - self._free
        self._free = now

    def on_train_end(self, logs: dict | None = None) -> None:
        """Tell it."""
        logger.info("the network waited %.1f %% of its time for batches", 100 * self.share)


class TrainingProgress(Callback):
    """One bar over all epochs, with losses, the time left, and the share of it that is waited."""

    _bar = None

    def __init__(self, waiting: WaitingTime) -> None:
        super().__init__()
        self.waiting = waiting

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Open the bar."""
        self._scores: dict[str, str] = {}
        total = self.params["epochs"] * self.params["steps"]
        self._bar = tqdm(total=total, desc="Training", unit="step", dynamic_ncols=True)
        self._first = True

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Name the epoch; one that is not the first stands where a killed training goes on."""
        if self._first:
            self._bar.update(epoch * self.params["steps"])
            self._first = False
        self._bar.set_description(f"Epoch {epoch + 1}/{self.params['epochs']}", refresh=False)

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Advance, and show the scores so far."""
        self._show(logs)
        self._bar.update()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Show the validation scores."""
        self._show(logs)

    def on_train_end(self, logs: dict | None = None) -> None:
        """Close the bar."""
        if self._bar is not None:
            self._bar.close()

    def _show(self, logs: dict | None) -> None:
        names = {
            "loss": "loss",
            "accuracy": "acc",
            "val_loss": "val loss",
            "val_accuracy": "val acc",
        }
        for key, name in names.items():
            if logs and key in logs:
                self._scores[name] = f"{logs[key]:.4f}"
        self._scores["waited"] = f"{self.waiting.share:.0%}"
        self._bar.set_postfix(self._scores, refresh=False)


def make_callbacks(
    config: TrainingConfig,
    state: TrainingState,
    batches: Batches,
    *,
    progress: bool,
) -> list[Callback]:
    """Everything that watches over a training."""
    waiting = WaitingTime(batches)
    chosen = [
        waiting,
        LearningRateLog(),
        callbacks.EarlyStopping(patience=config.early_stopping_patience),
        callbacks.ModelCheckpoint(
            state.best,
            save_best_only=True,
            save_weights_only=True,
            initial_value_threshold=state.lowest_loss(),
        ),
        callbacks.CSVLogger(state.log, append=state.log.exists()),
        callbacks.TerminateOnNaN(),
        EpochOfBatches(batches),
    ]
    if config.schedule == "plateau":
        chosen.append(
            callbacks.ReduceLROnPlateau(
                factor=config.plateau_factor,
                patience=config.plateau_patience,
                min_delta=config.plateau_min_delta,
                min_lr=config.minimum_learning_rate,
            )
        )
    if config.schedule == "exponential":
        chosen.append(callbacks.LearningRateScheduler(partial(exponential_rate, config)))
    chosen += [
        Replay(state.epochs(), chosen),
        callbacks.BackupAndRestore(state.backup, double_checkpoint=True),
    ]
    if progress:
        chosen.append(TrainingProgress(waiting))
    return chosen
