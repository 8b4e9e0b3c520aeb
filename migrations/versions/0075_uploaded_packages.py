"""Packages that hosts upload on their pages: bytes, dry run and preview."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0070"
branch_labels = None
depends_on = None


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)


def _place() -> sa.Column[int]:
    return sa.Column("place", sa.Integer(), nullable=False)


def _content() -> sa.Column[bytes]:
    return sa.Column("content", sa.LargeBinary(), nullable=False)


def _make_part(name: str, keys: tuple[str, ...], *columns: sa.Column[Any]) -> None:
    """A table of parts of uploaded packages, whose primary key is that of the package and more."""
    op.create_table(
        name,
        sa.Column("uploaded_id", sa.Integer(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["uploaded_id"], ["uploaded_packages.id"], name=op.f(f"fk_{name}_uploaded_id")
        ),
        sa.PrimaryKeyConstraint("uploaded_id", *keys, name=op.f(f"pk_{name}")),
    )


def upgrade() -> None:
    """Make the tables, empty."""
    op.create_table(
        "uploaded_packages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("benchmark", sa.String(length=80), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("n_bytes", sa.Integer(), nullable=False),
        sa.Column("layout", sa.String(length=40), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("step", _enum("uploadstep", "read", "load"), nullable=False),
        sa.Column(
            "state",
            _enum("uploadstate", "waiting", "working", "ready", "loaded", "failed"),
            nullable=False,
        ),
        sa.Column("n_done", sa.Integer(), nullable=False),
        sa.Column("n_all", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("run_id", sa.String(length=32), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("n_attempts", sa.Integer(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["users.id"], name=op.f("fk_uploaded_packages_uploaded_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploaded_packages")),
    )
    for column in ("benchmark", "expires_at", "state"):
        op.create_index(op.f(f"ix_uploaded_packages_{column}"), "uploaded_packages", [column])
    _make_part("uploaded_pieces", ("place",), _place(), _content())
    _make_part(
        "upload_reports",
        (),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
    )
    _make_part(
        "upload_sheets",
        ("kind", "place"),
        sa.Column("kind", _enum("sheetkind", "problems", "items", "pictures"), nullable=False),
        _place(),
        sa.Column("rows", sa.JSON(), nullable=False),
    )
    _make_part(
        "upload_pictures",
        ("place",),
        _place(),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        _content(),
    )


def downgrade() -> None:
    """Drop what was uploaded and not loaded; hosts have their files."""
    for name in (
        "upload_pictures",
        "upload_sheets",
        "upload_reports",
        "uploaded_pieces",
        "uploaded_packages",
    ):
        op.drop_table(name)
