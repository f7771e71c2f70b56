"""Packets that the kernel hands to a program through NFQUEUE, held until enough of them are there, and then let go together: a race that always
happens."""

import socket
import struct

from conntrack_entries import NETLINK_NETFILTER, attribute

PACKET, VERDICT, CONFIG = 3 << 8, 3 << 8 | 1, 3 << 8 | 2  # NFNL_SUBSYS_QUEUE
ACCEPT = 1


class Queue:
    """Queue 1 of this network namespace."""

    def __init__(self):
        self.kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        self.kernel.settimeout(5)
        self.send(CONFIG, attribute(1, struct.pack("!BxH", 1, socket.AF_INET)))  # NFQNL_CFG_CMD_BIND
        self.send(CONFIG, attribute(2, struct.pack("!IBxxx", 64, 1)[:5]))  # NFQNL_COPY_META

    def send(self, kind, content):
        body = struct.pack("!BBH", 0, 0, 1) + content
        self.kernel.sendto(struct.pack("=IHHII", 16 + len(body), kind, 1, 0, 0) + body, (0, 0))

    def held(self):
        """The number of one packet that the kernel waits for."""
        data = self.kernel.recv(65536)
        offset = 20
        while offset < len(data):
            length, kind = struct.unpack_from("=HH", data, offset)
            if kind == 1:  # NFQA_PACKET_HDR
                return struct.unpack_from("!I", data, offset + 4)[0]
            offset += length + (-length % 4)
        raise AssertionError("a message without a packet")

    def release(self, numbers):
        for number in numbers:
            self.send(VERDICT, attribute(2, struct.pack("!II", ACCEPT, number)))

    def close(self):
        self.kernel.close()
