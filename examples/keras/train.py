"""Fashion-MNIST with Keras 3, on the backend that KERAS_BACKEND names. Two lines have to do with danlu."""

import argparse
import pathlib
import sys

import danlu
import keras

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
from data import fashion_mnist

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=5)
parser.add_argument("--lr", type=float, default=1e-3)
parser.add_argument("--batch-size", type=int, default=64)
parser.add_argument("--width", type=int, default=128)
parser.add_argument("--dropout", type=float, default=0.2)
parser.add_argument("--seed", type=int, default=0)
args = parser.parse_args()
keras.utils.set_random_seed(args.seed)

images, labels = fashion_mnist()
model = keras.Sequential([
    keras.layers.Input((1, 28, 28)),
    keras.layers.Flatten(),
    keras.layers.Dense(args.width, activation="relu"),
    keras.layers.Dropout(args.dropout),
    keras.layers.Dense(10),
])
model.compile(
    optimizer=keras.optimizers.AdamW(args.lr),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
model.fit(
    images[:5000], labels[:5000], batch_size=args.batch_size, epochs=args.epochs, verbose=2,
    validation_data=(images[5000:], labels[5000:]), callbacks=[danlu.keras.Callback()],
)
