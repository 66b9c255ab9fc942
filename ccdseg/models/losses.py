"""Losses for classes of very different frequency; a pixel without a class is left out."""

from __future__ import annotations

from collections.abc import Sequence

from keras import KerasTensor, losses, ops, saving

_LEAST_PROBABILITY = 1e-30
"""Limit to which probabilities are clipped where their logits are not known."""


@saving.register_keras_serializable(package="ccdseg")
class WeightedCategoricalCrossentropy(losses.Loss):
    """Categorical cross-entropy in which each pixel counts with the weight of its true class.

    Parameters
    ----------
    weights : sequence of float
        One weight per class, as from `ccdseg.mask.class_weights`.
    """

    def __init__(
        self,
        weights: Sequence[float],
        *,
        name: str = "weighted_categorical_crossentropy",
        **kwargs,  # noqa: ANN003 - what keras hands to every loss
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.weights = [float(weight) for weight in weights]

    def call(self, y_true: KerasTensor, y_pred: KerasTensor) -> KerasTensor:
        """Loss per pixel, (N, H, W), of one-hot `y_true` and probabilities `y_pred`."""
        y_true = ops.cast(y_true, y_pred.dtype)
        weights = ops.convert_to_tensor(self.weights, dtype=y_pred.dtype)
        return -ops.sum(weights * y_true * _log_probabilities(y_pred), axis=-1)

    def get_config(self) -> dict:
        """Everything that rebuilds the loss."""
        return {**super().get_config(), "weights": self.weights}


@saving.register_keras_serializable(package="ccdseg")
class CrossentropyDice(WeightedCategoricalCrossentropy):
    """Weighted cross-entropy plus the Dice loss 1 − 2 Σtp / (Σt + Σp) averaged over the classes.

    The sums run over the whole batch (Milletari et al. 2016, arXiv:1606.04797), which makes a class
    of few pixels count as much as any other.

    Parameters
    ----------
    weights : sequence of float
        One weight per class for the cross-entropy.
    dice_weight : float
        Weight of the Dice loss beside the cross-entropy.
    gamma : float
        Each pixel's cross-entropy is multiplied by (1 − probability of the true class) ** gamma:
        0 for plain cross-entropy, 2 for the focal loss of Lin et al. 2017 (arXiv:1708.02002), which
        turns to the pixels that are still wrong.
    """

    def __init__(
        self,
        weights: Sequence[float],
        *,
        dice_weight: float = 1.0,
        gamma: float = 0.0,
        name: str = "crossentropy_dice",
        **kwargs,  # noqa: ANN003 - what keras hands to every loss
    ) -> None:
        super().__init__(weights, name=name, **kwargs)
        self.dice_weight = float(dice_weight)
        self.gamma = float(gamma)

    def call(self, y_true: KerasTensor, y_pred: KerasTensor) -> KerasTensor:
        """Loss per pixel, (N, H, W); the Dice loss is the same for all."""
        y_true = ops.cast(y_true, y_pred.dtype)
        axes = tuple(range(len(y_pred.shape) - 1))
        overlap = ops.sum(y_true * y_pred, axis=axes)
        known = ops.sum(y_true, axis=-1, keepdims=True)
        total = ops.sum(y_true + known * y_pred, axis=axes)
        dice = 1.0 - ops.mean((2.0 * overlap + 1.0) / (total + 1.0))
        crossentropy = super().call(y_true, y_pred)
        if self.gamma:
            crossentropy *= (1.0 - ops.sum(y_true * y_pred, axis=-1)) ** self.gamma
        return crossentropy + self.dice_weight * dice

    def get_config(self) -> dict:
        """Everything that rebuilds the loss."""
        return {**super().get_config(), "dice_weight": self.dice_weight, "gamma": self.gamma}


def _log_probabilities(probabilities: KerasTensor) -> KerasTensor:
    """Logarithm of softmax probabilities that has a gradient however small they are.

    A rare class is given up for good where there is none: the first twenty steps can drive it below
    1e-7, the usual limit, everywhere. Keras notes the logits at the output of its softmax; where a
    backend keeps no such note, probabilities are clipped at a much lower limit.
    """
    logits = getattr(probabilities, "_keras_logits", None)
    if logits is None:
        return ops.log(ops.clip(probabilities, _LEAST_PROBABILITY, 1.0))
    return ops.log_softmax(logits, axis=-1)
