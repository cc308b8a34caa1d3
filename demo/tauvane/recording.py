# SPDX-License-Identifier: GPL-3.0-or-later
"""W-01, former detainee: a spoken statement and its timed transcript."""

import io
import struct
import subprocess
import wave

from PIL import Image

from .common import entry, spoken

RATE = 16000
GAP_MS = 650

# (key, about, words): one item is one cue. The cues that carry a key are quoted.
CUES = [
    (None, None, "I am the person the inquiry calls witness W-01."),
    (None, None, "I speak freely, and I ask that my name is not used."),
    ("w01-held", "detention", "I was held at site K-7 from March 2007 until June 2009."),
    ("w01-number", "register", "My number in the register was four four one seven."),
    (None, None, "I was put in barrack six with about ninety other people."),
    ("w01-beaten", "beatings", "The guards beat me many times, with sticks and with their belts."),
    ("w01-beaten-why", "beatings", "They beat us for slow work, for talking, or for nothing at all."),
    (None, None, "In my first winter two of my ribs were broken, and nobody treated them."),
    ("w01-hunger", "hunger", "The food became less and less. In 2008 we ate grass and bark."),
    ("w01-yard", "executions", "In spring 2008, in April, we were ordered into the yard."),
    ("w01-shot", "executions", "I saw guards shoot prisoners who were tied to posts in the yard."),
    ("w01-seven", "executions", "I counted seven that day, and I stood about thirty metres away."),
    (None, None, "It happened again about a week later. I do not know the names of all the dead."),
    ("w01-colonel", "posting", "The colonel stood by the gate and watched. We never learned his name."),
    (None, None, "In June 2009 they let me go, with a group of the sick."),
    (None, None, "That is what I saw with my own eyes. I have not added anything."),
]


def _say(words):
    """The samples of one cue at 16 kHz. espeak-ng speaks at 22.05 kHz; Pillow's
    Lanczos filter is a proper band-limited resampler in C, which the standard
    library does not have (audioop left it with Python 3.13)."""
    wav = subprocess.run(
        ["espeak-ng", "-v", "en-gb", "-s", "145", "-p", "38", "--stdout", words],
        check=True, capture_output=True).stdout
    # On a pipe espeak-ng cannot go back to write the length into the header,
    # so the samples are whatever follows the 44-byte header.
    rate = struct.unpack_from("<I", wav, 24)[0]
    data = wav[44:]
    count = len(data) // 2
    data = struct.unpack(f"<{count}h", data[:count * 2])
    line = Image.frombytes("F", (count, 1), struct.pack(f"={count}f", *data))
    wanted = count * RATE // rate
    line = line.resize((wanted, 1), Image.Resampling.LANCZOS)
    floats = struct.unpack(f"={wanted}f", line.tobytes())
    return [max(-32768, min(32767, round(x))) for x in floats]


def _clock(ms):
    return f"{ms // 3600000:02d}:{ms // 60000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"


def make(incoming, seed):
    del seed  # the statement is the same for every seed
    samples = [0] * (RATE // 2)
    vtt = io.StringIO()
    vtt.write("WEBVTT\n\nNOTE Statement of W-01, recorded 3 June 2013. Fictional.\n")
    quotes = []
    for number, (key, about, words) in enumerate(CUES, 1):
        start = len(samples) * 1000 // RATE
        samples += _say(words)
        end = len(samples) * 1000 // RATE
        samples += [0] * (RATE * GAP_MS // 1000)
        vtt.write(f"\n{number}\n{_clock(start)} --> {_clock(end)}\n{words}\n")
        if key:
            quotes.append(spoken(key, words, about, (start, end)))
    with wave.open(str(incoming / "w01_recording.wav"), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    (incoming / "w01_recording.vtt").write_text(vtt.getvalue(), encoding="utf-8")
    return [
        entry("w01_recording.wav", "audio", "W-01",
              "Statement of W-01, former detainee at K-7 (recording)",
              "en", "2013-06-03", quotes=quotes,
              duration_ms=len(samples) * 1000 // RATE),
        # A layer of the recording: it has W-01's label and is no exhibit.
        entry("w01_recording.vtt", "transcript", "W-01",
              "Transcript of the statement of W-01", "en", "2013-06-03",
              exhibit=False, layer_of="w01_recording.wav"),
    ]
