"""Tables of nft's own as findings are judged from them: our listing, which is nft's word for word, or nft's."""

import os
import re
import subprocess

from node import quiet

NOT_WHOLE = 3
# What nft tells of a table's sets and chains that nobody is judged by.
LEFT_OUT = re.compile(r"(size|timeout|gc-interval|policy|auto-merge|typeof) ?.*|comment \".*\"")


def lines_of(listing):
    """Lines of sets, maps and chains, each set's elements on one line and those of concatenations in one order, which nft sorts by no rule that it tells."""
    lines, block = [], False
    for line in re.sub(r",\n\s+", ", ", listing).splitlines():
        line = line.strip()
        block = block or line.startswith(("set ", "map ", "chain "))
        if not block or not line or LEFT_OUT.fullmatch(line):
            continue
        block = line != "}"
        lines.append(re.sub(r"\{ ([^{}]* \. [^{}]*) \}", lambda found: "{ " + ", ".join(sorted(found[1].split(", "))) + " }", line))
    return lines


def ours(family, name):
    """None where our listing does not do."""
    done = subprocess.run([os.environ["NOTRACK_PRINT_NFTABLES"], family, name], capture_output=True, text=True, check=False)
    if done.returncode not in (0, NOT_WHOLE):
        raise AssertionError(done.stderr)
    return done.stdout if done.returncode == 0 else None


def listing_of(test, family, name):
    """What the findings judge, and whether nft had to list it. Fails where our listing is not nft's."""
    theirs, own = quiet("nft", "--stateless", "list", "table", family, name), ours(family, name)
    if own is None:
        return theirs, True
    without_types = [line for line in lines_of(own) if "type" not in line.split()[:1] or "hook" in line]
    test.assertEqual(without_types, [line for line in lines_of(theirs) if "type" not in line.split()[:1] or "hook" in line])
    return own, False
