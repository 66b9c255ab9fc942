"""Classifier of hits that the readout cut, by the features of their first and last rows."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from ccdseg.arrays.perceptron import Perceptron
from ccdseg.errors import InputError
from ccdseg.events.row_edges.edge_features import EDGE_FEATURES
from ccdseg.files import read_npz, write_npz

SHIPPED = Path(__file__).parent / "cuts.npz"

SIDES = ("row_min", "row_max")
"""Names of the row sides of an event."""

_CERTAIN = 0.5
"""Probability from which an event counts as cut."""

_EXPLAINED = 3.0
"""Reduced χ² of a cut Gaussian up to which it tells how much is missing."""


@dataclass(frozen=True, eq=False)
class CutClassifier:
    """Perceptron for the row sides of events.

    Attributes
    ----------
    perceptron : Perceptron
        Its second class are the sides that are cut.
    training : dict
        Training record.
    """

    perceptron: Perceptron
    training: dict = field(default_factory=dict)

    @classmethod
    def blind(cls) -> CutClassifier:
        """A classifier to which nothing is cut, for events to train on."""
        n = len(EDGE_FEATURES)
        layer = np.zeros((n, 2)), np.array([50.0, 0.0])
        return cls(Perceptron(np.zeros(n), np.ones(n), (layer[0],), (layer[1],)))

    def save(self, path: str | Path) -> None:
        """Write the arrays as ``.npz``."""
        names = {
            "features": np.array(EDGE_FEATURES),
            "training": np.array(json.dumps(self.training)),
        }
        write_npz(path, self.perceptron.to_arrays() | names)

    @classmethod
    def load(cls, path: str | Path = SHIPPED) -> CutClassifier:
        """Read a classifier, by default the one that ships.

        Raises
        ------
        InputError
            If the file is missing, damaged, or made for other features.
        """
        arrays = read_npz(Path(path))
        try:
            if tuple(map(str, arrays["features"])) != EDGE_FEATURES:
                raise InputError(
                    f"{path} was trained on other features of edges than this version measures. "
                    "Train it again."
                )
            return cls(Perceptron.from_arrays(arrays), json.loads(str(arrays["training"])))
        except (KeyError, ValueError) as error:
            raise InputError(f"{path} is no classifier of cut hits: {error}.") from None

    def columns(self, edges: np.ndarray) -> dict[str, np.ndarray]:
        """Columns of an event table.

        Parameters
        ----------
        edges : ndarray
            Features of the first and the last rows, (events, 2, features), NaN where nothing ends
            sharply.

        Returns
        -------
        dict of ndarray
            ``cut``, one of `SIDES` or empty, ``p_cut`` and ``missing``, each (events,).
        """
        probability = np.zeros(edges.shape[:2])
        measured = ~np.isnan(edges[..., 0])
        if measured.any():
            features = edges[measured].astype(np.float64)
            probability[measured] = self.perceptron.probabilities(features)[:, 1]
        side = probability.argmax(axis=1)
        event = np.arange(len(edges))
        highest = probability[event, side]
        is_cut = highest >= _CERTAIN
        chosen = edges[event, side]
        misfit = 10.0 ** chosen[:, EDGE_FEATURES.index("cut misfit")]
        told = is_cut & (misfit <= _EXPLAINED)
        missing = np.where(told, chosen[:, EDGE_FEATURES.index("missing")], np.nan)
        cut = np.where(is_cut, np.array(SIDES)[side], "")
        return {"cut": cut, "p_cut": highest, "missing": missing}


@cache
def shipped_cut_classifier() -> CutClassifier:
    """The classifier that ships, read once."""
    return CutClassifier.load()
