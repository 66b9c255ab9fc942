"""Plans of trainings as TOML files."""

from dataclasses import replace
from pathlib import Path

import pytest

from ccdseg.classes import COSMICS
from ccdseg.simulation import RECIPES
from ccdseg.training.config_file import check_network, read_plan, write_plan
from ccdseg.training.presets import COSMICS_LEAN, DEFAULT, MIXTURES, PRESETS
from tests.refusal import refused


@pytest.fixture
def read(tmp_path):
    """Return a function that reads a plan from text."""

    def from_text(text, **options):
        (tmp_path / "plan.toml").write_text(text)
        return read_plan(tmp_path / "plan.toml", **options)

    return from_text


@pytest.mark.parametrize("plan", PRESETS.values(), ids=list(PRESETS))
def test_a_plan_that_was_written_is_read_again(tmp_path, plan):
    write_plan(plan, tmp_path / "plan.toml")
    assert read_plan(tmp_path / "plan.toml") == plan


def test_all_that_can_be_changed_is_read_again(tmp_path):
    plan = replace(
        COSMICS_LEAN.with_config(loss="focal_dice", seed=7, flips=False),
        data=Path("folder"),
        augment="geometric",
        simulated_share=0.25,
        detector="damic",
        weights=None,
        shape=None,
        input_size=(96, 128),
        network={"filters": [4, 8], "separable": True},
    )
    write_plan(plan, tmp_path / "plan.toml")
    assert read_plan(tmp_path / "plan.toml") == plan


def test_what_a_file_leaves_out_is_that_of_its_preset(read):
    plan = read('preset = "cosmics"\nn_images = 5\n[config]\nepochs = 3\nlearning_rate = 1\n')
    config = replace(COSMICS_LEAN.config, epochs=3, learning_rate=1)
    assert plan == replace(COSMICS_LEAN, n_images=5, config=config)
    assert read("") == DEFAULT
    assert read('preset = "general"', preset="default") == DEFAULT


def test_recipes_classes_and_stages_are_named(read):
    plan = read(
        f'recipe = "{MIXTURES[0].name}"\nclasses = "cosmics"\ntest_recipe = "xray"\n'
        '[[stages]]\nrecipe = "general"\nepochs = 2\nlearning_rate = 0.1\n'
    )
    assert (plan.recipe, plan.test_recipe) == (MIXTURES[0], RECIPES["xray"])
    assert plan.classes == COSMICS
    (run,) = plan.runs()
    assert (run.recipe, run.config.epochs, run.stages) == (RECIPES["general"], 2, ())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("epochs = 3", "plan.toml: unknown key epochs; the keys are architecture, "),
        ("[config]\nepoch = 3", "unknown key config.epoch; the keys are .*epochs"),
        ('[config]\nepochs = "3"', "config.epochs is '3'; it must be a whole number"),
        ("[config]\nepochs = 0", "epochs is 0; it must be a whole number from 1"),
        ("[config]\nflips = 1", "config.flips is 1; it must be true or false"),
        ("[config]\nlearning_rate = true", "config.learning_rate is True; it must be a number"),
        ('[config]\nloss = "mse"', "Unknown loss 'mse'"),
        ("config = 3", "config is 3; it must be a table"),
        ('preset = "best"', "Unknown preset 'best'; take default, "),
        ("preset = 3", "preset is 3; it must be a text"),
        ('recipe = "best"', "Unknown recipe 'best'; take .*general"),
        ('classes = "all"', "Unknown classes 'all'; take damic or cosmics"),
        ('labels = "best"', "Unknown labels 'best'; take truth or bands"),
        ("simulated_share = 1.0", "simulated_share is 1.0; it must be 0 or above and below 1"),
        ("n_images = 0", "n_images is 0; it must be a whole number from 1"),
        ("input_size = [3]", r"A size is \[3\]; give rows and columns"),
        ('normalizer = "best"', "Unknown normalisation 'best'"),
        ('[[stages]]\nrecipe = "test"', "A stage is .*; give recipe, epochs, learning_rate"),
        ("known = ", "plan.toml is damaged"),
        (
            'data = "a"\n[[stages]]\nrecipe = "test"\nepochs = 1\nlearning_rate = 0.1',
            "The stages of default are simulated, and data are given: a",
        ),
    ],
)
def test_a_mistake_is_named(read, text, message):
    with refused(message):
        read(text)


def test_a_missing_file_is_named(tmp_path):
    with refused("No configuration file .*missing.toml"):
        read_plan(tmp_path / "missing.toml")


def test_a_network_takes_the_arguments_that_it_knows():
    check_network("lean_unet", {"filters": [2, 2], "head": 3})
    with refused("unknown key network.filter; the keys are filters, "):
        check_network("lean_unet", {"filter": 3})
    with refused("Unknown architecture 'best'; take unet, "):
        check_network("best", {})


def test_hyperparameters_change_in_every_stage():
    plan = PRESETS["damic-unet"].with_config(epochs=2, seed=10)
    assert [run.config.epochs for run in plan.runs()] == [2] * 6
    assert [run.config.seed for run in plan.runs()] == [10, 11, 12, 13, 14, 15]
    assert plan.runs()[0].config.learning_rate > plan.runs()[1].config.learning_rate
