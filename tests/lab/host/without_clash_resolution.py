#!/usr/bin/env python3
"""Copies Debian's nf_conntrack module with UDP's clash resolution switched off.

usage: without_clash_resolution.py KERNEL_FOLDER OUTPUT

nf_conntrack_l4proto_udp.allow_clash = 0: a packet that loses the race to insert its flow is dropped, as kernels before 5.0
did for every flow with NAT. It stands in for an old kernel and is none.
"""
import pathlib
import struct
import subprocess
import sys

SIGNATURE_MARK = b"~Module signature appended~\n"
MODULE_SIGNATURE_BYTES = 12  # struct module_signature; its last four bytes are the signature's length
IPPROTO_UDP = 17


def without_signature(module: bytes) -> bytes:
    """An unsigned module loads; one whose signature is wrong does not."""
    if not module.endswith(SIGNATURE_MARK):
        return module
    end = len(module) - len(SIGNATURE_MARK)
    (length,) = struct.unpack(">I", module[end - 4 : end])
    return module[: end - MODULE_SIGNATURE_BYTES - length]


def readelf(option: str, module: pathlib.Path) -> list[str]:
    return subprocess.check_output(["readelf", option, str(module)], text=True).splitlines()


def offset_of_symbol(module: pathlib.Path, name: str) -> int:
    symbol = next(line.split() for line in readelf("-sW", module) if line.endswith(" " + name))
    value, section = int(symbol[1], 16), int(symbol[6])
    for line in readelf("-SW", module):
        fields = line.replace("[ ", "[").split()
        if fields and fields[0] == f"[{section}]":
            return int(fields[4], 16) + value
    raise SystemExit(f"{module}: section {section} of {name} not found")


def main() -> None:
    kernel, output = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    (source,) = kernel.glob("lib/modules/*/kernel/net/netfilter/nf_conntrack.ko")
    module = bytearray(without_signature(source.read_bytes()))
    place = offset_of_symbol(source, "nf_conntrack_l4proto_udp")
    # struct nf_conntrack_l4proto begins with u8 l4proto, bool allow_clash.
    if module[place] != IPPROTO_UDP or module[place + 1] != 1:
        raise SystemExit(f"{source}: nf_conntrack_l4proto is not laid out as expected")
    module[place + 1] = 0
    output.write_bytes(module)


if __name__ == "__main__":
    main()
