"""Rules of the kinds that real nodes hold, each made up, and what is right to say of a node with them."""

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
]

NATIVE = []
