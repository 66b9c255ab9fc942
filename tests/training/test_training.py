"""Training a segmenter."""

import csv

import keras
import numpy as np
import pytest
from keras import callbacks, optimizers
from sklearn.metrics import f1_score

from ccdseg.classes import COSMICS
from ccdseg.images_io import write_png
from ccdseg.images_io.folders import ImageFolder
from ccdseg.mask import mask_from_bands
from ccdseg.models import (
    NETWORKS,
    CrossentropyDice,
    WeightedCategoricalCrossentropy,
    lean_unet,
    unet,
)
from ccdseg.normalization import RobustNormalizer, get_normalizer
from ccdseg.segmentation.segmenter import Segmenter
from ccdseg.simulation import RECIPES, simulate_dataset
from ccdseg.training import ArrayData, FolderData, SimulatedData, TrainingConfig, train
from ccdseg.training.callbacks import TrainingProgress, make_callbacks
from ccdseg.training.checkpoint import TrainingState
from ccdseg.training.optimization import exponential_rate, learning_rate
from ccdseg.training.presets import (
    COSMICS_LEAN,
    COSMICS_PAPER,
    COSMICS_UNET,
    DAMIC_UNET,
    DEFAULT,
    GENERAL,
    PAPER,
    PRESETS,
)
from tests.refusal import refused

SCORES = {"loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"}


@pytest.fixture(scope="module")
def trained(tiny_unet, small_set, tmp_path_factory):
    """Return a segmenter, its history, and the new folder of the log, after three epochs."""
    folder = tmp_path_factory.mktemp("log") / "new"
    segmenter = Segmenter(tiny_unet(filters=4))
    config = TrainingConfig(epochs=3, batch_size=1, learning_rate=1e-2, seed=1)
    history = train(segmenter, *small_set, config=config, folder=folder, progress=False)
    return segmenter, history, folder


def test_the_losses_fall(trained):
    _, history, _ = trained
    assert history["loss"][-1] < 0.8 * history["loss"][0]
    assert history["val_loss"][-1] < history["val_loss"][0]


def test_the_history_holds_every_score_of_every_epoch(trained):
    _, history, _ = trained
    assert set(history) >= SCORES
    assert {len(values) for values in history.values()} == {3}
    assert all(type(value) is float for values in history.values() for value in values)


