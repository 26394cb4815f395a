"""An event loop for a test that is no coroutine itself."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def in_a_loop_of_its_own(coroutine: Coroutine[Any, Any, T], limit: float) -> T:
    """What the coroutine returns. Raises what it raises, and TimeoutError after `limit` seconds.

    In a thread beside this one, where a browser's test before us may have left a loop running.
    """
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, asyncio.wait_for(coroutine, limit)).result()
