"""Presets: everything that one training needs, under one name."""

from __future__ import annotations

from dataclasses import dataclass, field

from ccdseg.classes import CLASSES, COSMICS, ClassCatalogue
from ccdseg.simulation import RECIPES, RecipeLike, RecipeMixture
from ccdseg.simulation import components as c
from ccdseg.simulation.ranges import Uniform, WholeNumbers
from ccdseg.training.config import TrainingConfig

N_TEST_IMAGES = 42
TEST_SEED = 20200824
"""Number and seed of the test images: the same for every training and evaluation."""


@dataclass(frozen=True)
class Preset:
    """A way to train.

    Attributes
    ----------
    name : str
        Name on the command line.
    architecture : {"unet", "lean_unet", "deeplab_v3_plus"}
        Network, a key of `ccdseg.models.NETWORKS`.
    network : dict
        Its arguments.
    normalizer : str or dict
        Normalisation by name, or with its parameters.
    labels : {"truth", "bands"}
        What the network learns: what was deposited, or what intensity bands say.
    recipe : Recipe or RecipeMixture
        What training images hold.
    n_images : int
        Images simulated, per epoch where they are `streamed`.
    streamed : bool
        Whether every epoch simulates new images.
    config : TrainingConfig
        Hyperparameters.
    classes : ClassCatalogue
        What the network tells apart.
    test_recipe : Recipe or RecipeMixture
        What simulated test images hold.
    input_size : tuple of int or None
        Rows and columns that images are resized to (px); None where they keep their size.
    weights : str or None
        Model whose weights are the start; None for random ones.
    purpose : str
        What a model of this preset is for, as its card says.
    known_failures : tuple of str
        Where such a model is known to fail, likewise.
    """

    name: str
    architecture: str
    network: dict
    normalizer: str | dict
    labels: str
    recipe: RecipeLike
    n_images: int
    streamed: bool
    config: TrainingConfig = field(default_factory=TrainingConfig)
    classes: ClassCatalogue = CLASSES
    test_recipe: RecipeLike = RECIPES["test"]
    input_size: tuple[int, int] | None = None
    weights: str | None = None
    purpose: str = ""
    known_failures: tuple[str, ...] = ()


PAPER = Preset(
    name="paper",
    architecture="unet",
    network={},
    normalizer="none",
    labels="bands",
    recipe=RECIPES["training"],
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
"""The original of 2020: architecture, hyperparameters, labels by intensity bands, raw ADU / 255."""

DEFAULT = Preset(
    name="default",
    architecture="unet",
    network={
        "filters": 8,
        "levels": 4,
        "dropout": 0.0,
        "l2": 0.0,
        "scale": 1,
    },
    normalizer="robust",
    labels="truth",
    recipe=RECIPES["mixed"],
    n_images=400,
    streamed=True,
    config=TrainingConfig(epochs=12, batch_size=4, learning_rate=4e-3, validation_split=0.1),
)
"""The best quality in five minutes on two cores."""

ANY_KIND = RecipeMixture(
    name="domain randomisation, faint hits, and the original's style",
    recipes=(
        RECIPES["general"],
        RECIPES["faint"],
        RECIPES["mixed"].with_components(
            c.GlowSlab(probability=0.9, level=Uniform(300.0, 3000.0), width=WholeNumbers(10, 115)),
            c.HotSegments(level=Uniform(800.0, 5000.0), span=(0.0, 0.6)),
        ),
    ),
    shares=(0.45, 0.35, 0.2),
)
"""Domain randomisation, and images in the original's style of other brightnesses too: clusters on
an even, bright glow are rare in any frame, and hard, as are hits that hardly rise above the
noise."""

GENERAL = Preset(
    name="general",
    architecture="lean_unet",
    network={"filters": (16, 16, 32, 64, 128)},
    normalizer={"name": "robust", "softening": 100.0},
    labels="truth",
    recipe=ANY_KIND,
    n_images=2000,
    streamed=True,
    config=TrainingConfig(epochs=40, batch_size=8, learning_rate=3e-3, validation_split=0.1),
    purpose="Clusters of particles in frames of any CCD, beside glow and hot pixels.",
    known_failures=(
        "Neighbouring single electrons of the dark charge are called clusters.",
        "Point-like hits of a few electrons in one or two pixels are missed.",
        "Ends of faint serial-register events are called clusters or background.",
        "Stars and sky lines are no class: faint stars are called clusters, sky lines hot pixels.",
        "Waves of the baseline give false hot pixels, clusters and glow in whole columns.",
        "Glow of transients and glow in corners score lowest.",
    ),
)
"""Any detector, by domain randomisation: an hour and more on two cores."""

COSMICS_LEAN = Preset(
    name="cosmics",
    architecture="lean_unet",
    network={"filters": (16, 16, 32, 64, 128)},
    normalizer={"name": "robust", "softening": 100.0},
    labels="truth",
    recipe=RECIPES["xray"].scaled((256, 256)),
    n_images=2000,
    streamed=True,
    config=TrainingConfig(epochs=40, batch_size=8, learning_rate=3e-3, validation_split=0.1),
    classes=COSMICS,
    test_recipe=RECIPES["xray"],
    weights="damic-unet",
    purpose="Tracks of cosmics in X-ray images, across halos, rings, spots and speckles.",
    known_failures=(
        "Pixels of less than 3 standard deviations of the local noise are lost or falsely marked.",
        "Faint tracks fall into pieces or are missed; crowded images are counted too low.",
        "Optical spectra and star fields are outside what it is trained on.",
    ),
)
"""Cosmics in X-ray images, for ordinary processors: the network of `GENERAL` goes on from what it
has learnt of particles."""

COSMICS_PAPER = Preset(
    name="cosmics-paper",
    architecture="deeplab_v3_plus",
    network={"backbone": "imagenet"},
    normalizer="stretch",
    labels="truth",
    recipe=RECIPES["xray"],
    n_images=600,
    streamed=True,
    config=TrainingConfig(
        epochs=100,
        batch_size=6,
        optimizer="adam_unclipped",
        learning_rate=1e-4,
        schedule="exponential",
        loss="weighted_crossentropy",
        balance=0.0,
        early_stopping_patience=30,
        flips=False,
    ),
    classes=COSMICS,
    test_recipe=RECIPES["xray"],
    input_size=(512, 512),
)
"""The original for cosmics: DeepLabV3+ on a frozen ResNet50 of ImageNet, images of 512×512 pixels
stretched to 8 bit, and its hyperparameters; half a day and more on two cores."""

PRESETS = {preset.name: preset for preset in (DEFAULT, GENERAL, COSMICS_LEAN, PAPER, COSMICS_PAPER)}
"""Presets by name."""
