"""A transformer layer, written down operation by operation as `transformers` executes it.

Reads like the model's own forward pass (transformers 5.23, `models/<family>/modeling_<family>.py`) with a tape in place
of tensors. Symbols, as everywhere in the calculator: h hidden, q queries, k keys, i MLP width, a heads, s sequence.
"""

from __future__ import annotations

from functools import lru_cache

from lib.memory.model.architecture import Architecture
from lib.memory.model.parts import LayerKind, Linear
from lib.memory.passes.numerics import FP32, HALF, INDEX, Numerics
from lib.memory.passes.operations import Operations
from lib.memory.passes.tape import Profile, Tape, Tensor


@lru_cache(maxsize=512)
def layer_profile(
    arch: Architecture, kind: LayerKind, numerics: Numerics, batch: int, sequence: int, embeds_grad: bool = True
) -> Profile:
    """What one layer keeps and reaches, for `batch` sequences of `sequence` tokens."""
    tape = Tape(batch * sequence, _widths(arch, sequence), keep_gradients=numerics.fresh_grads)
    source = tape.new("hidden states", "h", numerics.residual_bytes, needs_grad=embeds_grad)
    writer = LayerWriter(arch, numerics, tape, batch, sequence)
    writer.layer(source, kind)
    return tape.profile(source)


def _widths(arch: Architecture, sequence: int) -> dict[str, float]:
    """Numbers per token of every symbol."""
    widths = {
        "h": arch.hidden_size,
        "q": arch.query_width,
        "k": arch.kv_width,
        "i": arch.intermediate_size,
        "a": arch.num_attention_heads,
        "g": arch.num_key_value_heads,
        "V": arch.vocab_size,
        "a·s": arch.num_attention_heads * sequence,
        "a·(s+1)": arch.num_attention_heads * (sequence + 1),
        "s": sequence,
        "1": 1,
        "r": 1,
        "(q+2k)": arch.query_width + 2 * arch.kv_width,
    }
    if arch.experts:
        e = arch.experts
        widths |= {
            "K·h": e.num_experts_per_tok * arch.hidden_size,
            "K·e": e.num_experts_per_tok * e.moe_intermediate_size,
            "E": e.num_experts,
            "K": e.num_experts_per_tok,
        }
        widths |= {"e_s": e.shared_expert_intermediate_size}
    if arch.latent:
        m = arch.latent
        widths |= {
            "c": m.kv_lora_rank,
            "c_q": m.q_lora_rank or 0,
            "(c+r)": m.kv_lora_rank + m.qk_rope_head_dim,
            "a·v": arch.num_attention_heads * m.v_head_dim,
            "a·(n+v)": arch.num_attention_heads * (m.qk_nope_head_dim + m.v_head_dim),
        }
    return widths


@lru_cache(maxsize=256)
def head_profile(arch: Architecture, numerics: Numerics, tokens: int) -> Profile:
    """The end of the model: last norm, output matrix, logits in fp32, log-softmax and loss.

    12 bytes a token and vocabulary entry at the highest point: log-probabilities, their gradient and the logits'
    gradient, each fp32.
    """
    tape = Tape(tokens, _widths(arch, 1), keep_gradients=numerics.fresh_grads)
    x = tape.new("hidden states", "h", numerics.residual_bytes)
    writer = LayerWriter(arch, numerics, tape, 1, tokens)
    normed = writer.norm(x) if arch.final_norm else x
    head = Linear("lm_head", arch.hidden_size, arch.vocab_size, arch.head_bias, kind="router")
    logits = writer.linear(normed, head, "V")
    if arch.softcap:
        tanh = tape.new("tanh of the logits", "V", logits.item_bytes)
        tape.apply("divide", [logits], tape.new("logits", "V", logits.item_bytes))
        tape.apply("tanh", [tape.operations[-1].output], tanh, saves=(tanh,))
        logits = tape.apply("multiply", [tanh], tape.new("logits", "V", logits.item_bytes))
    logits = tape.cast(logits, FP32, "logits in fp32")
    log_probabilities = tape.new("log-probabilities", "V", FP32)
    tape.apply("log softmax", [logits], log_probabilities, saves=(log_probabilities,))
    tape.apply("loss", [log_probabilities], tape.new("loss", "1", 0.0))
    return tape.profile(x)


