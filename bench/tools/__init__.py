"""Whether other people's tools, run as our guide says, give the score that is true.

For each tool `spinebench download --for` writes a folder of SpineBench-Mini; the commands of its
README.txt are run as they stand, with the tool in a fixed version, against a server that answers a
known part of the questions rightly; and the logs are read as a submission is. It fails unless each
question was asked once, word for word as the server asks an endpoint and with every picture, and
every text that was answered is read back under its id.
"""

from bench.tools.compare import measure

__all__ = ["measure"]