def test_the_log_is_the_history_and_no_weights_are_left(trained):
    _, history, folder = trained
    assert [path.name for path in folder.iterdir()] == ["training_log.csv"]
    with (folder / "training_log.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    for name in SCORES:
        assert [float(row[name]) for row in rows] == pytest.approx(history[name])


def test_the_weights_are_those_of_the_best_epoch(tiny_unet, small_set):
    images = np.minimum(small_set.images[:, :32, :32], 8900)  # so dark that no probability is 0
    masks = np.ones(images.shape, np.uint8)
    masks[9:] = 2
    segmenter = Segmenter(tiny_unet(filters=4, levels=1))
    config = TrainingConfig(epochs=3, batch_size=3, schedule="plateau", learning_rate=1e-2)
    history = train(segmenter, images, masks, config=config, progress=False)
    assert history["val_loss"][0] < history["val_loss"][-1] - 0.1
    probabilities = segmenter.predict(images[9:]).probabilities
    loss = CrossentropyDice([1, 1, 1, 1])(np.eye(4)[masks[9:]], probabilities)
    assert float(loss) == pytest.approx(min(history["val_loss"]), rel=1e-4)


def test_the_losses_fall_on_images_simulated_as_it_trains(tiny_unet, small_recipe):
    segmenter = Segmenter(tiny_unet(filters=4))
    config = TrainingConfig(epochs=3, batch_size=1, learning_rate=1e-2)
    data = SimulatedData(small_recipe, n_images=10)
    history = train(segmenter, data, config=config, progress=False)
    assert history["loss"][-1] < 0.8 * history["loss"][0]
    assert history["val_loss"][-1] < history["val_loss"][0]
    assert set(history) >= SCORES


def test_few_bright_pixels_are_learnt_from_random_weights():
    rng = np.random.default_rng(0)
    masks = np.zeros((20, 32, 32), np.uint8)
    for mask, (row, column) in zip(masks, rng.integers(2, 26, (20, 2)), strict=True):
        mask[row, column : column + 5] = 1
    images = rng.normal(0, 1, masks.shape) + masks * rng.uniform(200, 2000, (20, 1, 1))
    keras.utils.set_random_seed(0)
    segmenter = Segmenter(lean_unet(n_classes=2, filters=(8, 8)), classes=COSMICS)
    config = TrainingConfig(epochs=16, batch_size=4, learning_rate=0.03)
    train(segmenter, images.astype(np.float32), masks, config=config, progress=False)
    found = segmenter.predict(images).mask
    assert f1_score(masks.ravel(), found.ravel()) > 0.9


@pytest.fixture
def interrupt(monkeypatch):
    """Return a function that lets the user interrupt training as an epoch begins."""

    class Interruption(callbacks.Callback):
        def __init__(self, epoch):
            super().__init__()
            self.epoch = epoch

        def on_epoch_begin(self, epoch, logs=None):  # noqa: ARG002 - the signature is that of keras
            if epoch == self.epoch:
                raise KeyboardInterrupt

    def at(epoch):
        monkeypatch.setattr(
            "ccdseg.training.fitting.make_callbacks",
            lambda *settings, **options: [
                *make_callbacks(*settings, **options),
                Interruption(epoch),
            ],
        )

    return at


def test_an_interrupted_training_keeps_its_best_epoch(tiny_unet, small_set, interrupt):
    segmenter = Segmenter(tiny_unet(levels=1))
    interrupt(2)
    history = train(
        segmenter, *small_set, config=TrainingConfig(epochs=9, batch_size=4), progress=False
    )
    assert len(history["val_loss"]) == 2


def test_training_that_is_interrupted_at_once_is_no_training(tiny_unet, small_set, interrupt):
    interrupt(0)
    with pytest.raises(KeyboardInterrupt):
        train(Segmenter(tiny_unet(levels=1)), *small_set, progress=False)


def test_images_of_any_size_train(tiny_unet, small_set):
    segmenter = Segmenter(tiny_unet(levels=1))
    config = TrainingConfig(epochs=1, batch_size=4)
    images, masks = small_set.images[:4, :31, :45], small_set.masks[:4, :31, :45]
    assert np.isfinite(train(segmenter, images, masks, config=config, progress=False)["loss"][0])


@pytest.mark.parametrize(
    ("images", "masks", "message"),
    [
        (np.s_[:], np.s_[:5], "masks have shape .5, 64, 64. .* images, .12, 64, 64."),
        (np.s_[:1], np.s_[:1], "1 image left to split"),
        (np.s_[0], np.s_[0], "they must be numbers of shape .N, rows, columns."),
    ],
)
def test_images_and_masks_that_do_not_fit_are_refused(segmenter, small_set, images, masks, message):
    with refused(message):
        train(segmenter, small_set.images[images], small_set.masks[masks], progress=False)


def test_a_mask_with_an_unknown_class_is_refused(segmenter, small_set):
    with refused("The mask holds the classes 4 to 7; there are 4, 0 to 3"):
        train(segmenter, small_set.images, small_set.masks % 4 + 4, progress=False)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_images_that_are_not_finite_are_refused(segmenter, small_set, value):
    images = small_set.images.copy()
    images[3, 5, 7] = value
    with refused("The images hold what is no finite number"):
        train(segmenter, images, small_set.masks, progress=False)


def test_a_loss_that_is_never_a_number_is_refused(tiny_unet, small_set):
    config = TrainingConfig(epochs=2, batch_size=2, learning_rate=1e30, schedule="plateau")
    with refused("not a number from the start; lower the learning rate"):
        train(Segmenter(tiny_unet(levels=1)), *small_set, config=config, progress=False)


class BrokenData(ArrayData):
    """Images of which the first is damaged when it is asked for the third time."""

    asked = 0

    def pair(self, index, rng):
        image, mask = super().pair(index, rng)
        type(self).asked += index == 0
        return (image * np.nan if self.asked == 3 else image), mask


def test_a_loss_that_is_no_longer_a_number_ends_the_training(tiny_unet, small_set, caplog):
    segmenter = Segmenter(tiny_unet(levels=1), normalizer="none")
    config = TrainingConfig(epochs=9, batch_size=2, learning_rate=1e-4)
    part = small_set[:6]
    data, validation = BrokenData(part), ArrayData(part)
    history = train(segmenter, data, validation=validation, config=config, progress=False)
    assert np.isfinite(history["loss"][:2]).all()
    assert len(history["loss"]) == 3
    assert "the loss is not a number in epoch 3: the best before is kept" in caplog.text
    assert np.isfinite(segmenter.predict(part.images[0]).probabilities).all()


@pytest.fixture
def by_kind(tmp_path):
    """Return a function that gives the callbacks of a new training by their kind."""

    def find(config, *, progress=False):
        chosen = make_callbacks(config, TrainingState(tmp_path), [], progress=progress)
        return {type(callback): callback for callback in chosen}

    return find


def test_early_stopping_and_checkpoint_are_configured(by_kind, tmp_path):
    found = by_kind(TrainingConfig(early_stopping_patience=7))
    assert found[callbacks.EarlyStopping].patience == 7
    assert found[callbacks.EarlyStopping].monitor == "val_loss"
    checkpoint = found[callbacks.ModelCheckpoint]
    assert (checkpoint.monitor, checkpoint.save_best_only) == ("val_loss", True)
    assert checkpoint.filepath == str(tmp_path / "best.weights.h5")
    assert found[callbacks.CSVLogger].filename == str(tmp_path / "training_log.csv")
    assert callbacks.TerminateOnNaN in found
    (backup,) = (one for one in found.values() if isinstance(one, callbacks.BackupAndRestore))
    assert (backup.backup_dir, backup.save_freq) == (tmp_path / "backup", "epoch")


def test_the_plateau_is_configured_where_it_is_the_schedule(by_kind):
    config = TrainingConfig(
        schedule="plateau",
        plateau_patience=3,
        plateau_factor=0.5,
        plateau_min_delta=0.02,
        minimum_learning_rate=1e-4,
    )
    plateau = by_kind(config)[callbacks.ReduceLROnPlateau]
    assert plateau.monitor == "val_loss"
    assert (plateau.patience, plateau.factor) == (3, 0.5)
    assert (plateau.min_delta, plateau.min_lr) == (0.02, 1e-4)
    assert callbacks.ReduceLROnPlateau not in by_kind(TrainingConfig())


@pytest.mark.parametrize("progress", [True, False])
def test_the_progress_bar_is_shown_when_asked(by_kind, progress):
    assert (TrainingProgress in by_kind(TrainingConfig(), progress=progress)) is progress


def test_a_cosine_warms_up_and_falls_to_a_hundredth():
    rate = learning_rate(TrainingConfig(epochs=10, learning_rate=0.01), 40)
    rates = [float(rate(step)) for step in range(401)]
    assert rates[0] == pytest.approx(0.001)
    assert np.argmax(rates) == 20
    assert max(rates) == pytest.approx(0.01)
    assert rates[-1] == pytest.approx(0.0001)


def test_a_plateau_starts_at_the_learning_rate():
    assert learning_rate(TrainingConfig(schedule="plateau", learning_rate=0.5), 40) == 0.5


def test_an_exponential_schedule_holds_for_two_epochs_and_then_falls(by_kind):
    config = TrainingConfig(schedule="exponential", learning_rate=1e-4)
    rates = [exponential_rate(config, epoch) for epoch in range(5)]
    expected = 1e-4 * np.exp([0, 0, -0.1, -0.2, -0.3])
    np.testing.assert_allclose(rates, expected)
    assert by_kind(config)[callbacks.LearningRateScheduler].schedule(4, 1.0) == rates[4]
    assert callbacks.LearningRateScheduler not in by_kind(TrainingConfig())


def test_training_stops_when_the_loss_no_longer_falls(tiny_unet, small_set):
    segmenter = Segmenter(tiny_unet(levels=1))
    config = TrainingConfig(
        epochs=20,
        batch_size=8,
        schedule="plateau",
        learning_rate=1e-12,
        minimum_learning_rate=1e-14,
        early_stopping_patience=2,
        flips=False,
    )
    history = train(segmenter, *small_set, config=config, progress=False)
    assert len(history["loss"]) <= 6


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epochs": 1.5}, "epochs is 1.5; it must be a whole number from 1"),
        ({"epochs": "3"}, "epochs is '3'; it must be a whole number from 1"),
        ({"epochs": 0}, "epochs is 0; it must be a whole number from 1"),
        ({"batch_size": -1}, "batch_size is -1; it must be a whole number from 1"),
        ({"early_stopping_patience": 0}, "early_stopping_patience is 0"),
        ({"plateau_patience": 0}, "plateau_patience is 0"),
        ({"validation_split": 0}, "validation_split is 0"),
        ({"validation_split": 1.0}, "validation_split is 1.0"),
        ({"plateau_factor": 1.5}, "plateau_factor is 1.5; it lies between 0 and 1"),
        ({"balance": np.inf}, "balance is inf"),
        ({"learning_rate": np.nan}, "learning_rate is nan"),
        ({"learning_rate": 0}, "learning_rate is 0; it must be above 0"),
        ({"learning_rate": -1e-3}, "learning_rate is -0.001; it must be above 0"),
        ({"seed": -1}, "seed is -1; it must be a whole number from 0"),
        ({"optimizer": "sgd"}, "Unknown optimizer 'sgd'; take .*adam"),
        ({"loss": "mse"}, "Unknown loss 'mse'; take .*crossentropy_dice"),
        ({"schedule": "linear"}, "Unknown schedule 'linear'; take cosine, plateau, exponential"),
    ],
)
def test_an_impossible_configuration_is_refused(changes, message):
    with refused(message):
        TrainingConfig(**changes)


