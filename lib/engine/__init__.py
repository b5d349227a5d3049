"""Jobs: submit, follow, stop. A job is a plain generator of events; where it runs is not its business.

    engine = Engine.start()                      # a local worker process, or the cluster at SCHEDULER_ADDRESS
    finetune = "lib.training.finetune:finetune"  # a generator function, by name
    job_id = engine.submit(finetune, run, owner=token, kind="lora", expected_s=5, time_limit_s=60)
    engine.view(job_id, owner=token)             # state, events so far, place in the queue, honest waiting time
    engine.stop(job_id, owner=token)             # the generator gets StopRequested within one step

engine.py        the engine: who may see what, dispatch, time limits, what happens when a worker dies
queue.py         the fair queue and its waiting times (pure Python)
shared_line.py   the lines of several web processes on one cluster, as one
cluster.py       the dask.distributed side: local worker processes or a cluster elsewhere
errors.py        what a student hears when a job cannot be started, seen or ended in time
job.py           what a job is: as the engine keeps it, and as its owner sees it
recording.py     a run that is over, as JSON and back
overview.py      the whole engine, as its operator sees it
worker.py        what runs in a worker around the generator
local_worker.py  the command that a local worker process is started with
hall.py          what a hall's scheduler and workers do first, which Dask's own command starts
"""

from lib.engine.engine import Engine
from lib.engine.errors import EngineError, QueueFull
from lib.engine.job import JobState, JobView
from lib.errors import StopRequested

__all__ = ["Engine", "EngineError", "JobState", "JobView", "QueueFull", "StopRequested"]
