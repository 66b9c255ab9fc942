"""Editor of masks: layers of napari, what its keys do, and the way back into the corrections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ccdseg.mask import IGNORED
from ccdseg.workflows.correction.layers import ImageLayers, layers_of
from ccdseg.workflows.correction.mask_correction import FileCorrection

if TYPE_CHECKING:
    from napari.components import ViewerModel

UNDECIDED = "undecided"
UNDECIDED_COLOUR = (1.0, 0.85, 0.0)
UNDECIDED_KEY = "u"
_CLOSE = 12.0
"""Magnification at which an event is shown (screen pixels per pixel)."""


@dataclass(frozen=True)
class Choice:
    """What can be painted.

    Attributes
    ----------
    value : int
        Value of the mask.
    name : str
        Name of the class.
    colour : tuple of float
        Red, green and blue (0 to 1).
    key : str
        Key that chooses it; empty where there are more classes than digits.
    """

    value: int
    name: str
    colour: tuple[float, float, float]
    key: str


class MaskEditor:
    """Masks of one file in a viewer, one image at a time.

    It needs no window: `viewer` may be a `napari.components.ViewerModel`.

    Parameters
    ----------
    correction : FileCorrection
        Masks to correct; they change when `store` or `save` is called.
    viewer : napari.Viewer or napari.components.ViewerModel
        Empty viewer.
    save : callable
        What writes the corrections.
    """

    def __init__(
        self, correction: FileCorrection, viewer: ViewerModel, *, save: Callable[[], object]
    ) -> None:
        self.correction = correction
        self.viewer = viewer
        self.number = -1
        self.listeners: list[Callable[[], None]] = []
        self._save = save
        self._layers: dict[int, ImageLayers] = {}
        self._saved = [image.mask for image in correction.images]
        self._event = -1
        viewer.bind_key("Control-S", lambda _: self.save(), overwrite=True)
        for key, step in (("n", 1), ("Shift-N", -1)):
            viewer.bind_key(key, lambda _, step=step: self.go_to_event(step), overwrite=True)
        for key, step in (("PageDown", 1), ("PageUp", -1)):
            viewer.bind_key(key, lambda _, step=step: self.go_to_image(step), overwrite=True)
        self.show(0)

    @property
    def choices(self) -> list[Choice]:
        """What can be painted: the classes, and undecided."""
        classes = self.correction.images[max(self.number, 0)].classes
        return [
            *(
                Choice(row.index, row.name, row.colour, str(row.index) if row.index < 10 else "")
                for row in classes
            ),
            Choice(IGNORED, UNDECIDED, UNDECIDED_COLOUR, UNDECIDED_KEY),
        ]

    @property
    def layers(self) -> ImageLayers:
        """Layers of the image that is shown."""
        return self._layers[self.number]

    @property
    def selected(self) -> int:
        """Value that is painted."""
        return self.layers.mask.selected_label

    @property
    def unsaved(self) -> bool:
        """Whether masks differ from those that were saved last."""
        self.store()
        return not all(
            np.array_equal(image.mask, saved)
            for image, saved in zip(self.correction.images, self._saved, strict=True)
        )

    def show(self, number: int) -> None:
        """Show an image; the layers of the one before keep their state and their undo."""
        chosen = self.selected if self._layers else self._first_choice()
        if number == self.number:
            return
        self.store()
        self.viewer.layers.clear()
        self.number, self._event = number, -1
        if number not in self._layers:
            image = self.correction.images[number]
            colours = {choice.value: choice.colour for choice in self.choices}
            self._layers[number] = layers_of(image, colours)
            self._bind(self._layers[number])
        self.viewer.layers.extend(self.layers.all)
        self.viewer.layers.selection.active = self.layers.mask
        self.viewer.title = f"{self.layers.title}, {self.correction.path}"
        self.viewer.scene.camera.orientation2d = ("up", "right")  # the first row is the lower one
        self.viewer.reset_view()
        self.choose(chosen)

    def choose(self, value: int) -> None:
        """Paint this value from now on."""
        self.viewer.layers.selection.active = self.layers.mask
        self.layers.mask.selected_label = value
        if str(self.layers.mask.mode) == "pan_zoom":
            self.layers.mask.mode = "paint"
        self._tell()

    def go_to_image(self, step: int) -> None:
        """Show the next image of the file (`step` 1), or the one before (-1)."""
        self.show((self.number + step) % len(self.correction.images))

    def go_to_event(self, step: int) -> None:
        """Look at the next event (`step` 1) or the one before (-1), the brightest first."""
        events = self.correction.images[self.number].events
        if events is None or not len(events):
            return
        order = np.argsort(np.asarray(events["signal"]))[::-1]
        self._event = (self._event + step if self._event >= 0 or step > 0 else -1) % len(order)
        row = events[order[self._event]]
        place = [float(np.asarray(row[name])) for name in ("row", "column")]
        camera = self.viewer.scene.camera
        camera.center = (0.0, *place)
        camera.zoom = max(camera.zoom, _CLOSE)
        self.viewer.status = f"event {row['id']}: {self._event + 1} of {len(order)} by signal"

    def store(self) -> None:
        """Take what was painted into the corrections; a mask of another shape is put back."""
        for number, layers in self._layers.items():
            image = self.correction.images[number]
            values = np.asarray(layers.mask.data)
            if values.shape != image.mask.shape:
                layers.mask.data = image.mask.copy()
                self.viewer.status = "the mask had another shape and was put back"
            elif image.take(values):
                layers.mask.data = image.mask.copy()

    def save(self) -> None:
        """Write the corrections of all images."""
        self.store()
        self._save()
        self._saved = [image.mask for image in self.correction.images]
        self.viewer.status = f"saved: {self.correction.path}"
        self._tell()

    def _first_choice(self) -> int:
        particles = self.correction.images[0].classes.particles
        return particles.index if particles else 1

    def _bind(self, layers: ImageLayers) -> None:
        """Keys of the choices, and no other value than those of the choices."""
        for choice in self.choices:
            if choice.key:
                layers.mask.bind_key(
                    choice.key, lambda _, value=choice.value: self.choose(value), overwrite=True
                )
        known = {choice.value for choice in self.choices}
        last = [self._first_choice()]

        def keep_known(_: object) -> None:
            if layers.mask.selected_label in known:
                last[0] = layers.mask.selected_label
                self._tell()
            else:
                layers.mask.selected_label = last[0]
                self.viewer.status = "that label is no class"

        layers.mask.events.selected_label.connect(keep_known)
        layers.mask.events.labels_update.connect(lambda _: self._tell())

    def _tell(self) -> None:
        """Tell those who show the state that it may have changed."""
        for listener in self.listeners:
            listener()
