"""What the Ansible and the Salt modules must have a sentence of their own for: both tests go through the same list."""

from playbook import PROFILE

# Runners that the real one can't be on demand, as shell scripts, and what is said of them.
RUNNERS = {
    "old": ('[ "$1" = version ] && echo "dns-notrack 0.0.1" && exit\necho "dns-notrack: unknown option --output" >&2\nexit 64',
            r"does not understand this (collection|module): it is 'dns-notrack 0\.0\.1', and 0\.1\.0 or newer is needed.*unknown option --output"),
    "newer": ('[ "$1" = version ] && echo "dns-notrack 9" && exit\necho \'{"schema": "dns-notrack/report/v9"}\'',
              r"\('dns-notrack 9'\) reports as dns-notrack/report/v9 and this (collection|module) reads dns-notrack/report/v1"),
    "slow": ("exec sleep 30", "gave no answer within 1 s and was stopped"),
    "pipe": ("kill -PIPE $$", "was ended by signal 13 before its report was complete"),
    "cut": ("printf '{\"schema\": \"dns-notr'", r"ended with exit code 0 and without a complete report \(20 bytes of it arrived\)"),
    "stranger": ("echo '[]'; echo 'what do you want?' >&2; exit 9", "ended with exit code 9 and without a complete report .*: what do you want"),
}

# Profiles that the real runner takes apart; the place is that in the file that was written for it.
PROFILES = [
    ({**PROFILE, "podCIDRs": ["10.244.1.7/24"]}, r"/profile\.yaml:\d+:\d+: .*10\.244\.1\.0/24"),
    ({**PROFILE, "service": "10.96.0.10"}, r"/profile\.yaml:\d+:\d+: .*service"),
    ({"version": 1}, r"/profile\.yaml.*services"),
]

NOT_INSTALLED = "dns-notrack is not installed on this (node|minion)"
NEEDS_ROOT = "dns-notrack needs root"
USAGE = "dns-notrack does not take these options: .*--wait"
LOCKED = r"xtables\.lock"
REFUSED = ["Refused: the rules would break DNS on this node, so nothing was changed.", "not-ipvs: ", "  found: ", "  do: "]
ROLLED_BACK = ["Rolled back: DNS stopped answering after the rules were applied, so they were taken back.", "node: tracked 8 of 8, untracked 0 of 8 (10.96.0.10:53/udp)"]
