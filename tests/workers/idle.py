"""Whether workers have nothing left to do."""

from redis import Redis
from rq.job import JobStatus

from leaderboard.queue import JobQueue


def is_idle(redis: Redis, queue: JobQueue) -> bool:
    """Whether no job waits and no worker is at one.

    A job that a worker has taken stands in no list until that is known to be busy, but its own
    record says for so long that it is queued: so records are read, and before the workers.
    """
    if any(
        redis.hget(key, "status") == JobStatus.QUEUED.encode() for key in redis.keys("rq:job:*")
    ):
        return False
    state = queue.find_state()
    assert state is not None
    return all(worker.state == "idle" for worker in state.workers)
