"""Recipes of images in the original's style: how many of each element, and how each looks."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from ccdseg.errors import InputError
from ccdseg.simulation.frame import EVENTS, FAINT, GENERAL, XRAY, FrameRecipe
from ccdseg.simulation.truth import check_priority


@dataclass(frozen=True)
class SimulationRecipe:
    """What a simulated image holds. A pair is a range from which each image draws uniformly.

    Parameters
    ----------
    name : str
        Name under which reports mention the recipe.
    shape : tuple of int
        Rows and columns before binning (px).
    n_clusters : tuple of int
        Clusters per image.
    cluster_span : tuple of float
        Part of the width in which the centres of clusters lie, 0 to 1.
    n_hot_lines : tuple of int
        Hot rows and columns per image.
    hot_span : tuple of float
        Part of the width in which hot pixels lie, 0 to 1.
    hot_level : tuple of float
        Signal of hot pixels above the pedestal (ADU), one value per image.
    glow_probability : float
        Share of the images that glow.
    glow_offset, glow_width : tuple of int
        First column and number of columns of the glow (px).
    glow_level : tuple of float
        Signal of the glow above the pedestal (ADU).
    exposure : float
        Exposure before the readout (s); 0 for a continuous readout.
    transfer_inefficiency : float
        Charge transfer inefficiency per transfer.
    column_binning : int
        Columns summed into one.
    truth_threshold : float
        A pixel belongs to an element whose signal there is at least this many standard
        deviations of the local noise.
    priority : tuple of str
        Class names from the lowest to the highest; where elements overlap, the highest counts.
    """

    name: str = "test"
    shape: tuple[int, int] = (256, 256)
    n_clusters: tuple[int, int] = (4, 16)
    cluster_span: tuple[float, float] = (0.0, 1.0)
    n_hot_lines: tuple[int, int] = (0, 8)
    hot_span: tuple[float, float] = (0.0, 1.0)
    hot_level: tuple[float, float] = (2200.0, 2200.0)
    glow_probability: float = 0.35
    glow_offset: tuple[int, int] = (0, 4)
    glow_width: tuple[int, int] = (40, 61)
    glow_level: tuple[float, float] = (1400.0, 1500.0)
    exposure: float = 0.0
    transfer_inefficiency: float = 0.0
    column_binning: int = 1
    truth_threshold: float = 1.5
    priority: tuple[str, ...] = ("background", "glowing", "cluster", "hot pixel")

    def __post_init__(self) -> None:
        if len(self.shape) != 2 or min(self.shape) < 1:
            raise InputError(f"Image shape is {self.shape}; give rows and columns, both above 0.")
        if self.column_binning < 1 or self.shape[1] % self.column_binning:
            raise InputError(
                f"column_binning is {self.column_binning}; it must divide {self.shape[1]} columns."
            )
        check_priority(self.priority)
        self._check_ranges()
        self._check_numbers()

    def _check_ranges(self) -> None:
        counts = ("n_clusters", "n_hot_lines", "glow_offset", "glow_width")
        for name in (*counts, "glow_level", "hot_level"):
            low, high = getattr(self, name)
            whole = name not in counts or (low == int(low) and high == int(high))
            if not (0 <= low <= high and whole):
                raise InputError(f"{name} is ({low}, {high}); give 0 ≤ lowest ≤ highest.")
        for name in ("cluster_span", "hot_span"):
            low, high = getattr(self, name)
            if not 0 <= low < high <= 1:
                raise InputError(f"{name} is ({low}, {high}); give 0 ≤ start < end ≤ 1.")

    def _check_numbers(self) -> None:
        for name in ("glow_probability", "transfer_inefficiency"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"{name} is {getattr(self, name)}; it lies from 0 to 1.")
        for name in ("exposure", "truth_threshold"):
            if not getattr(self, name) >= 0:
                raise InputError(f"{name} is {getattr(self, name)}; it must not be negative.")

    def to_dict(self) -> dict:
        """All ranges, ready for JSON."""
        return asdict(self)

    def scaled(self, shape: tuple[int, int]) -> SimulationRecipe:
        """Return the recipe for images of another `shape`, with as many elements per area."""
        ratio = shape[0] * shape[1] / (self.shape[0] * self.shape[1])
        return replace(
            self,
            shape=tuple(shape),
            n_clusters=tuple(round(n * ratio) for n in self.n_clusters),
            n_hot_lines=tuple(round(n * ratio**0.5) for n in self.n_hot_lines),
        )


TRAINING = SimulationRecipe(
    name="training",
    n_clusters=(200, 600),
    cluster_span=(0.56, 1.0),
    n_hot_lines=(400, 500),
    hot_span=(0.26, 0.56),
    glow_probability=0.6,
)
"""Dense and balanced: glow on the left, hot pixels in the middle, clusters on the right."""

TEST = SimulationRecipe()
"""Sparse, as real images are: about 92 % background."""

MIXED = SimulationRecipe(
    name="mixed",
    n_clusters=(0, 90),
    cluster_span=(0.0, 0.6),
    n_hot_lines=(0, 8),
    hot_span=(0.0, 0.6),
    glow_probability=0.9,
    glow_width=(10, 115),
)
"""From empty to crowded, with many elements on top of the glow, where they are hardest to see; the
glow stays below half of the image, so that the median remains that of the background."""

RECIPES: dict[str, SimulationRecipe | FrameRecipe] = {
    recipe.name: recipe for recipe in (TRAINING, TEST, MIXED, GENERAL, EVENTS, FAINT, XRAY)
}
"""Recipes by name."""
