"""The measuring job: one model in every precision, row by row.

conditions.py        where and with what something was measured. Imports torch: for workers
duration.py          how long measuring may take: what a student in the queue is told. No torch
estimate.py          what a model will take in a precision, from its files alone: nothing is loaded. No torch
job.py               the measuring job: one model in every precision, row by row. Imports torch: for workers
loaded.py            a model in one precision: room checked, loaded or shared with other runs, and weighed while it is
passage.py           a text as tokens, with the reference's scores once they are known. Imports torch: for workers
quality.py           how well a model predicts a text, and how far it has moved from the model it was made from
round_to_nearest.py  our own quantizer in a real model: every linear layer's weight rounded to 2 to 8 bits. Imports
run.py               what a measuring run is asked to do, and the events it yields. No torch: pages read these
scoring.py           run a model over a text and score every token. Imports torch: for workers
speed.py             repeated timings: a rate with its median and spread. No torch; the caller says how to wait for
true_bytes.py        every byte of tensors that a loaded model holds. Imports torch: for workers
wide_products.py     products of 16-bit matrices computed in fp32, where a processor has no 16-bit arithmetic. Imports
writing.py           text from a model, and the two kinds of work that are timed. Imports torch: for workers
"""
