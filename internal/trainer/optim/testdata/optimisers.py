"""Writes optimisers.json: parameters after steps of PyTorch's optimisers.

Run with Python 3.11 and torch 2.15.0 (CPU): python optimisers.py > optimisers.json
All in float64. The gradients are given, so that each step depends only on the rule.
"""

import json

import torch

torch.manual_seed(1)
STEPS, SIZE = 50, 5
start = torch.randn(SIZE, dtype=torch.float64)
gradients = torch.randn(STEPS, SIZE, dtype=torch.float64)
gradients[20:, 0] *= 100  # a sudden change of scale
gradients[:, 1] *= 1e-4  # a small one, where eps counts
gradients[10:30, 2] = 0

CASES = [
    ("sgd", dict(lr=0.1)),
    ("sgd", dict(lr=0.1, momentum=0.9, weight_decay=0.01)),
    ("sgd", dict(lr=0.05, momentum=0.8, nesterov=True, weight_decay=0.1)),
    ("adam", dict(lr=0.01)),
    ("adam", dict(lr=0.01, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1)),
    ("adamw", dict(lr=0.01, weight_decay=0.01)),
    ("adamw", dict(lr=0.1, betas=(0.7, 0.9), weight_decay=0.5)),
    ("rmsprop", dict(lr=0.01)),
    ("rmsprop", dict(lr=0.01, alpha=0.9, eps=1e-4, momentum=0.9, weight_decay=0.1)),
    ("adadelta", dict(lr=1.0)),
    ("adadelta", dict(lr=0.5, rho=0.8, eps=1e-3, weight_decay=0.1)),
    ("adagrad", dict(lr=0.01)),
    ("adagrad", dict(lr=0.1, eps=1e-3, weight_decay=0.1)),
]
CLASSES = dict(
    sgd=torch.optim.SGD, adam=torch.optim.Adam, adamw=torch.optim.AdamW,
    rmsprop=torch.optim.RMSprop, adadelta=torch.optim.Adadelta, adagrad=torch.optim.Adagrad,
)

cases = []
for name, options in CASES:
    w = torch.nn.Parameter(start.clone())
    optimiser = CLASSES[name]([w], **options)
    after = []
    for g in gradients:
        w.grad = g.clone()
        optimiser.step()
        after.append(w.tolist())
    cases.append(dict(name=name, options=options, after=after))
print(json.dumps(dict(torch=torch.__version__, start=start.tolist(), gradients=gradients.tolist(), cases=cases)))
