"""Perceptron of plain arrays, which can run no code and needs no library but NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

_HIDDEN = (64, 64)
_STEPS = 200


@dataclass(frozen=True, eq=False)
class Perceptron:
    """Layers of rectified linear units, softmax at the end, with the scaling of the input.

    Attributes
    ----------
    mean, scale : ndarray
        Mean and standard deviation by which the features are standardised, (features,).
    weights, biases : tuple of ndarray
        Weights and biases of each layer.
    """

    mean: np.ndarray
    scale: np.ndarray
    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]

    @classmethod
    def trained(cls, features: np.ndarray, classes: np.ndarray, *, seed: int) -> Perceptron:
        """Train two hidden layers; they stop when a tenth kept back gains no more.

        Parameters
        ----------
        features : ndarray
            (samples, features).
        classes : ndarray of int
            Class of each sample, (samples,): every one from 0 to the highest.
        seed : int
            Seed of the weights.
        """
        from sklearn.neural_network import MLPClassifier
        from sklearn.preprocessing import StandardScaler

        scaler = StandardScaler()
        network = MLPClassifier(
            _HIDDEN, early_stopping=True, n_iter_no_change=15, max_iter=_STEPS, random_state=seed
        )
        network.fit(scaler.fit_transform(features), classes)
        weights, biases = list(network.coefs_), list(network.intercepts_)
        if len(network.classes_) == 2:  # one output for two classes: the logit of the second
            weights[-1] = np.hstack([np.zeros_like(weights[-1]), weights[-1]])
            biases[-1] = np.append(0.0, biases[-1])
        return cls(scaler.mean_, scaler.scale_, tuple(weights), tuple(biases))

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        """Probability of each class, (samples, classes), from features (samples, features)."""
        layer = (features - self.mean) / self.scale
        for weights, biases in zip(self.weights[:-1], self.biases[:-1], strict=True):
            layer = np.maximum(layer @ weights + biases, 0)
        logits = layer @ self.weights[-1] + self.biases[-1]
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def with_odds(self, factor: float) -> Perceptron:
        """The same with the odds of the last class changed by a factor, as where it is rarer."""
        *others, last = self.biases
        last = np.append(last[:-1], last[-1] + np.log(factor))
        return Perceptron(self.mean, self.scale, self.weights, (*others, last))

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Arrays by their names in a file."""
        layers: dict[str, np.ndarray] = {}
        for number, (weights, biases) in enumerate(zip(self.weights, self.biases, strict=True)):
            layers |= {f"weights_{number}": weights, f"biases_{number}": biases}
        return {"mean": self.mean, "scale": self.scale, **layers}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> Perceptron:
        """From arrays as `to_arrays` gives them; `KeyError` where one is missing."""
        n_layers = sum(name.startswith("weights_") for name in arrays)
        return cls(
            mean=arrays["mean"],
            scale=arrays["scale"],
            weights=tuple(arrays[f"weights_{i}"] for i in range(n_layers)),
            biases=tuple(arrays[f"biases_{i}"] for i in range(n_layers)),
        )
