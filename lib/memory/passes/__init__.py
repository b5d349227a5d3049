"""A forward and a backward pass, operation by operation: which tensors live when.

layers.py      a transformer layer, written down operation by operation as `transformers` executes it
numerics.py    in what precision a pass runs, and which weights it trains
operations.py  the operations a layer is written with, each knowing what PyTorch keeps of it for the backward pass
tape.py        a tape of tensors: what is alive at each moment of a forward and a backward pass
"""
