"""Trains a workload in PyTorch as `danlu train` does: peer.py NAME EPOCHS SEED.

The data are those embedded in the trainer, with the same batch sizes, layers and
optimiser (Adam, 0.001), and a validation after each epoch. Rows are normalised in
advance. It prints an object: version, CPU-seconds of the epochs, accuracy at the end.
"""

import gzip
import json
import struct
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

torch.set_num_threads(1)
DATA = Path(__file__).parents[2] / "internal" / "trainer" / "data" / "embedded"


def unpack(name):
    return gzip.open(DATA / name).read()


def fashion():
    x = np.frombuffer(unpack("train-images-idx3-ubyte.gz")[16:], np.uint8).reshape(-1, 784).astype(np.float32)
    y = torch.tensor(np.frombuffer(unpack("train-labels-idx1-ubyte.gz")[8:], np.uint8).astype(np.int64))
    order = torch.randperm(len(x))
    x = torch.tensor((x - x.mean()) / x.std())[order]
    y, held = y[order], len(x) // 5
    return (x[held:], y[held:]), (x[:held], y[:held])


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
    all_ = list(zip(torch.split(x, lengths)[:train], torch.split(y, lengths)[:train]))
    all_ = [all_[i] for i in torch.randperm(train)]
    return all_[train // 5:], all_[:train // 5]


def mlp():
    layers, width = [], 784
    for _ in range(3):
        layers += [nn.Linear(width, 512), nn.ReLU()]
        width = 512
    return nn.Sequential(*layers, nn.Linear(512, 10))


def simplecnn():
    return nn.Sequential(nn.Unflatten(1, (1, 28, 28)), nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(16 * 14 * 14, 10))


class BiLSTM(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(39, 128, 2, bidirectional=True)
        self.out = nn.Linear(256, 51)

    def forward(self, padded):
        return self.out(self.lstm(padded)[0]).flatten(0, 1)


def rows(data, size, shuffle):
    x, y = data
    for part in (torch.randperm(len(x)) if shuffle else torch.arange(len(x))).split(size):
        yield x[part], y[part]


def utterances(all_, size, shuffle):
    for part in (torch.randperm(len(all_)) if shuffle else torch.arange(len(all_))).split(size):
        # Padded, with the padding left out of the loss: packed sequences take
        # PyTorch 2.15 twenty times as long.
        chosen = [all_[i] for i in part]
        yield pad_sequence([u[0] for u in chosen]), pad_sequence([u[1] for u in chosen], padding_value=-100).flatten()


name, epochs, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.manual_seed(seed)
model, (train, val), batches, size = {
    "mlp": lambda: (mlp(), fashion(), rows, 128),
    "simplecnn": lambda: (simplecnn(), fashion(), rows, 64),
    "bilstm": lambda: (BiLSTM(), speech(), utterances, 6),
}[name]()
optimiser = torch.optim.Adam(model.parameters(), 0.001)
start = time.process_time()
for _ in range(epochs):
    model.train()
    for x, y in batches(train, size, True):
        optimiser.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimiser.step()
        float(loss.detach())
    model.eval()
    right = total = 0
    with torch.no_grad():
        for x, y in batches(val, 64 if name != "bilstm" else size, False):
            best = model(x).argmax(1)
            right += int((best == y).sum())
            total += int((y >= 0).sum())
print(json.dumps(dict(version=torch.__version__, cpu=time.process_time() - start, accuracy=right / total)))
