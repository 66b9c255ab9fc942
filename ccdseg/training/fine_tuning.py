"""Plan that goes on from a trained model with a few images of one's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ccdseg.segmentation.store import find_model
from ccdseg.training.config_file import CONFIG_FILE, read_plan
from ccdseg.training.plan import TrainingPlan

N_OWN = 200
"""Pieces of one's own images in an epoch, and as many simulated ones."""

EPOCHS, LEARNING_RATE = 8, 5e-4


def fine_tuning_plan(model: str, data: str | Path | None = None) -> TrainingPlan:
    """Plan of a model, gone on with images of one's own among as many simulated ones.

    Network, normalisation, classes and recipe are those of the model, epochs are few and the
    learning rate is low, for it to forget little; few images come in an epoch again and
    again, as other pieces, flipped and turned.

    Parameters
    ----------
    model : str
        Model that ships, or folder of a model.
    data : str or Path, optional
        One's own images and masks: a folder as `ccdseg.workflows.add_to_training_set` writes it.

    Returns
    -------
    TrainingPlan

    Raises
    ------
    InputError
        If there is no such model, or it does not tell its plan.
    """
    plan = read_plan(find_model(model) / CONFIG_FILE)
    return replace(
        plan,
        weights=model,
        data=data,
        stages=(),
        simulated_share=0.5,
        least_own=N_OWN,
        n_images=N_OWN,
    ).with_config(epochs=EPOCHS, learning_rate=LEARNING_RATE)
