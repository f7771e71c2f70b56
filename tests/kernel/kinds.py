"""Rules of the kinds that real nodes hold, each made up, and what is right to say of a node with them."""

from typing import NamedTuple


class Node(NamedTuple):
    """What is beside the rules."""

    servers: tuple = ("10.244.1.3:53", "10.244.2.3:53")
    forwarding: str = "Masq"
    networks: str = "10.244.0.0/16"
    scope: str = "pods"
    policies: str = ""  # the rules once the NetworkPolicies are as the advice has it


STATEFUL = "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
MASQUERADE = "-A POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE\nCOMMIT\n"


def kube_router(decided):
    """One pod with a firewall of its own."""
    return f"""*filter
:FIREWALL-POD - [0:0]
:POLICY - [0:0]
-A FORWARD -d 10.244.1.20/32 -j FIREWALL-POD
-A FORWARD -s 10.244.1.20/32 -j FIREWALL-POD
-A FIREWALL-POD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FIREWALL-POD -d 10.244.1.20/32 -j POLICY
-A FIREWALL-POD -s 10.244.1.20/32 -j MARK --set-xmark 0x10000/0x10000
-A FIREWALL-POD -m mark ! --mark 0x10000/0x10000 -j REJECT --reject-with icmp-port-unreachable
-A POLICY {decided} -j MARK --set-xmark 0x10000/0x10000
COMMIT
"""


def chains_of_pods(state):
    """A chain for each of the pods."""
    pods = range(1, 201)
    return ("*filter\n" + "".join(f":POD-{pod} - [0:0]\n" for pod in pods) + "".join(f"-A FORWARD -d 10.244.1.{pod}/32 -j POD-{pod}\n" for pod in pods) +
            "".join(f"-A POD-{pod} -m conntrack --ctstate {state} -j ACCEPT\n-A POD-{pod} -p udp -m udp --dport 53 -j ACCEPT\n-A POD-{pod} -j REJECT\n" for pod in pods) + "COMMIT\n")


