# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command explains itself: a summary, options with words, examples that the program itself takes; completion for three shells."""
import shlex
import shutil
import unittest

from support import *


class HelpTest(Case):
    MAKE = False

    def test_every_command(self):
        table = self.command_table()
        self.assertGreater(len(table), 50)
        for command in table:
            with self.subTest(command.name()):
                self.assertTrue(command.summary.strip() and len(command.summary.split()) >= 2, "no summary")
                self.assertTrue(command.text.startswith(command.summary.split(":")[0][:20]) or command.summary in command.text)
                self.assertTrue(command.examples, "no example")
                for line in command.text.split("Options:\n")[1].split("\n"):
                    if line.startswith("  -"):
                        self.assertRegex(line, r"^  -\S+.*\s\s+\S+", "an option without a word of help: " + line)

    def test_examples_parse(self):
        """Words and options exist, positional ones are neither too many nor too few."""
        table = {tuple(c.words): c for c in self.command_table()}
        common = {"-C": True, "--key-file": True, "--json": False, "--jsonl": False, "-q": False, "--quiet": False, "-y": False, "--yes": False, "-h": False, "--help": False}
        for command in self.command_table():
            for example in command.examples:
                with self.subTest(example):
                    words = shlex.split(example)
                    for stop in (">", "|", "&&"):
                        if stop in words:
                            words = words[:words.index(stop)]
                    self.assertEqual(words.pop(0), "oyer")
                    named = tuple(words[:2]) if tuple(words[:2]) in table else tuple(words[:1])
                    self.assertIn(named, table, "no such command")
                    self.assertEqual(named[0], command.words[0], "the example is of another command")
                    shown = table[named]
                    options, given, positional = dict(common, **shown.options), set(), 0
                    rest = words[len(named):]
                    while rest:
                        word = rest.pop(0)
                        if word.startswith("-") and word != "-":
                            self.assertIn(word, options, "no such option")
                            given.add(word)
                            if options[word]:
                                self.assertTrue(rest, word + " has no value")
                                rest.pop(0)
                        else:
                            positional += 1
                    for needed in shown.required:
                        self.assertTrue(given & set(needed), "the example leaves out what is required: " + needed[-1])
                    many = "..." in shown.text.split("Positionals:\n")[-1].split("\n\n")[0] if "Positionals:" in shown.text else False
                    self.assertGreaterEqual(positional, sum(1 for _, required in shown.positionals if required))
                    if not many:
                        self.assertLessEqual(positional, len(shown.positionals))
                    # And the program itself parses the words.
                    done = self.raw([OYER] + words + ["--help"], DONE)
                    self.assertIn("Usage: oyer " + shown.name(), done.stdout)

    def test_examples_run(self):
        """What needs nothing from a case runs as printed."""
        self.make_case()
        for command in self.command_table():
            for example in command.examples:
                words = shlex.split(example)
                if ">" in words or command.words[-1] == "serve" or command.words[0] in ("serve", "init", "unlock", "lock", "add", "link", "names", "dossier", "verify", "report"):
                    continue
                with self.subTest(example):
                    done = self.raw([OYER] + words[1:] + ([] if "-C" in words else ["-C", self.case]))
                    self.assertNotEqual(done.returncode, 2 if "…" not in example and "ID" not in words else None, done.stderr)

    def test_help_of_groups_and_version(self):
        for word in ("source", "passage", "log", "key", "report", "names", "witness", "tsa"):
            self.assertIn("Subcommands:", self.raw([OYER, word, "--help"], DONE).stdout)
        self.assertRegex(self.raw([OYER, "--version"], DONE).stdout, r"^oyer \d+\.\d+\.\d+\n$")
        self.assertIn("Exit codes:", self.raw([OYER, "--help"], DONE).stdout)
        self.assertIn("Exit codes:", self.raw([OYER_VERIFY, "--help"], DONE).stdout)
        for words in ([], ["no-such"], ["source"], ["source", "no-such"]):
            self.sentence(self.raw([OYER] + words, USAGE))

    def test_wide_help_names_every_exit_code(self):
        text = self.raw([OYER, "--help"]).stdout
        for code in ("0", "1", "2", "3", "4", "5", "6", "130"):
            self.assertRegex(text, r"[ :;] ?%s " % code)

    def test_completion(self):
        for shell, check in (("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "--no-execute"])):
            with self.subTest(shell):
                script = self.write("completion." + shell, self.raw([OYER, "completion", shell], DONE).stdout)
                if shutil.which(check[0]) is None:
                    loudly("%s is not installed: its completion script is not parsed" % shell)
                    continue
                self.raw(check + [script], DONE)
        self.sentence(self.raw([OYER, "completion", "tcsh"], USAGE))

    def test_bash_completes(self):
        script = self.write("completion.bash", self.raw([OYER, "completion", "bash"], DONE).stdout)

        def complete(*words):
            line = "source %s; COMP_WORDS=(%s); COMP_CWORD=%d; _oyer; printf '%%s\\n' \"${COMPREPLY[@]}\"" % (shlex.quote(script), " ".join(shlex.quote(w) for w in words), len(words) - 1)
            return set(self.raw(["bash", "-c", line], DONE).stdout.split())

        everything = {c.words[0] for c in self.command_table()}
        self.assertEqual(complete("oyer", ""), everything)
        self.assertIn("search", complete("oyer", "se"))
        self.assertEqual(complete("oyer", "log", ""), {"list", "show", "prove", "checkpoint"})
        self.assertIn("--label", complete("oyer", "source", "add", "--"))
        self.assertIn("--limit", complete("oyer", "search", "--"))
        self.assertIn("--limit", complete("oyer", "search", "word", "--"))
        for command in self.command_table():
            self.assertGreaterEqual(complete("oyer", *command.words, "--"), {o for o in command.options if o.startswith("--")}, command.name())


if __name__ == "__main__":
    unittest.main()
