"""Losses, optimisers and learning rates by the names of the configuration."""

from __future__ import annotations

from functools import partial
from math import exp

from keras import losses, optimizers

from ccdseg.models.losses import CrossentropyDice, WeightedCategoricalCrossentropy
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


def make_loss(config: TrainingConfig, weights: list[float]) -> losses.Loss:
    """Loss in which each class has its weight."""
    return _LOSSES[config.loss](weights)


def make_optimizer(config: TrainingConfig, steps_per_epoch: int) -> optimizers.Optimizer:
    """Optimiser with the learning rate of the configuration."""
    return _OPTIMIZERS[config.optimizer](learning_rate(config, steps_per_epoch))


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
