"""A router between three links, and packets that are sent through its rules: which of them arrive."""

import ctypes
import os
import select
import socket
import struct

from node import CLONE_NEWNET, quiet

ETH_IP, ETH_FENCE = 0x0800, 0x88B5
UNTRACKED_TOS = 4  # what the router's raw table makes untracked
LINKS = {"cni0": "10.244.1.", "flannel.1": "10.244.2.", "eth0": "192.0.2."}
HOSTS = (3, 5, 20, 130, 200)  # on each link
LOCAL = ("10.244.1.1", "10.244.2.1", "192.0.2.11", "10.96.0.10")
MAGIC = b"walk"


def link_of(address):
    return next((link for link, network in LINKS.items() if address.startswith(network) and address not in LOCAL), None)


class Crossing:
    """Made in a network namespace of its own, which becomes the router. One processor, so that packets keep their order."""

    def __init__(self):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        self.router = os.open("/proc/self/ns/net", os.O_RDONLY)
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.far, self.near, self.macs = {}, {}, {}
        for link, network in LINKS.items():
            self.add_link(link, network)
        for setting in ("ip_forward", "conf/all/rp_filter=0", "conf/default/rp_filter=0", *(f"conf/{link}/rp_filter=0" for link in LINKS)):
            path, _, value = setting.partition("=")
            with open(f"/proc/sys/net/ipv4/{path}", "w", encoding="ascii") as file:
                file.write(value or "1")
        self.out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self.into = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
        for one in (self.into, *self.far.values()):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)

    def add_link(self, link, network):
        """A veth pair whose far end is the only thing in a namespace; its hosts are neighbours that never have to be asked for."""
        if self.libc.unshare(CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "unshare")
        space = os.open("/proc/self/ns/net", os.O_RDONLY)
        quiet("ip", "link", "add", "far", "type", "veth", "peer", "name", "near")
        quiet("ip", "link", "set", "far", "up")
        self.far[link] = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.far[link].bind(("far", 3))
        far_mac = self.far[link].getsockname()[4]
        os.set_inheritable(self.router, True)
        quiet("ip", "link", "set", "near", "netns", f"/proc/self/fd/{self.router}", "name", link, pass_fds=(self.router,))
        self.libc.setns(self.router, CLONE_NEWNET)
        os.close(space)
        own = next(address for address in LOCAL if address.startswith(network))
        quiet("ip", "address", "add", f"{own}/24", "dev", link)
        quiet("ip", "link", "set", link, "up")
        for host in HOSTS:
            quiet("ip", "neighbour", "add", f"{network}{host}", "lladdr", far_mac.hex(":"), "dev", link, "nud", "permanent")
        self.near[link] = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_FENCE))
        self.near[link].bind((link, ETH_FENCE))
        self.macs[link] = (self.near[link].getsockname()[4], far_mac)

    @staticmethod
    def datagram(packet):
        payload = MAGIC + struct.pack("!I", packet["id"])
        udp = struct.pack("!HHHH", packet["sport"], packet["dport"], 8 + len(payload), 0) + payload
        head = struct.pack("!BBHHHBBH4s4s", 0x45, packet["tos"], 20 + len(udp), packet["id"] & 0xFFFF, 0, 64, 17, 0,
                           socket.inet_aton(packet["source"]), socket.inet_aton(packet["destination"]))
        total = sum(struct.unpack("!10H", head))
        while total >> 16:
            total = (total & 0xFFFF) + (total >> 16)
        return head[:10] + struct.pack("!H", ~total & 0xFFFF) + head[12:] + udp

    def send(self, packet):
        link = link_of(packet["source"])
        if link is None:
            self.send_from_here(packet)
        else:
            near, far = self.macs[link]
            self.far[link].send(near + far + struct.pack("!H", ETH_IP) + self.datagram(packet))

    def send_from_here(self, packet):
        """As IPVS sends on what it balanced: a packet of somebody else's that leaves by OUTPUT."""
        try:
            self.out.sendto(self.datagram(packet), (packet["destination"], 0))
        except PermissionError:
            pass  # dropped at OUTPUT

    def arrivals(self):
        """The ids of everything that has come through, with the source that each had then: fences behind the packets say that nothing is on its way."""
        found = {}
        for link, one in self.far.items():
            near, far = self.macs[link]
            one.send(near + far + struct.pack("!H", ETH_FENCE) + b"in" + bytes(44))
        for link, one in self.near.items():
            near, far = self.macs[link]
            while one.recv(2048)[14:16] != b"in":
                pass
            one.send(far + near + struct.pack("!H", ETH_FENCE) + b"out" + bytes(43))
        for one in self.far.values():
            while True:
                frame = one.recv(2048)
                if frame[12:14] == struct.pack("!H", ETH_FENCE) and frame[14:17] == b"out":
                    break
                self.note(frame[14:], found)
        while select.select([self.into], [], [], 0)[0]:
            self.note(self.into.recv(2048), found)
        return found

    @staticmethod
    def note(datagram, found):
        if datagram[28:32] == MAGIC and datagram[9] == 17:
            found[struct.unpack("!I", datagram[32:36])[0]] = socket.inet_ntoa(datagram[12:16])
