"""Arrays without an owner inside kernels, for loops that hand arrays to many small functions.

A compiled function counts a reference at every hand-over of an array, by an atomic operation. In the decoders, which
make dozens of hand-overs for each record, that took three quarters of the time. An array that belongs to nobody is
not counted. The caller's own array must live as long, which an argument of the outermost kernel does.
"""

from __future__ import annotations

from typing import Any

from numba.extending import intrinsic


def _borrow(typing: Any, array: Any) -> Any:
    """The same array, without a reference to its memory's owner."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = context.make_array(signature.args[0])(context, builder, value=arguments[0])
        view.meminfo = view.meminfo.type(None)
        view.parent = view.parent.type(None)
        return view._getvalue()

    return array(array), generate


borrow: Any = intrinsic(_borrow)
