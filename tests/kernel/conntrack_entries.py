"""Entries of connection tracking, put in through ctnetlink: as many as there are flows, without a packet sent."""

import socket
import struct

NETLINK_NETFILTER = 12
NEW = 1 << 8  # NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_NEW
GET = 1  # IPCTNL_MSG_CT_GET
REQUEST_CREATE = 0x401
TCP, UDP = 6, 17
SEEN_REPLY, ASSURED, CONFIRMED = 2, 4, 8
ESTABLISHED, TIME_WAIT = 3, 7
MESSAGES_AT_ONCE = 128


def attribute(kind, content, nested=False):
    padding = b"\0" * (-len(content) % 4)
    return struct.pack("=HH", 4 + len(content), kind | (0x8000 if nested else 0)) + content + padding


def tuple_of(kind, protocol, source, source_port, destination, destination_port):
    addresses = attribute(1, socket.inet_aton(source)) + attribute(2, socket.inet_aton(destination))
    transport = attribute(1, bytes([protocol])) + attribute(2, struct.pack("!H", source_port)) + attribute(3, struct.pack("!H", destination_port))
    return attribute(kind, attribute(1, addresses, True) + attribute(2, transport, True), True)


def message(protocol, source, source_port, destination, destination_port, state=None, server=None):
    """One entry; `server` answers in the destination's place, as behind IPVS."""
    body = struct.pack("=BBH", socket.AF_INET, 0, 0)
    body += tuple_of(1, protocol, source, source_port, destination, destination_port)
    body += tuple_of(2, protocol, server or destination, destination_port, source, source_port)
    body += attribute(3, struct.pack("!I", CONFIRMED | ASSURED | SEEN_REPLY)) + attribute(7, struct.pack("!I", 3600))
    if state is not None:
        body += attribute(4, attribute(1, attribute(1, bytes([state])), True), True)
    return struct.pack("=IHHII", 16 + len(body), NEW, REQUEST_CREATE, 0, 0) + body


def insert(messages):
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER) as kernel:
        kernel.setblocking(True)
        batch = []
        for one in messages:
            batch.append(one)
            if len(batch) == MESSAGES_AT_ONCE:
                kernel.sendto(b"".join(batch), (0, 0))
                batch.clear()
        if batch:
            kernel.sendto(b"".join(batch), (0, 0))


def established_flows(count):
    """So many long-lived TCP connections, from 10.1.0.0/16 to a server."""
    for number in range(count):
        client = f"10.1.{number >> 8 & 255}.{number & 255}"
        yield message(TCP, client, 1024 + (number >> 16), "192.0.2.1", 443, state=ESTABLISHED)


def attributes(content):
    """Kind and content of netlink attributes, one after the other."""
    while len(content) >= 4:
        length, kind = struct.unpack_from("=HH", content)
        yield kind & 0x3fff, content[4:length]
        content = content[length + 3 & ~3:]


def entries_to(port, family=socket.AF_INET):
    """How many UDP entries of the family have that destination port, asked over ctnetlink."""
    count = 0
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER) as kernel:
        kernel.sendto(struct.pack("=IHHIIBBH", 20, 1 << 8 | GET, 0x301, 0, 0, family, 0, 0), (0, 0))
        while True:
            answer = kernel.recv(1 << 20)
            while answer:
                length, kind = struct.unpack_from("=IH", answer)
                if kind == 3:  # NLMSG_DONE
                    return count
                original = dict(attributes(dict(attributes(answer[20:length]))[1]))
                transport = dict(attributes(original[2]))
                count += transport[1] == bytes([UDP]) and transport.get(3) == struct.pack("!H", port)
                answer = answer[length + 3 & ~3:]


def entries():
    with open("/proc/sys/net/netfilter/nf_conntrack_count", encoding="ascii") as file:
        return int(file.read())
