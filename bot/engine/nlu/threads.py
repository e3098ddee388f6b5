"""One thread for matrices: quicker for one sentence, and the same sums each time."""

from contextlib import AbstractContextManager
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController


def single_thread() -> AbstractContextManager[Any]:
    """Within it, matrix products of this process use one thread."""
    limits: AbstractContextManager[Any] = _controller().limit(limits=1, user_api="blas")
    return limits


@cache
def _controller() -> ThreadpoolController:
    # Looks through the libraries that are loaded, which takes milliseconds: once.
    return ThreadpoolController()
