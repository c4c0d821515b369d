"""Tells two spirals apart: a small network with PyTorch, tuned by danlu."""

import math
import os
import sys

import torch

import danlu

p = danlu.params(lr=1e-3, batch_size=64, width=32, depth=2, weight_decay=1e-4)
epochs = danlu.max_step(30)
torch.manual_seed(danlu.seed())


def spirals(n, noise, generator):
    turn = torch.rand(n, generator=generator).sqrt() * 3 * math.pi
    label = torch.randint(2, (n,), generator=generator)
    angle = turn + math.pi * label
    points = torch.stack([turn * angle.cos(), turn * angle.sin()], 1) / 10
    return points + noise * torch.randn(n, 2, generator=generator), label


data = torch.Generator().manual_seed(0)  # the same data in every trial
x, y = spirals(2000, 0.07, data)
x_val, y_val = spirals(1000, 0.07, data)

layers, size = [], 2
for _ in range(p.depth):
    layers += [torch.nn.Linear(size, p.width), torch.nn.ReLU()]
    size = p.width
model = torch.nn.Sequential(*layers, torch.nn.Linear(size, 2))
optimizer = torch.optim.AdamW(model.parameters(), lr=p.lr, weight_decay=p.weight_decay)

first = 0
if danlu.resume():  # a trial that was interrupted goes on from its checkpoint
    saved = torch.load(danlu.resume())
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    first = saved["epoch"]

for epoch in range(first + 1, epochs + 1):
    for batch in torch.randperm(len(x)).split(p.batch_size):
        loss = torch.nn.functional.cross_entropy(model(x[batch]), y[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        accuracy = (model(x_val).argmax(1) == y_val).float().mean().item()
    print(f"epoch={epoch} loss={loss:.4f} val_accuracy={accuracy:.4f}")

    if danlu.in_trial():
        path = os.path.join(danlu.dir(), "last.pt")
        state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}
        torch.save(state, path + ".new")
        os.replace(path + ".new", path)
        danlu.checkpoint(path, step=epoch)
    if danlu.report(step=epoch, val_accuracy=accuracy, train_loss=loss) != "continue":
        sys.exit()
