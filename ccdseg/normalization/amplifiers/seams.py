"""Seams across one axis of a frame: where level or noise step along a straight line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ccdseg.normalization.amplifiers.level_steps import NEXT_EDGE, REACH, Profile, all_steps
from ccdseg.normalization.amplifiers.profiles import typical_noise

_SIGNIFICANT = 8.0
_LEAST_STEP = 0.15  # of the noise; less disturbs nothing
_NOISE_SHARE = 0.1  # least change of the noise
_FEW = 3


@dataclass(frozen=True, eq=False)
class Axis:
    """Level and noise along one axis, in groups of bands that one row of amplifiers reads each.

    Attributes
    ----------
    levels, noises : list of Profile
        One per group.
    """

    levels: list[Profile]
    noises: list[Profile]

    @classmethod
    def of(cls, level: np.ndarray, noise: np.ndarray, groups: list[slice]) -> Axis:
        """Axis from the profiles of all bands, (bands, positions), and the bands of each group."""
        typical = typical_noise(noise)
        levels = [Profile.of(level[group], _LEAST_STEP * typical) for group in groups]
        noises = [
            Profile.of(noise[group], _NOISE_SHARE * typical, beside.sharp_edges)
            for group, beside in zip(groups, levels, strict=True)
        ]
        return cls(levels, noises)

    @property
    def length(self) -> int:
        """Number of positions."""
        return self.levels[0].line.size

    def outstanding(self, first: int, end: int) -> set[int]:
        """The few positions of a range that may be seams."""
        found: set[int] = set()
        for profile in self.levels + self.noises:
            rough = np.abs(np.nan_to_num(all_steps(profile.line, REACH)))[first:end]
            found |= set((first + np.argsort(rough)[-_FEW:]).tolist())
            edges = profile.sharp_edges
            found |= set(edges[(edges >= first) & (edges < end)][:_FEW].tolist())
        return found

    def is_sharp_edge(self, position: int) -> bool:
        """Whether a change at one position alone shows in any group."""
        return any(position in profile.sharp_edges for profile in self.levels + self.noises)

    def edges(self, profiles: list[Profile]) -> np.ndarray:
        """Sharp edges of all groups, the strongest first, without the ends."""
        strength: dict[int, float] = {}
        for profile in profiles:
            change = np.abs(np.diff(profile.line, prepend=profile.line[0]))
            for edge in profile.sharp_edges[1:-1]:
                relative = change[edge] / profile.least_step
                strength[int(edge)] = max(strength.get(int(edge), 0.0), relative)
        return np.array(sorted(strength, key=strength.get, reverse=True), dtype=int)

    def is_seam(self, position: int, ends: Sequence[float]) -> bool:
        """Whether level or noise step there, alike all along a group of bands.

        A side that is a bright block, which ends elsewhere than the image area and the parts that
        are looked for, makes no seam, nor does noise that rises with the level, as that of light
        does.
        """
        lights = [(profile, profile.step(position)) for profile in self.levels]
        noises = [
            (noise, change)
            for noise, (level, light) in zip(self.noises, lights, strict=True)
            for change in [noise.step(position)]
            if light.size * np.sign(change.size) < 3 * level.error(position)
        ]
        return any(
            sum(
                found.significance**2
                for profile, found in shown
                if abs(found.significance) >= _SIGNIFICANT / 2
                and profile.is_consistent(position, found.size)
                and not profile.is_block(position, found.size, ends)
            )
            >= _SIGNIFICANT**2
            for shown in (lights, noises)
        )

    def significance(self, position: int) -> float:
        """Significance of the step in the group and the quantity that show it best."""
        return max(
            abs(profile.step(position).significance) for profile in self.levels + self.noises
        )

    def rises(self, position: int, *, significance: float) -> bool:
        """Whether the level of every group rises there, alike all along."""
        found = [(profile, profile.step(position)) for profile in self.levels]
        return all(
            one.significance >= significance and profile.is_consistent(position, one.size)
            for profile, one in found
        )

    def falls(self, position: int, *, significance: float) -> bool:
        """Whether the level of every group falls there, alike all along."""
        found = [(profile, profile.step(position)) for profile in self.levels]
        return all(
            one.significance <= -significance and profile.is_consistent(position, one.size)
            for profile, one in found
        )

    def changes_noise_alone(self, position: int) -> bool:
        """Whether the noise of every group steps there, and the level of none."""
        edges = np.concatenate([profile.sharp_edges for profile in self.levels])
        found = [(profile, profile.step(position)) for profile in self.noises]
        return not (np.abs(edges - position) <= NEXT_EDGE).any() and all(
            abs(one.significance) >= _SIGNIFICANT and profile.is_consistent(position, one.size)
            for profile, one in found
        )
