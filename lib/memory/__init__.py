"""What a model needs of memory, to be served or trained, and on which card that fits.

estimate.py         serving or training: the estimate of whichever a set-up is of
ask/                questions asked backwards: what fits, what would make it fit, how a measurement compares
serve/              serving: weights, KV cache, a request moment by moment, paging, speed at most
train/              training: a step moment by moment, its terms, the optimizer, the dilemma
passes/             a forward and a backward pass, operation by operation: which tensors live when
model/              what a model is made of: shape, config.json, parameters, weights in a precision
gpus.py             graphics cards: how much memory each really offers, and how fast it reads it
rules_of_thumb.py   the lecture's two rules, to compare with
overhead.py         what a process takes on a GPU before it holds a tensor
setup.py            the questions that a serving and a training set-up can both be asked
moment.py           what is in memory at one moment
terms.py            a term of an estimate: a size, how sure it is, the arithmetic behind it
arithmetic.py       numbers with a symbol and a name, and the sums and products made of them
errors.py           the domain's error

From a set-up to a number: `estimate(architecture("Llama-3.1-8B"), ServingSetup(context=8_192), gpu("RTX 4090"))`.
"""

from lib.memory.errors import CannotEstimateError
from lib.memory.estimate import Estimate, estimate
from lib.memory.gpus import Gpu, gpu, gpus
from lib.memory.model.architecture import Architecture
from lib.memory.model.catalogue import architecture, catalogue
from lib.memory.rules_of_thumb import ServingRule, TrainingRule
from lib.memory.serve.setup import ServingSetup
from lib.memory.setup import Setup
from lib.memory.train.setup import TrainingSetup

__all__ = [
    "Architecture",
    "CannotEstimateError",
    "Estimate",
    "Gpu",
    "ServingRule",
    "ServingSetup",
    "Setup",
    "TrainingRule",
    "TrainingSetup",
    "architecture",
    "catalogue",
    "estimate",
    "gpu",
    "gpus",
]
