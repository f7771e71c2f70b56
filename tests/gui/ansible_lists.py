#!/usr/bin/env python3
"""What ansible-inventory --list says of each file, in one process, since every start of it costs a second.

Prints a JSON object by path: "list", the JSON text that it prints, and "refused", whether it could make nothing of the file.
"""
import contextlib
import io
import json
import sys

from ansible.cli.inventory import InventoryCLI
from ansible.utils import context_objects


def listed(path):
    context_objects.GlobalCLIArgs._Singleton__instance = None  # the arguments of the file before
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), contextlib.suppress(SystemExit):
        InventoryCLI(["ansible-inventory", "--list", "--inventory", path]).run()
    return {"list": out.getvalue(), "refused": "Unable to parse" in err.getvalue()}


json.dump({path: listed(path) for path in sys.argv[1:]}, sys.stdout)
