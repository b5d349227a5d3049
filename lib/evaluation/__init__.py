"""What the evaluation chapters compute.

likelihood.py     multiple choice by log-likelihood as lm-evaluation-harness does it: what is asked and found (no torch)
likelihood_job.py the same, worked out by a model in a worker (torch)
answers_job.py    what the base model and a fine-tuned one write, to be scored against a reference (torch)
contamination.py  whether a test item was in the training text: the published rules
selection.py      a model chosen by weighted factors, and the weights at which the choice changes
course.py         benchmarks, abilities, FLASK's skills and the models, from assets/evaluation
"""
