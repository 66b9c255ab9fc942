"""A segmenter: a network with everything that it needs to be used rightly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.errors import InputError
from ccdseg.files import atomic_folder
from ccdseg.normalization import Normalizer, get_normalizer
from ccdseg.normalization.amplifiers import Amplifiers
from ccdseg.segmentation.engines import Engine, NetworkGeometry, open_engine
from ccdseg.segmentation.predicting import Prediction, predict_images
from ccdseg.segmentation.store import (
    DEFAULT_MODEL,
    check_input_size,
    check_operating_point,
    find_model,
    read_description,
)

if TYPE_CHECKING:
    from astropy.nddata import CCDData
    from keras import Model


@dataclass(frozen=True, eq=False, init=False)
class Segmenter:
    """A network, its classes and its normalisation; immutable, but for the network's weights.

    Parameters
    ----------
    network : keras.Model or Engine
        Fully convolutional network, from (N, rows, columns, 1) to probabilities
        (N, rows, columns, classes), or what runs one.
    classes : ClassCatalogue
        Meaning of the channels.
    normalizer : str, dict or Normalizer
        Normalisation of a frame before the network.
    operating_point : sequence of float, optional
        One number per class, above 0: a pixel is of the class with the highest ratio of probability
        and this number, so that a class of a low one is found sooner. By default all are 1, and it
        is of the most probable class.
    input_size : tuple of int, optional
        Rows and columns to which normalised images are resized before the network, and the
        probabilities back behind it: for networks that look at the whole image. By default images
        keep their size and are cut into tiles, for which the network's reach must be finite.
    name : str
        Name under which results mention the model.
    folder : Path, optional
        Folder that the model was loaded from.

    Raises
    ------
    InputError
        If these do not fit each other.

    Examples
    --------
    >>> segmenter = Segmenter.load("damic-unet")  # doctest: +SKIP
    >>> segmenter.predict(frame.data).mask  # doctest: +SKIP
    """

    engine: Engine
    classes: ClassCatalogue
    normalizer: Normalizer
    operating_point: tuple[float, ...]
    input_size: tuple[int, int] | None
    name: str
    folder: Path | None

    def __init__(
        self,
        network: Model | Engine,
        classes: ClassCatalogue = CLASSES,
        *,
        normalizer: Normalizer | str | dict = "robust",
        operating_point: Sequence[float] | None = None,
        input_size: Sequence[int] | None = None,
        name: str = "unnamed",
        folder: Path | None = None,
    ) -> None:
        checked = {
            "engine": _engine_of(network),
            "classes": classes,
            "normalizer": get_normalizer(normalizer),
            "operating_point": check_operating_point(operating_point, len(classes)),
            "input_size": check_input_size(input_size),
            "name": name,
            "folder": folder,
        }
        for attribute, value in checked.items():
            object.__setattr__(self, attribute, value)
        if self.engine.n_classes != len(classes):
            raise InputError(
                f"The network has {self.engine.n_classes} output channels and the catalogue "
                f"{len(classes)} classes ({', '.join(classes.names)})."
            )
        if self.engine.n_channels != 1:
            raise InputError(
                f"The network takes {self.engine.n_channels} channels; frames have one."
            )

    def with_operating_point(self, operating_point: Sequence[float]) -> Segmenter:
        """Segmenter of the same network with another operating point, one number per class."""
        return Segmenter(
            self.engine,
            self.classes,
            normalizer=self.normalizer,
            operating_point=operating_point,
            input_size=self.input_size,
            name=self.name,
            folder=self.folder,
        )

    @property
    def network(self) -> Model:
        """Keras network, to be trained; once its weights change, Keras runs it."""
        return self.engine.network

    @property
    def geometry(self) -> NetworkGeometry:
        """Reach and stride of the network, where it does not look at the whole image."""
        return self.engine.geometry

    @property
    def stride(self) -> int:
        """Divisor of the rows and columns of an image that the network takes (px).

        It is 1 where images are resized to `input_size`.
        """
        return 1 if self.input_size else self.geometry.stride

    def predict(
        self,
        image: np.ndarray | CCDData,
        *,
        tile_size: int | tuple[int, int] | None = None,
        amplifiers: Amplifiers = "auto",
        probabilities: bool = True,
        progress: bool = False,
    ) -> Prediction:
        """Segment an image of any size.

        The image is cut into overlapping tiles, each normalised by the statistics of the whole; the
        result does not depend on how it is cut. With an `input_size` it is resized instead. Pixels
        that are not finite, or masked, are filled from their neighbours.

        Parameters
        ----------
        image : ndarray or CCDData
            Signal (ADU) of shape (H, W), or (N, H, W) for several images of one size, each
            normalised for itself.
        tile_size : int or tuple of int, optional
            Side of a tile, or its rows and columns, halo included (px); raised where the halo needs
            it, and without meaning where the segmenter has an `input_size`. By default the tiles
            are as large as memory allows.
        amplifiers : str, sequence of str, tuple of Section, or None
            Sections of amplifiers, which are levelled before the normalisation: ``"auto"`` for
            those that are found in each image, ``"2x2"`` or FITS sections for those that are told,
            None for one amplifier; as `ccdseg.normalization.amplifiers.choose_sections`. Overscan
            between several is background.
        probabilities : bool
            Whether the probabilities are wanted; the mask alone takes less time and memory.
        progress : bool
            Whether to show a progress bar.

        Returns
        -------
        Prediction

        Raises
        ------
        InputError
            If the image has another number of dimensions, is empty, or has no finite pixel, or
            the amplifiers do not fit it; if the unit of a CCDData is none of a CCD image.
        """
        return predict_images(
            self,
            image,
            tile_size=tile_size,
            amplifiers=amplifiers,
            probabilities=probabilities,
            progress=progress,
        )

    def save(
        self,
        folder: str | Path,
        *,
        training: Sequence[dict] | None = None,
        report: dict | None = None,
        check_image: np.ndarray | None = None,
        overwrite: bool = False,
    ) -> None:
        """Save everything into a folder that `load` reads.

        Parameters
        ----------
        folder : str or Path
            Folder to write: whole, or not at all.
        training : sequence of dict, optional
            Stages of the training, the earliest first, ready for JSON: preset, configuration,
            recipe, command, versions, and ``history``, the losses and metrics per epoch.
        report : dict, optional
            Scores on test images, ready for JSON.
        check_image : ndarray, optional
            Image (ADU) of shape (H, W), saved with the mask that the segmenter gives it, so that
            `ccdseg models --check` can tell whether a copy still works.
        overwrite : bool
            Whether an existing folder is replaced.

        Raises
        ------
        InputError
            If the folder exists and `overwrite` was not asked for.
        """
        with atomic_folder(folder, overwrite=overwrite) as temporary:
            self.write(temporary, training=training, report=report, check_image=check_image)

    def write(
        self,
        folder: Path,
        *,
        training: Sequence[dict] | None = None,
        report: dict | None = None,
        check_image: np.ndarray | None = None,
    ) -> None:
        """Write the files of the model into an existing folder; parameters as of `save`."""
        from ccdseg.segmentation.saving import write_model

        write_model(self, folder, training=training, report=report, check_image=check_image)

    @classmethod
    def load(
        cls,
        name_or_folder: str | Path = DEFAULT_MODEL,
        *,
        engine: str = "auto",
        precision: str = "float32",
    ) -> Segmenter:
        """Load a model that ships, by name, or one's own, by folder.

        Parameters
        ----------
        name_or_folder : str or Path
            Name of a model that ships, or a model's folder.
        engine : {"auto", "openvino", "keras"}
            What runs the network: by default OpenVINO where the model has a converted network,
            otherwise Keras.
        precision : {"float32", "bfloat16"}
            Type of number that the network is computed in. The second is faster where the processor
            has it, changes probabilities by some thousandths, and needs OpenVINO.

        Raises
        ------
        InputError
            If there is no such model, its folder is damaged, or it cannot be run as asked for.
        """
        folder = find_model(name_or_folder)
        description = read_description(folder)
        opened = open_engine(folder, description, engine=engine, precision=precision)
        try:
            return cls(
                opened,
                ClassCatalogue.from_list(description["classes"]),
                normalizer=description["normalizer"],
                operating_point=description.get("operating_point"),
                input_size=description.get("input_size"),
                name=description["name"],
                folder=folder,
            )
        except InputError as error:
            raise InputError(f"{folder}: {error}") from None


def _engine_of(network: Model | Engine) -> Engine:
    if isinstance(network, Engine):
        return network
    from ccdseg.segmentation.engines.keras_engine import KerasEngine

    return KerasEngine(network)
