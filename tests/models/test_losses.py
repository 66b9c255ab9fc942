"""Losses against their formulas."""

import subprocess
import sys

import keras
import numpy as np
import pytest

from ccdseg.models import CrossentropyDice, WeightedCategoricalCrossentropy

RNG = np.random.default_rng(2)
TRUE = np.eye(4, dtype=np.float32)[RNG.integers(0, 4, (2, 8, 6))]
PREDICTED = RNG.dirichlet(np.ones(4), (2, 8, 6)).astype(np.float32)
WEIGHTS = (0.1, 0.7, 2.2, 1.0)


def crossentropy(weights):
    return -(np.array(weights) * TRUE * np.log(PREDICTED)).sum(axis=-1)


def dice_loss():
    overlap = (TRUE * PREDICTED).sum(axis=(0, 1, 2))
    total = (TRUE + PREDICTED).sum(axis=(0, 1, 2))
    return 1 - ((2 * overlap + 1) / (total + 1)).mean()


def test_weighted_crossentropy_is_its_formula():
    per_pixel = WeightedCategoricalCrossentropy(WEIGHTS).call(TRUE, PREDICTED)
    np.testing.assert_allclose(np.asarray(per_pixel), crossentropy(WEIGHTS), rtol=1e-5)
    mean = WeightedCategoricalCrossentropy(WEIGHTS)(TRUE, PREDICTED)
    assert float(mean) == pytest.approx(crossentropy(WEIGHTS).mean(), rel=1e-5)


def test_with_equal_weights_it_is_that_of_keras():
    ours = WeightedCategoricalCrossentropy([1, 1, 1, 1]).call(TRUE, PREDICTED)
    theirs = keras.losses.categorical_crossentropy(TRUE, PREDICTED)
    np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("dice_weight", [0.0, 1.0, 2.5])
