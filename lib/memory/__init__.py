"""What a model needs of memory, to be served or trained, and on which card that fits.

model/        what a model is made of: architecture, config.json, weights in a precision
passes/       a forward and a backward pass, operation by operation: which tensors live when
serve/        serving: weights, KV cache, a request moment by moment, paging, speed at most
train/        training: a step moment by moment, its terms, the optimiser, the dilemma
ask/          questions asked backwards: what fits, what would make it fit, how a measurement compares

gpus.py       graphics cards: how much memory each really offers, and how fast it reads it
overhead.py   what a process takes on a GPU before it holds a tensor
terms.py      a term of an estimate: a size, how sure it is, the arithmetic behind it
errors.py     the domain's error
"""