IPTABLES = [
    ("kube-proxy marks what comes from a service", "*nat\n-A PREROUTING -m set --match-set KUBE-CLUSTER-IP src,dst -j MARK --set-xmark 0x4000/0x4000\n"
     "-A OUTPUT -m set --match-set KUBE-CLUSTER-IP src,dst -j MARK --set-xmark 0x4000/0x4000\n" + MASQUERADE, "goes on"),
    ("pods on their way out of all pools", "*nat\n-A POSTROUTING -m set --match-set cali40masq-ipam-pools src -m set ! --match-set cali40all-ipam-pools dst -j MASQUERADE\nCOMMIT\n", "goes on"),
    ("pods on their way to pods of all pools", "*nat\n-A POSTROUTING -m set --match-set cali40all-ipam-pools src -m set --match-set cali40all-ipam-pools dst -j MASQUERADE\nCOMMIT\n",
     "warns lost-snat"),
    ("a pod that asks itself", "*nat\n-A POSTROUTING -s 10.244.1.3/32 -d 10.244.1.3/32 -j SNAT --to-source 10.96.0.10\n"
     "-A POSTROUTING -m set --match-set KUBE-LOOP-BACK dst,dst,src -j MASQUERADE\nCOMMIT\n", "goes on"),
    ("a firewall of load balancers' addresses", "*filter\n:FIREWALL - [0:0]\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A FORWARD -m set --match-set KUBE-LOAD-BALANCER-FW dst,dst -j FIREWALL\n"
     "-A FIREWALL -j DROP\nCOMMIT\n", "goes on"),
    ("a closed INPUT that lets services' addresses in", "*filter\n:INPUT DROP [0:0]\n-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A INPUT -m set --match-set kube-router-service-ips dst -j ACCEPT\nCOMMIT\n",
     "goes on"),
    ("a closed INPUT that lets new queries to services in", "*filter\n:INPUT DROP [0:0]\n-A INPUT -m set --match-set kube-router-service-ips dst -m conntrack --ctstate NEW -j ACCEPT\nCOMMIT\n",
     "refuses stateful-forward"),
    ("a policy for one pod of a network", kube_router("-p tcp -m tcp --dport 8080"), "refuses stateful-forward"),
    ("a policy for one pod that lets other pods in", kube_router("-s 10.244.0.0/16"), "goes on"),
    ("a policy for the DNS pod: DNS only", kube_router("-p udp -m udp --dport 53").replace("10.244.1.20", "10.244.1.3"), "goes on"),
    ("a policy for the DNS pod that lets nothing out but queries", "*filter\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A FORWARD -s 10.244.1.3/32 -p udp -m udp --dport 53 -j ACCEPT\n"
     "-A FORWARD -s 10.244.1.3/32 -j DROP\nCOMMIT\n", "refuses stateful-forward"),
    ("a policy for a client that lets nothing out but queries", "*filter\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A FORWARD -s 10.244.1.20/32 -p udp -m udp --dport 53 -j ACCEPT\n"
     "-A FORWARD -s 10.244.1.20/32 -j DROP\nCOMMIT\n", "goes on"),
    ("Weave's bridge port to other nodes", "*filter\n-A FORWARD -o cni0 -m state --state RELATED,ESTABLISHED -j ACCEPT\n-A FORWARD -o cni0 -m physdev --physdev-out vethwe-bridge --physdev-is-bridged -j ACCEPT\n"
     "-A FORWARD -o cni0 -j DROP\nCOMMIT\n", "refuses stateful-forward"),
    ("another port of a bridge, untracked let through", "*filter\n-A FORWARD -o cni0 -m state --state UNTRACKED,ESTABLISHED -j ACCEPT\n-A FORWARD -o cni0 -m physdev --physdev-out vethwe-bridge --physdev-is-bridged -j ACCEPT\n"
     "-A FORWARD -s 10.244.2.0/24 -o cni0 -m state --state NEW -j ACCEPT\n-A FORWARD -o cni0 -j DROP\nCOMMIT\n", "goes on"),
    ("the last pod of a network, by its address", "*filter\n-A FORWARD -d 10.244.1.200/32 -m conntrack ! --ctstate RELATED,ESTABLISHED -j DROP\nCOMMIT\n", "refuses stateful-forward"),
    ("half of a network's pods", "*filter\n-A FORWARD -d 10.244.1.128/25 -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A FORWARD -d 10.244.1.128/25 -j REJECT\nCOMMIT\n", "refuses stateful-forward"),
    ("what comes by lo, and new queries", "*filter\n-A INPUT -i lo -j ACCEPT\n-A INPUT -p udp -m udp --dport 53 -m conntrack --ctstate NEW -j ACCEPT\n-A INPUT -j DROP\nCOMMIT\n", "refuses stateful-forward"),
    ("what does not come by lo", "*filter\n-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A INPUT ! -i lo -p udp -m udp --dport 53 -j ACCEPT\n-A INPUT -j DROP\nCOMMIT\n", "goes on"),
    ("mangle drops what belongs to no connection", "*mangle\n-A PREROUTING -i flannel.1 -m conntrack --ctstate INVALID,UNTRACKED -j DROP\nCOMMIT\n", "refuses stateful-forward"),
    ("mangle drops what is invalid", "*mangle\n-A FORWARD -p udp -m udp --sport 53 -m conntrack --ctstate INVALID -j DROP\nCOMMIT\n", "goes on"),
    ("200 pods with a chain each", chains_of_pods("ESTABLISHED"), "refuses stateful-forward"),
    ("200 pods with a chain each that lets untracked answers in", chains_of_pods("ESTABLISHED,UNTRACKED"), "goes on"),
    ("untracked, and of a protocol of conntrack's", "*filter\n-A FORWARD -p udp -m udp --sport 53 -m conntrack --ctstate UNTRACKED --ctproto 17 -j DROP\nCOMMIT\n", "refuses stateful-forward"),
    ("answers of a connection's direction", "*filter\n-A FORWARD -p udp -m udp --sport 53 -m conntrack --ctdir REPLY -j ACCEPT\n-A FORWARD -p udp -m udp --sport 53 -j DROP\nCOMMIT\n",
     "refuses stateful-forward"),
]

