"""What Salt's loader gives to execution and state modules, without Salt: its names, its calling convention, and cmd.run_all as it behaves.

Made after salt/loader/lazy.py, salt/state.py, salt/modules/cmdmod.py and salt/utils/timed_subprocess.py. As a program it stands for one
`salt-call --local`: salt_loader.py FUNCTION JSON-ARGUMENTS prints what the function returned, or the exception's name and text, as JSON.
"""

import importlib.util
import inspect
import json
import os
import pathlib
import shutil
import subprocess
import sys
import traceback
import types

SALT = pathlib.Path(__file__).resolve().parents[2] / "packaging/salt"
LOCALE = ("LC_CTYPE", "LC_NUMERIC", "LC_TIME", "LC_COLLATE", "LC_MONETARY", "LC_MESSAGES", "LC_PAPER", "LC_NAME", "LC_ADDRESS", "LC_TELEPHONE",
          "LC_MEASUREMENT", "LC_IDENTIFICATION", "LANGUAGE")


class SaltException(Exception):
    """As salt.exceptions has it."""


class CommandExecutionError(SaltException):
    """As salt.exceptions has it."""


class CommandNotFoundError(CommandExecutionError):
    """As salt.exceptions has it."""


class SaltInvocationError(SaltException, TypeError):
    """As salt.exceptions has it."""


def provide_exceptions():
    """Makes `from salt.exceptions import ...` work."""
    package, exceptions = types.ModuleType("salt"), types.ModuleType("salt.exceptions")
    package.exceptions = exceptions
    for kind in (SaltException, CommandExecutionError, CommandNotFoundError, SaltInvocationError):
        setattr(exceptions, kind.__name__, kind)
    sys.modules.update({"salt": package, "salt.exceptions": exceptions})


class LoadError(Exception):
    """A module's __virtual__ said no; the text is its reason."""


class Minion:
    """The dictionaries that all modules of one minion share, and the functions in them."""

    def __init__(self, test=False, cachedir="/nowhere", **grains):
        provide_exceptions()
        self.opts = {"test": test, "cachedir": cachedir}
        self.grains = {"kernel": "Linux", **grains}
        self.context = {}
        self.functions = {"cmd.run_all": self.run_all, "cmd.which": shutil.which}
        self.states = {}

    def load(self, folder, name):
        """Executes SALT/folder/name.py, hands it the loader's dictionaries, asks its __virtual__ and returns its public functions by full name."""
        spec = importlib.util.spec_from_file_location(f"salt.loaded.ext.{folder}.{name}", SALT / folder / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        packed = {"__salt__": self.functions, "__states__": self.states, "__opts__": self.opts, "__grains__": self.grains, "__context__": self.context, "__pillar__": {}}
        vars(module).update(packed)
        virtual = module.__virtual__()
        if isinstance(virtual, tuple):
            virtual, reason = virtual
            if not virtual:
                raise LoadError(reason)
        virtual = name if virtual is True else virtual
        aliases = getattr(module, "__func_alias__", {})
        return {f"{virtual}.{aliases.get(attribute, attribute)}": function for attribute, function in vars(module).items()
                if not attribute.startswith("_") and inspect.isfunction(function)}

    def load_all(self):
        self.functions.update(self.load("_modules", "dns_notrack"))
        self.states.update(self.load("_states", "dns_notrack"))
        return self

    def state(self, function, name, **arguments):
        """Runs one state as state.single does: an exception is a failure with its traceback as the comment, and the answer's form is checked."""
        try:
            answer = self.states[function](name, **arguments)
        except Exception:  # pylint: disable=broad-except
            answer = {"name": name, "result": False, "changes": {}, "comment": f"An exception occurred in this state: {traceback.format_exc()}"}
        missing = [key for key in ("name", "result", "changes", "comment") if key not in answer]
        if missing or answer["result"] not in (True, False, None) or not isinstance(answer["changes"], dict) or not isinstance(answer["comment"], str):
            raise SaltException(f"malformed state return: {answer}")
        if self.opts["test"] and answer["changes"] and answer["result"] is not None:
            raise SaltException(f"a test that has changes must not have a result: {answer}")
        return answer

    def run_all(self, cmd, cwd=None, stdin=None, python_shell=None, env=None, clean_env=False, rstrip=True, timeout=None, reset_system_locale=True,
                ignore_retcode=False, redirect_stderr=False, **kwargs):
        """cmd.run_all: a time-out kills at once and is told in stdout with exit code 1, a program that cannot be started raises."""
        if kwargs:
            raise TypeError(f"this double of cmd.run_all does not know {sorted(kwargs)}")
        if python_shell or not isinstance(cmd, list):
            raise TypeError("this double of cmd.run_all takes lists and no shell")
        environment = {} if clean_env else dict(os.environ)
        environment.update({name: "C" for name in LOCALE} if reset_system_locale else {})
        environment.update(env or {})
        cwd = cwd or os.path.expanduser("~")
        context = {"cwd": cwd if os.access(cwd, os.R_OK) else "/", "env": environment, "stdout": subprocess.PIPE,
                   "stderr": subprocess.STDOUT if redirect_stderr else subprocess.PIPE, "stdin": subprocess.PIPE if stdin is not None else None}
        try:
            process = subprocess.Popen(cmd, **context)
        except OSError as problem:
            raise CommandExecutionError(f"Unable to run command '{cmd}' with the context '{context}', reason: {problem}") from problem
        try:
            output, errors = process.communicate(stdin.encode() if stdin is not None else None, timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return {"pid": process.pid, "retcode": 1, "stdout": f"{cmd} : Timed out after {timeout} seconds", "stderr": ""}
        self.context["retcode"] = 0 if ignore_retcode else process.returncode
        texts = [(text or b"").decode("utf-8", "replace") for text in (output, errors)]
        return {"pid": process.pid, "retcode": process.returncode, "stdout": texts[0].rstrip() if rstrip else texts[0],
                "stderr": texts[1].rstrip() if rstrip else texts[1]}


def main():
    minion = Minion().load_all()
    try:
        answer = minion.functions[sys.argv[1]](**json.loads(sys.argv[2]))
    except SaltException as problem:
        answer = {"exception": type(problem).__name__, "text": str(problem)}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
