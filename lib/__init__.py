"""The lesson's machinery. Domains know nothing of pages; only `lib.ui` knows Streamlit.

memory/        what a model needs of memory, to be served or trained
models/        which models there are, fetching them, loading one in a precision
quant/         number formats, teaching quantizers, measurements on a real model
training/      fine-tuning as a stream of events
metrics/       what ROUGE, BLEU and chrF count, step by step
evaluation/    benchmarks, likelihood scoring, choosing a model
alignment/     rankings, reward models, policies
lesson/        what the chapters of no other domain compute
classroom/     a class in one room: questions, votes, what comes of them
engine/        jobs: submit, follow, stop
serving/       health checks, and what the operator of a server sees
charts/        plain data in, plotly figure out
ui/            what pages are made of

curriculum.py      the chapters, from which navigation, contents and tests are made
sources.py         where a fact comes from
whole_numbers.py   the one check for whole numbers
standard_error.py  how sure a mean is whose observations hang together in blocks
places.py          where the app's own files lie
logs.py            what the server tells its operator, without anybody's texts
units.py           bytes, counts and durations: how they are named and shown
errors.py          the one kind of error whose message is written for a student, and the stop that a job meets
"""

import os

# Arrow's own allocator keeps what it has freed: the web process is 2.5 MB smaller with the system's.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