# What only a packet with a connection passes, where the drop behind it is met by others, too; and what a match finds without a connection.
COUNTED = "-m connbytes --connbytes 1: --connbytes-dir both --connbytes-mode packets"
IPTABLES += [
    ("one set for what is let in by state and for what is dropped", "*filter\n-A FORWARD -m set --match-set of-somebody dst -m conntrack --ctstate ESTABLISHED -j ACCEPT\n"
     "-A FORWARD -m set --match-set of-somebody dst -j DROP\nCOMMIT\n", "refuses stateful-forward"),
    ("a set that is dropped before what is let in by state", "*filter\n-A FORWARD -m set --match-set of-nobody dst -j DROP\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n"
     "-A FORWARD -s 10.244.0.0/16 -j ACCEPT\n-A FORWARD -j DROP\nCOMMIT\n", "goes on"),
    ("packets that are counted", f"*filter\n:FORWARD DROP [0:0]\n-A FORWARD -p udp {COUNTED} -j ACCEPT\n-A FORWARD -p udp -m udp --dport 53 -j ACCEPT\nCOMMIT\n", "refuses stateful-forward"),
    ("packets that are not counted dropped", f"*filter\n-A FORWARD -p udp {COUNTED.replace('--connbytes 1', '! --connbytes 1')} -j DROP\nCOMMIT\n", "goes on"),
    ("connections of no helper let in", "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -m helper ! --helper ftp -j ACCEPT\nCOMMIT\n", "goes on"),
    ("bridged packets judged by their state", "*filter\n:PORTS - [0:0]\n-A FORWARD -i cni0 -o flannel.1 -m physdev --physdev-is-bridged -j PORTS\n-A FORWARD -i flannel.1 -m physdev --physdev-is-bridged -j PORTS\n"
     "-A PORTS -m state --state ESTABLISHED -j RETURN\n-A PORTS -j DROP\nCOMMIT\n", "goes on"),
]

# Sets of nobody that is known: what they hold decides. The first drops answers to pods here, by a network less one that is left out.
SETS = [("shut-out", "hash:net", ["10.244.0.0/16", "10.244.2.0/24 nomatch"]), ("far-away", "hash:ip,port", ["203.0.113.7,udp:53", "10.244.9.9,tcp:53"]), ("askers", "hash:net", ["10.244.0.0/16"]),
        ("dns-ports", "bitmap:port", ["53"]), ("both", "list:set", ["far-away", "askers"])]
IPTABLES += [
    ("a set of somebody's that drops answers", "*filter\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A FORWARD -p udp -m udp --sport 53 -m set --match-set shut-out dst -j DROP\nCOMMIT\n",
     "refuses stateful-forward"),
    ("a set of somebody's that does not hold them", "*filter\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A FORWARD -m set --match-set far-away dst,dst -j DROP\nCOMMIT\n", "goes on"),
    ("a list of sets that lets them in", STATEFUL + "-A FORWARD -p udp -m set --match-set both src,src -j ACCEPT\nCOMMIT\n", "goes on"),
    ("ports of a set that are let in", STATEFUL + "-A FORWARD -p udp -m set --match-set dns-ports dst -j ACCEPT\nCOMMIT\n", "refuses stateful-forward"),
]

# Servers whose answers the rules do not name: those stay tracked, and are new to conntrack, which has not seen the query.
OUTSIDE, OTHER_PORT = Node(servers=("192.0.2.130:53",)), Node(servers=("10.244.2.3:1053",))
UNNAMED = [
    ("a server outside the pods' networks, a stateful FORWARD", STATEFUL + "-A FORWARD -s 10.244.0.0/16 -j ACCEPT\nCOMMIT\n", "refuses stateful-forward backend-outside-pod-cidrs", OUTSIDE),
    ("a server outside, whose new packets are let in", STATEFUL + "-A FORWARD -p udp -m udp --sport 53 -j ACCEPT\nCOMMIT\n", "warns backend-outside-pod-cidrs", OUTSIDE),
    ("a server at another port, untracked answers let in", STATEFUL + "-A FORWARD -m conntrack --ctstate UNTRACKED -j ACCEPT\nCOMMIT\n", "refuses stateful-forward", OTHER_PORT),
    ("a server at another port, answers of its network let in", STATEFUL + "-A FORWARD -s 10.244.2.0/24 -m conntrack --ctstate NEW,UNTRACKED -j ACCEPT\nCOMMIT\n", "goes on", OTHER_PORT),
]

