"""What somebody with a door to Redis would have a worker call."""

import os


def make_folder(*_: object) -> None:
    """Leave a trace of having been called."""
    os.mkdir(os.environ["CALLBACK_FOLDER"])
