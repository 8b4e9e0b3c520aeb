"""What is sent to addresses that read more than their names: so only who asks decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from leaderboard.db import now
from leaderboard.web.forms.reported import pack
from tests.web.api.test_api import make_file

UNTIL = f"{now() + timedelta(days=1):%Y-%m-%d}"
CARD = {"name": "Card", "organisation": "Org"}
ENDPOINT = {"name": "theirs", "base_url": "https://1.1.1.1/v1", "model": "m"}
FILE = {"file": ("p.jsonl", make_file(1))}
PREDICTIONS = {"benchmark": "tiny", "split": "test", "model": "model-a"}
REASON = {"data": {"reason": "because"}}
SOURCE = {"title": "A paper", "address": "https://example.org/paper"}
TABLE = b"model,text\nVlm,50\n"
TARGET = {"team": "team-a", "kind": "webhook", "address": "https://1.1.1.1/other"}

FORMS: dict[str, dict[str, Any]] = {
    "POST /account/models/model-a": {"data": CARD},
    "POST /account/models/new": {"data": CARD | {"team": "team-a", "slug": "model-c"}},
    "POST /account/notices": {"data": TARGET},
    "POST /account/teams": {"data": {"name": "New", "slug": "team-new"}},
    "POST /account/tokens": {"data": {"name": "new", "scope": "read", "days": "9"}},
    "POST /admin/announcements": {"data": {"benchmark": "tiny", "text": "Hi.", "until": UNTIL}},
    "POST /admin/campaigns/rule/tiny": {"data": {"tiny-min_labels": "30", "tiny-min_models": "5"}},
    "POST /admin/campaigns/{campaign}/drop": REASON,
    "POST /admin/campaigns/{campaign}/open": {
        "data": {"reason": "because", "seen": "2026-01-01T00:00:00+00:00"}
    },
    "POST /admin/models/model-a/verify": REASON,
    "POST /admin/people/sam@example.org/ban": REASON,
    "POST /admin/teams/team-b/ban": REASON,
    "POST /admin/submissions/{scored}/hide": REASON,
    "POST /admin/packages": {
        "data": {"benchmark": "tiny", "layout": ""},
        "files": {"file": ("p.zip", b"no zip")},
    },
    "POST /admin/packages/{uploaded}/load": {
        "data": {"looked": "y", "by": "A. Example", "found": "Nothing."}
    },
    "POST /admin/reported/{source}/withdraw": REASON,
    "POST /admin/reported/tiny/1.0.0/test/preview": {
        "data": SOURCE,
        "files": {"file": ("t.csv", TABLE)},
    },
    "POST /admin/reported/tiny/1.0.0/test/add": {"data": SOURCE | {"content": pack(TABLE)}},
    "POST /admin/benchmarks/tiny/1.0.0/test/release": REASON,
    "POST /admin/benchmarks/tiny/1.0.0/test/trained/apart": REASON,
    "POST /admin/benchmarks/tiny/1.0.0/reveal": {
        "data": {
            "extent": "items",
            "items": "test-text-000",
            "reason": "because",
            "confirmation": "tiny 1.0.0",
        }
    },
    "POST /admin/benchmarks/tiny/1.0.0/reveal/date": {
        "data": {"date-split": "test", "date-at": "2101-01-01"}
    },
    "POST /admin/phases/tiny/1.0.0/dev": {
        "data": {"name": "All", "opens": "2001-01-01", "closes": "2101-01-01"}
    },
    "POST /admin/terms/tiny/third-parties": {"data": {"judges": "y", "endpoints": "y"}},
    "POST /admin/terms/tiny/agreement": {"data": {"version": "1", "text": "Be kind."}},
    "POST /admin/roles/invitations": {
        "data": {"email": "new@example.org", "role": "expert", "benchmark": "tiny"}
    },
    "POST /admin/roles/revoke": {
        "data": {"email": "emma@example.org", "role": "expert", "benchmark": "tiny"}
    },
    "POST /endpoints/new": {"data": ENDPOINT | {"team": "team-a", "concurrency": "1"}},
    "POST /endpoints/{endpoint}/change": {"data": ENDPOINT | {"concurrency": "1"}},
    "POST /rate/{assigned}/save": {"data": {"rating-coverage": "3"}},
    "POST /rate/experts/assign": {"data": {"benchmark": "tiny", "model": "model-a", "n": "1"}},
    "POST /rate/experts": {
        "data": {"benchmark": "tiny", "kind": "expert"},
        "files": {
            "file": (
                "r.csv",
                b"model,item,rater,dimension,value\nmodel-a,test-report-000,one,coverage,3\n",
            )
        },
    },
    "POST /submit": {"data": PREDICTIONS, "files": FILE},
    "POST /api/v1/endpoints": {"json": ENDPOINT | {"team": "team-a"}},
    "PATCH /api/v1/endpoints/{endpoint}": {"json": {"name": "changed"}},
    "POST /api/v1/objections": {
        "json": {"benchmark": "tiny", "item": "test-text-001", "text": "Two options are right."}
    },
    "POST /api/v1/models": {
        "json": CARD | {"team": "team-a", "slug": "model-c", "open_weights": True}
    },
    "PATCH /api/v1/models/model-a": {"json": {"name": "Changed"}},
    "POST /api/v1/submissions": {"data": PREDICTIONS, "files": FILE},
    "POST /api/v1/validations": {"data": {"benchmark": "tiny", "split": "test"}, "files": FILE},
}
