"""The layer sensitivity map: which layers bear rounding.

job.py  the job that makes a layer sensitivity map. Imports torch: for workers
run.py  the layer sensitivity map: what it asks and the events it yields. No torch: pages read these
"""
