"""YAML that every reader takes alike: all texts in double quotes, so that none becomes a number.

PyYAML follows YAML 1.1 and the Hub 1.2: a name such as 1e5 or 0o17 would be text to the one and a
number to the other.
"""

from __future__ import annotations

from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]
    """Writes lists below their key, keys without quotes, and never an alias."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:
        return True

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> Any:
        node = super().represent_mapping(tag, mapping, flow_style)
        for key, _ in node.value:
            key.style = None
        return node


def _represent_text(dumper: _Dumper, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')


_Dumper.add_representer(str, _represent_text)


def write_yaml(value: object, *comments: str) -> bytes:
    """`value` below the comments, a line each; keys in their order."""
    head = "".join(f"# {line}\n" for line in comments)
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)
    return (head + text).encode()