# Scope any: the node's own queries leave from the service's address, and their answers come in.
ANY = Node(servers=("10.244.1.3:53",), scope="any")
OWN = [
    ("the node's answers come in by state, pods' queries by their interface", "*filter\n:INPUT DROP [0:0]\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
     "-A INPUT -i cni0 -p udp -m udp --dport 53 -j ACCEPT\nCOMMIT\n", "warns host-queries stateful-forward", ANY),
    ("mangle drops answers of no connection", "*mangle\n-A INPUT -p udp -m udp --sport 53 -m state ! --state ESTABLISHED -j DROP\nCOMMIT\n", "warns host-queries stateful-forward", ANY),
    ("the node's answers come in from pods", "*filter\n:INPUT DROP [0:0]\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -s 10.244.0.0/16 -j ACCEPT\nCOMMIT\n", "warns host-queries", ANY),
    ("the node's answers come in by the service's network", "*filter\n:INPUT DROP [0:0]\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -s 10.244.0.0/16 -d 10.96.0.0/12 -j ACCEPT\nCOMMIT\n",
     "warns host-queries", ANY),
    ("the node's queries leave by state", "*filter\n:OUTPUT DROP [0:0]\n-A OUTPUT -s 10.244.0.0/16 -j ACCEPT\n-A OUTPUT -m addrtype --src-type LOCAL -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT\nCOMMIT\n",
     "warns host-queries stateful-forward", ANY),
    ("the node's queries leave with others", "*filter\n:OUTPUT DROP [0:0]\n-A OUTPUT -s 10.96.0.10/32 -m conntrack --ctstate NEW -j ACCEPT\n-A OUTPUT -p udp -m udp --dport 53 -j ACCEPT\nCOMMIT\n",
     "warns host-queries", ANY),
]

# One network that holds the pods of all nodes: link, this node's address in it, a DNS server here, one on another node.
ONE_NETWORK = [("weave", "10.32.0.1/12", "10.32.0.3", "10.40.0.2"), ("br-pods", "10.244.0.1/16", "10.244.1.3", "10.244.2.3")]

# Where IPVS gets an untracked query all the same, and where answers do not come back this way.
DNATS = "".join(f"-A {chain} -d 10.96.0.10/32 -p udp -m udp --dport 53 -j KUBE-SVC-DNS\n" for chain in ("PREROUTING", "OUTPUT"))
DIRECT, TUNNEL = (Node(servers=("192.0.2.130:53",), forwarding=way, networks="10.244.0.0/16, 192.0.2.0/24") for way in ("Route", "Tunnel"))
BALANCED = [
    ("chains of another mode of kube-proxy's, left over", "*nat\n:KUBE-SVC-DNS - [0:0]\n:KUBE-SEP-ONE - [0:0]\n" + DNATS + "-A KUBE-SVC-DNS -m statistic --mode random --probability 0.5 -j KUBE-SEP-ONE\n"
     "-A KUBE-SVC-DNS -p udp -m udp -j DNAT --to-destination 10.244.2.3:53\n-A KUBE-SEP-ONE -p udp -m udp -j DNAT --to-destination 10.244.2.5:53\nCOMMIT\n", "goes on", Node(servers=("10.244.2.3:53",))),
    ("queries redirected to a resolver of the node", "*nat\n-A PREROUTING -i cni0 -p udp -m udp --dport 53 -j REDIRECT --to-ports 1053\nCOMMIT\n", "warns host-port", Node(servers=("10.244.2.3:53",))),
    ("direct routing, a stateful FORWARD", STATEFUL + "COMMIT\n", "goes on", DIRECT),
    ("direct routing, what leaves is new", "*filter\n:OUTPUT DROP [0:0]\n-A OUTPUT -o eth0 -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT\nCOMMIT\n", "refuses stateful-forward", DIRECT),
    ("direct routing, the service's address leaves", "*filter\n:OUTPUT DROP [0:0]\n-A OUTPUT -d 192.0.2.0/24 -m conntrack --ctstate NEW -j ACCEPT\n-A OUTPUT -d 10.96.0.10/32 -j ACCEPT\nCOMMIT\n", "goes on", DIRECT),
    ("a tunnel, a stateful FORWARD", STATEFUL + "COMMIT\n", "goes on", TUNNEL),
    ("a tunnel, new queries come in", "*filter\n-A INPUT -p udp -m udp --dport 53 -m conntrack ! --ctstate NEW,ESTABLISHED -j DROP\nCOMMIT\n", "refuses stateful-forward", TUNNEL),
]

# What a person does who is told so. NetworkPolicies are not changed by a rule.
CHAINS = "*filter\n:KUBE-POD-FW-A - [0:0]\n:KUBE-NWPLCY-A - [0:0]\n:WEAVE-NPC-EGRESS - [0:0]\n:cali-tw-a - [0:0]\n"
POD_FIREWALL = CHAINS + ("-A FORWARD -d 10.244.1.20/32 -j KUBE-POD-FW-A\n-A KUBE-POD-FW-A -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A KUBE-POD-FW-A -j KUBE-NWPLCY-A\n"
                         "-A KUBE-POD-FW-A -m mark ! --mark 0x10000/0x10000 -j REJECT\n-A KUBE-NWPLCY-A ALLOWED -j MARK --set-xmark 0x10000/0x10000\nCOMMIT\n")