def test_presets_are_found_by_their_names():
    assert PRESETS == {
        "default": DEFAULT,
        "general": GENERAL,
        "damic-unet": DAMIC_UNET,
        "cosmics": COSMICS_LEAN,
        "cosmics-unet": COSMICS_UNET,
        "paper": PAPER,
        "cosmics-paper": COSMICS_PAPER,
    }
    assert [preset.name for preset in PRESETS.values()] == list(PRESETS)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_every_preset_names_a_network_and_its_arguments(preset):
    n_classes = len(preset.classes)
    arguments = preset.network | ({"backbone": None} if "backbone" in preset.network else {})
    network = NETWORKS[preset.architecture]((None, None, 1), n_classes, **arguments)
    assert network.name == preset.architecture
    assert network.output_shape == (None, None, None, n_classes)


def test_cosmics_trains_a_lean_network_on_frames_as_its_test_images_are():
    assert NETWORKS[COSMICS_LEAN.architecture] is lean_unet
    assert COSMICS_LEAN.classes == COSMICS
    assert COSMICS_LEAN.test_recipe is RECIPES["light"]
    assert COSMICS_LEAN.training_recipe() == RECIPES["light"].scaled((256, 256))
    assert COSMICS_LEAN.streamed


def test_general_trains_a_lean_network_on_frames_of_any_detector():
    assert NETWORKS[GENERAL.architecture] is lean_unet
    assert GENERAL.recipe.recipes[0] is RECIPES["general"]
    assert GENERAL.recipe.shares[0] == max(GENERAL.recipe.shares)
    assert GENERAL.streamed
    assert GENERAL.labels == "truth"
    assert isinstance(get_normalizer(GENERAL.normalizer), RobustNormalizer)


