"""A TCP proxy on 127.0.0.1 that makes a near server a far one, or breaks the line at a given byte.

    with proxy(server.port, round_trip=0.02) as port: ...
    with proxy(server.port, fault="cut", after=20_000) as port: ...

Faults, once `after` bytes came back from the server: "cut" closes both sides, "hole" forwards nothing more
and keeps the connection open, "flip" inverts one bit and goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class _Line:
    target: int
    one_way: float
    fault: str
    after: int

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        there = asyncio.create_task(self.carry(reader, far_writer, fault=""))
        back = asyncio.create_task(self.carry(far_reader, writer, fault=self.fault))
        try:
            await asyncio.wait((there, back), return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            return  # the end of the test; a cancelled handler would be reported as an error of the server
        finally:
            for task in (there, back):
                task.cancel()
            for end in (writer, far_writer):
                end.close()

    async def carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, fault: str) -> None:
        """Forwards what comes, each piece `one_way` seconds later, until the source ends or the fault."""
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        writing = asyncio.create_task(self.deliver(queue, target))
        clock = asyncio.get_running_loop().time
        passed = 0
        try:
            while data := await source.read(65_536):
                if fault and passed + len(data) > self.after:
                    if fault == "cut":
                        return
                    if fault == "hole":
                        await asyncio.Event().wait()
                    place = max(0, self.after - passed)
                    data = data[:place] + bytes((data[place] ^ 1,)) + data[place + 1 :]
                    fault = ""
                passed += len(data)
                queue.put_nowait((clock() + self.one_way, data))
            queue.put_nowait((clock() + self.one_way, b""))
            await writing
        except ConnectionError:
            return
        finally:
            writing.cancel()

    async def deliver(self, queue: asyncio.Queue[tuple[float, bytes]], target: asyncio.StreamWriter) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            due, data = await queue.get()
            await asyncio.sleep(max(0.0, due - clock()))
            if not data:
                return
            target.write(data)


@contextlib.contextmanager
def proxy(target: int, *, round_trip: float = 0.0, fault: str = "", after: int = 0) -> Iterator[int]:
    """The port of a proxy in front of local port `target`; `round_trip` in seconds."""
    line = _Line(target, round_trip / 2, fault, after)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="proxy", daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(asyncio.start_server(line.serve, "127.0.0.1", 0), loop).result(
        10
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _stop(server: asyncio.Server) -> None:
    server.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
