"""Writes layers.json: outputs and gradients of PyTorch's layers and losses.

Run with Python 3.11 and torch 2.15.0 (CPU): python layers.py > layers.json
All in float64. For an output y and a fixed random r, the loss is sum(r * y).
"""

import json

import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence

torch.manual_seed(1)
torch.set_default_dtype(torch.float64)
N = 5
STEPS = [3, 1, 1]  # rows of each step: sequences of lengths 3, 1 and 1
cases = []


def flat(t):
    return t.detach().reshape(-1).tolist()


def record(name, module, x, run=None, **extra):
    x.requires_grad_()
    for p in module.parameters():
        p.data.normal_(0, 0.5)
    y = run(x) if run else module(x)
    r = torch.randn(y.shape)
    (r * y).sum().backward()
    cases.append(dict(
        name=name, n=x.shape[0], x=flat(x), y=flat(y), r=flat(r), dx=flat(x.grad),
        params=[flat(p) for p in module.parameters()], grads=[flat(p.grad) for p in module.parameters()], **extra))


record("Dense 7 5", nn.Linear(7, 5), torch.randn(N, 7))
for name, module in [("relu", nn.ReLU()), ("leaky_relu", nn.LeakyReLU()), ("prelu", nn.PReLU()), ("gelu", nn.GELU()),
                     ("tanh", nn.Tanh()), ("sigmoid", nn.Sigmoid())]:
    record(name, module, torch.randn(N, 6) * 3)
norm = nn.BatchNorm1d(4)
record("BatchNorm 4", norm, torch.randn(N, 4) * 2 + 1)
cases[-1]["stats"] = flat(norm.running_mean) + flat(norm.running_var)
record("LayerNorm 7", nn.LayerNorm(7), torch.randn(N, 7) * 2 + 1)
norm = nn.BatchNorm2d(2)
record("PlanesBatchNorm 2 3 4", norm, torch.randn(N, 2, 3, 4) * 2 + 1)
cases[-1]["stats"] = flat(norm.running_mean) + flat(norm.running_var)
record("Conv 2 5 7 3 3", nn.Conv2d(2, 3, 3, padding=1, bias=False), torch.randn(N, 2, 5, 7))
record("Conv 1 6 5 9 5", nn.Conv2d(1, 9, 5, padding=2, bias=False), torch.randn(N, 1, 6, 5))
record("MaxPool 2 5 6", nn.MaxPool2d(2), torch.randn(N, 2, 5, 6))
record("GroupNorm 2 6", nn.GroupNorm(2, 6), torch.randn(N, 6) * 2 + 1)
record("PlanesGroupNorm 2 4 3 5", nn.GroupNorm(2, 4), torch.randn(N, 4, 3, 5) * 2 + 1)
record("Strided 2 5 7 3 3", nn.Conv2d(2, 3, 3, padding=1, stride=2), torch.randn(N, 2, 5, 7))
record("Strided 1 6 5 4 5", nn.Conv2d(1, 4, 5, padding=2, stride=2), torch.randn(N, 1, 6, 5))
record("MeanPool 2 5 3", nn.AdaptiveAvgPool2d(1), torch.randn(N, 2, 5, 3))
for name, module in [("lstm", nn.LSTM(3, 4)), ("bilstm", nn.LSTM(3, 4, bidirectional=True)),
                     ("gru", nn.GRU(3, 4)), ("bigru", nn.GRU(3, 4, bidirectional=True))]:
    record(name, module, torch.randn(N, 3),
           run=lambda x, m=module: m(PackedSequence(x, torch.tensor(STEPS)))[0].data)
for first, act in [(0, "relu"), (1, "gelu")]:
    module = nn.TransformerEncoderLayer(6, 2, 8, dropout=0.0, activation=act, batch_first=True, norm_first=bool(first))

    def along(x, m=module):
        y = torch.cat([m(x[rows][None])[0] for rows in [[0, 3, 4], [1], [2]]])
        return y[[0, 3, 4, 1, 2]]

    record(f"Encoder {first}", module, torch.randn(N, 6), run=along)
labels = torch.tensor([0, 3, 1, 1, 2])
hot = nn.functional.one_hot(labels, 4).double()
W = [2.0, 0.5, 1.0, 3.0]
F = nn.functional


def focal(x, gamma, weight):
    each = F.cross_entropy(x, labels, reduction="none")
    each = (1 - torch.exp(-each)) ** gamma * each
    w = torch.tensor(weight)[labels]
    return (w * each).sum() / w.sum()


def weighted(each):
    w = torch.tensor(W)[labels]
    return (w * each.mean(1)).sum() / w.sum()


for kind, options, run in [
    ("cross_entropy", {}, lambda x: F.cross_entropy(x, labels)),
    ("cross_entropy", dict(smoothing=0.2), lambda x: F.cross_entropy(x, labels, label_smoothing=0.2)),
    ("cross_entropy", dict(weights=W), lambda x: F.cross_entropy(x, labels, torch.tensor(W))),
    ("cross_entropy", dict(smoothing=0.2, weights=W), lambda x: F.cross_entropy(x, labels, torch.tensor(W), label_smoothing=0.2)),
    ("focal", dict(gamma=2.0), lambda x: focal(x, 2.0, [1.0] * 4)),
    ("focal", dict(gamma=0.5, weights=W), lambda x: focal(x, 0.5, W)),
    ("bce", {}, lambda x: F.binary_cross_entropy_with_logits(x, hot)),
    ("bce", dict(weights=W), lambda x: weighted(F.binary_cross_entropy_with_logits(x, hot, reduction="none"))),
    ("mse", {}, lambda x: F.mse_loss(x, hot)),
    ("l1", {}, lambda x: F.l1_loss(x, hot)),
    ("smooth_l1", {}, lambda x: F.smooth_l1_loss(x, hot)),
]:
    x = (2 * torch.randn(N, 4)).requires_grad_()
    loss = run(x)
    loss.backward()
    cases.append(dict(name=" ".join([kind, *options]), loss=kind, n=N, x=flat(x), y=[loss.item()], dx=flat(x.grad), **options))
print(json.dumps(dict(torch=torch.__version__, steps=STEPS, cases=cases)))
