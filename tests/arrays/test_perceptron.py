"""The perceptron of plain arrays."""

import numpy as np
import pytest

from ccdseg.arrays.perceptron import Perceptron


def samples(n=600, seed=0):
    rng = np.random.default_rng(seed)
    features = rng.normal(3.0, 2.0, (n, 4))
    return features, (features[:, 0] > 3).astype(int) + (features[:, 1] > 4)


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_probabilities_are_those_of_scikit_learn(monkeypatch, n_classes):
    from sklearn import neural_network
    from sklearn.preprocessing import StandardScaler

    fitted = []

    class Remembered(neural_network.MLPClassifier):
        def fit(self, *data):
            fitted.append(super().fit(*data))
            return self

    monkeypatch.setattr(neural_network, "MLPClassifier", Remembered)
    features, classes = samples()
    classes = np.minimum(classes, n_classes - 1)
    network = Perceptron.trained(features, classes, seed=1)
    scaled = StandardScaler().fit(features).transform(features)
    expected = fitted[0].predict_proba(scaled)
    np.testing.assert_allclose(network.probabilities(features), expected, atol=1e-9)
    assert np.mean(expected.argmax(axis=1) == classes) > 0.8


def test_odds_change_by_a_factor():
    network = Perceptron.trained(*samples(), seed=1)
    features = samples(seed=2)[0]
    odds, changed = (
        one.probabilities(features)[:, -1] / one.probabilities(features)[:, 0]
        for one in (network, network.with_odds(0.1))
    )
    np.testing.assert_allclose(changed, 0.1 * odds)


def test_arrays_make_the_same_network_again():
    network = Perceptron.trained(*samples(), seed=1)
    again = Perceptron.from_arrays(network.to_arrays())
    features = samples(seed=2)[0]
    np.testing.assert_array_equal(network.probabilities(features), again.probabilities(features))
