"""How well a model predicts a text, and how far it has moved from the model it was made from.

quality.py        perplexity and agreement, from numbers per token. No torch: pages read these
passage.py        a text as tokens, with the reference's scores once they are known. Imports torch: for workers
token_scores.py   run a model over a text and score every token. Imports torch: for workers
wide_products.py  products of 16-bit matrices computed in fp32, where a processor has no 16-bit arithmetic (torch)
"""
