"""A training plan: everything that decides how one training goes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.detector import Detector
from ccdseg.errors import InputError
from ccdseg.simulation import RECIPES, RecipeLike
from ccdseg.training.config import TrainingConfig

LABELS = ("truth", "bands")
"""Labels to train on: the truth of the simulation, or classes by intensity bands."""


@dataclass(frozen=True)
class Stage:
    """Part of a training that goes on from the weights of the part before.

    Attributes
    ----------
    recipe : RecipeLike
        Recipe of the training images.
    epochs : int
        Passes over the images.
    learning_rate : float
        Highest learning rate.
    """

    recipe: RecipeLike
    epochs: int
    learning_rate: float

    def to_dict(self) -> dict:
        """Recipe by name, epochs and learning rate."""
        return {
            "recipe": self.recipe.name,
            "epochs": self.epochs,
            "learning_rate": self.learning_rate,
        }


@dataclass(frozen=True)
class TrainingPlan:
    """Everything that decides how one training goes.

    Attributes
    ----------
    name : str
        Name of the preset, or of the plan.
    architecture : {"unet", "lean_unet", "deeplab_v3_plus"}
        Network, a key of `ccdseg.models.NETWORKS`.
    network : dict
        Its arguments.
    normalizer : str or dict
        Normalisation by name, or with its parameters.
    recipe : RecipeLike
        Recipe of simulated training images.
    n_images : int
        Images simulated, per epoch where they are `streamed`.
    labels : {"truth", "bands"}
        Labels: what was deposited, or classes by intensity bands.
    streamed : bool
        Whether every epoch simulates new images.
    shape : tuple of int or None
        Rows and columns of simulated training images (px); None for those of the recipe.
    config : TrainingConfig
        Hyperparameters.
    stages : tuple of Stage
        Parts of the training, one after the other; none for a single one of `recipe` and `config`.
    classes : ClassCatalogue
        Classes of the network.
    test_recipe : RecipeLike
        Recipe of simulated test images.
    input_size : tuple of int or None
        Rows and columns that images are resized to (px); None where they keep their size.
    weights : str or None
        Model, or file of weights, to start from; None for random ones.
    data : str, Path or None
        One's own images and masks: an ``.npz`` file or a folder; None for simulated ones.
    simulated_share : float
        Share of simulated images among one's own to train on, 0 or above and below 1.
    least_own : int
        Least number of one's own images, or pieces of them, in an epoch: fewer FITS frames come
        again, as other pieces; 0 to have each once.
    augment : str or None
        Augmentation of which a copy of every stored image is appended.
    detector : str or None
        Detector of all simulated images, as for `Detector.load`; None for that of the recipe.
    purpose : str
        Purpose of such a model, for its card.
    known_failures : tuple of str
        Known failures of such a model, for its card.
    """

    name: str
    architecture: str
    network: dict
    normalizer: str | dict
    recipe: RecipeLike
    n_images: int
    labels: str = "truth"
    streamed: bool = True
    shape: tuple[int, int] | None = None
    config: TrainingConfig = field(default_factory=TrainingConfig)
    stages: tuple[Stage, ...] = ()
    classes: ClassCatalogue = CLASSES
    test_recipe: RecipeLike = RECIPES["test"]
    input_size: tuple[int, int] | None = None
    weights: str | None = None
    data: str | Path | None = None
    simulated_share: float = 0.0
    least_own: int = 0
    augment: str | None = None
    detector: str | None = None
    purpose: str = ""
    known_failures: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.labels not in LABELS:
            raise InputError(f"Unknown labels {self.labels!r}; take {' or '.join(LABELS)}.")
        if not isinstance(self.n_images, int) or self.n_images < 1:
            raise InputError(f"n_images is {self.n_images!r}; it must be a whole number from 1.")
        if not isinstance(self.least_own, int) or self.least_own < 0:
            raise InputError(f"least_own is {self.least_own!r}; it must be a whole number from 0.")
        if not 0 <= self.simulated_share < 1:
            raise InputError(
                f"simulated_share is {self.simulated_share}; it must be 0 or above and below 1."
            )
        if self.stages and self.data is not None:
            raise InputError(
                f"The stages of {self.name} are simulated, and data are given: {self.data}; leave "
                "the stages out, or the data."
            )

    def with_config(self, **changes) -> TrainingPlan:  # noqa: ANN003 - the fields of the config
        """Return the plan with other hyperparameters, in all its stages."""
        shared = {name: changes[name] for name in ("epochs", "learning_rate") if name in changes}
        return replace(
            self,
            config=replace(self.config, **changes),
            stages=tuple(replace(stage, **shared) for stage in self.stages),
        )

    def runs(self) -> list[TrainingPlan]:
        """One plan without stages for each stage, with seeds of their own."""
        if not self.stages:
            return [self]
        return [
            replace(
                self,
                recipe=stage.recipe,
                stages=(),
                config=replace(
                    self.config,
                    epochs=stage.epochs,
                    learning_rate=stage.learning_rate,
                    seed=self.config.seed + number,
                ),
            )
            for number, stage in enumerate(self.stages)
        ]

    def training_recipe(self) -> RecipeLike:
        """Recipe of the training images, in their shape."""
        return self.recipe if self.shape is None else self.recipe.scaled(self.shape)

    def find_detector(self) -> Detector | None:
        """Detector of all simulated images; None where the recipe draws one for each."""
        return Detector.load(self.detector) if self.detector else self.recipe.fixed_detector