def test_cosmics_paper_has_the_hyperparameters_of_the_original():
    config = COSMICS_PAPER.config
    assert (config.epochs, config.batch_size, config.flips) == (100, 6, False)
    assert (config.optimizer, config.learning_rate) == ("adam_unclipped", 1e-4)
    assert (config.schedule, config.early_stopping_patience) == ("exponential", 30)
    assert (config.loss, config.balance) == ("weighted_crossentropy", 0.0)
    assert COSMICS_PAPER.network == {"backbone": "imagenet"}
    assert COSMICS_PAPER.input_size == (512, 512)
    assert COSMICS_PAPER.normalizer == "stretch"
    assert COSMICS_PAPER.classes == COSMICS


def test_paper_has_the_hyperparameters_of_the_original():
    config = PAPER.config
    assert (config.epochs, config.batch_size, config.validation_split) == (100, 1, 0.21)
    assert (config.optimizer, config.learning_rate) == ("adadelta", 1.0)
    assert config.early_stopping_patience == 16
    assert config.schedule == "plateau"
    assert (config.plateau_patience, config.plateau_factor) == (5, 0.1)
    assert (config.plateau_min_delta, config.minimum_learning_rate) == (0.001, 1e-7)
    assert (config.loss, config.balance) == ("weighted_crossentropy", 1.0)
    assert not config.flips
    assert (PAPER.normalizer, PAPER.labels, PAPER.streamed) == ("none", "bands", False)
    assert PAPER.recipe.name == "training"


