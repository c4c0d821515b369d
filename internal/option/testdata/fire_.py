import fire


def train(lr=1e-3, batch_size: int = 32, optimizer="adam", amp=False, epochs=10):
    """Trains a network.

    Args:
      lr: learning rate
    """


fire.Fire(train)
