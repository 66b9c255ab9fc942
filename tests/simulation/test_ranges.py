"""Ranges from which recipes draw."""

import numpy as np
import pytest
from scipy.stats import kstest

from ccdseg.simulation.ranges import LogUniform, Uniform, happens, whole
from tests.refusal import refused


def drawn(what, n=2000):
    rng = np.random.default_rng(1)
    return np.array([what.draw(rng) for _ in range(n)])


def test_uniform_numbers_are_all_alike():
    assert kstest(drawn(Uniform(-2.0, 5.0)), "uniform", (-2, 7)).pvalue > 1e-3


def test_the_logarithms_of_log_uniform_numbers_are_all_alike():
    logarithms = np.log(drawn(LogUniform(0.01, 300.0)))
    assert kstest(logarithms, "uniform", (np.log(0.01), np.log(30_000))).pvalue > 1e-3


@pytest.mark.parametrize("kind", [Uniform, LogUniform])
def test_a_range_without_width_gives_its_number(kind):
    number = kind(3.0, 3.0).draw(np.random.default_rng(1))
    assert type(number) is float
    assert number == pytest.approx(3.0)


@pytest.mark.parametrize("kind", [Uniform, LogUniform])
def test_the_seed_decides_the_number(kind):
    first, again, other = (kind(1.0, 9.0).draw(np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first == again != other


@pytest.mark.parametrize(
    ("low", "high"), [(2.0, 1.0), (np.nan, 1.0), (0.0, np.nan), (0.0, np.inf), (-np.inf, 0.0)]
)
def test_an_impossible_range_is_refused(low, high):
    with refused(f"Range from {low} to {high}; give finite low ≤ high"):
        Uniform(low, high)


@pytest.mark.parametrize(
    ("low", "high"), [(2.0, 1.0), (0.0, 1.0), (-1.0, 1.0), (1.0, np.inf), (np.nan, 1.0)]
)
def test_an_impossible_logarithmic_range_is_refused(low, high):
    with refused(f"Logarithmic range from {low} to {high}; give 0 < low ≤ high"):
        LogUniform(low, high)


@pytest.mark.parametrize("value", [0.0, 0.3, 2.0, 7.75])
def test_a_whole_number_is_drawn_about_a_mean(value):
    rng = np.random.default_rng(1)
    numbers = [whole(value, rng) for _ in range(2000)]
    part = value - int(value)
    assert set(numbers) == ({int(value), int(value) + 1} if part else {int(value)})
    assert abs(np.mean(numbers) - value) <= 4 * (part * (1 - part) / 2000) ** 0.5


@pytest.mark.parametrize("probability", [0.0, 0.2, 1.0])
def test_things_happen_as_often_as_they_should(probability):
    rng = np.random.default_rng(1)
    happened = [happens(probability, rng) for _ in range(2000)]
    error = (probability * (1 - probability) / 2000) ** 0.5
    assert abs(np.mean(happened) - probability) <= 4 * error
    assert {type(answer) for answer in happened} == {bool}
