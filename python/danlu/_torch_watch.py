"""What a network does while it learns: units that have died, and the size of its gradients."""

from typing import Any, Dict, List, Tuple

import torch


class Watch:
    """Watches a model; made by ``danlu.torch.watch``.

    Nothing is copied to the host before ``read``.
    """

    def __init__(self, model: torch.nn.Module) -> None:
        self._alive: Dict[str, torch.Tensor] = {}  # by activation: whether a unit was ever not 0
        self._squares: Dict[int, Tuple[torch.Tensor, int]] = {}  # by parameter: of its gradients, and how many
        self._handles: List[Any] = []
        for name, module in model.named_modules():
            if isinstance(module, (torch.nn.ReLU, torch.nn.ReLU6)):
                self._handles.append(module.register_forward_hook(self._activation(name)))
        for i, parameter in enumerate(model.parameters()):
            if parameter.requires_grad:
                self._handles.append(parameter.register_hook(self._gradient(i)))

    def read(self) -> Dict[str, float]:
        """What was seen since the last read, for ``danlu.report(step=…, **watch.read())``.

        - dead: the share of ReLU units (channels of a convolution) that were 0 for
          every input in training; missing where the model has no ReLU modules.
        - grad_norm: the root mean square, over backward passes, of the norm of all
          gradients, as they were computed: before clipping, and with a scaler's factor.
        """
        seen: Dict[str, float] = {}
        if self._alive:
            alive = sum(int(mask.sum()) for mask in self._alive.values())
            seen["dead"] = 1 - alive / sum(mask.numel() for mask in self._alive.values())
        if self._squares:
            passes = max(count for _, count in self._squares.values())
            seen["grad_norm"] = (sum(float(total) for total, _ in self._squares.values()) / passes) ** 0.5
        self._alive.clear()
        self._squares.clear()
        return seen

    def close(self) -> None:
        """Take the hooks off the model."""
        for handle in self._handles:
            handle.remove()

    def _activation(self, name: str) -> Any:
        def look(module: torch.nn.Module, _: Any, output: torch.Tensor) -> None:
            if not module.training or output.dim() < 2:
                return
            units = 1 if output.dim() >= 4 else output.dim() - 1  # N×C×H×W, else the last
            others = [d for d in range(output.dim()) if d != units]
            alive = output.detach().ne(0).sum(others).gt(0)
            before = self._alive.get(name)
            self._alive[name] = alive if before is None else before | alive

        return look

    def _gradient(self, i: int) -> Any:
        def look(gradient: torch.Tensor) -> None:
            square = gradient.detach().float().pow(2).sum()
            total, count = self._squares.get(i, (0.0, 0))
            self._squares[i] = (square + total, count + 1)

        return look


def watch(model: torch.nn.Module) -> Watch:
    """Begin to watch a model: ``danlu.report(step=epoch, val_loss=loss, **watch.read())``."""
    return Watch(model)
