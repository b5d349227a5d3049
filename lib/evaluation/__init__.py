"""What the evaluation chapters compute.

facts.py          reads assets/evaluation
benchmarks.py     the frameworks and what their tasks test; an item in the style of each kind of benchmark
likelihood.py     multiple choice by log-likelihood as lm-evaluation-harness does it: asked, found, scored (no torch)
likelihood_job.py the same, worked out by a model in a worker (torch)
abilities.py      the survey's abilities with their datasets, and which dataset serves several
flask.py          FLASK's twelve skills, pairs of answers, and how two sets of ratings differ
agreement.py      how far every two judges of the same texts agree
answers.py        what a model, and the same model fine-tuned, are asked (no torch)
answers_job.py    what they write (torch)
open_models.py    published open models: what is known of each, and what serving it takes
selection.py      a choice by weighted factors, and the weights at which it changes
contamination.py  whether a test item was in the training text: the published rules
errors.py         the one error of this domain
"""
