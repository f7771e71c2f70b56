# Filters that tell tracked packets from untracked ones, by the letters under which they were reported. Sourced by hazards.
# shellcheck shell=bash

plant <<'RULES'
*filter
:FORWARD DROP [0:0]
-A FORWARD -m set --match-set SET src -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -p udp -m udp --dport 53 -j ACCEPT
COMMIT
RULES
hazard 'A2 established per set'
unplant

plant <<'RULES'
*filter
-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT
-A INPUT -i lo -j ACCEPT
-A INPUT -p ICMP -j ACCEPT
-A INPUT -m state --state NEW -m set --match-set SET src -j MARK --set-xmark 0x1/0x1
-A INPUT -m mark ! --mark 0x1/0x1 -j DROP
COMMIT
RULES
hazard 'A3 mark for new packets at INPUT'
unplant

plant <<'RULES'
*filter
-A FORWARD -o cali1 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o cali1 -j ACCEPT
-A FORWARD -o cali2 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o cali2 -j ACCEPT
-A FORWARD -o cali3 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o cali3 -j ACCEPT
-A FORWARD -o veth-client -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o veth-client -j DROP
COMMIT
RULES
hazard 'B1 one pod of several'
unplant

plant <<'RULES'
*filter
-A INPUT -i lo -j ACCEPT
-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p ICMP -j ACCEPT
-A INPUT -p udp -m state --state NEW -m udp --dport 53 -j ACCEPT
-A INPUT -j DROP
COMMIT
RULES
hazard 'C1 loopback, and new queries at INPUT'
unplant

plant <<'RULES'
*mangle
-A FORWARD -p udp -m udp --sport 53 -m conntrack ! --ctstate RELATED,ESTABLISHED -j DROP
COMMIT
RULES
hazard 'G4 mangle table'
unplant

nft -f - <<'RULES'
table inet filter_of_ours {
  chain forward {
    type filter hook forward priority filter; policy drop;
    meta l4proto ipv6-icmp accept
    jump common
  }
  chain common {
    ct state established,related accept
    udp dport 53 accept
  }
}
RULES
hazard 'H2 chain of nft behind a jump'
nft delete table inet filter_of_ours

nft -f - <<'RULES'
table inet filter_of_ours {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    udp dport 53 accept
    meta l4proto ipv6-icmp accept
  }
}
RULES
hazard 'H3 chain of nft'
nft delete table inet filter_of_ours

nft -f - <<'RULES'
table inet filter_of_ours {
  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    iifname { "lo", "veth-client", "veth-dns-local", "underlay", "outward" } accept
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
  }
}
RULES
hazard 'H4 stateless chain of nft (sound)'
nft delete table inet filter_of_ours

plant <<'RULES'
*filter
:WEAVE-NPC-EGRESS - [0:0]
-A INPUT -i veth-client -j WEAVE-NPC-EGRESS
-A WEAVE-NPC-EGRESS -m state --state RELATED,ESTABLISHED -j RETURN
-A WEAVE-NPC-EGRESS -p ICMP -j RETURN
-A WEAVE-NPC-EGRESS -m state --state NEW -j MARK --set-xmark 0x1/0x1
-A WEAVE-NPC-EGRESS -m mark ! --mark 0x1/0x1 -j DROP
COMMIT
RULES
hazard 'J1 Weave'
unplant

plant <<'RULES'
*filter
-A FORWARD -p udp -m udp --sport 53 -m conntrack --ctstate UNTRACKED --ctdir REPLY -j DROP
COMMIT
RULES
hazard 'K1 conntrack match with two options'
unplant

{
  echo '*filter'
  for number in {1..64}; do echo ":POD-$number - [0:0]"; done
  for number in {1..63}; do printf '%s\n' "-A FORWARD -o cali$number -j POD-$number"; done
  echo '-A FORWARD -o veth-client -j POD-64'
  for number in {1..64}; do printf '%s\n' "-A POD-$number -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT" "-A POD-$number -j REJECT"; done
  echo COMMIT
} | plant
hazard 'L1 64 chains'
unplant

real_servers local
plant <<'RULES'
*filter
:INPUT DROP [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p ICMP -j ACCEPT
-A INPUT -p udp -m udp --dport 53 -j ACCEPT
COMMIT
RULES
hazard "F1 the node's own answers, scope any" any
unplant
real_servers local remote
