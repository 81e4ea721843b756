"""Two network devices, and a line between them on which every packet takes its time.

For kernels without tc's netem. Run inside a network namespace: it makes the devices "near" and "far" there, says
"ready", and carries packets until its standard input ends. The first argument is the time for one way, in milliseconds.
"""

import fcntl
import heapq
import itertools
import os
import select
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000


def device(name):
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH", name, IFF_TUN | IFF_NO_PI))
    return descriptor


def main(delay):
    near, far = device(b"near"), device(b"far")
    opposite = {near: far, far: near}
    order = itertools.count()
    waiting = []
    print("ready", flush=True)
    while True:
        timeout = max(0, waiting[0][0] - time.monotonic()) if waiting else None
        readable, _, _ = select.select([near, far, sys.stdin], [], [], timeout)
        if sys.stdin in readable:
            return
        for descriptor in readable:
            packet = os.read(descriptor, 65536)
            heapq.heappush(waiting, (time.monotonic() + delay, next(order), opposite[descriptor], packet))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, descriptor, packet = heapq.heappop(waiting)
            try:
                os.write(descriptor, packet)
            except OSError:
                pass  # The device at that end is not up yet.


main(int(sys.argv[1]) / 1000)
