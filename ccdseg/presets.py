"""Presets: everything that one training needs, under one name."""

from __future__ import annotations

from dataclasses import dataclass, field

from ccdseg.simulation.recipe import MIXED, TRAINING, SimulationRecipe
from ccdseg.training_config import TrainingConfig


@dataclass(frozen=True)
class Preset:
    """A way to train.

    Attributes
    ----------
    name : str
        Name on the command line.
    network : dict
        Arguments of `ccdseg.models.unet`.
    normalizer : str
        Normalisation by name.
    labels : {"truth", "threshold"}
        What the network learns: what was deposited, or what intensity thresholds say.
    recipe : SimulationRecipe
        What training images hold.
    n_images : int
        Images simulated, per epoch where they are `streamed`.
    streamed : bool
        Whether every epoch simulates new images.
    config : TrainingConfig
        Hyperparameters.
    """

    name: str
    network: dict
    normalizer: str
    labels: str
    recipe: SimulationRecipe
    n_images: int
    streamed: bool
    config: TrainingConfig = field(default_factory=TrainingConfig)


PAPER = Preset(
    name="paper",
    network={},
    normalizer="none",
    labels="threshold",
    recipe=TRAINING,
    n_images=180,
    streamed=False,
    config=TrainingConfig(
        epochs=100,
        batch_size=1,
        validation_split=0.21,
        optimizer="adadelta",
        learning_rate=1.0,
        schedule="plateau",
        loss="weighted_crossentropy",
        balance=1.0,
        flips=False,
    ),
)
"""The original of 2020: its architecture, hyperparameters and threshold labels, raw ADU / 255."""

DEFAULT = Preset(
    name="default",
    network={
        "filters": 8,
        "levels": 4,
        "dropout": 0.0,
        "l2": 0.0,
        "scale": 1,
    },
    normalizer="robust",
    labels="truth",
    recipe=MIXED,
    n_images=400,
    streamed=True,
    config=TrainingConfig(epochs=12, batch_size=4, learning_rate=4e-3, validation_split=0.1),
)
"""The best quality in five minutes on two cores."""

PRESETS = {preset.name: preset for preset in (DEFAULT, PAPER)}
"""Presets by name."""
