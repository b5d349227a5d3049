"""A tape of tensors: what is alive at each moment of a forward and a backward pass.

This is autograd's book-keeping without the numbers. A layer is written down as the operations it performs; the
tape knows, for each, which tensors are kept for the backward pass (PyTorch's "saved tensors") and which die after
their last use. From that follow the bytes kept per layer and the highest point while the layer runs, forward and
backward. Nothing here is fitted: the rules are those of `torch.autograd` (docs: "Autograd mechanics", saved tensors).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(eq=False)
class Tensor:
    """A tensor's storage: `size_bytes` in all, made of `tokens` rows of `symbol` numbers of `item_bytes` each."""

    label: str
    symbol: str
    item_bytes: float
    size_bytes: float
    needs_grad: bool
    base: Tensor | None = None

    @property
    def storage(self) -> Tensor:
        """The tensor that owns the memory: a view owns none.

        Looked up and not kept: a tensor that named itself would lie in memory until the garbage is collected, which is
        seldom, and a moved slider makes hundreds.
        """
        owner = self
        while owner.base is not None:
            owner = owner.base
        return owner


@dataclass(eq=False)
class Operation:
    """One recorded operation; sizes in bytes."""

    name: str
    inputs: tuple[Tensor, ...]
    output: Tensor
    saves: tuple[Tensor, ...] = ()
    weight_grad: float = 0.0
    forward_scratch: float = 0.0
    backward_scratch: float = 0.0
    passes_gradient: bool = False


@dataclass(frozen=True)
class Saved:
    """A tensor kept for the backward pass."""

    label: str
    symbol: str
    item_bytes: float
    size_bytes: float


@dataclass(frozen=True)
class Profile:
    """What one pass over a tape costs, in bytes above what was there before it.

    `saved_bytes` stays after the forward pass; `forward_peak_bytes` is the highest point during it (saved tensors
    included); `backward_peak_bytes` the highest point of the backward pass above "everything before this layer",
    saved tensors, incoming gradient and new weight gradients included (`peak_weight_grad_bytes` of it);
    `weight_grad_bytes` stays after it.
    """

    saved: tuple[Saved, ...]
    saved_bytes: float
    forward_peak_bytes: float
    backward_peak_bytes: float
    weight_grad_bytes: float
    peak_weight_grad_bytes: float
    inference_peak_bytes: float
    keeps_source: bool


