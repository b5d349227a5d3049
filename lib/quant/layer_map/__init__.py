"""The layer sensitivity map: which layers bear rounding.

job.py     the job that makes a layer sensitivity map. Imports torch: for workers
result.py  a layer sensitivity map as it stands, and what it shows. No torch
run.py     the layer sensitivity map: what it asks and the events it yields. No torch: pages read these
"""
