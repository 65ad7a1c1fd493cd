"""The one exception for what a user can put right."""

from __future__ import annotations


class SolieuError(Exception):
    """Something a user can put right. The console prints it without a traceback and exits with 2.

    `code`: stable, kebab case, for searching and tests (`postgres-version`). `message`: one sentence, what is wrong.
    `hint`: what to do next; it has no default, so that the author must think of it.
    """

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(code, message, hint)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"error {self.code}: {self.message}\n  next: {self.hint}"
