"""Training a segmenter: data, loss, optimiser, callbacks, history."""

from __future__ import annotations

import logging
import tempfile
from contextlib import nullcontext
from pathlib import Path

import keras
import numpy as np
from keras import callbacks

from ccdseg.dataset import ArraySet
from ccdseg.errors import InputError
from ccdseg.mask import weights_from_frequencies
from ccdseg.segmentation.segmenter import Segmenter
from ccdseg.training.batches import Batches, piece_shape
from ccdseg.training.callbacks import TrainingProgress, make_callbacks
from ccdseg.training.checkpoint import TrainingState
from ccdseg.training.config import TrainingConfig
from ccdseg.training.data import ArrayData, TrainingData
from ccdseg.training.optimization import make_loss, make_optimizer

VALIDATION, FREQUENCIES = 1, 4
"""Streams of random numbers of a training, beside its seed."""

logger = logging.getLogger(__name__)


class History(dict[str, list[float]]):
    """Losses, metrics and learning rate of each epoch.

    Attributes
    ----------
    interrupted : bool
        Whether the user ended the training before its time.
    """

    interrupted = False


def train(
    segmenter: Segmenter,
    data: TrainingData | np.ndarray,
    masks: np.ndarray | None = None,
    *,
    validation: TrainingData | None = None,
    config: TrainingConfig | None = None,
    folder: str | Path | None = None,
    progress: bool = True,
) -> History:
    """Train the network of a segmenter; it ends with the weights of the best epoch.

    Parameters
    ----------
    segmenter : Segmenter
        Segmenter to train: the weights of its network change, nothing else.
    data : TrainingData or ndarray
        Training data; or images (ADU) of shape (N, H, W).
    masks : ndarray, optional
        Class indices of the same shape, where `data` are images.
    validation : TrainingData, optional
        Validation data; by default a part of the data, `config.validation_split` as many images.
    config : TrainingConfig, optional
        Hyperparameters.
    folder : str or Path, optional
        Folder for the log ``training_log.csv``, and after each epoch the state of the
        training: where a training of the same configuration was killed in this folder, it goes on
        after the last whole epoch.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    History
        Loss, accuracy and learning rate of each epoch: a dict of lists.

    Raises
    ------
    InputError
        If images and masks do not fit each other, the network or the classes, an image cannot
        be read, or the loss is not a number from the start.

    Examples
    --------
    >>> train(segmenter, images, masks)  # doctest: +SKIP
    >>> train(segmenter, SimulatedData(RECIPES["general"], n_images=400))  # doctest: +SKIP
    """
    config = config or TrainingConfig()
    if not isinstance(data, TrainingData):
        data = ArrayData(ArraySet(np.asarray(data), None if masks is None else np.asarray(masks)))
    for part in (data, validation):
        if part is not None:
            part.check(len(segmenter.classes), progress=progress)
    if validation is None:
        stream = np.random.default_rng([config.seed, VALIDATION])
        data, validation = data.split(config.validation_split, rng=stream, progress=progress)
    stream = np.random.default_rng([config.seed, FREQUENCIES])
    frequencies = data.class_frequencies(len(segmenter.classes), rng=stream)
    settings = {
        "piece": piece_shape([data.shape, validation.shape], stride=segmenter.stride),
        "batch_size": config.batch_size,
        "seed": config.seed,
    }
    return _fit(
        segmenter.network,
        Batches(data, segmenter, flips=config.flips, **settings),
        Batches(validation, segmenter, validating=True, **settings),
        frequencies=frequencies,
        config=config,
        folder=folder,
        progress=progress,
    )


def _fit(
    network: keras.Model,
    batches: Batches,
    validation: Batches,
    *,
    frequencies: np.ndarray,
    config: TrainingConfig,
    folder: str | Path | None,
    progress: bool,
) -> History:
    """Train on batches, and keep the weights of the epoch that is best on those that validate."""
    keras.utils.set_random_seed(config.seed)
    network.compile(
        optimizer=make_optimizer(config, len(batches)),
        loss=make_loss(config, _loss_weights(frequencies, config)),
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
        interrupted = False
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
            interrupted = True
            logger.warning("interrupted: the best epoch so far is kept")
        except Exception:
            _close(watchers)
            for source in (batches, validation):
                if source.failure is not None:
                    raise source.failure from None
            raise
        history = History(state.history())
        history.interrupted = interrupted
        if not np.isfinite(history["val_loss"]).any():
            raise InputError("The loss is not a number from the start; lower the learning rate.")
        if not np.isfinite(history["loss"][-1]):
            epoch = len(history["loss"])
            logger.warning("the loss is not a number in epoch %d: the best before is kept", epoch)
        network.load_weights(state.best)
        state.clear()
    return history


def _close(watchers: list[callbacks.Callback]) -> None:
    """Close log and bar of a training that failed; its backup stays, to resume from."""
    for watcher in watchers:
        if isinstance(watcher, TrainingProgress) or getattr(watcher, "csv_file", None):
            watcher.on_train_end()


def _loss_weights(frequencies: np.ndarray, config: TrainingConfig) -> list[float]:
    """Weight of each class in the loss, summing to the number of classes."""
    weights = weights_from_frequencies(frequencies) ** config.balance
    weights *= len(weights) / weights.sum()
    logger.info("class weights: %s", ", ".join(f"{weight:.3f}" for weight in weights))
    return weights.tolist()
