"""Libraries of clusters made from paths."""

import numpy as np
import pytest

from ccdseg.detector import DAMIC
from ccdseg.simulation import generate_library, library_generation


def generate(n, seed=3):
    return generate_library(n, detector=DAMIC, rng=np.random.default_rng(seed))


def test_the_seed_decides_the_library():
    first, again, other = (generate(15, seed) for seed in (3, 3, 4))
    assert len(first) == len(again) == 15
    for cluster, same in zip(first, again, strict=True):
        np.testing.assert_array_equal(cluster, same)
    assert not np.array_equal(first.total_energies, other.total_energies)


def test_energies_of_a_generated_library_are_those_of_its_particles():
    library = generate(150)
    assert library.total_energies.min() > 0.05
    assert library.total_energies.max() < 2000
    np.testing.assert_allclose(library.energies, np.round(library.energies, 3), rtol=1e-6)
    assert np.median(library.total_energies) < 100 < library.total_energies.max()


def test_a_library_holds_short_and_long_clusters():
    library = generate(150)
    longest = np.maximum(library.heights, library.widths)
    assert np.count_nonzero(longest <= 12) > 15
    assert np.count_nonzero(longest > 20) > 15
    assert longest.max() > 40


def test_the_energy_of_a_cluster_is_scaled_by_its_density(monkeypatch):
    monkeypatch.setattr(library_generation, "DENSITY_FACTOR", (1.0, 1.0))
    whole = generate(40)
    monkeypatch.setattr(library_generation, "DENSITY_FACTOR", (0.1, 0.1))
    tenth = generate(40)
    assert tenth.total_energies == pytest.approx(whole.total_energies / 10, rel=0.05)


def test_every_cluster_is_wider_where_charge_diffuses_more(monkeypatch):
    monkeypatch.setattr(library_generation, "DENSITY_FACTOR", (1.0, 1.0))
    peaks = []
    for factor in (0.5, 3.5):
        monkeypatch.setattr(library_generation, "DIFFUSION_FACTOR", (factor, factor))
        library = generate(80)
        peaks.append([cluster.max() / cluster.sum() for cluster in library])
    narrow, wide = np.array(peaks)
    assert np.mean(wide < 0.99 * narrow) > 0.95
