"""What happens because time has passed: holds end, parties are missed, reminders fall due, months are made, old rows go.

Promises: a job that runs twice, or in two processes at once, does each act once; a job does a bounded amount and leaves the rest to its
next run; one act that fails does not keep the others from being done. Running late frees nothing: a party that stays longer keeps its
table, and one that is late keeps it until its own terms say otherwise.

It owns the schema `jobs`, where pgqueuer keeps the schedules. It will never decide what is due: the rooms that own the rows do.
"""

from saveit.timers.jobs import core_jobs
from saveit.timers.model import Job
from saveit.timers.schedule import Schedule, run_job

__all__ = ["Job", "Schedule", "core_jobs", "run_job"]
