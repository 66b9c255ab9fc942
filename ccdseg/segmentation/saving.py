"""Saving of a segmenter: the files of its folder."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ccdseg.errors import InputError
from ccdseg.files import write_npz
from ccdseg.models.weights import save_network
from ccdseg.segmentation.digests import describe_converted, digest
from ccdseg.segmentation.engines.conversion import convert_network
from ccdseg.segmentation.store import CHECK, CONVERTED, NETWORK, write_description

if TYPE_CHECKING:
    from ccdseg.segmentation.segmenter import Segmenter


def write_model(
    segmenter: Segmenter,
    folder: Path,
    *,
    training: Sequence[dict] | None = None,
    report: dict | None = None,
    check_image: np.ndarray | None = None,
) -> None:
    """Write the files of a model into an existing folder.

    Parameters
    ----------
    segmenter : Segmenter
        Model.
    folder : Path
        Existing folder.
    training, report, check_image
        As for `ccdseg.Segmenter.save`.
    """
    description = {
        "name": segmenter.name,
        "classes": segmenter.classes.to_list(),
        "normalizer": segmenter.normalizer.to_dict(),
        "operating_point": segmenter.operating_point,
        "input_size": segmenter.input_size,
        "network": _write_network(segmenter, folder),
    }
    if check_image is not None:
        mask = segmenter.predict(check_image, probabilities=False).mask
        write_npz(folder / CHECK, {"image": check_image, "mask": mask})
    write_description(folder, description, training=training, report=report)


def _write_network(segmenter: Segmenter, folder: Path) -> dict:
    """Write the network, and convert it where that is possible; returns its description."""
    network = segmenter.network
    save_network(network, folder / NETWORK)
    description = {
        "sha256": digest(folder / NETWORK),
        "parameters": network.count_params(),
        "geometry": None,
    }
    with suppress(InputError):  # networks that look at the whole image have none
        description["geometry"] = asdict(segmenter.geometry)
    if convert_network(network, folder / CONVERTED, input_size=segmenter.input_size):
        description["converted"] = describe_converted(folder)
    return description
