"""Typed reads of YAML nodes, so that each mistake in a file that people write is known with its line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

import yaml


class Fault(Exception):
    """A mistake at a node: `line` from 1, and the reason in words."""

    def __init__(self, node: yaml.Node, reason: str) -> None:
        super().__init__(reason)
        self.line, self.reason = node.start_mark.line + 1, reason


@dataclass(frozen=True, slots=True)
class NodeReader:
    """Every method takes a node and returns its value, or raises Fault."""

    variables: Mapping[str, str]
    """What `${NAME}` stands for in texts."""

    def mapping(self, node: yaml.Node, known: set[str]) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            raise Fault(node, "a mapping (key: value) is due here")
        fields: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            if name not in known:
                raise Fault(key, f"unknown key `{name}`{_near(name, known)}")
            if name in fields:
                raise Fault(key, f"key `{name}` stands twice")
            fields[name] = value
        return fields

    def sequence(self, node: yaml.Node) -> list[yaml.Node]:
        if not isinstance(node, yaml.SequenceNode):
            raise Fault(node, "a list is due here")
        return list(node.value)

    def text(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            raise Fault(node, "a text is due here")

        def variable(match: re.Match[str]) -> str:
            if match[1] not in self.variables:
                raise Fault(node, f"unknown variable ${{{match[1]}}}")
            return self.variables[match[1]]

        return re.sub(r"\$\{(\w+)\}", variable, node.value.strip())

    def address(self, node: yaml.Node) -> str:
        text = self.text(node)
        try:
            parts = urlsplit(text)
            sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            sound = False
        if not sound or re.search(r"\s", text) or "@" in parts.netloc:
            raise Fault(node, f"{text!r} is no http or https address")
        return text

    def number(self, node: yaml.Node, low: float, high: float) -> float:
        try:
            value = float(self.text(node))
        except ValueError:
            raise Fault(node, f"{self.text(node)!r} is no number") from None
        if not low <= value <= high:
            raise Fault(node, f"{value:g} is not between {low:g} and {high:g}")
        return value

    def one_of(self, node: yaml.Node, words: tuple[str, ...]) -> str:
        text = self.text(node)
        if text not in words:
            raise Fault(node, f"{text!r} is none of {', '.join(words)}")
        return text

    def day(self, node: yaml.Node) -> date:
        try:
            return date.fromisoformat(self.text(node))
        except ValueError:
            raise Fault(node, f"{self.text(node)!r} is no day (YYYY-MM-DD)") from None

    def addresses(self, node: yaml.Node) -> tuple[str, ...]:
        return tuple(self.address(item) for item in self.sequence(node))


def _near(word: str, words: set[str]) -> str:
    near = difflib.get_close_matches(word, sorted(words), n=1)
    return f": did you mean `{near[0]}`?" if near else f"; known are {', '.join(sorted(words))}"
