"""Processes that help another one, and go when it goes."""

import multiprocessing
import os
import threading


def end_with_parent() -> None:
    """Let this process end with the one that started it, however that ends: it would wait for its next task for ever."""

    def follow() -> None:
        if parent := multiprocessing.parent_process():
            parent.join()
            os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
