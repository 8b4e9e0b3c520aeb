"""How long a server asks to wait is read as it meant it."""

import pytest

from leaderboard.chat import read_retry_after


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("7", None, 7.0),
        ("0.25", None, 0.25),
        ("-3", None, 0.0),
        ("nan", None, None),
        ("inf", None, None),
        ("soon", None, None),
        (None, None, None),
        # RFC 9110's own example of a date, half a minute after the server's clock and before ours.
        ("Fri, 31 Dec 1999 23:59:59 GMT", "Fri, 31 Dec 1999 23:59:29 GMT", 30.0),
        ("Fri, 31 Dec 1999 23:59:59 GMT", None, 946_684_799 - 946_684_700.0),
        ("Fri, 31 Dec 1999 23:59:59 GMT", "Sat, 01 Jan 2000 00:00:10 GMT", 0.0),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(
    value: str | None, date: str | None, seconds: float | None
) -> None:
    assert read_retry_after(value, date, now=946_684_700.0) == seconds
