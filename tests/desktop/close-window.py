"""Asks a window to close, as its title bar does: the window decides what becomes of that. Usage: close-window.py TITLE"""

import ctypes
import sys

Window = ctypes.c_ulong
x11 = ctypes.CDLL("libX11.so.6")
x11.XOpenDisplay.restype = ctypes.c_void_p
x11.XDefaultRootWindow.restype = Window
x11.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
x11.XInternAtom.restype = ctypes.c_ulong
x11.XInternAtom.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
x11.XQueryTree.argtypes = [ctypes.c_void_p, Window] + [ctypes.c_void_p] * 4
x11.XFetchName.argtypes = [ctypes.c_void_p, Window, ctypes.c_void_p]
x11.XSendEvent.argtypes = [ctypes.c_void_p, Window, ctypes.c_int, ctypes.c_long, ctypes.c_void_p]
x11.XSync.argtypes = [ctypes.c_void_p, ctypes.c_int]


class ClientMessage(ctypes.Structure):
    """XClientMessageEvent of Xlib.h, with room for the largest event of the union."""

    _fields_ = [
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", Window),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        ("rest", ctypes.c_long * 24),
    ]


def below(display, window):
    """The window and every window in it."""
    root, parent, children, count = Window(), Window(), ctypes.POINTER(Window)(), ctypes.c_uint()
    yield window
    found = x11.XQueryTree(
        display, window, *(ctypes.byref(place) for place in (root, parent, children, count))
    )
    for index in range(count.value if found else 0):
        yield from below(display, children[index])


def title(display, window):
    name = ctypes.c_char_p()
    return name.value if x11.XFetchName(display, window, ctypes.byref(name)) else None


def main():
    display = x11.XOpenDisplay(None)
    if not display:
        sys.exit("there is no screen")
    for window in below(display, x11.XDefaultRootWindow(display)):
        if title(display, window) == sys.argv[1].encode():
            protocols = x11.XInternAtom(display, b"WM_PROTOCOLS", 0)
            delete = x11.XInternAtom(display, b"WM_DELETE_WINDOW", 0)
            message = ClientMessage(type=33, window=window, message_type=protocols, format=32)
            message.data[0] = delete
            x11.XSendEvent(display, window, 0, 0, ctypes.byref(message))
            x11.XSync(display, 0)
            return
    sys.exit(f"no window has the title {sys.argv[1]}")


main()
