"""load_firewalld.py ROOT FOLDER NAME: loads the rules of firewalld, unpacked in ROOT, with what NAME sets up, and its configuration in FOLDER."""

import pathlib
import shutil
import sys

ROOT, FOLDER, NAME = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
sys.path.insert(0, str(ROOT / "usr/lib/python3/dist-packages"))

import firewall.config as config  # noqa: E402
from firewall.core.fw import Firewall  # noqa: E402
from firewall.core.rich import Rich_Rule  # noqa: E402


def rich(text):
    return Rich_Rule(rule_str=text)


SETUPS = {
    "as installed": lambda fw: None,
    "a card in public": lambda fw: fw.zone.add_interface("public", "eth0"),
    "a DNS server": lambda fw: (fw.zone.add_interface("public", "eth0"), fw.zone.add_service("public", "dns"), fw.zone.add_port("public", "8472", "udp")),
    "a router": lambda fw: (fw.zone.add_interface("external", "eth0"), fw.zone.add_interface("internal", "eth1"),
                            fw.zone.add_forward_port("external", "5353", "udp", "53", "10.244.1.3")),
    "pods that are trusted": lambda fw: (fw.zone.add_source("trusted", "10.244.0.0/16"), fw.zone.add_interface("trusted", "cni0"), fw.zone.add_interface("drop", "eth0")),
    "everything is logged": lambda fw: (fw.set_log_denied("all"), fw.zone.add_interface("block", "eth0")),
    "rich rules": lambda fw: (fw.zone.add_interface("public", "eth0"),
                              fw.zone.add_rule("public", rich('rule family="ipv4" source address="10.0.0.0/8" service name="dns" accept')),
                              fw.zone.add_rule("public", rich('rule family="ipv6" source address="fd00::/8" port port="53" protocol="udp" log prefix="dns: " level="info" limit value="5/m" accept')),
                              fw.zone.add_rule("public", rich('rule family="ipv4" source address="192.0.2.0/24" reject type="icmp-admin-prohibited"')),
                              fw.zone.add_rule("public", rich('rule family="ipv4" source address="192.0.2.9" mark set="0x10/0xff"')),
                              fw.zone.add_rule("public", rich('rule protocol value="esp" accept'))),
    "pings stopped": lambda fw: (fw.zone.add_interface("dmz", "eth0"), fw.zone.add_icmp_block("dmz", "echo-request"), fw.zone.add_icmp_block_inversion("home")),
}


def main():
    if NAME == "--list":
        print("\n".join(SETUPS))
        return
    shutil.copytree(ROOT / "etc/firewalld", FOLDER, dirs_exist_ok=True)
    for name, value in vars(config).items():
        if isinstance(value, str):
            setattr(config, name, value.replace("/usr/lib/firewalld", str(ROOT / "usr/lib/firewalld")).replace("/etc/firewalld", str(FOLDER)))
    firewall = Firewall()
    firewall.start()
    SETUPS[NAME](firewall)


main()
