import click


@click.command()
@click.argument("data")
@click.option("--lr", type=float, default=1e-3, show_default=True, help="Learning rate.")
@click.option("--batch-size", "-b", default=32, show_default=True, help="Examples in a batch.")
@click.option("--optimizer", type=click.Choice(["sgd", "adam"]), default="adam", show_default=True)
@click.option("--dropout", type=click.FloatRange(0, 1), default=0.1, show_default=True)
@click.option("--amp/--no-amp", default=False, show_default=True, help="Mixed precision.")
@click.option("--nesterov", is_flag=True, help="Nesterov's momentum.")
@click.option("--epochs", type=int, required=True)
def main(**_):
    """Train a network."""


main()
