"""Hyperparameters of a training."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ccdseg.errors import InputError

OPTIMIZERS = ("adam", "adam_unclipped", "adadelta")
LOSSES = ("crossentropy_dice", "focal_dice", "weighted_crossentropy")
SCHEDULES = ("cosine", "plateau", "exponential")


@dataclass(frozen=True)
class TrainingConfig:
    """Hyperparameters of a training.

    Parameters
    ----------
    epochs : int
        Passes over the training images.
    batch_size : int
        Images per step.
    validation_split : float
        Share of the images kept for validation, 0 to 1.
    optimizer : {"adam", "adam_unclipped", "adadelta"}
        Optimiser; ``adam`` with gradients clipped to a norm of 1, since bright frames give steep
        ones.
    learning_rate : float
        Learning rate, the highest where a schedule changes it.
    schedule : {"cosine", "plateau", "exponential"}
        ``cosine``: warm up over 5 % of the steps, then fall to 1 % along a cosine. ``plateau``:
        multiply by `plateau_factor` where the validation loss has not fallen by
        `plateau_min_delta` for `plateau_patience` epochs, down to `minimum_learning_rate`.
        ``exponential``: constant for two epochs, then multiplied by exp(-0.1) before each.
    loss : {"crossentropy_dice", "focal_dice", "weighted_crossentropy"}
        Loss.
    balance : float
        Weight of each class is (1 / frequency) ** balance, normalised: 1 as in the original, 0 for
        equal weights.
    early_stopping_patience : int
        Epochs without a better validation loss after which training stops.
    plateau_patience, plateau_factor, plateau_min_delta, minimum_learning_rate
        See `schedule`.
    flips : bool
        Whether images are flipped and turned at random.
    seed : int
        Seed of weights, order, flips and simulation.
    """

    epochs: int = 20
    batch_size: int = 8
    validation_split: float = 0.21
    optimizer: str = "adam"
    learning_rate: float = 3e-3
    schedule: str = "cosine"
    loss: str = "crossentropy_dice"
    balance: float = 0.0
    early_stopping_patience: int = 16
    plateau_patience: int = 5
    plateau_factor: float = 0.1
    plateau_min_delta: float = 0.001
    minimum_learning_rate: float = 1e-7
    flips: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "early_stopping_patience", "plateau_patience", "seed"):
            value, least = getattr(self, name), 0 if name == "seed" else 1
            if not isinstance(value, int) or value < least:
                raise InputError(f"{name} is {value!r}; it must be a whole number from {least}.")
        for name in ("validation_split", "plateau_factor"):
            if not 0 < getattr(self, name) < 1:
                raise InputError(f"{name} is {getattr(self, name)}; it lies between 0 and 1.")
        if not 0 < self.learning_rate < math.inf:
            raise InputError(f"learning_rate is {self.learning_rate}; it must be above 0.")
        if not 0 <= self.balance < math.inf:
            raise InputError(f"balance is {self.balance}; it must not be negative.")
        for name, known in (
            ("optimizer", OPTIMIZERS),
            ("loss", LOSSES),
            ("schedule", SCHEDULES),
        ):
            if getattr(self, name) not in known:
                raise InputError(
                    f"Unknown {name} {getattr(self, name)!r}; take {', '.join(known)}."
                )
