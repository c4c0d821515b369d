"""A study in a notebook: the cells of one, as a script."""

# %% What may be tuned, and how well it does: here a polynomial for 20 points, judged on 20 others.
import random

import danlu

rng = random.Random(0)
points = [(x, 1 + 2 * x - 0.5 * x * x + rng.gauss(0, 0.3)) for x in (rng.uniform(-3, 3) for _ in range(40))]
train, val = points[:20], points[20:]

space = {
    "lr": danlu.Float(1e-5, 1e-1, log=True, default=1e-3, role="learning_rate"),
    "degree": danlu.Int(1, 5),
    "optimizer": danlu.Choice(["sgd", "momentum"]),
    "momentum": danlu.Float(0.5, 0.99, when={"optimizer": "momentum"}),
}


def fit(trial):
    p = trial.params
    weights, speed = [0.0] * (p.degree + 1), [0.0] * (p.degree + 1)
    for epoch in range(1, 31):
        for x, y in train:
            features = [(x / 3) ** i for i in range(p.degree + 1)]
            error = sum(w * f for w, f in zip(weights, features)) - y
            for i, f in enumerate(features):
                speed[i] = p.get("momentum", 0) * speed[i] - p.lr * error * f
                weights[i] += speed[i]
        loss = sum((sum(w * (x / 3) ** i for i, w in enumerate(weights)) - y) ** 2 for x, y in val) / len(val)
        trial.report(epoch, val_loss=loss)  # ends the function where danlu stops the trial


# %% The search. With storage="study.db" it can be interrupted and goes on later.
study = danlu.Study(space, objective="val_loss min", steps=30)
study.optimize(fit, trials=60)

# %% What came of it.
print("best:", study.best)
states = [trial["state"] for trial in study.trials]
print({state: states.count(state) for state in sorted(set(states))})

# %% The same as a loop of one's own.
for _ in range(3):
    trial = study.ask()
    for epoch in range(1, 31):
        if trial.report(epoch, val_loss=1 / trial.params.degree) != "continue":
            break
    trial.tell(state="completed" if trial.decision == "continue" else "stopped")

# %% As a table, where pandas is installed.
try:
    print(study.trials.dataframe().sort_values("values.val_loss").head())
except ImportError:
    pass
study.close()