WORKLOAD = CHAINS + ("-A FORWARD -o cni0 -j cali-tw-a\n-A cali-tw-a -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A cali-tw-a -p udp -m multiport --dports 53 -j ACCEPT\nALLOWED-A cali-tw-a -j DROP\nCOMMIT\n")
ADVISED = [
    ("policies for what is new at INPUT", CHAINS + "-A INPUT -i cni0 -j WEAVE-NPC-EGRESS\n-A WEAVE-NPC-EGRESS -m state --state RELATED,ESTABLISHED -j ACCEPT\n"
     "-A WEAVE-NPC-EGRESS -s 10.244.1.0/24 -m state --state NEW -j RETURN\n-A WEAVE-NPC-EGRESS -j DROP\nCOMMIT\n", "refuses stateful-forward"),
    ("a pod's firewall at INPUT", CHAINS + "-A INPUT -s 10.244.1.20/32 -j KUBE-POD-FW-A\n-A KUBE-POD-FW-A -m conntrack ! --ctstate NEW,RELATED,ESTABLISHED -j DROP\nCOMMIT\n", "refuses stateful-forward"),
    ("a pod's firewall that knows answers by state", POD_FIREWALL.replace("ALLOWED", "-p tcp -m tcp --dport 8080"), "refuses stateful-forward", Node(policies=POD_FIREWALL.replace("ALLOWED", "-s 10.244.0.0/16"))),
    ("a workload's chain that knows answers by state", WORKLOAD.replace("ALLOWED", ""), "refuses stateful-forward",
     Node(policies=WORKLOAD.replace("ALLOWED", "-A cali-tw-a -p udp -s 10.244.1.3 -j ACCEPT\n-A cali-tw-a -p udp -s 10.244.2.3 -j ACCEPT\n"))),
    ("a firewall of two tables", "*mangle\n-A FORWARD -m conntrack --ctstate INVALID,UNTRACKED -j DROP\nCOMMIT\n" + STATEFUL + "-A FORWARD -p udp -m udp --dport 53 -m conntrack --ctstate NEW -j ACCEPT\nCOMMIT\n",
     "refuses stateful-forward"),
]

CLOSED = "policy drop;\nct state established,related accept\n"


def native(chains, sets=""):
    return "table inet kinds {\n" + sets + chains + "}\n"


def forward(rules, more=""):
    return "chain forward {\ntype filter hook forward priority filter; " + CLOSED + rules + "\n}\n" + more


def incoming(rules):
    return "chain input {\ntype filter hook input priority filter; " + CLOSED + rules + "\n}\n"


def leaving(rules):
    return "chain leaving {\ntype nat hook postrouting priority srcnat; policy accept;\n" + rules + "\n}\n"


TRUSTED = 'set trusted {\ntype ifname\nelements = { "cni0", "flannel.1" }\n}\n'
PODS = "set pods {\ntype ipv4_addr\nflags interval\nelements = { 10.244.0.0/16 }\n}\n"
TCP_ONLY = "icmp type echo-request accept\nicmpv6 type { nd-neighbor-solicit, nd-router-advert } accept\ntcp dport 22 accept\n"

