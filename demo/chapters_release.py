# SPDX-License-Identifier: GPL-3.0-or-later
"""What leaves the case, and what stays whole: the report, the dossier, tampering found, the lock."""

import csv
import shutil
import sys
import zipfile

from story import Bar, chapter, expect, expect_equal, say, shown


def report(world):
    chapter(9, "The report")
    oyer = world.oyer
    folder = world.out / "report"
    with Bar(1) as bar:
        bar.step("report")
        answer = oyer.answer("report", "build", "-o", folder)
    html = (folder / "report.html").read_text(encoding="utf-8")
    expect(zipfile.is_zipfile(folder / "report.docx"), "The DOCX is no DOCX.")
    for label in ("F1", "F2"):
        expect(f'id="{label}"' in html, f"The report has no finding {label}.")
    counted = next(line for line in html.replace("<li>", "\n").replace("</li>", "\n").splitlines() if "allegations put to the State" in line)
    expect("10 met silence" in counted and "3 a bare denial" in counted, f"The report counts the replies otherwise: {counted}")
    people = next((line for line in html.replace("<li>", "\n").replace("</li>", "\n").splitlines() if "Lists of missing people" in line), "")
    expect("denominator" in people and "convenience sample" in people, "The report prints a count without its unit and caution.")
    expect(world.quotes["w04-2008q2"]["text"] not in html, "The report quotes W-04, who refused that.")
    say(f"The report is built from the sealed record, as HTML and as DOCX: {answer['words']} words, where the UN allows {answer['word_limit']:,}. Every sentence of fact carries its claims, "
        "quotations and places; a translation stands below its original; what the State said is printed with it. Two of its sentences:")
    print(f"\n    {counted}\n    {people[:people.find('.') + 1]}")
    say(f"It also says what it could not answer: “{' '.join(answer['unanswered'])}”")