class LayerWriter(Operations):
    """Writes the operations of one layer on a tape."""

    # Blocks -------------------------------------------------------------------------------------

    def layer(self, x: Tensor, kind: LayerKind) -> Tensor:
        if self.arch.parallel_block:
            normed = self.norm(x)
            attended = self.attention(normed, kind)
            mlp_input = normed if self.arch.block_norms == 1 else self.norm(x)
            return self.add(self.add(self.mlp(mlp_input, kind), attended), x)
        if self.arch.family.startswith(("olmo2", "olmo3")):  # norms after the blocks, none before
            x = self.add(self.norm(self.attention(x, kind)), x)
            return self.add(self.norm(self.mlp(x, kind)), x)
        after = self.norm if self.arch.block_norms == 4 else lambda tensor: tensor
        normed = self.norm(x)
        attended = self.attention(normed, kind)
        self.tape.hold(normed)
        x = self.add(after(self.drop(attended)), x)
        normed = self.norm(x)
        out = self.mlp(normed, kind)
        self.tape.hold(normed)
        return self.add(after(self.drop(out)), x)

    def mlp(self, x: Tensor, kind: LayerKind) -> Tensor:
        return self.experts(x) if kind.with_experts else self.dense_mlp(x, "i", self.arch.mlp_linears())

    def attention(self, x: Tensor, kind: LayerKind) -> Tensor:
        q, k, v = self.latent_projections(x) if self.arch.latent else self.projections(x)
        masked = self.numerics.padded or (kind.sliding and self.sequence >= (self.arch.sliding_window or 0))
        eager = self.numerics.attention == "eager"
        attended = self.eager_attention(q, k, v) if eager else self.fused_attention(q, k, v, masked)
        out = self.linear(attended, self.arch.attention_linears()[-1], "h")
        self.tape.hold(q, k, v)
        return out

    # Attention ----------------------------------------------------------------------------------

    def projections(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        linears = self.arch.attention_linears()
        if self.arch.fused_qkv:
            fused = self.linear(x, linears[0], "(q+2k)")
            q, k, v = (self.part(fused, symbol) for symbol in "qkk")
        else:
            q, k, v = (self.linear(x, linears[n], symbol) for n, symbol in enumerate("qkk"))
        if self.arch.qk_norm:
            shared = self.arch.qk_norm == "full"
            q = self.norm(q, "q", rows="1" if shared else "a")
            k = self.norm(k, "k", rows="1" if shared else "g")
        if self.arch.rope == "none":
            return q, k, v
        return self.rotate(q), self.rotate(k), v

    def latent_projections(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Multi-head latent attention, expanded to full keys and values before the product."""
        *query, down, up, _ = self.arch.attention_linears()
        if len(query) == 2:
            compressed = self.norm(self.linear(x, query[0], "c_q"), "c_q")
            q = self.linear(compressed, query[1], "q")
        else:
            q = self.linear(x, query[0], "q")
        latent = self.linear(x, down, "(c+r)")
        kv = self.linear(self.norm(self.part(latent, "c"), "c"), up, "a·(n+v)")
        k = self.tape.apply("expand keys", [kv], self.tape.new("keys", "q", kv.item_bytes))
        return self.rotate(q), k, self.part(kv, "a·v")

    def rotate(self, x: Tensor) -> Tensor:
        """Rotary positions: x·cos + rotate_half(x)·sin; the tables are shared by all layers."""
        wide = self.numerics.residual_bytes  # cos and sin come in the residual's type
        out = self.tape.new(f"rotated {x.label}", x.symbol, max(wide, x.item_bytes))
        return self.tape.apply(
            "rope", [x], out, forward_scratch=2 * out.size_bytes, backward_scratch=2 * out.size_bytes
        )

    def fused_attention(self, q: Tensor, k: Tensor, v: Tensor, masked: bool) -> Tensor:
        """`scaled_dot_product_attention` with a flash or memory-efficient kernel: no score matrix is stored.

        With a mask (a sliding window, a padded batch) the kernels cannot share key heads: keys and values are repeated.
        """
        compute = self.numerics.compute_bytes
        q, k, v = (self.tape.cast(each, compute) for each in (q, k, v))
        extra: tuple[Tensor, ...] = ()
        if masked:
            if self.arch.num_key_value_heads < self.arch.num_attention_heads:
                k, v = self.repeat(k), self.repeat(v)
            extra = (self.tape.new("mask", "s", compute, needs_grad=False),)
        wide = "a·v" if self.arch.latent else "q"
        out = self.tape.new("attention output", wide, compute)
        lse = self.tape.new("log-sum-exp of the scores", "a", FP32, needs_grad=False)
        saves = (q, k, v, lse, out, *extra)
        made = sum(each.size_bytes for each in (*extra, lse))
        self.tape.apply("attention", [q, k, v], out, saves=saves, forward_scratch=made)
        if self.arch.rope != "joined":
            return out
        # queries put together by `cat` are laid out by head, and so is the output: the next matrix needs a copy
        return self.tape.apply("contiguous", [out], self.tape.new("attention output", wide, compute))

    def eager_attention(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Scores written out: softmax in fp32, then weights in the compute type."""
        compute, arch, tape = self.numerics.compute_bytes, self.arch, self.tape
        q, k, v = (tape.cast(each, compute) for each in (q, k, v))
        # `matmul` copies what is laid out by token (all of q, k, v); repeating the key heads is such a copy
        q, k, v = self.copy(q, "q"), self.copy(k, "q"), self.copy(v, "a·v" if arch.latent else "q")
        scores = tape.apply("scores", [q, k], tape.new("scores", "a·s", compute), saves=(q, k))
        scores = tape.apply("scale", [scores], tape.new("scores", "a·s", compute))
        if arch.softcap:
            capped = tape.new("tanh of the scores", "a·s", compute)
            scores = tape.apply("tanh", [scores], capped, saves=(capped,))
        scores = tape.apply("mask", [scores], tape.new("scores", "a·s", compute))
        if arch.sinks:
            joined = tape.apply("join sinks", [scores], tape.new("scores", "a·(s+1)", compute))
            index = tape.new("largest score", "a", INDEX, needs_grad=False)
            joined = tape.apply("subtract largest", [joined], tape.new("scores", "a·(s+1)", compute), saves=(index,))
            weights = tape.new("attention weights", "a·(s+1)", compute)
            tape.apply("softmax", [joined], weights, saves=(weights,))
            tape.hold(scores)
            weights = self.part(weights, "a·s")
        else:
            wide = tape.new("softmax of the scores", "a·s", FP32 if arch.softmax_fp32 else compute)
            # CUDA's softmax reads 16 bits and writes 32 in one kernel; the CPU's casts first
            scratch = wide.size_bytes if self.numerics.on_cpu and wide.item_bytes > compute else 0.0
            tape.apply("softmax", [scores], wide, saves=(wide,), forward_scratch=scratch)
            weights = tape.cast(wide, compute, "attention weights")
        weights = self.drop_attention(weights)
        out = tape.new("attention output", "a·v" if arch.latent else "q", compute)
        tape.apply("mix values", [weights, v], out, saves=(weights, v))
        return tape.apply("contiguous", [out], tape.new("attention output", out.symbol, compute))

    # MLP ----------------------------------------------------------------------------------------

    def dense_mlp(self, x: Tensor, symbol: str, linears: tuple[Linear, ...]) -> Tensor:
        if not self.arch.gated_mlp:
            return self.linear(self.activation(self.linear(x, linears[0], symbol)), linears[1], "h")
        if len(linears) == 2:
            both = self.linear(x, linears[0], symbol, columns=2)
            gate, up = self.part(both, symbol), self.part(both, symbol)
        else:
            gate, up = self.linear(x, linears[0], symbol), self.linear(x, linears[1], symbol)
        return self.linear(self.multiply(self.activation(gate), up), linears[-1], "h")

    def experts(self, x: Tensor) -> Tensor:
        """Grouped matrix products over the tokens sorted by expert (transformers' `grouped_mm`)."""
        tape, arch = self.tape, self.arch
        router, gate_up, down = arch.expert_linears()[:3]
        weights = self.route(x, router)
        index = tape.new("token order", "K", 4 * INDEX + 4, needs_grad=False)
        chosen = tape.new("tokens of each expert", "K·h", x.item_bytes)
        tape.apply("gather", [x], chosen, saves=(index,))
        both = self.linear(chosen, gate_up, "K·e", columns=2)
        gate, up = self.part(both, "K·e"), self.part(both, "K·e")
        out = self.clamped_gate(gate, up) if arch.family == "gpt_oss" else self.multiply(self.activation(gate), up)
        out = self.linear(out, down, "K·h")
        weighted = tape.new("weighted expert output", "K·h", out.item_bytes)
        tape.apply("weigh", [out, weights], weighted, saves=(out, weights))
        restored = tape.apply("restore order", [weighted], tape.new("expert output", "K·h", out.item_bytes))
        summed = tape.apply("sum experts", [restored], tape.new("MLP output", "h", out.item_bytes))
        tape.hold(chosen, out, weighted)
        if not arch.experts.shared_expert_intermediate_size:
            return summed
        shared = self.dense_mlp(x, "e_s", arch.mlp_linears(arch.experts.shared_expert_intermediate_size))
        if arch.experts.shared_gate:
            gate = self.linear(x, arch.expert_linears()[-1], "1")
            shared = self.multiply(shared, tape.apply("sigmoid", [gate], tape.new("gate", "1", HALF), saves=()))
        return self.add(summed, shared)

    def route(self, x: Tensor, router: Linear) -> Tensor:
        """Choose experts. The probabilities of all experts are kept in fp32, the choice as indices."""
        tape, kind = self.tape, self.arch.experts.router
        if kind == "sigmoid_groups":  # DeepSeek routes in fp32: the input is cast and kept
            x = tape.cast(x, FP32, "router input in fp32")
        logits = self.linear(x, router, "E", item_bytes=x.item_bytes)
        weights = tape.new("expert weights", "K", FP32 if kind == "sigmoid_groups" else HALF)
        index = tape.new("chosen experts", "K", INDEX, needs_grad=False)
        if kind == "topk_first":
            return tape.apply("route", [logits], weights, saves=(index, weights))
        probabilities = tape.new("expert probabilities", "E", FP32)
        normalise = tape.apply("softmax", [logits], probabilities, saves=(probabilities,))
        return tape.apply("route", [normalise], weights, saves=(index,))

    def clamped_gate(self, gate: Tensor, up: Tensor) -> Tensor:
        """gpt-oss: (clamp(up) + 1) · gate · sigmoid(1.702 · gate), unfused."""
        new = lambda label: self.tape.new(label, "K·e", gate.item_bytes)  # noqa: E731
        gate = self.tape.apply("clamp gate", [gate], new("clamped gate"), saves=(gate,))
        up = self.tape.apply("clamp up", [up], new("clamped up"), saves=(up,))
        scaled = self.tape.apply("scale", [gate], new("scaled gate"))
        sigmoid = new("sigmoid")
        self.tape.apply("sigmoid", [scaled], sigmoid, saves=(sigmoid,))
        glu = self.multiply(gate, sigmoid)
        return self.multiply(self.tape.apply("plus one", [up], new("up + 1")), glu)
