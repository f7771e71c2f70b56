"""A DNS server for tests: answers NXDOMAIN, and nothing while its switch says so. usage: dns_server.py ADDRESS SWITCH
SWITCH is a file with one word: "on", "off", "half" (answers A alone), "rules" (silent while the full rules of ours are in the tables), "untracked" (silent while any rule of ours is), "lock PATH" (the same, and it takes the lock for
two seconds when it falls silent)."""

import fcntl
import os
import pathlib
import socket
import subprocess
import sys
import threading
import time


def rules_stand(any_of_ours):
    """The full rules, or any rule of ours: those of a trial, too."""
    legacy = subprocess.run(["iptables-legacy-save", "-t", "raw"], capture_output=True, text=True, check=False).stdout
    native = subprocess.run(["nft", "list", "ruleset"], capture_output=True, text=True, check=False).stdout
    return any(word in legacy + native for word in (("NMANAGER_",) if any_of_ours else ("-j NMANAGER_NOT_DNS", "jump NMANAGER_NOT_DNS")))


def hold(path):
    with open(path, "a", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        time.sleep(2)


def waiting(server):
    """All queries that are there, at least one: the tables are looked at once for them, so that a busy machine's server is no silent one."""
    queries = [server.recvfrom(4096)]
    while True:
        try:
            queries.append(server.recvfrom(4096, socket.MSG_DONTWAIT))
        except BlockingIOError:
            return queries


def main():
    address, switch = sys.argv[1], pathlib.Path(sys.argv[2])
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((address, 53))
    print(flush=True)
    held = False
    while True:
        queries = waiting(server)
        word, _, path = switch.read_text(encoding="ascii").strip().partition(" ")
        silent = word == "off" or (word in ("rules", "lock", "untracked") and rules_stand(word == "untracked"))
        if silent and word == "lock" and not held:
            held = True
            threading.Thread(target=hold, args=(path,), daemon=True).start()
        for query, client in [] if silent else queries:
            if word == "half" and query[-4:-2] != b"\0\1":  # the type
                continue
            server.sendto(query[:2] + b"\x81\x83" + query[4:6] + b"\0\0\0\0\0\0" + query[12:], client)


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C"
    main()
