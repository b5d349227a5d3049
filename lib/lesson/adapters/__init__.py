"""Adapters: what each kind adds to a transformer block, what its update is made of, what it costs a request.

kinds.py       the kinds by name: words, formula, whether they can be merged away, where that is from
anatomy.py     what a kind adds to any architecture: shapes, parameters, extra work for a token (no torch)
published.py   parameter counts that were published, to hold the formulas against
rank.py        a recorded update of real weights, by rank: error, spectrum, loss (numpy)
timing.py      a request to the same model with each kind of adapter: what is asked and told (no torch)
timing_job.py  that, measured (torch: only a worker imports it)
errors.py      the one error of this domain
"""