@dataclass
class Tape:
    """Records operations; `profile` then plays them forward and backward."""

    tokens: int
    widths: dict[str, float]
    keep_gradients: bool = True
    operations: list[Operation] = field(default_factory=list)
    held: list[tuple[int, Tensor]] = field(default_factory=list)

    def hold(self, *tensors: Tensor) -> None:
        """Python variables keep these alive until now, used or not: a function's arguments and locals."""
        self.held += [(len(self.operations) - 1, tensor) for tensor in tensors]

    def new(self, label: str, symbol: str, item_bytes: float, needs_grad: bool = True) -> Tensor:
        """A tensor of `tokens` rows, `widths[symbol]` wide."""
        size = self.tokens * self.widths[symbol] * item_bytes
        return Tensor(label, symbol, item_bytes, size, needs_grad)

    def view(self, of: Tensor, symbol: str) -> Tensor:
        """A part of `of`, which keeps all of `of` alive."""
        size = self.tokens * self.widths[symbol] * of.item_bytes
        return Tensor(of.label, symbol, of.item_bytes, size, of.needs_grad, base=of)

    def apply(self, name: str, inputs: Sequence[Tensor], output: Tensor, **details: object) -> Tensor:
        """Record an operation; nothing is saved, and no gradient flows, where no input needs one."""
        needs_grad = any(each.needs_grad for each in inputs) or bool(details.get("weight_grad"))
        output.needs_grad = needs_grad
        if not needs_grad:
            details = {"forward_scratch": details.get("forward_scratch", 0.0)}
        self.operations.append(Operation(name, tuple(inputs), output, **details))
        return output

    def cast(self, tensor: Tensor, item_bytes: float, label: str = "") -> Tensor:
        """`tensor.to(dtype)`: a new tensor, unless it already has that width."""
        if tensor.item_bytes == item_bytes:
            return tensor
        return self.apply("cast", [tensor], self.new(label or tensor.label, tensor.symbol, item_bytes))

    def profile(self, source: Tensor) -> Profile:
        """Play the tape, which began with `source`: made by the layer before, counted here if this layer keeps it."""
        saved = self._saved()
        saved_bytes = sum(each.size_bytes for each in saved)
        backward_peak, peak_weight_grad = self._play_backward(saved_bytes)
        dying = self._dying()
        return Profile(
            saved=tuple(Saved(each.label, each.symbol, each.item_bytes, each.size_bytes) for each in saved),
            saved_bytes=saved_bytes,
            forward_peak_bytes=self._play_forward(source, set(map(id, saved)), dying),
            backward_peak_bytes=backward_peak,
            peak_weight_grad_bytes=peak_weight_grad,
            weight_grad_bytes=sum(each.weight_grad for each in self.operations) if self.keep_gradients else 0.0,
            inference_peak_bytes=self._play_forward(source, set(), dying),
            keeps_source=any(each is source.storage for each in saved),
        )

    def _saved(self) -> list[Tensor]:
        seen: dict[int, Tensor] = {}
        for operation in self.operations:
            for tensor in operation.saves:
                seen.setdefault(id(tensor.storage), tensor.storage)
        return list(seen.values())

    def _dying(self) -> dict[int, list[Tensor]]:
        """What is used for the last time by each operation of the forward pass."""
        last_use: dict[int, int] = {}
        for position, operation in enumerate(self.operations):
            for tensor in operation.inputs:
                last_use[id(tensor.storage)] = position
        for position, tensor in self.held:
            last_use[id(tensor.storage)] = max(position, last_use.get(id(tensor.storage), 0))
        dying: dict[int, list[Tensor]] = {}
        for operation in self.operations:
            for tensor in operation.inputs:
                dying.setdefault(last_use[id(tensor.storage)], []).append(tensor.storage)
        return dying

    def _play_forward(self, source: Tensor, saved: set[int], dying: dict[int, list[Tensor]]) -> float:
        live = peak = 0.0
        alive: dict[int, float] = {}
        final = self.operations[-1].output.storage
        for position, operation in enumerate(self.operations):
            output = operation.output.storage
            if id(output) not in alive and output is not source.storage:
                alive[id(output)] = output.size_bytes
                live += output.size_bytes
            peak = max(peak, live + operation.forward_scratch)
            for owner in dying.get(position, ()):
                if id(owner) in alive and id(owner) not in saved and owner is not final:
                    live -= alive.pop(id(owner))
        return peak

    def _play_backward(self, saved_bytes: float) -> tuple[float, float]:
        """Gradients flow from the last operation to the first; a saved tensor dies after its last user.

        Returns the highest point and the weight gradients alive at it.
        """
        first_user: dict[int, int] = {}
        for position, operation in enumerate(self.operations):
            for tensor in operation.saves:
                first_user.setdefault(id(tensor.storage), position)
        sizes = {id(t.storage): t.storage.size_bytes for op in self.operations for t in op.saves}
        grads: dict[int, _Gradient] = {}
        output = self.operations[-1].output
        grads[id(output)] = _Gradient(output.size_bytes)
        live = saved_bytes + output.size_bytes
        peak, weight_grad, peak_weight_grad = live, 0.0, 0.0
        for position in range(len(self.operations) - 1, -1, -1):
            operation = self.operations[position]
            incoming = grads.pop(id(operation.output), None)
            if incoming is not None:
                new, kept = self._flow(operation, incoming, grads)
                weight_grad += operation.weight_grad
                if live + new + operation.backward_scratch > peak:
                    peak, peak_weight_grad = live + new + operation.backward_scratch, weight_grad
                live += kept
            for owner in {id(tensor.storage) for tensor in operation.saves}:
                if first_user[owner] == position:
                    live -= sizes.pop(owner, 0.0)
        return peak, peak_weight_grad if self.keep_gradients else 0.0

    def _flow(self, operation: Operation, incoming: _Gradient, grads: dict[int, _Gradient]) -> tuple[float, float]:
        """Hand gradients to the inputs. Returns bytes newly made, and bytes more (or fewer) alive afterwards."""
        made = operation.weight_grad
        kept = operation.weight_grad if self.keep_gradients else 0.0
        receivers = [each for each in operation.inputs if each.needs_grad]
        for tensor in receivers:
            if operation.passes_gradient:
                arriving = incoming
                arriving.holders += 1
            else:
                arriving = _Gradient(tensor.size_bytes)
                made += tensor.size_bytes
                kept += tensor.size_bytes
            kept += _accumulate(grads, tensor, arriving)
        incoming.holders -= 1
        if incoming.holders == 0:
            kept -= incoming.size_bytes
        return made, kept


@dataclass(eq=False)
class _Gradient:
    size_bytes: float
    holders: int = 1


def _accumulate(grads: dict[int, _Gradient], tensor: Tensor, arriving: _Gradient) -> float:
    """Add `arriving` to the gradient `tensor` already has; bytes freed count negative."""
    key = id(tensor)
    existing = grads.get(key)
    if existing is None:
        grads[key] = arriving
        return 0.0
    arriving.holders -= 1
    freed = arriving.size_bytes if arriving.holders == 0 else 0.0
    if existing.holders > 1:  # someone else still reads it: the sum needs memory of its own
        existing.holders -= 1
        grads[key] = _Gradient(existing.size_bytes)
        return grads[key].size_bytes - freed
    return -freed
