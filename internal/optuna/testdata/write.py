"""Writes the files here with Optuna: python write.py 4 (optuna 4.9.0) or 5 (5.0.0).

SQLite: N.sqlite, journal: N.journal.
"""
import optuna, math, sys
optuna.logging.set_verbosity(optuna.logging.WARNING)
from optuna.storages import JournalStorage
try:
    from optuna.storages.journal import JournalFileBackend
except ImportError:
    from optuna.storages import JournalFileStorage as JournalFileBackend
def obj(t):
    lr=t.suggest_float("lr",1e-5,1e-1,log=True); d=t.suggest_float("drop",0,.5,step=.1)
    n=t.suggest_int("layers",1,5); w=t.suggest_int("width",16,256,log=True); o=t.suggest_categorical("opt",["sgd","adam",None,True,3,2.5])
    if o=="sgd": t.suggest_float("momentum",.8,.99)
    t.set_user_attr("note","hi")
    for s in range(3):
        t.report(lr*s if t.number!=4 else float("nan"),s)
    if t.number==2: raise optuna.TrialPruned()
    if t.number==3: raise ValueError("x")
    return lr+d
for st in (f"sqlite:///{sys.argv[1]}.sqlite", JournalStorage(JournalFileBackend(f"{sys.argv[1]}.journal"))):
    s=optuna.create_study(storage=st,study_name="demo",direction="minimize",sampler=optuna.samplers.RandomSampler(seed=1))
    s.set_user_attr("who","me")
    s.enqueue_trial({"lr":.01})
    s.optimize(obj,n_trials=6,catch=(ValueError,))
    s.enqueue_trial({"lr":.02})
    m=optuna.create_study(storage=st,study_name="multi",directions=["minimize","maximize"],sampler=optuna.samplers.RandomSampler(seed=1))
    m.set_metric_names(["loss","acc"])
    m.optimize(lambda t:(t.suggest_float("x",0,1), t.suggest_int("k",1,9)),n_trials=3)