NATIVE = [
    ("a named set of interfaces", native(forward("iifname @trusted accept"), TRUSTED), "goes on"),
    ("a named set of other interfaces", native(incoming("iifname @trusted accept\nct state new udp dport 53 accept"), TRUSTED.replace('"cni0", "flannel.1"', '"lo", "eth1"')),
     "refuses stateful-forward"),
    ("a named set of networks", native(forward("ip saddr @pods ip daddr @pods accept"), PODS), "goes on"),
    ("all but a named set of networks", native(forward("ip saddr != @pods accept\nct state new udp dport 53 accept"), PODS), "refuses stateful-forward"),
    ("a named map of verdicts", native("chain pods {\nct state new accept\n}\n" + forward("iifname vmap @ways"), 'map ways {\ntype ifname : verdict\nelements = { "cni0" : jump pods, "eth0" : drop }\n}\n'),
     "refuses stateful-forward"),
    ("a set that is empty", native(forward("ip saddr @pods accept\nct state new udp dport 53 accept"), "set pods {\ntype ipv4_addr\n}\n"), "refuses stateful-forward"),
    ("other protocols let in", native(incoming(TCP_ONLY + "ct state new udp dport 53 accept")), "refuses stateful-forward"),
    ("other protocols and DNS let in", native(incoming(TCP_ONLY + "udp dport 53 accept")), "goes on"),
    ("the other family let in", native(incoming("meta nfproto ipv6 accept\nip6 saddr fd00::/8 accept\nct state new udp dport 53 accept")), "refuses stateful-forward"),
    ("this node's own addresses", native(incoming("fib daddr type local udp dport 53 accept")), "goes on"),
    ("not this node's own addresses", native(incoming("fib daddr type != local accept\nct state new udp dport 53 accept")), "refuses stateful-forward"),
    ("logged and dropped", native(forward('ct state new udp dport 53 accept\nlog prefix "no: " level info group 3\nlog prefix "drop " drop'.replace(" level info group 3", " group 3"))),
     "refuses stateful-forward"),
    ("a mark for new ones", native("chain marks {\ntype filter hook prerouting priority mangle; policy accept;\nct state new meta mark set meta mark | 0x10\n}\n" +
                                   "chain input {\ntype filter hook input priority filter; policy accept;\nmeta mark & 0x10 == 0x0 udp dport 53 drop\n}\n"), "refuses stateful-forward"),
    ("DNAT of the service in front of IPVS", native("chain pre {\ntype nat hook prerouting priority dstnat; policy accept;\nip daddr 10.96.0.10 udp dport 53 dnat ip to 10.244.2.5\n}\n"), "goes on"),
    ("two filters at one hook", native(forward("udp dport 53 accept", "chain again {\ntype filter hook forward priority filter + 10; policy accept;\nudp sport 53 ct state != established drop\n}\n")), "refuses stateful-forward"),
    ("a set of 148 pods, for what is let in by state and for what is dropped", native("chain forward {\ntype filter hook forward priority filter; policy accept;\nip daddr @many ct state established accept\nip daddr @many drop\n}\n",
                                                                                    "set many {\ntype ipv4_addr\nelements = { " + ", ".join(f"10.244.1.{pod}" for pod in range(2, 150)) + " }\n}\n"), "refuses stateful-forward"),
    ("a set of 500 pods let in", native(forward("ip saddr @many accept\nudp dport 53 accept"), "set many {\ntype ipv4_addr\nelements = { " + ", ".join(f"10.244.{net}.{pod}" for net in (1, 2) for pod in range(2, 252)) + " }\n}\n"), "goes on"),
    ("pairs of a port and a protocol", native(forward("meta l4proto . th dport { udp . 53, tcp . 53 } accept")), "refuses stateful-forward"),
    ("pairs of networks", native(forward("ip saddr . ip daddr vmap @ways"), "map ways {\ntype ipv4_addr . ipv4_addr : verdict\nflags interval\nelements = { 10.244.0.0/16 . 10.244.0.0/16 : accept }\n}\n"), "goes on"),
    ("pairs of servers and ports", native(forward("ip daddr . udp dport @dns accept"), "set dns {\ntype ipv4_addr . inet_service\nelements = { 10.244.1.3 . 53, 10.244.2.3 . 53 }\n}\n"), "refuses stateful-forward"),
    ("a range of addresses", native(forward("ip saddr 10.244.1.0-10.244.2.255 accept")), "goes on"),
    ("a range that ends before the pods", native(forward("ip saddr 10.243.0.0-10.244.0.255 accept\nudp dport 53 accept")), "refuses stateful-forward"),
    ("two chains that end alike", native("chain answers {\nct state established accept\ndrop\n}\nchain other {\ndrop\n}\n" + "chain forward {\ntype filter hook forward priority filter; policy accept;\nlimit rate over 1000000/second jump other\nudp sport 53 jump answers\n}\n"),
     "refuses stateful-forward"),
    ("what nat redirected let in", native(incoming("ct status dnat accept\nudp dport 53 accept")), "goes on"),
    ("a mark for all", native("chain marks {\ntype filter hook prerouting priority mangle; policy accept;\nmeta mark set 0x10\n}\n" + forward("meta mark 0x10 accept")), "goes on"),
    ("pods masqueraded", native(leaving("ip saddr 10.244.0.0/16 masquerade")), "warns lost-snat"),
    ("pods masqueraded, by a named set", native(leaving("ip saddr @pods oifname { \"cni0\", \"flannel.1\" } masquerade"), PODS), "warns lost-snat"),
    ("pods masqueraded on their way out", native(leaving('ip saddr 10.244.0.0/16 ip daddr != 10.244.0.0/16 masquerade\noifname "eth0" masquerade')), "goes on"),
]