def flip(path):
    """One bit, in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)


def dossier(world):
    chapter(10, "A dossier that its recipient can check")
    oyer = world.oyer
    folder = world.out / "dossier"
    anchor = world.out / "log-key.txt"
    verifier = [oyer.programs / "oyer-verify"]
    with Bar(8) as bar:
        bar.step("dossier")
        answer = oyer.answer("dossier", "-o", folder, "--recipient", "Office of the Prosecutor (fictional)")
        # What the inquiry would hand over on paper, or publish.
        shutil.copy(oyer.case / "journal" / "policy", anchor)
        script = [sys.executable, "-I", folder / "verify.py"]
        bar.step("oyer-verify")
        plain = oyer.process([*verifier, folder], (0,)).stdout
        bar.step("verify.py")
        plain_script = oyer.process(script, (0,)).stdout
        bar.step("oyer-verify --anchor")
        anchored = oyer.process([*verifier, folder, "--anchor", anchor], (0,)).stdout
        bar.step("verify.py --anchor")
        anchored_script = oyer.process([*script, "--anchor", anchor], (0,)).stdout
        bar.step("a bit flipped")
        copy = world.out / "dossier-tampered"
        shutil.copytree(folder, copy)
        victim = max((path for path in (copy / "data").iterdir() if path.suffix != ".json"), key=lambda path: path.stat().st_size)
        flip(victim)
        name = f"data/{victim.name}"
        bar.step("oyer-verify")
        found = oyer.process([*verifier, copy], (1,)).stdout
        bar.step("verify.py")
        # The recipient's own copy of the script: whoever alters a dossier can also alter the one in it.
        found_script = oyer.process([sys.executable, "-I", folder / "verify.py", copy], (1,)).stdout
    for text in (plain, plain_script):
        expect("CONSISTENT" in text and "NOT AUTHENTICATED" in text, "Without the key from another way, a dossier must be consistent and no more.")
    for text in (anchored, anchored_script):
        expect("AUTHENTICATED" in text and "NOT AUTHENTICATED" not in text, "With the key from another way, the dossier must be authenticated.")
    for text in (found, found_script):
        expect(name in text, f"The file with the flipped bit ({name}) is not named.")
    with open(folder / "metadata" / "schedule.csv", encoding="utf-8", newline="") as file:
        expect(len(list(csv.reader(file))) > 1, "The dossier has no schedule.")
    expect(any("refused" in item["reason"] for item in answer["withheld"]), "W-04's refusal withholds nothing.")
    expect(all(world.quotes["w04-2008q2"]["text"].encode() not in path.read_bytes() for path in folder.rglob("*") if path.is_file()), "The dossier holds words of W-04.")
    say(f"A prosecutor is to get what the findings stand on: {answer['files']} files with the proof of each. What stays behind is listed with its ground, and without its content:")
    print()
    for item in answer["withheld"]:
        print(f"    {item['count']} {item['kind']}{'s' if item['count'] > 1 else ''}: {item['reason']}")
    say("The prosecutor need not trust Oyer. Two programs check the dossier: oyer-verify, and a script for Python that lies in it and can be read in an afternoon. Both "
        "accept it, and both warn that a forger could have made the whole folder:")
    shown("oyer-verify dossier", plain)
    say("With the log's key, which came another way (on paper, say), both are sure:")
    shown("python3 -I dossier/verify.py --anchor log-key.txt", oyer.plain(anchored_script))
    say("Now one bit of one file in a copy is flipped. Both programs refuse the copy, and both name the file:")
    shown("oyer-verify dossier-tampered", found)
    shutil.rmtree(copy)


def tamper(world):
    chapter(11, "One bit in the case itself")
    oyer = world.oyer
    copy = world.out / "case-tampered"
    with Bar(3) as bar:
        bar.step("verify")
        whole = oyer.answer("verify")
        bar.step("a bit flipped")
        shutil.copytree(oyer.case, copy, ignore=shutil.ignore_patterns("*.sock"))
        exhibit = oyer.answer("show", world.exhibits["W-01"])
        blob = exhibit["data"]["blob"]
        place = copy / "blobs" / blob[:2] / blob
        expect(place.is_file(), f"The recording's blob is not where it is looked for ({place}).")
        flip(place)
        damaged = oyer.answer("verify", codes=(1,), case=copy)
        text = oyer.text("verify", codes=(1,), case=copy)
    expect(whole["whole"] and whole["faults"] == [], f"The case is not whole: {whole['faults']}")
    expect(not damaged["whole"] and any("w01_recording.wav" in fault for fault in damaged["faults"]), f"The damaged exhibit is not named: {damaged['faults']}")
    say(f"`oyer verify` reads the whole case: {whole['entries']} entries and {whole['blobs']} stored blobs. It ends with the only sentence that it can stand for: "
        f"“{whole['closing']}”.")
    say("In a copy of the case one bit of the encrypted recording is flipped. Oyer names what is damaged:")
    shown("oyer verify -C case-tampered", text)
    shutil.rmtree(copy)


# Words of the testimonies, of at least 8 bytes, in each script.
CANARIES = ["shoot prisoners", "tied to posts", "transferred on paper", "Beating prisoners was routine", "총살되는", "수감자들을", "سوء التغذية", "الإحصائية", "w03_hearing", "list_a.csv"]


def hits(folder, needles):
    """How many of the needles stand in any file below a folder, in content or in name."""
    found = set()
    files = 0
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            files += 1
            content = path.read_bytes() + b"\0" + str(path.relative_to(folder)).encode()
            found.update(needle for needle in needles if needle in content)
    return len(found), files


def lock(world):
    chapter(12, "Locked")
    oyer = world.oyer
    needles = [word.encode(coding) for word in CANARIES for coding in ("utf-8", "utf-16-le", "utf-16-be")]
    with Bar(6) as bar:
        bar.step("unlock")
        oyer.text("unlock", "--minutes", "5")
        bar.step("search without the key file")
        open_text = oyer.text("search", '"tied to posts"', key=False)
        bar.step("lock")
        locked = oyer.text("lock")
        bar.step("search")
        refused = oyer.text("search", '"tied to posts"', key=False, codes=(5,))
        bar.step("scan")
        in_case, files = hits(oyer.case, needles)
        in_files, _ = hits(world.incoming, needles)
        bar.step("rebuild")
        rebuilt = oyer.answer("rebuild", "--check")
    expect("tied to posts" in open_text.replace("[", "").replace("]", ""), "An unlocked case can't be searched.")
    expect("Locked" in locked, "The case was not locked.")
    expect_equal(in_case, 0, "Words of testimony in the locked case")
    expect(in_files > 0, "The scan finds nothing even in the plain files, so it proves nothing.")
    expect(rebuilt["equal"], "The rebuilt tables differ from the kept ones.")
    say("`oyer unlock` keeps the keys in the memory of a small process for a while; `oyer lock` makes it forget them. After that:")
    shown("oyer search '\"tied to posts\"'", refused)
    say(f"The {files} files of the locked case are searched, contents and names, for {len(CANARIES)} words of the testimonies and names of files, in UTF-8 and both kinds of UTF-16: {in_case} are found. "
        f"(The same search finds {in_files} in the incoming files, so it does work.)")
    say(f"Last, all tables are built anew from the record's {rebuilt['entries']} entries: {rebuilt['rows']} rows, equal to the ones that were kept. The record alone is the case.")
