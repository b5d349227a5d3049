"""The operations a layer is written with, each knowing what PyTorch keeps of it for the backward pass."""

from __future__ import annotations

from lib.memory.model.architecture import Architecture
from lib.memory.model.parts import Linear
from lib.memory.passes.numerics import FP32, HALF, Numerics
from lib.memory.passes.tape import Tape, Tensor


class Operations:
    """Writes single operations on a tape."""

    def __init__(self, arch: Architecture, numerics: Numerics, tape: Tape, batch: int, sequence: int) -> None:
        self.arch, self.numerics, self.tape = arch, numerics, tape
        self.batch, self.sequence = batch, sequence

    def activation(self, x: Tensor) -> Tensor:
        out = self.tape.new("activation", x.symbol, x.item_bytes)
        if self.arch.activation == "relu":
            return self.tape.apply("relu", [x], out, saves=(out,))
        if self.arch.activation != "gelu_unfused":
            return self.tape.apply(self.arch.activation, [x], out, saves=(x,))
        half = self.tape.apply("half", [x], self.tape.new("0.5·x", x.symbol, x.item_bytes))
        tanh = self.tape.new("tanh", x.symbol, x.item_bytes)
        size = x.size_bytes
        self.tape.apply("tanh", [x], tanh, saves=(x, tanh), forward_scratch=size, backward_scratch=2 * size)
        one = self.tape.apply("1 + tanh", [tanh], self.tape.new("1 + tanh", x.symbol, x.item_bytes))
        return self.tape.apply("product", [half, one], out, saves=(half, one))

    def copy(self, x: Tensor, symbol: str) -> Tensor:
        return self.tape.apply("copy", [x], self.tape.new(f"copied {x.label}", symbol, x.item_bytes))

    def repeat(self, x: Tensor) -> Tensor:
        """One copy of a key or value head for each query head that shares it."""
        return self.tape.apply("repeat", [x], self.tape.new(f"repeated {x.label}", "q", x.item_bytes))

    def norm(self, x: Tensor, symbol: str = "h", rows: str = "1") -> Tensor:
        """RMSNorm in fp32 as transformers writes it (unfused), or PyTorch's fused LayerNorm."""
        tape, arch = self.tape, self.arch
        trains = self.numerics.trains_base and arch.norm_scale
        if arch.norm == "layer" and arch.family != "cohere":
            statistics = tape.new("mean and deviation", "1", 2 * x.item_bytes, needs_grad=False)
            return tape.apply("layer norm", [x], tape.new("normed", symbol, x.item_bytes), saves=(x, statistics))
        wide = tape.cast(x, FP32, "norm input in fp32")
        inverse = tape.new("inverse size", rows, FP32, needs_grad=wide.needs_grad)
        tape.apply("mean square", [wide], inverse, saves=(wide, inverse), backward_scratch=2 * wide.size_bytes)
        normalised = tape.new("normalised in fp32", symbol, FP32)
        tape.apply("divide", [wide, inverse], normalised, saves=(wide, inverse), backward_scratch=wide.size_bytes)
        if not arch.norm_in_fp32:
            normalised = tape.cast(normalised, x.item_bytes, "normalised")
        out = tape.new("normed", symbol, normalised.item_bytes)
        saves = (normalised,) if trains else ()
        scratch = normalised.size_bytes if trains else 0.0
        tape.apply("scale", [normalised], out, saves=saves, backward_scratch=scratch)
        return tape.cast(out, x.item_bytes, "normed")

    def linear(
        self, x: Tensor, matrix: Linear, symbol: str, columns: int = 1, item_bytes: float | None = None
    ) -> Tensor:
        """A matrix product, with a LoRA adapter beside it where this matrix is a target.

        The input is kept only when the weight (or the adapter) trains: `Autograd mechanics`.
        """
        numerics, tape = self.numerics, self.tape
        out_bytes = numerics.compute_bytes if item_bytes is None else item_bytes
        source = x
        if numerics.autocast:
            x = tape.cast(x, numerics.compute_bytes, f"input of {matrix.name} in 16 bits")
        trains = numerics.trains_base
        size = matrix.weights + matrix.biases
        unpacked = size * HALF if numerics.dequantizes and matrix.kind in ("attention", "mlp") else 0.0
        recast = size * HALF if trains and numerics.autocast else 0.0  # the 16-bit gradient before it is cast
        out = tape.new(matrix.name, symbol, out_bytes * columns)
        copy = Tensor("weights in 16 bits", "weights", HALF, size * HALF, needs_grad=False)
        saves = ((x,) if trains else ()) + ((copy,) if numerics.casts_weights else ())
        tape.apply(
            matrix.name,
            [x],
            out,
            saves=saves,
            weight_grad=size * numerics.grad_bytes if trains else 0.0,
            forward_scratch=unpacked,
            backward_scratch=unpacked + recast,
        )
        if numerics.adapter_rank and matrix.name in numerics.adapter_targets:
            return self.adapter(source, out, matrix)
        return out

    def adapter(self, x: Tensor, base: Tensor, matrix: Linear) -> Tensor:
        """base + B(A(dropout(x)))·scale, as peft computes it: in the adapter's own precision."""
        numerics, tape, rank = self.numerics, self.tape, self.numerics.adapter_rank
        x = tape.cast(x, numerics.adapter_bytes, f"input of {matrix.name} in the adapter's precision")
        if numerics.adapter_dropout:
            x = self._dropout(x)
        item = numerics.adapter_bytes
        if numerics.autocast:
            item = numerics.compute_bytes
            x = tape.cast(x, item, f"input of {matrix.name}'s adapter in 16 bits")
        grad = numerics.adapter_bytes * rank
        small = tape.new("LoRA A output", "r", item * rank)
        tape.apply("LoRA A", [x], small, saves=(x,), weight_grad=grad * matrix.inputs)
        wide = tape.new("LoRA B output", base.symbol, item * (base.item_bytes / numerics.compute_bytes))
        tape.apply("LoRA B", [small], wide, saves=(small,), weight_grad=grad * matrix.outputs)
        scaled = tape.apply("scale", [wide], tape.new("scaled", wide.symbol, wide.item_bytes))
        summed = tape.new(matrix.name, base.symbol, max(wide.item_bytes, base.item_bytes))
        tape.apply("add adapter", [base, scaled], summed, passes_gradient=wide.item_bytes == base.item_bytes)
        return tape.cast(summed, base.item_bytes)

    def multiply(self, x: Tensor, y: Tensor) -> Tensor:
        return self.tape.apply("product", [x, y], self.tape.new("product", x.symbol, x.item_bytes), saves=(x, y))

    def add(self, x: Tensor, residual: Tensor) -> Tensor:
        out = self.tape.new("hidden states", "h", max(x.item_bytes, residual.item_bytes))
        return self.tape.apply("add", [x, residual], out, passes_gradient=x.item_bytes == residual.item_bytes)

    def part(self, x: Tensor, symbol: str) -> Tensor:
        view = self.tape.view(x, symbol)
        if view.size_bytes > x.size_bytes or x.symbol == symbol:
            view.item_bytes = x.item_bytes / 2 if x.symbol == symbol else x.item_bytes
            view.size_bytes = x.size_bytes / 2
        return self.tape.apply("split", [x], view)

    def drop(self, x: Tensor) -> Tensor:
        """Residual dropout, in the families that train with it."""
        return self._dropout(x) if self.arch.dropout else x

    def drop_attention(self, weights: Tensor) -> Tensor:
        """Dropout of eager attention's weights: what is mixed is then another tensor than the softmax keeps."""
        return self._dropout(weights) if self.arch.attention_dropout else weights

    def _dropout(self, x: Tensor) -> Tensor:
        """One byte of mask a number (`native_dropout` on CUDA)."""
        mask = self.tape.new("dropout mask", x.symbol, 1.0, needs_grad=False)
        return self.tape.apply("dropout", [x], self.tape.new("dropped", x.symbol, x.item_bytes), saves=(mask,))
