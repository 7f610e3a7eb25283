"""Pieces of a file worked on by several threads and handed out in the order of the file, in bounded memory.

Inflating and decoding need nothing of the neighbours and run side by side. Only the search for record boundaries
waits for the piece before, whose last record may end in this one. Pieces are cut by the bytes of the file and never
by the number of threads, so that the result is the same with any.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any, Generic, Protocol, TypeVar

from filiation.io.raw.deflate import Deflate

Taken = TypeVar("Taken")
Linked = TypeVar("Linked")
Result = TypeVar("Result")


class Work(Protocol):
    """What `run_in_order` needs of a file."""

    deflate: Deflate | None

    def take(self) -> Any:
        """The next piece, or None at the end; called by one thread at a time, in order."""

    def open_piece(self, piece: Any, state: int) -> Any:
        """First part of the work on a piece (or on the end): independent of all others."""

    def link(self, opened: Any) -> Any:
        """Second part: called in the order of the file."""

    def finish(self, linked: Any) -> Any:
        """Third part: independent of all others."""


class _Decompressor:
    """This thread's libdeflate state, given back at the end."""

    def __init__(self, deflate: Deflate | None) -> None:
        self.deflate = deflate
        self.state = deflate.new_state() if deflate else 0

    def __enter__(self) -> int:
        return self.state

    def __exit__(self, *_: object) -> None:
        if self.deflate:
            self.deflate.free_state(self.state)


def run_in_order(work: Work, threads: int) -> Iterator[Any]:
    """Results of `work.finish` for every piece and for the end, in order. An error is raised where it belongs."""
    if threads > 1:
        yield from _Crew(work, threads).results()
        return
    with _Decompressor(work.deflate) as state:
        while True:
            piece = work.take()
            yield work.finish(work.link(work.open_piece(piece, state)))
            if piece is None:
                return


class _Crew(Generic[Result]):
    """Threads that take pieces in turn. One lock guards every field."""

    def __init__(self, work: Work, threads: int) -> None:
        self.work = work
        self.changed = threading.Condition()
        self.window = threads + 1
        self.taken = 0
        self.linked = 0
        self.handed_out = 0
        self.at_end = False
        self.stopped = False
        self.done: dict[int, Callable[[], Any]] = {}
        self.threads = [threading.Thread(target=self._labour, daemon=True) for _ in range(threads)]

    def results(self) -> Iterator[Any]:
        """Start the threads and hand out their results."""
        for thread in self.threads:
            thread.start()
        try:
            while True:
                with self.changed:
                    while self.handed_out not in self.done:
                        if self.at_end and self.handed_out == self.taken:
                            return
                        self.changed.wait()
                    result = self.done.pop(self.handed_out)
                value = result()
                del result
                yield value
                del value
                with self.changed:
                    self.handed_out += 1
                    self.changed.notify_all()
        finally:
            with self.changed:
                self.stopped = True
                self.changed.notify_all()
            for thread in self.threads:
                thread.join()

    def _labour(self) -> None:
        """Life of one thread: piece after piece until the end, an error, or the stop."""
        with _Decompressor(self.work.deflate) as state:
            while True:
                with self.changed:
                    while not self.stopped and not self.at_end and self.taken - self.handed_out >= self.window:
                        self.changed.wait()
                    if self.stopped or self.at_end:
                        return
                    number = self.taken
                    self.taken += 1
                    try:
                        piece = self.work.take()
                    except BaseException as error:  # raised again where the results are read
                        self.at_end = True
                        self._deliver(number, error, None)
                        return
                    self.at_end = piece is None
                if not self._work_on(number, piece, state):
                    return

    def _work_on(self, number: int, piece: Any, state: int) -> bool:
        """The three parts of the work on one piece; False when this thread has to end."""
        try:
            opened = self.work.open_piece(piece, state)
            with self.changed:
                while self.linked != number and not self.stopped:
                    self.changed.wait()
                if self.stopped:
                    return False
            linked = self.work.link(opened)
            del opened, piece
            with self.changed:
                self.linked += 1
                self.changed.notify_all()
            result = self.work.finish(linked)
        except BaseException as error:  # raised again where the results are read
            with self.changed:
                self._deliver(number, error, None)
            return False
        with self.changed:
            self._deliver(number, None, result)
        return True

    def _deliver(self, number: int, error: BaseException | None, value: Any) -> None:
        """Put a result, or the error that stands for it, where `results` finds it."""

        def result() -> Any:
            if error is not None:
                raise error
            return value

        self.done[number] = result
        self.changed.notify_all()
