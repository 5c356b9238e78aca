"""The thread that does the work: it wakes, rests, survives errors and stops."""

import threading

from cases.webhooks.loops import Loop


def unexpected(error: Exception) -> None:
    raise AssertionError("nothing fails here") from error


def test_work_left_from_before_is_done_at_the_start_and_new_work_when_woken():
    done = threading.Semaphore(0)
    jobs = [1, 2]

    def work() -> bool:
        if not jobs:
            return False
        jobs.pop()
        done.release()
        return True

    loop = Loop("test", work, failed=unexpected, idle_seconds=60)
    loop.start()
    assert done.acquire(timeout=5)
    assert done.acquire(timeout=5)
    jobs.append(3)
    loop.wake()
    assert done.acquire(timeout=5)
    loop.stop(timeout=5)
    jobs.append(4)
    assert not done.acquire(timeout=0.05)


def test_work_comes_up_by_itself_after_a_while():
    seen = threading.Semaphore(0)

    def work() -> bool:
        seen.release()
        return False

    loop = Loop("test", work, failed=unexpected, idle_seconds=0.01)
    loop.start()
    for _ in range(3):
        assert seen.acquire(timeout=5)
    loop.stop(timeout=5)


def test_an_error_does_not_end_it():
    seen = threading.Semaphore(0)
    told: list[Exception] = []

    def work() -> bool:
        seen.release()
        raise RuntimeError("the store is away")

    loop = Loop("test", work, failed=told.append, idle_seconds=0.01)
    loop.start()
    for _ in range(3):
        assert seen.acquire(timeout=5)
    loop.stop(timeout=5)
    assert {str(error) for error in told} == {"the store is away"}


def test_it_can_be_stopped_before_it_began():
    Loop("test", lambda: False, failed=unexpected).stop(timeout=1)
