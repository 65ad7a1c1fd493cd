"""The body of an answer, read piece by piece: bounded in size, unpacked, bombs seen before they are whole."""

from __future__ import annotations

import zlib
from typing import Final

import aiohttp

from services.crawler.outcomes import Outcome

RATIO_MAX: Final = 200
"""A body that unpacks to more than so many times its size, and to more than 1 MiB, is a bomb. HTML packs about 1:5."""
MEMBERS_MAX: Final = 100
"""Parts of one gzip body. Servers that flush send a few."""

_BOMB_BYTES_MIN: Final = 1024 * 1024
_PIECE: Final = 64 * 1024
_GZIP: Final = b"\x1f\x8b"
_PLAIN: Final = ("", "identity", "none", "utf-8")
"""Servers also name the charset here."""


async def read_answer(answer: aiohttp.ClientResponse, bytes_max: int) -> tuple[bytes, bytes, Outcome | None]:
    """Body as sent, body unpacked, and why reading was given up. Raises aiohttp.ClientError, TimeoutError."""
    if (answer.content_length or 0) > bytes_max:
        return b"", b"", Outcome.TOO_LARGE
    packing = answer.headers.get("Content-Encoding", "").strip().lower()
    unpacker = Unpacker(packing, bytes_max) if packing in ("gzip", "x-gzip", "deflate") else None
    if unpacker is None and packing not in _PLAIN:  # what wasn't asked for
        return b"", b"", Outcome.BROKEN
    raw = bytearray()
    async for piece in answer.content.iter_chunked(_PIECE):
        raw += piece
        if unpacker is not None:
            try:
                unpacker.feed(piece)
            except zlib.error:
                return b"", b"", Outcome.BROKEN
            if unpacker.is_bomb(len(raw)):
                return b"", b"", Outcome.BOMB
        if len(raw) > bytes_max or (unpacker is not None and len(unpacker.body) > bytes_max):
            return b"", b"", Outcome.TOO_LARGE
    if unpacker is None or not raw:
        return bytes(raw), bytes(raw), None
    return (bytes(raw), bytes(unpacker.body), None) if unpacker.is_whole() else (b"", b"", Outcome.BROKEN)


class Unpacker:
    """gzip, of one member or several, or deflate, with its header or without. `body` has `bytes_max` + 1 at most."""

    def __init__(self, packing: str, bytes_max: int) -> None:
        self.body = bytearray()
        self._bytes_max = bytes_max
        self._bare = packing == "deflate"
        """Whether it may come without its header, as some servers send it."""
        self._inner = zlib.decompressobj(wbits=47)
        self._members = 1

    def feed(self, piece: bytes) -> None:
        """Raises zlib.error where it is not packed as was said."""
        try:
            self.body += self._inner.decompress(piece, self._bytes_max + 1 - len(self.body))
        except zlib.error:
            if self.body or not self._bare:
                raise
            self._bare, self._inner = False, zlib.decompressobj(wbits=-15)
            self.body += self._inner.decompress(piece, self._bytes_max + 1)
        while self._inner.eof and self._inner.unused_data[:2] == _GZIP and len(self.body) <= self._bytes_max:
            self._members += 1
            if self._members > MEMBERS_MAX:
                raise zlib.error("too many members")
            rest, self._inner = self._inner.unused_data, zlib.decompressobj(wbits=31)
            self.body += self._inner.decompress(rest, self._bytes_max + 1 - len(self.body))

    def is_bomb(self, received: int) -> bool:
        consumed = received - len(self._inner.unconsumed_tail)
        size = len(self.body)
        return size > min(_BOMB_BYTES_MIN, self._bytes_max) and size > RATIO_MAX * consumed

    def is_whole(self) -> bool:
        """Whether it has come to its end; or, from servers that never write one, ends in a tag as pages do."""
        return self._inner.eof or self.body.rstrip().endswith(b">")