def test_paper_builds_the_network_of_the_original():
    network = unet(**PAPER.network)
    assert network.count_params() == 7_759_620
    layers = {layer.name: layer for layer in network.layers}
    assert layers["scale"].scale == 1 / 255
    assert {layer.rate for name, layer in layers.items() if name.endswith("dropout")} == {0.18}
    for name in ("encoder0_conv1", "bottom_conv2", "decoder0_conv2"):
        assert layers[name].activation is keras.activations.elu
        assert float(layers[name].kernel_regularizer.l2) == pytest.approx(0.01)


def test_the_learning_curve_of_paper_falls(small_recipe):
    keras.utils.set_random_seed(0)
    arrays = simulate_dataset(small_recipe, n_images=8, rng=np.random.default_rng(3), n_workers=1)
    masks = mask_from_bands(arrays.images, PAPER.recipe.intensity_bands())
    network = unet((None, None, 1), **(PAPER.network | {"filters": 8}))
    segmenter = Segmenter(network, normalizer=PAPER.normalizer)
    config = TrainingConfig(**(vars(PAPER.config) | {"epochs": 3}))
    history = train(segmenter, arrays.images, masks, config=config, progress=False)
    assert history["loss"] == sorted(history["loss"], reverse=True)
    assert history["loss"][-1] < 0.9 * history["loss"][0]
    assert isinstance(segmenter.network.optimizer, optimizers.Adadelta)
    assert type(segmenter.network.loss) is WeightedCategoricalCrossentropy


def test_frames_of_any_detector_train(tiny_unet):
    segmenter = Segmenter(tiny_unet(levels=1))
    data = SimulatedData(GENERAL.recipe.scaled((32, 32)), n_images=8)
    config = TrainingConfig(epochs=1, batch_size=4, loss="focal_dice")
    history = train(segmenter, data, config=config, progress=False)
    assert np.isfinite(history["val_loss"]).all()
    loss = segmenter.network.loss
    assert type(loss) is CrossentropyDice
    assert loss.gamma == 2


