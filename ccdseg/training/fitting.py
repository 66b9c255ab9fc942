"""Fitting a network to batches: loss, optimiser, learning rate, callbacks, history."""

from __future__ import annotations

import logging
import tempfile
from contextlib import nullcontext
from functools import partial
from math import exp
from pathlib import Path

import keras
import numpy as np
from keras import callbacks, optimizers

from ccdseg.errors import InputError
from ccdseg.models.losses import CrossentropyDice, WeightedCategoricalCrossentropy
from ccdseg.segmentation.segmenter import Segmenter
from ccdseg.training.batches import Batches
from ccdseg.training.callbacks import EpochOfBatches, LearningRateLog, Replay, TrainingProgress
from ccdseg.training.checkpoint import TrainingState
from ccdseg.training.config import TrainingConfig

_LOSSES = {
    "weighted_crossentropy": WeightedCategoricalCrossentropy,
    "crossentropy_dice": CrossentropyDice,
    "focal_dice": partial(CrossentropyDice, gamma=2.0),
}
_OPTIMIZERS = {
    "adadelta": optimizers.Adadelta,
    "adam": partial(optimizers.Adam, global_clipnorm=1.0),
    "adam_unclipped": optimizers.Adam,
}
_CONSTANT_EPOCHS, _DECAY = 2, 0.1
"""Epochs before the exponential schedule falls, and its exponent per epoch from then on."""

logger = logging.getLogger(__name__)


def fit(
    segmenter: Segmenter,
    batches: Batches,
    validation: Batches,
    *,
    weights: list[float],
    config: TrainingConfig,
    folder: str | Path | None,
    progress: bool,
) -> dict[str, list[float]]:
    """Train on batches, and keep the weights of the epoch that is best on those that validate.

    Parameters
    ----------
    segmenter : Segmenter
        Its network is trained, in place.
    batches, validation : Batches
        What is trained and validated on.
    weights : list of float
        Weight of each class in the loss.
    config, folder, progress
        As for `ccdseg.training.training.train`.

    Returns
    -------
    dict of str to list of float
        As from `ccdseg.training.training.train`.

    Raises
    ------
    InputError
        Where an image cannot be read, or the loss is not a number from the start.
    """
    keras.utils.set_random_seed(config.seed)
    network = segmenter.network
    network.compile(
        optimizer=_OPTIMIZERS[config.optimizer](learning_rate(config, len(batches))),
        loss=_LOSSES[config.loss](weights),
        metrics=["accuracy"],
        jit_compile=False,
    )
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
    where = nullcontext(folder) if folder else tempfile.TemporaryDirectory()
    with where as log_folder:
        state = TrainingState(Path(log_folder))
        state.open()
        watchers = make_callbacks(config, state, batches, progress=progress)
        try:
            network.fit(
                batches,
                validation_data=validation,
                epochs=config.epochs,
                callbacks=watchers,
                shuffle=False,
                verbose=0,
            )
        except KeyboardInterrupt:
            for watcher in watchers:
                watcher.on_train_end()
            if not state.best.exists():
                raise
            logger.warning("interrupted: the best epoch so far is kept")
        except Exception:
            _close(watchers)
            for source in (batches, validation):
                if source.failure is not None:
                    raise source.failure from None
            raise
        history = state.history()
        if not np.isfinite(history["val_loss"]).any():
            raise InputError("The loss is not a number from the start; lower the learning rate.")
        network.load_weights(state.best)
        state.clear()
    return history


def _close(watchers: list[callbacks.Callback]) -> None:
    """Close log and bar of a training that failed; its backup stays, to resume from."""
    for watcher in watchers:
        if isinstance(watcher, TrainingProgress) or getattr(watcher, "csv_file", None):
            watcher.on_train_end()


def learning_rate(
    config: TrainingConfig, steps_per_epoch: int
) -> float | optimizers.schedules.CosineDecay:
    """Learning rate at the start, or as it changes from step to step."""
    if config.schedule != "cosine":
        return config.learning_rate
    steps = config.epochs * steps_per_epoch
    warm_up = max(steps // 20, 1)
    return optimizers.schedules.CosineDecay(
        config.learning_rate / 10,
        max(steps - warm_up, 1),
        alpha=0.01,
        warmup_target=config.learning_rate,
        warmup_steps=warm_up,
    )


def exponential_rate(config: TrainingConfig, epoch: int, _: float = 0.0) -> float:
    """Learning rate of an epoch, counted from 0, that falls from the third one on."""
    return config.learning_rate * exp(-_DECAY * max(epoch - _CONSTANT_EPOCHS + 1, 0))


def make_callbacks(
    config: TrainingConfig,
    state: TrainingState,
    batches: Batches,
    *,
    progress: bool,
) -> list[callbacks.Callback]:
    """Everything that watches over a training."""
    chosen = [
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
        chosen.append(TrainingProgress())
    return chosen
