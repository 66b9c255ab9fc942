"""Training a segmenter: batches, callbacks, history."""

from __future__ import annotations

import logging
import tempfile
from contextlib import nullcontext
from dataclasses import asdict
from functools import partial
from pathlib import Path

import keras
import numpy as np
from keras import callbacks, optimizers

from ccdseg.batches import ArrayBatches, SimulatedBatches
from ccdseg.dataset import ArraySet
from ccdseg.detector import Detector
from ccdseg.errors import InputError
from ccdseg.inference import Segmenter
from ccdseg.mask import Thresholds, class_frequencies, class_weights, threshold_mask
from ccdseg.models.losses import CrossentropyDice, WeightedCategoricalCrossentropy
from ccdseg.progress import EpochOfBatches, LearningRateLog, Replay, TrainingProgress
from ccdseg.simulation import Recipe, simulate_dataset
from ccdseg.training_config import TrainingConfig
from ccdseg.training_state import TrainingState

_LOSSES = {
    "weighted_crossentropy": WeightedCategoricalCrossentropy,
    "crossentropy_dice": CrossentropyDice,
    "focal_dice": partial(CrossentropyDice, gamma=2.0),
}
_OPTIMIZERS = {
    "adadelta": optimizers.Adadelta,
    "adam": partial(optimizers.Adam, global_clipnorm=1.0),
}

logger = logging.getLogger(__name__)


def train(
    segmenter: Segmenter,
    images: np.ndarray,
    masks: np.ndarray,
    *,
    config: TrainingConfig | None = None,
    folder: str | Path | None = None,
    progress: bool = True,
) -> dict[str, list[float]]:
    """Train on stored images; the last `config.validation_split` of them validates.

    Parameters
    ----------
    segmenter : Segmenter
        What is trained, in place; it ends with the weights of the best epoch.
    images : ndarray
        Signal (ADU) of shape (N, H, W).
    masks : ndarray
        Class indices of the same shape.
    config : TrainingConfig, optional
        Hyperparameters.
    folder : str or Path, optional
        Where the log ``training_log.csv`` is written, and after each epoch the state of the
        training: where a training of the same configuration was killed in this folder, it goes on
        after the last whole epoch.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    dict of str to list of float
        Loss, accuracy and learning rate of each epoch; also kept in ``segmenter.history``.

    Raises
    ------
    InputError
        Where images and masks do not fit each other, the network or the catalogue.
    """
    config = config or TrainingConfig()
    images, masks = np.asarray(images), np.asarray(masks)
    class_frequencies(masks, len(segmenter.classes))  # refuses what is no class
    if images.dtype.kind not in "fiu" or not np.isfinite(images).all():
        raise InputError("The images hold what is no finite number (NaN); mend or drop them.")
    training, validation = ArraySet(images, masks).split(config.validation_split)
    batches = ArrayBatches(training, **_settings(segmenter, config))
    weights = _class_weights(training.masks, segmenter, config)
    return _fit(
        segmenter,
        batches,
        validation,
        weights=weights,
        config=config,
        folder=folder,
        progress=progress,
    )


def train_on_simulation(
    segmenter: Segmenter,
    recipe: Recipe,
    *,
    n_images: int,
    detector: Detector | None = None,
    thresholds: Thresholds | None = None,
    config: TrainingConfig | None = None,
    folder: str | Path | None = None,
    progress: bool = True,
) -> dict[str, list[float]]:
    """Train on images that are simulated as training goes, new ones every epoch.

    Parameters
    ----------
    segmenter, config, folder, progress
        As for `train`.
    recipe : SimulationRecipe, FrameRecipe or RecipeMixture
        What the images hold.
    n_images : int
        Images per epoch.
    detector : Detector, optional
        What they are taken with; the recipe's own by default.
    thresholds : Thresholds, optional
        Label the images by these instead of by their truth.

    Returns
    -------
    dict of str to list of float
        As from `train`. A stored set of ``validation_split × n_images`` images validates.
    """
    config = config or TrainingConfig()
    validation = simulate_dataset(
        recipe,
        n_images=max(round(config.validation_split * n_images), 1),
        detector=detector,
        rng=np.random.default_rng([config.seed, 1]),
        classes=segmenter.classes,
        progress=progress,
    )
    if thresholds is not None:
        validation = ArraySet(validation.images, threshold_mask(validation.images, thresholds))
    batches = SimulatedBatches(
        recipe,
        detector,
        n_images=n_images,
        thresholds=thresholds,
        **_settings(segmenter, config),
    )
    weights = _class_weights(validation.masks, segmenter, config)
    return _fit(
        segmenter,
        batches,
        validation,
        weights=weights,
        config=config,
        folder=folder,
        progress=progress,
    )


def _class_weights(masks: np.ndarray, segmenter: Segmenter, config: TrainingConfig) -> list[float]:
    """Weight of each class in the loss, summing to the number of classes."""
    weights = class_weights(masks, len(segmenter.classes)) ** config.balance
    weights *= len(weights) / weights.sum()
    logger.info("class weights: %s", ", ".join(f"{weight:.3f}" for weight in weights))
    return weights.tolist()


def _settings(segmenter: Segmenter, config: TrainingConfig) -> dict:
    return {
        "normalizer": segmenter.normalizer,
        "classes": segmenter.classes,
        "stride": segmenter.receptive_field.stride,
        "batch_size": config.batch_size,
        "seed": config.seed,
        "flips": config.flips,
    }


def _fit(
    segmenter: Segmenter,
    batches: ArrayBatches | SimulatedBatches,
    validation: ArraySet,
    *,
    weights: list[float],
    config: TrainingConfig,
    folder: str | Path | None,
    progress: bool,
) -> dict[str, list[float]]:
    keras.utils.set_random_seed(config.seed)
    settings = {**_settings(segmenter, config), "flips": False}
    network = segmenter.network
    network.compile(
        optimizer=_OPTIMIZERS[config.optimizer](_learning_rate(config, len(batches))),
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
        watchers = _callbacks(config, state, batches, progress=progress)
        try:
            network.fit(
                batches,
                validation_data=ArrayBatches(validation, shuffle=False, **settings),
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
        segmenter.history = state.history()
        if not np.isfinite(segmenter.history["val_loss"]).any():
            raise InputError("The loss is not a number from the start; lower the learning rate.")
        network.load_weights(state.best)
        state.clear()
    segmenter.training = {**segmenter.training, "config": asdict(config)}
    return segmenter.history


def _learning_rate(
    config: TrainingConfig, steps_per_epoch: int
) -> float | optimizers.schedules.CosineDecay:
    if config.schedule == "plateau":
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


def _callbacks(
    config: TrainingConfig,
    state: TrainingState,
    batches: ArrayBatches | SimulatedBatches,
    *,
    progress: bool,
) -> list[callbacks.Callback]:
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
    chosen += [
        Replay(state.epochs(), chosen),
        callbacks.BackupAndRestore(state.backup, double_checkpoint=True),
    ]
    if progress:
        chosen.append(TrainingProgress())
    return chosen