def test_cosmics_train_on_frames_of_all_classes(tiny_unet):
    segmenter = Segmenter(tiny_unet(n_classes=2, levels=1), classes=COSMICS)
    data = SimulatedData(RECIPES["xray"].scaled((32, 32)), n_images=8, classes=COSMICS)
    config = TrainingConfig(epochs=1, batch_size=4)
    history = train(segmenter, data, config=config, progress=False)
    assert np.isfinite(history["val_loss"]).all()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("crossentropy_dice", (CrossentropyDice, 0)),
        ("focal_dice", (CrossentropyDice, 2)),
        ("weighted_crossentropy", (WeightedCategoricalCrossentropy, None)),
    ],
)
def test_a_loss_is_chosen_by_its_name(compiled, name, expected):
    loss = compiled(loss=name).loss
    assert (type(loss), getattr(loss, "gamma", None)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("adam", (optimizers.Adam, 1.0)), ("adadelta", (optimizers.Adadelta, None))],
)
def test_an_optimiser_is_chosen_by_its_name(compiled, name, expected):
    optimizer = compiled(optimizer=name, schedule="plateau", learning_rate=0.25).optimizer
    assert (type(optimizer), optimizer.global_clipnorm) == expected
    assert float(optimizer.learning_rate) == 0.25


def stop(*_arguments, **_options):
    raise StopIteration


@pytest.fixture
def compiled(tiny_unet, small_set, monkeypatch):
    """Return a function that gives a network ready to be trained."""

    def get(**settings):
        segmenter = Segmenter(tiny_unet(levels=1))
        monkeypatch.setattr(segmenter.network, "fit", stop)
        with pytest.raises(StopIteration):
            train(segmenter, *small_set, config=TrainingConfig(**settings), progress=False)
        return segmenter.network

    return get


@pytest.mark.parametrize("balance", [0.0, 0.5, 1.0])
def test_the_loss_weighs_the_classes_by_their_frequency(tiny_unet, monkeypatch, balance):
    mask = np.repeat([0, 1, 2, 3], [600, 300, 25, 99]).reshape(32, 32).astype(np.uint8)
    masks = np.stack([mask, mask, mask, mask * 0])
    segmenter = Segmenter(tiny_unet(levels=1))
    monkeypatch.setattr(segmenter.network, "fit", stop)
    config = TrainingConfig(balance=balance)
    with pytest.raises(StopIteration):
        train(segmenter, masks.astype(np.float32), masks, config=config, progress=False)
    loss = segmenter.network.loss
    expected = (1024 / np.array([600, 300, 25, 99])) ** balance
    assert type(loss) is CrossentropyDice
    assert loss.weights == pytest.approx(list(expected * 4 / expected.sum()))


@pytest.fixture
def pictures(tmp_path):
    """Eight pairs of pictures of two sizes with bright blocks, 16 bit."""
    rng = np.random.default_rng(0)
    for number in range(8):
        image = rng.normal(1000, 10, ((32, 40), (24, 36))[number % 2])
        mask = np.zeros(image.shape, np.uint8)
        mask[5:12, 8:20] = 255
        pixels = (image + 50 * mask).astype(np.uint16)
        write_png(tmp_path / "images" / f"{number}.png", pixels)
        write_png(tmp_path / "masks" / f"{number}.png", mask)
    return ImageFolder.open(tmp_path / "images", tmp_path / "masks")


@pytest.mark.parametrize("input_size", [None, (16, 32)])
def test_pictures_of_any_size_train(tiny_unet, pictures, input_size):
    segmenter = Segmenter(tiny_unet(n_classes=2, levels=1), classes=COSMICS, input_size=input_size)
    config = TrainingConfig(
        epochs=3, batch_size=2, validation_split=0.25, balance=0.5, learning_rate=0.01
    )
    history = train(segmenter, FolderData(pictures), config=config, progress=False)
    assert history["val_loss"][-1] < history["val_loss"][0]


@pytest.mark.parametrize("part", ["training", "validation"])
def test_a_picture_that_cannot_be_read_is_named_in_one_line(tiny_unet, pictures, part):
    training, validation = pictures.split(0.25)
    broken = (training if part == "training" else validation).images[1]
    broken.write_bytes(broken.read_bytes()[:500])
    segmenter = Segmenter(tiny_unet(n_classes=2, levels=1), classes=COSMICS)
    config = TrainingConfig(epochs=1, batch_size=2)
    with refused(f"{broken.name} cannot be read as an image"):
        train(
            segmenter,
            FolderData(training),
            validation=FolderData(validation),
            config=config,
            progress=False,
        )
