"""Presets: training plans under names."""

from __future__ import annotations

from dataclasses import replace

from ccdseg.classes import COSMICS
from ccdseg.errors import InputError
from ccdseg.simulation import RECIPES, RecipeMixture
from ccdseg.simulation import components as c
from ccdseg.simulation.ranges import Uniform, WholeNumbers
from ccdseg.training.config import TrainingConfig
from ccdseg.training.plan import Stage, TrainingPlan

N_TEST_IMAGES = 42
TEST_SEED = 20200824
"""Number and seed of the test images: the same for every training and evaluation."""

_BRIGHTNESSES = RECIPES["mixed"].with_components(
    c.GlowSlab(probability=0.9, level=Uniform(300.0, 3000.0), width=WholeNumbers(10, 115)),
    c.HotSegments(level=Uniform(800.0, 5000.0), span=(0.0, 0.6)),
)
"""The original's style in other brightnesses: clusters on an even, bright glow are rare in any
frame, and hard."""


def _mixture(general: int, faint: int, original: int) -> RecipeMixture:
    """Domain randomisation, faint hits and the original's style, in percent."""
    parts = {
        "general": (RECIPES["general"], general),
        "faint": (RECIPES["faint"], faint),
        "original": (_BRIGHTNESSES, original),
    }
    used = {name: part for name, part in parts.items() if part[1]}
    return RecipeMixture(
        name=", ".join(f"{name} {share} %" for name, (_, share) in used.items()),
        recipes=tuple(recipe for recipe, _ in used.values()),
        shares=tuple(share / 100 for _, share in used.values()),
    )


MIXTURES = tuple(_mixture(*shares) for shares in ((75, 0, 25), (60, 20, 20), (45, 35, 20)))
"""Mixtures of the stages of `DAMIC_UNET`, with more and more hits that hardly rise above the
noise."""

TRAINING_RECIPES = RECIPES | {mixture.name: mixture for mixture in MIXTURES}
"""Recipes that a plan can name."""

PAPER = TrainingPlan(
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
    purpose="Comparison with the network, training and labels of 2020.",
)
"""The original of 2020: architecture, hyperparameters, labels by intensity bands, raw ADU / 255."""

DEFAULT = TrainingPlan(
    name="default",
    architecture="unet",
    network={"filters": 8, "levels": 4, "dropout": 0.0, "l2": 0.0, "scale": 1},
    normalizer="robust",
    recipe=RECIPES["mixed"],
    n_images=400,
    config=TrainingConfig(epochs=12, batch_size=4, learning_rate=4e-3, validation_split=0.1),
    purpose="Frames in the style of the original of 2020; a first try of the package.",
)
"""The best quality in five minutes on two cores."""

GENERAL = TrainingPlan(
    name="general",
    architecture="lean_unet",
    network={"filters": [16, 16, 32, 64, 128]},
    normalizer={"name": "robust", "softening": 100.0},
    recipe=MIXTURES[-1],
    n_images=2000,
    config=TrainingConfig(epochs=40, batch_size=8, learning_rate=3e-3, validation_split=0.1),
    purpose="Clusters of particles in frames of any CCD, beside glow and hot pixels.",
    known_failures=(
        "Neighbouring single electrons of the dark charge are called clusters.",
        "Point-like hits of a few electrons in one or two pixels are missed.",
        "Ends of faint serial-register events are called clusters or background.",
        "Stars and sky lines are no class: faint stars are called clusters, sky lines hot pixels.",
        "Glow of transients and glow in corners score lowest.",
    ),
)
"""Any detector, by domain randomisation: an hour and more on two cores."""

DAMIC_UNET = replace(
    GENERAL,
    name="damic-unet",
    stages=(
        Stage(RECIPES["general"], epochs=40, learning_rate=3e-3),
        Stage(MIXTURES[0], epochs=14, learning_rate=2e-3),
        Stage(MIXTURES[0], epochs=30, learning_rate=2e-3),
        Stage(MIXTURES[1], epochs=30, learning_rate=2e-3),
        Stage(MIXTURES[2], epochs=20, learning_rate=2e-3),
        Stage(MIXTURES[2], epochs=28, learning_rate=2e-3),
    ),
)
"""The model `damic-unet` that ships, from random weights: five hours and more on two cores."""

COSMICS_LEAN = TrainingPlan(
    name="cosmics",
    architecture="lean_unet",
    network={"filters": [16, 16, 32, 64, 128]},
    normalizer={"name": "robust", "softening": 100.0},
    recipe=RECIPES["light"],
    shape=(256, 256),
    n_images=2000,
    config=TrainingConfig(epochs=40, batch_size=8, learning_rate=3e-3, validation_split=0.1),
    classes=COSMICS,
    test_recipe=RECIPES["light"],
    weights="damic-unet",
    purpose="Cosmics in X-ray images, spectra and images of the sky, beside light of all kinds.",
    known_failures=(
        "Pixels of less than 3 standard deviations of the local noise are lost or falsely marked.",
        "Faint tracks fall into pieces or are missed; crowded images are counted too low.",
        "A cosmic that leaves as much as one photon, in as few pixels, is taken for a photon.",
    ),
)
"""Cosmics beside light of all kinds, for ordinary processors: the network of `GENERAL` goes on from
what it has learnt of particles."""

COSMICS_UNET = replace(
    COSMICS_LEAN,
    name="cosmics-unet",
    config=replace(COSMICS_LEAN.config, epochs=28, learning_rate=2e-3),
)
"""The model `cosmics-unet` that ships, from the weights of `damic-unet`."""

COSMICS_PAPER = TrainingPlan(
    name="cosmics-paper",
    architecture="deeplab_v3_plus",
    network={"backbone": "imagenet"},
    normalizer="stretch",
    recipe=RECIPES["light"],
    n_images=600,
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
    test_recipe=RECIPES["light"],
    input_size=(512, 512),
    purpose="Comparison with DeepLabV3+ on X-ray images resized to 512×512 pixels.",
)
"""The original for cosmics: DeepLabV3+ on a frozen ResNet50 of ImageNet, images of 512×512 pixels
stretched to 8 bit, and its hyperparameters; half a day and more on two cores."""

PRESETS = {
    plan.name: plan
    for plan in (
        DEFAULT,
        GENERAL,
        DAMIC_UNET,
        COSMICS_LEAN,
        COSMICS_UNET,
        PAPER,
        COSMICS_PAPER,
    )
}
"""Plans by name."""


def find_plan(plan: str | TrainingPlan) -> TrainingPlan:
    """Plan of a preset's name, or the plan itself.

    Raises
    ------
    InputError
        If there is no such preset; the message lists the names that there are.
    """
    if isinstance(plan, TrainingPlan):
        return plan
    if plan not in PRESETS:
        raise InputError(f"Unknown preset {plan!r}; take {', '.join(PRESETS)}.")
    return PRESETS[plan]