def test_crossentropy_dice_is_its_formula(dice_weight):
    loss = CrossentropyDice(WEIGHTS, dice_weight=dice_weight)
    expected = crossentropy(WEIGHTS).mean() + dice_weight * dice_loss()
    assert float(loss(TRUE, PREDICTED)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("gamma", [0.0, 1.0, 2.0])
def test_a_focal_loss_turns_to_the_pixels_that_are_wrong(gamma):
    loss = CrossentropyDice(WEIGHTS, dice_weight=0.5, gamma=gamma)
    of_true_class = (TRUE * PREDICTED).sum(axis=-1)
    per_pixel = crossentropy(WEIGHTS) * (1 - of_true_class) ** gamma + 0.5 * dice_loss()
    np.testing.assert_allclose(np.asarray(loss.call(TRUE, PREDICTED)), per_pixel, rtol=1e-4)
    assert float(loss(TRUE, PREDICTED)) == pytest.approx(per_pixel.mean(), rel=1e-5)


@pytest.mark.parametrize("gamma", [1.0, 2.0])
def test_the_gradient_of_a_focal_loss_is_finite_where_all_is_right(gamma):
    layer = keras.layers.Conv2D(4, 1, use_bias=False, activation="softmax")
    model = keras.Sequential([keras.Input((None, None, 4)), layer])
    layer.set_weights([100 * np.eye(4, dtype=np.float32)[None, None]])
    model.compile(keras.optimizers.SGD(0.1), CrossentropyDice(WEIGHTS, gamma=gamma))
    assert model.train_on_batch(TRUE, TRUE) == pytest.approx(0, abs=1e-5)
    assert np.isfinite(layer.get_weights()[0]).all()


def test_perfect_probabilities_cost_nothing():
    assert float(CrossentropyDice(WEIGHTS)(TRUE, TRUE)) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("kind", [WeightedCategoricalCrossentropy, CrossentropyDice])
def test_impossible_probabilities_cost_a_finite_amount(kind):
    worst = float(kind(WEIGHTS)(TRUE, np.roll(TRUE, 1, axis=-1)))
    floor = (np.array(WEIGHTS) * TRUE).sum(axis=-1).mean() * -np.log(1e-7)
    assert np.isfinite(worst)
    assert worst >= floor * 0.99


@pytest.mark.parametrize("kind", [WeightedCategoricalCrossentropy, CrossentropyDice])
@pytest.mark.parametrize("gap", [20.0, 60.0, 300.0])
def test_a_class_that_was_given_up_everywhere_is_learnt_again(kind, gap):
    pixels = keras.Input((None, None, 1))
    layer = keras.layers.Conv2D(2, 1, activation="softmax")
    model = keras.Model(pixels, layer(pixels))
    layer.set_weights([np.zeros((1, 1, 1, 2)), np.array([gap, 0.0])])
    model.compile(keras.optimizers.SGD(1.0), kind([1, 1]))
    rare = np.zeros((1, 10, 10, 2), np.float32)
    rare[..., 0] = 1
    rare[0, :2, :5] = [0, 1]
    model.train_on_batch(np.zeros((1, 10, 10, 1)), rare)
    background, other = layer.get_weights()[1]
    assert background - other == pytest.approx(gap - 0.2, abs=0.01)


@pytest.mark.parametrize("gamma", [0.0, 2.0])
def test_pixels_without_a_class_are_left_out(gamma):
    loss = CrossentropyDice(WEIGHTS, gamma=gamma)
    undecided = TRUE.copy()
    undecided[:, 5:] = 0
    expected = float(loss(TRUE[:, :5], PREDICTED[:, :5]))
    crossentropy = WeightedCategoricalCrossentropy(WEIGHTS).call(undecided, PREDICTED)
    np.testing.assert_array_equal(np.asarray(crossentropy)[:, 5:], 0)
    dice, part = (
        float(CrossentropyDice([0] * 4)(*pair))
        for pair in ((undecided, PREDICTED), (TRUE[:, :5], PREDICTED[:, :5]))
    )
    assert dice == pytest.approx(part)
    whole = float(loss(undecided, PREDICTED))
    assert whole - dice == pytest.approx((expected - dice) * 5 / 8)


def test_masks_of_integers_are_taken_too():
    loss = CrossentropyDice(WEIGHTS)
    assert float(loss(TRUE.astype(np.uint8), PREDICTED)) == float(loss(TRUE, PREDICTED))


@pytest.mark.parametrize(
    "loss",
    [
        WeightedCategoricalCrossentropy(WEIGHTS, name="mine"),
        CrossentropyDice(np.array(WEIGHTS), dice_weight=0.3, reduction="sum"),
        CrossentropyDice(WEIGHTS, gamma=2.0),
    ],
)
def test_a_loss_survives_serialisation(loss):
    copy = keras.losses.deserialize(keras.losses.serialize(loss))
    assert type(copy) is type(loss)
    assert copy.get_config() == loss.get_config()
    assert getattr(copy, "gamma", None) == getattr(loss, "gamma", None)
    assert float(copy(TRUE, PREDICTED)) == float(loss(TRUE, PREDICTED))


LOAD = """
import sys
import keras
import ccdseg.models
for path in sys.argv[1:]:
    model = keras.saving.load_model(path, safe_mode=True)
    print(type(model.loss).__name__, model.loss.get_config()["weights"])
"""


def test_a_compiled_network_loads_safely_elsewhere_without_custom_objects(tiny_unet, tmp_path):
    kinds = (WeightedCategoricalCrossentropy, CrossentropyDice)
    paths = [tmp_path / f"{kind.__name__}.keras" for kind in kinds]
    for kind, path in zip(kinds, paths, strict=True):
        model = tiny_unet(levels=1)
        model.compile(optimizer="adam", loss=kind(WEIGHTS))
        model.save(path)
    result = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", LOAD, *paths], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == [f"{kind.__name__} [0.1, 0.7, 2.2, 1.0]" for kind in kinds]
