import argparse

p = argparse.ArgumentParser(formatter_class=argparse.ArgumentDefaultsHelpFormatter)
p.add_argument("--lr", type=float, default=1e-3, help="learning rate")
p.add_argument("--dropout", type=float, default=0.0, help="dropout")
p.add_argument("--name", default=None, help="the run's name")
sub = p.add_subparsers(dest="cmd", required=True)
t = sub.add_parser("train", formatter_class=argparse.ArgumentDefaultsHelpFormatter, help="train the model")
t.add_argument("--epochs", type=int, default=10, help="number of epochs")
t.add_argument("--wd", type=float, default=0.01, help="weight decay")
sub.add_parser("eval", help="evaluate it")
p.parse_args()
