"""What --watch does, for a new submission and for one under way."""

from __future__ import annotations

from click.exceptions import Exit

from spinebench.api import Api
from spinebench.errors import ExitCode, SpinebenchError
from spinebench.following import follow
from spinebench.invocation import Invocation
from spinebench.reading import read_answer
from spinebench.shapes.results import Results
from spinebench.shapes.submissions import SubmissionRecord
from spinebench.tables import SUMMARY_SLICES, results_table
from spinebench.terminal import Terminal
from spinebench.transport import WATCHING


def stay(invocation: Invocation, api: Api, id: str) -> None:
    """Follows the submission and shows its end; leaves with NOT_SCORED unless it was scored."""
    terminal = invocation.terminal
    raw = follow(lambda: api.get_submission(id, WATCHING), id, terminal, invocation.sleep)
    submission = read_answer(SubmissionRecord, raw)
    if terminal.as_json:
        terminal.show_json(raw)
    else:
        _show_end(terminal, api, submission)
    if submission.status != "scored":
        raise Exit(ExitCode.NOT_SCORED)


def show_feedback(terminal: Terminal, results: Results) -> None:
    """What was told of a result on hidden answers, in the server's own sentences."""
    for sentence in results.feedback.sentences if results.feedback else ():
        terminal.show(sentence)


def _show_end(terminal: Terminal, api: Api, submission: SubmissionRecord) -> None:
    terminal.show(f"Submission {submission.id}: {submission.status}.")
    if submission.failure is not None:
        terminal.show(submission.failure.message)
        if submission.failure.remedy:
            terminal.show(submission.failure.remedy)
    elif submission.status == "scored":
        _show_scores(terminal, api, submission)


def _show_scores(terminal: Terminal, api: Api, submission: SubmissionRecord) -> None:
    try:
        results = read_answer(Results, api.get_results(submission.id))
    except SpinebenchError as error:
        # It is scored all the same: the exit status must not depend on this extra.
        terminal.say(f"The scores cannot be shown at the moment: {error.message}")
        return
    terminal.show("")
    show_feedback(terminal, results)
    if results.scores:
        terminal.show_table(results_table(results, SUMMARY_SLICES))
        terminal.say(f"Every slice: spinebench results {submission.id}")
    terminal.say(f"Page:        {submission.url}")
