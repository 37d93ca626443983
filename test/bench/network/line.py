# A line between two network namespaces: one TUN device in each, and what goes in on one side comes out on the other
# after half a round trip, as fast as the line carries it, or not at all. `line.py NS NS RTT_MS KBPS LOSS` says "ready".
import contextlib
import ctypes
import fcntl
import heapq
import os
import random
import select
import struct
import sys
import time

CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA
IFF_TUN_NO_PI = 0x1001
# Of Ethernet, which a TUN device does not have (bytes).
ETHERNET_BYTES = 14


def device(namespace):
    with open(f"/var/run/netns/{namespace}") as file:
        if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", b"line", IFF_TUN_NO_PI))
    return tun


def packets(tun):
    while True:
        try:
            yield os.read(tun, 2048)
        except BlockingIOError:
            return


def carry(ends, delay, seconds_per_byte, loss):
    poller = select.poll()
    for end in ends:
        poller.register(end, select.POLLIN)
    other = {ends[0]: ends[1], ends[1]: ends[0]}
    free = dict.fromkeys(ends, 0.0)
    under_way = []
    while True:
        now = time.monotonic()
        while under_way and under_way[0][0] <= now:
            _, _, end, packet = heapq.heappop(under_way)
            # A device that is not up yet takes nothing.
            with contextlib.suppress(OSError):
                os.write(end, packet)
        # A poll ends late by up to a millisecond: what is due within one is waited for busily.
        wait = None if not under_way else max(0, int((under_way[0][0] - time.monotonic()) * 1000))
        for end, _ in poller.poll(wait):
            for packet in packets(end):
                if random.random() < loss:
                    continue
                left = max(free[end], time.monotonic()) + (len(packet) + ETHERNET_BYTES) * seconds_per_byte
                free[end] = left
                heapq.heappush(under_way, (left + delay, time.monotonic_ns(), other[end], packet))


first, second, rtt, kbps, loss = sys.argv[1:]
tuns = [device(first), device(second)]
print("ready", flush=True)
carry(tuns, float(rtt) / 2000, 8 / (float(kbps) * 1000), float(loss) / 100)
