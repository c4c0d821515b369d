import unittest

import danlu
from integration.case import ResumeCase

try:
    import keras
    import numpy
except ImportError:
    raise unittest.SkipTest("Keras is not installed")


def fit(epochs=4):
    keras.utils.set_random_seed(1)
    x = numpy.random.default_rng(1).normal(size=(64, 4)).astype("float32")
    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
    model.fit(
        x, x.sum(1), epochs=epochs, batch_size=16, shuffle=False, verbose=0, validation_data=(x, x.sum(1)),
        callbacks=[danlu.keras.Callback()],
    )
    return model


class Keras(ResumeCase):
    def test_goes_on_as_if_never_paused(self):
        self.check_resumes(fit, "val_loss")

    def test_ends_with_the_trials_last_step(self):
        self.assertEqual(sorted(self.attempt(lambda: fit(9))[0]), [1, 2, 3, 4])

    def test_stops_when_told(self):
        self.decision = "stop"
        self.assertEqual(sorted(self.attempt(fit)[0]), [1])

    def test_is_left_alone_outside_danlu(self):
        self.environ()
        fit(1)
        self.assertEqual(self.stderr.getvalue(), "")
