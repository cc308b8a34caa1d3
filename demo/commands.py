# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls Oyer's programs as a person would, with a configuration of the demo's own."""

import json
import os
import pathlib
import secrets
import shlex
import shutil
import subprocess
import tempfile

from story import Broken

SOCKET_PATH_LIMIT = 60  # a socket's path may have 107 bytes, and the agent's name is long


class Oyer:
    def __init__(self, programs, out):
        self.programs = programs
        self.out = out
        self.case = out / "case"
        self.key_file = out / "demo.key"
        self.configuration = out / "config"
        self.configuration.mkdir()
        self.key_file.touch(mode=0o600)
        self.key_file.write_bytes(secrets.token_bytes(32))
        self.runtime = out / "run"
        self.borrowed = None
        if len(str(self.runtime)) > SOCKET_PATH_LIMIT:
            self.borrowed = tempfile.mkdtemp(prefix="oyer-demo-")
            self.runtime = pathlib.Path(self.borrowed)
        else:
            self.runtime.mkdir(mode=0o700)
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("OYER_")},
            "XDG_CONFIG_HOME": str(self.configuration),
            "XDG_RUNTIME_DIR": str(self.runtime),
            "OYER_KEY_FILE": str(self.key_file),
            "NO_COLOR": "1",
        }

    def close(self):
        if self.borrowed:
            shutil.rmtree(self.borrowed, ignore_errors=True)

    def process(self, command, codes, key=True):
        """Runs a command; `codes` are the exit codes that the story allows."""
        environment = dict(self.environment)
        if not key:
            del environment["OYER_KEY_FILE"]
        done = subprocess.run([str(part) for part in command], env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False, cwd=self.out)
        if done.returncode not in codes:
            wanted = " or ".join(str(code) for code in codes)
            raise Broken(f"`{shown(command)}` ended with {done.returncode}, not {wanted}: "
                         f"{(done.stderr or done.stdout).strip()[:800]}")
        return done

    def answer(self, *words, codes=(0,), case=None):
        """The JSON answer of a command on the demo's case."""
        done = self.process([self.programs / "oyer", "-C", case or self.case, *words, "--json"], codes)
        try:
            return json.loads(done.stdout)
        except ValueError:
            raise Broken(f"`oyer {shlex.join(map(str, words))} --json` did not answer with JSON: {done.stdout[:300]!r}") from None

    def text(self, *words, codes=(0,), key=True, case=None):
        """What a person would see: standard output, then standard error."""
        done = self.process([self.programs / "oyer", "-C", case or self.case, *words], codes, key)
        return self.plain(done.stdout + done.stderr)

    def plain(self, text):
        """Without the path of the demo's folder, which only this machine has."""
        return text.replace(f"{self.out}/", "")

    def items(self, kind):
        return self.answer("ls", kind)["items"]

    def add(self, noun, **fields):
        """`oyer NOUN add`, its options named as on the command line; a list repeats its option, True is a flag."""
        words = [noun, "add"]
        for name, value in fields.items():
            option = "--" + name.rstrip("_").replace("_", "-")
            for one in value if isinstance(value, list) else [value]:
                words += [option] if one is True else [option, str(one)]
        return self.answer(*words)


def shown(command):
    """A command as one would type it: without the paths that only this machine has."""
    words = [pathlib.Path(str(command[0])).name, *map(str, command[1:])]
    return shlex.join(words)
