#!/usr/bin/env python3
"""large_answers.py SERVER PORT COUNT: asks COUNT times for the TXT record big.test with room for 4,096 bytes, and prints how many answers had more than 2,500."""
import socket
import struct
import sys

server, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
arrived = 0
for number in range(1, count + 1):
    question = b"\x03big\x04test\0" + struct.pack("!HH", 16, 1)
    room = b"\0" + struct.pack("!HHIH", 41, 4096, 0, 0)
    with socket.socket(socket.AF_INET6 if ":" in server else socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(1)
        asking.connect((server, port))
        asking.send(struct.pack("!HHHHHH", number, 0x100, 1, 0, 0, 1) + question + room)
        try:
            arrived += len(asking.recv(65535)) > 2500
        except OSError:
            pass
print(arrived)
