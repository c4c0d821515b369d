"""Times an epoch of the workloads of BenchmarkEpoch in PyTorch: CPU-seconds.

Run: python torch_epoch.py [threads]; it reads the data sets embedded in the
trainer. Same batch sizes, same layers, Adam, no validation. Rows are normalised
in advance and batches gathered by index, as the trainer does. The best of five
epochs after a first.
"""

import gzip
import struct
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
torch.manual_seed(1)
DATA = Path(__file__).parents[1] / "data" / "embedded"


def unpack(name):
    return gzip.open(DATA / name).read()


def fashion():
    x = np.frombuffer(unpack("train-images-idx3-ubyte.gz")[16:], np.uint8).reshape(-1, 784)[:4800]
    y = np.frombuffer(unpack("train-labels-idx1-ubyte.gz")[8:], np.uint8)[:4800]
    x = x.astype(np.float32)
    return torch.tensor((x - x.mean()) / x.std()), torch.tensor(y.astype(np.int64))


def speech():
    b = unpack("speech-mini.bin.gz")
    d, c, train, held = struct.unpack_from("<4I", b, 8)
    at = 24 + 8 * d
    for _ in range(c):
        at += 1 + b[at]
    lengths = []
    for _ in range(train + held):
        at += 1 + b[at]
        lengths.append(struct.unpack_from("<I", b, at)[0])
        at += 4
    n = sum(lengths)
    y = torch.tensor(np.frombuffer(b, np.uint8, n, at).astype(np.int64))
    x = torch.tensor(np.frombuffer(b, np.int8, n * d, at + n).reshape(n, d).astype(np.float32) * 4 / 127)
    return list(zip(torch.split(x, lengths)[:30], torch.split(y, lengths)[:30]))


def mlp(norm=False):
    layers, width = [], 784
    for _ in range(3):
        layers += [nn.Linear(width, 512)] + ([nn.BatchNorm1d(512)] if norm else []) + [nn.ReLU()]
        width = 512
    return nn.Sequential(*layers, nn.Linear(512, 10))


def cnn(channels, norm=False):
    def block(a, b):
        return [nn.Conv2d(a, b, 3, padding=1)] + ([nn.BatchNorm2d(b)] if norm else []) + [nn.MaxPool2d(2), nn.ReLU()]
    return nn.Sequential(nn.Unflatten(1, (1, 28, 28)), *block(1, channels), *block(channels, 2 * channels), nn.Flatten(),
                         nn.Linear(49 * 2 * channels, 64), nn.ReLU(), nn.Linear(64, 10))


class BiLSTM(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(39, 128, 2, bidirectional=True)
        self.out = nn.Linear(256, 51)

    def forward(self, padded):
        return self.out(self.lstm(padded)[0]).flatten(0, 1)


def epoch(model, optimiser, batches):
    for x, y in batches:
        optimiser.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimiser.step()


def rows(x, y, size):
    for part in torch.randperm(len(x)).split(size):
        yield x[part], y[part]


def utterances(all_, size):
    for part in torch.randperm(len(all_)).split(size):
        # Padded, with the padding left out of the loss: packed sequences take
        # PyTorch 2.15 twenty times as long.
        chosen = [all_[i] for i in part]
        yield pad_sequence([u[0] for u in chosen]), pad_sequence([u[1] for u in chosen], padding_value=-100).flatten()


x, y = fashion()
frames = speech()
print("torch", torch.__version__, "threads", torch.get_num_threads())
for name, model, batches, examples in [
    ("demo cnn 8", cnn(8), lambda: rows(x, y, 64), len(x)),
    ("cnn 16", cnn(16), lambda: rows(x, y, 64), len(x)),
    ("cnn 16 norm", cnn(16, True), lambda: rows(x, y, 64), len(x)),
    ("mlp 512x3", mlp(), lambda: rows(x, y, 128), len(x)),
    ("mlp 512x3 norm", mlp(True), lambda: rows(x, y, 128), len(x)),
    ("bilstm 2x128", BiLSTM(), lambda: utterances(frames, 6), sum(len(u[0]) for u in frames)),
]:
    optimiser = torch.optim.Adam(model.parameters())
    best = wall = float("inf")
    for i in range(6):
        start, began = time.process_time(), time.time()
        epoch(model, optimiser, batches())
        if i:
            best, wall = min(best, time.process_time() - start), min(wall, time.time() - began)
    print(f"{name:16} {best:7.3f} CPU-s an epoch, {wall:7.3f} s, {examples / best:8.0f} examples/CPU-s", flush=True)
