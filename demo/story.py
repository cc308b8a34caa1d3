# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the demo as a story, and stops it where a claim does not hold."""

import sys
import textwrap

WIDTH = 78


class Broken(Exception):
    """The story claimed something that the commands did not give."""


def expect(holds, sentence):
    """What the story is about to say must be so; `sentence` says what is wrong if it is not."""
    if not holds:
        raise Broken(sentence)


def expect_equal(actual, wanted, what):
    expect(actual == wanted, f"{what}: the story says {wanted!r}, Oyer answered {actual!r}.")


def title(text):
    print(text)
    print("=" * len(text))
    sys.stdout.flush()


def chapter(number, text):
    print(f"\n\n{number}. {text}\n{'-' * (len(text) + len(str(number)) + 2)}")
    sys.stdout.flush()


def say(text):
    """One paragraph."""
    print("\n" + textwrap.fill(" ".join(text.split()), WIDTH, break_long_words=False, break_on_hyphens=False))
    sys.stdout.flush()


def indented(row):
    """One line of an answer, set off from the story; a long one goes on below, further in."""
    return textwrap.fill(row, WIDTH + 16, initial_indent="    ", subsequent_indent="            ",
                         break_long_words=False, break_on_hyphens=False)


def shown(line, answer, cut=False):
    """A command and what it printed, so that the reader can tell it from the story; `cut` shortens its lines instead of breaking them."""
    print("\n    $ " + line)
    for row in answer.rstrip("\n").split("\n"):
        if cut and len(row) > WIDTH + 8:
            row = row[:WIDTH + 7] + "…"
        print(indented(row) if row.strip() else "")
    sys.stdout.flush()


class Bar:
    """A chapter's progress on a terminal; silent when the output goes to a file."""

    def __init__(self, total):
        self.total = max(total, 1)
        self.done = 0
        self.live = sys.stderr.isatty() and sys.stdout.isatty()

    def step(self, what=""):
        """What is being done now; the step before it is over."""
        if self.live:
            full = 24 * self.done // self.total
            sys.stderr.write(f"\r\033[K  [{'#' * full}{'.' * (24 - full)}] {self.done}/{self.total} {what}"[:WIDTH + 6])
            sys.stderr.flush()
        self.done += 1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.live:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
