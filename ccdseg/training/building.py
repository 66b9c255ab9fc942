"""The untrained segmenter of a plan."""

from __future__ import annotations

from pathlib import Path

import keras

from ccdseg.models import NETWORKS
from ccdseg.models.weights import load_body, load_weights
from ccdseg.segmentation.segmenter import Segmenter
from ccdseg.segmentation.store import NETWORK, find_model, read_classes
from ccdseg.training.config_file import check_network
from ccdseg.training.plan import TrainingPlan


def build_segmenter(plan: TrainingPlan, *, name: str | None = None) -> Segmenter:
    """Build the segmenter with which a training begins.

    Its weights are random, or those of the model or file that the plan names; a model of other
    classes gives all layers but the last.

    Parameters
    ----------
    plan : TrainingPlan
        Names network, classes, normalisation, weights and seed.
    name : str, optional
        Name of the segmenter; that of the plan by default.

    Raises
    ------
    InputError
        If the network, its arguments or the weights are not known, or do not fit.
    """
    weights = plan.weights and find_weights(plan.weights)
    check_network(plan.architecture, plan.network)
    keras.utils.set_random_seed(plan.config.seed)
    network = NETWORKS[plan.architecture]((None, None, 1), len(plan.classes), **plan.network)
    if weights is not None:
        is_model = weights.name == NETWORK
        same_classes = not is_model or read_classes(weights.parent) == plan.classes
        (load_weights if same_classes else load_body)(network, weights)
    return Segmenter(
        network,
        classes=plan.classes,
        normalizer=plan.normalizer,
        input_size=plan.input_size,
        name=name or plan.name,
    )


def find_weights(name: str) -> Path:
    """File of weights to start from: of a model by name or folder, or the file itself.

    Raises
    ------
    InputError
        If there is no such model.
    """
    return Path(name) if Path(name).is_file() else find_model(name) / NETWORK
