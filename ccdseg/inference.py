"""A segmenter: a network with everything that it needs to be used rightly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.errors import InputError
from ccdseg.files import atomic_folder
from ccdseg.mask import to_mask
from ccdseg.normalization import Normalizer, get_normalizer
from ccdseg.registry import DEFAULT_MODEL, DESCRIPTION, NETWORK, find_model, read_description
from ccdseg.tiling import Tile, pad_to_multiple, plan_tiles
from ccdseg.version import __version__

if TYPE_CHECKING:
    from keras import Model

    from ccdseg.models.receptive_field import ReceptiveField

_PIXELS_PER_BATCH = 1024**2


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a segmenter says of an image.

    Attributes
    ----------
    mask : ndarray
        Most probable class, uint8 of shape (H, W) or (N, H, W).
    probabilities : ndarray
        Probability of each class, float32 of shape (…, H, W, classes), summing to 1.
    """

    mask: np.ndarray
    probabilities: np.ndarray


@dataclass
class Segmenter:
    """A network, its classes and its normalisation.

    Parameters
    ----------
    network : keras.Model
        Maps (N, rows, columns, 1) to probabilities (N, rows, columns, classes), fully
        convolutional.
    classes : ClassCatalogue
        Meaning of the channels.
    normalizer : str, dict or Normalizer
        What is done to a frame before the network sees it.
    name : str
        Name under which results mention the model.
    training : dict
        How it was trained: preset, configuration, recipe, command, seed, versions.
    history : dict of str to list of float
        Losses and metrics per epoch.
    report : dict
        Scores on test images.

    Examples
    --------
    >>> segmenter = Segmenter.load("damic-unet")  # doctest: +SKIP
    >>> segmenter.predict(frame.data).mask  # doctest: +SKIP
    """

    network: Model
    classes: ClassCatalogue = CLASSES
    normalizer: Normalizer | str | dict = "robust"
    name: str = "unnamed"
    training: dict = field(default_factory=dict)
    history: dict[str, list[float]] = field(default_factory=dict)
    report: dict = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.normalizer = get_normalizer(self.normalizer)
        n_outputs = self.network.output_shape[-1]
        if n_outputs != len(self.classes):
            raise InputError(
                f"The network has {n_outputs} output channels and the catalogue "
                f"{len(self.classes)} classes ({', '.join(self.classes.names)})."
            )
        if self.network.input_shape[-1] != 1:
            raise InputError(
                f"The network takes {self.network.input_shape[-1]} channels; frames have one."
            )
        self.network = _for_any_size(self.network)

    @cached_property
    def receptive_field(self) -> ReceptiveField:
        """Reach and stride of the network."""
        from ccdseg.models.receptive_field import receptive_field

        return receptive_field(self.network)

    def predict(
        self, image: np.ndarray, *, tile_size: int = 1024, progress: bool = False
    ) -> Prediction:
        """Segment an image of any size.

        The image is normalised as a whole and cut into overlapping tiles; the result does not
        depend on how. Pixels that are not finite are taken as the median of the others.

        Parameters
        ----------
        image : ndarray
            Signal (ADU) of shape (H, W), or (N, H, W) for several images of one size, each
            normalised for itself.
        tile_size : int
            Side of a tile, halo included (px); raised where the halo needs it.
        progress : bool
            Whether to show a progress bar.

        Returns
        -------
        Prediction

        Raises
        ------
        InputError
            Where the image has another number of dimensions, is empty, or has no finite pixel.
        """
        image = np.asarray(image)
        if image.ndim not in (2, 3) or image.size == 0 or image.dtype.kind not in "fiu":
            raise InputError(
                f"An image of shape {image.shape} and type {image.dtype} cannot be segmented; "
                "give numbers of shape (rows, columns) or (N, rows, columns)."
            )
        images = image if image.ndim == 3 else image[np.newaxis]
        probabilities = np.empty((*images.shape, len(self.classes)), dtype=np.float32)
        pieces = self._pieces(images, tile_size)
        total = len(images) * len(self._tiles(images.shape[1:], tile_size))
        with tqdm(total=total, desc="Segmenting", unit="tile", disable=not progress) as bar:
            for batch in _batches(pieces):
                outputs = self.network.predict_on_batch(np.stack([data for _, _, data in batch]))
                for (index, tile, _), output in zip(batch, outputs, strict=True):
                    target = probabilities[index][tile.keep]
                    target[:] = output[tile.inner][: target.shape[0], : target.shape[1]]
                bar.update(len(batch))
        probabilities = probabilities.reshape(*image.shape, len(self.classes))
        return Prediction(to_mask(probabilities), probabilities)

    def _tiles(self, shape: tuple[int, int], tile_size: int) -> list[Tile]:
        field = self.receptive_field
        padded = tuple(-(-length // field.stride) * field.stride for length in shape)
        size = max(tile_size, 4 * (field.halo + field.stride))
        return plan_tiles(padded, size, halo=field.halo, stride=field.stride)

    def _pieces(self, images: np.ndarray, tile_size: int) -> Iterator[tuple[int, Tile, np.ndarray]]:
        """Index of the image, tile, and normalised pixels (rows, columns, 1) of it."""
        for index, image in enumerate(images):
            frame = pad_to_multiple(self.normalizer(_filled(image)), self.receptive_field.stride)
            for tile in self._tiles(image.shape, tile_size):
                yield index, tile, frame[tile.read][..., np.newaxis]

    def save(self, folder: str | Path, *, overwrite: bool = False) -> None:
        """Save everything into a folder that `load` reads.

        Raises
        ------
        InputError
            Where the folder exists and `overwrite` was not asked for.
        """
        with atomic_folder(folder, overwrite=overwrite) as temporary:
            self.write(temporary)

    def write(self, folder: Path) -> None:
        """Write the files of the model into an existing folder."""
        import keras

        bare = keras.Model.from_config(self.network.get_config())  # without optimiser state
        bare.set_weights(self.network.get_weights())
        bare.save(folder / NETWORK)
        description = {
            "name": self.name,
            "ccdseg": __version__,
            "classes": self.classes.to_list(),
            "normalizer": self.normalizer.to_dict(),
            "training": self.training,
        }
        for file, content in {
            DESCRIPTION: description,
            "history.json": self.history,
            "report.json": self.report,
        }.items():
            (folder / file).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, name_or_folder: str | Path = DEFAULT_MODEL) -> Segmenter:
        """Load a model that ships, by name, or one's own, by folder.

        Raises
        ------
        InputError
            Where there is no such model, or its folder is damaged.
        """
        folder = find_model(name_or_folder)
        description = read_description(folder)
        network = _load_network(folder / NETWORK)
        history, report = (_read_json(folder / name) for name in ("history.json", "report.json"))
        try:
            return cls(
                network=network,
                classes=ClassCatalogue.from_list(description["classes"]),
                normalizer=description["normalizer"],
                name=description["name"],
                training=description.get("training", {}),
                history=history,
                report=report,
            )
        except InputError as error:
            raise InputError(f"{folder}: {error}") from None


def _filled(image: np.ndarray) -> np.ndarray:
    """The image with the median in place of what is not finite."""
    bad = ~np.isfinite(image)
    if not bad.any():
        return image
    if bad.all():
        raise InputError("No pixel of the image is finite (all NaN).")
    return np.where(bad, np.median(image[~bad]), image)


def _batches(pieces: Iterator[tuple]) -> Iterator[list[tuple]]:
    """Groups of pieces of about a megapixel together."""
    for first in pieces:
        n_more = max(_PIXELS_PER_BATCH // first[2].size, 1) - 1
        yield [first, *islice(pieces, n_more)]


def _for_any_size(network: Model) -> Model:
    """The network itself, or, where its input has a fixed size, a copy without that bond."""
    import keras

    if network.input_shape[1:3] == (None, None):
        return network
    free = keras.Input((None, None, network.input_shape[-1]), name="image")
    copy = keras.models.clone_model(network, input_tensors=free)
    copy.set_weights(network.get_weights())
    return copy


def _load_network(path: Path) -> Model:
    import keras

    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # noqa: BLE001 - damaged bytes can raise anything
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"{path} is missing or damaged ({reason}).") from None


def _read_json(path: Path) -> dict:
    if not path.is_file():
        return {}
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path} is damaged ({error}).") from None
