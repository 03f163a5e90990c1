"""The connection to a vendor: no answer is longer than we can hold, however small it is on the way."""

import zlib
from collections.abc import AsyncIterator

import httpx

LARGEST_ANSWER = 32 * 1024 * 1024
"""Bytes, unpacked: three times a page of 100 events with 500 attendees each."""
GZIP = 16 + zlib.MAX_WBITS


def connection() -> httpx.AsyncClient:
    """It follows no redirect, for a key would be shown to whoever is named in one."""
    hooks = {"response": [_bound]}
    return httpx.AsyncClient(timeout=30, follow_redirects=False, headers={"Accept-Encoding": "gzip"}, event_hooks=hooks)


async def _bound(response: httpx.Response) -> None:
    """Only what was asked for is unpacked: by us, for httpx would unpack whole pieces of any size."""
    packing = response.headers.pop("Content-Encoding", "identity").strip().lower()
    if packing not in {"gzip", "identity"}:
        raise httpx.DecodingError(f"packed by {packing!r}")
    if isinstance(response.stream, httpx.AsyncByteStream):
        response.stream = _Bounded(response.stream, packed=packing == "gzip")


class _Bounded(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream, *, packed: bool) -> None:
        self._stream, self._packed = stream, packed

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left, packed = LARGEST_ANSWER, zlib.decompressobj(GZIP) if self._packed else None
        async for piece in self._stream:
            try:
                plain = packed.decompress(piece, left + 1) if packed else piece
            except zlib.error as error:
                raise httpx.DecodingError("not gzip") from error
            left -= len(plain)
            if left < 0:
                raise httpx.DecodingError("larger than any answer")
            yield plain

    async def aclose(self) -> None:
        await self._stream.aclose()
