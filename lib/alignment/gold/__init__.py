"""A proxy reward that is earned, and a gold reward that nobody trains on: overoptimisation measured (Gao et al. 2022).

run.py  the run, what it tells, and both rewards on one scale (no torch)
job.py  gold learns, labels pairs for the proxy, and a policy earns the proxy (worker only)
"""
