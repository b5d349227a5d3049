"""The measuring job: one model in every precision, row by row.

job.py         the measuring job: one model in every precision, row by row. Imports torch: for workers
run.py         what a measuring run is asked to do, and the events it yields. No torch: pages read these
duration.py    how long measuring may take: what a student in the queue is told. No torch
conditions.py  where and with what something was measured. Imports torch: for workers
loading/       a model in one precision: whether there is room, loading it, weighing it
scoring/       how well a model predicts a text, and how far it has moved from the model it was made from
speed/         how fast a model reads and writes
"""
