"""Tasks for other people's evaluation tools: what `spinebench download --for TOOL` writes.

Each tool is one file. A task asks what the server asks an endpoint, with the same pictures,
temperature and limits on tokens, and the log of the tool keeps the ids of the items.
"""

from spinebench.tools.inspect_ai import write_inspect
from spinebench.tools.lm_eval import write_lm_eval
from spinebench.tools.task import MAX_TOKENS, URL, Task, TaskWriter, read_task
from spinebench.tools.vlmevalkit import write_vlmevalkit

WRITERS: dict[str, TaskWriter] = {
    "lm_eval": write_lm_eval,
    "inspect": write_inspect,
    "vlmevalkit": write_vlmevalkit,
}

__all__ = ["MAX_TOKENS", "URL", "WRITERS", "Task", "TaskWriter", "read_task"]
