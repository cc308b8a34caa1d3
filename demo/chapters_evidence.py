# SPDX-License-Identifier: GPL-3.0-or-later
"""From an empty folder to evidence that can be searched: the case, its sources, the files, their words."""

from story import Bar, chapter, expect, expect_equal, say, shown

QUESTIONS = [
    "Were people who were held at site K-7 beaten?",
    "Were people who were held at site K-7 executed, and when?",
    "Who gave the orders?",
]

# label, kind, position
SOURCES = [
    ("W-01", "person", "victim"), ("W-02", "person", "victim"), ("W-03", "person", "insider"), ("W-04", "person", "insider"),
    ("LANTERN", "organisation", ""), ("PRESS-1", "press", ""), ("PRESS-2", "press", ""), ("PRESS-3", "press", ""),
    ("PRESS-4", "press", ""), ("PRESS-5", "press", ""), ("D1", "document", ""), ("D2", "document", ""), ("IMG-1", "document", ""),
    ("LIST-A", "list", ""), ("LIST-B", "list", ""), ("LIST-C", "list", ""), ("TAUVANE", "official", ""),
    ("NOTE-1", "official", ""), ("NOTE-2", "official", ""), ("HOSTILE-1", "other", ""),
]

DERIVATIONS = [("LANTERN", "W-02", "told-by")] + [(f"PRESS-{n}", "LANTERN", "copied") for n in range(1, 6)] + [
    ("NOTE-1", "TAUVANE", "organisation"), ("NOTE-2", "TAUVANE", "organisation")]

GRADES = [
    ("W-01", "B", "2", "precise on dates and distances; says what was never learnt"),
    ("W-02", "C", "2", "taken by Lantern and not by us; consistent in itself"),
    ("W-03", "B", "2", "speaks against his own interest, and says what he does not know"),
    ("LANTERN", "C", "3", "honest about resting on one person"),
]

LANGUAGES = {"ko": "kor", "ar": "ara"}


def make_case(world):
    chapter(1, "A case with a mandate")
    oyer = world.oyer
    with Bar(3) as bar:
        bar.step("init")
        made = oyer.process([oyer.programs / "oyer", "init", oyer.case, "--title", "Inquiry on the Republic of Tauvane", "--json"], (0,))
        bar.step("mandate")
        oyer.add("mandate", instrument="Resolution T/2012/7", question=QUESTIONS, territory="Republic of Tauvane",
                 period="2006..2011", standard="reasonable grounds to believe")
        bar.step("policy")
        oyer.add("policy", name="reasonable grounds", min_roots=2, min_direct_grade="C")
    expect('"tier":"case"' in made.stdout, "The new case is not an encrypted one.")
    mandate = oyer.items("mandates")[0]["data"]
    policy = oyer.items("policies")[0]["data"]
    say("The Republic of Tauvane does not exist; nobody in this story does. An inquiry into what happened at its prison site K-7 "
        "opens a case. The case is a folder; everything in it is encrypted, and here a key file of 32 bytes opens it.")
    say(f"The mandate says what may be asked: acts of {mandate['period']['first'][:4]} to {mandate['period']['last'][:4]}, in the "
        f"{mandate['territory']}, judged by the standard “{mandate['standard']}”. It asks {len(mandate['questions'])} questions.")
    say(f"The policy says when a finding may be printed as established: with at least {policy['min_roots']} independent roots, and a direct "
        f"account by a source graded {policy['min_direct_grade']} or better. The policy is recorded like everything else, so that nobody can say "
        "later that the bar was moved unseen.")


def record_sources(world):
    chapter(2, "Who says so, and from whom they have it")
    oyer = world.oyer
    consents = [(who, use, True) for who in ("W-01", "W-02", "W-03") for use in ("quotation", "referral")]
    consents += [("W-04", "statistics", True), ("W-04", "quotation", False), ("W-04", "referral", False)]
    with Bar(len(SOURCES) + len(DERIVATIONS) + len(consents) + len(GRADES)) as bar:
        for label, kind, position in SOURCES:
            bar.step(label)
            oyer.add("source", label=label, kind=kind, **({"position": position} if position else {}))
        for source, origin, how in DERIVATIONS:
            bar.step(f"{source} from {origin}")
            oyer.add("derivation", source=source, from_=origin, how=how)
        for who, use, granted in consents:
            bar.step(f"consent of {who}")
            oyer.add("consent", source=who, use=use, **({} if granted else {"refused": True}))
        for who, reliability, credibility, reason in GRADES:
            bar.step(f"grade of {who}")
            oyer.add("grade", target=who, scale="admiralty", reliability=reliability, credibility=credibility, reason=reason)
    sources = oyer.items("sources")
    labels = {source["full_id"]: source["label"] for source in sources}
    derivations = oyer.items("derivations")
    copies = [labels[item["data"]["source"]] for item in derivations if labels[item["data"]["from"]] == "LANTERN"]
    persons = [source for source in sources if source["data"]["kind"] == "person"]
    expect_equal(len(sources), len(SOURCES), "Sources")
    expect_equal(len(copies), 5, "Articles that copy Lantern")
    refused = [item for item in oyer.items("consents") if not item["data"]["granted"]]
    expect_equal({labels[item["data"]["source"]] for item in refused}, {"W-04"}, "Who refused a use")
    say(f"{len(sources)} sources are recorded, {len(persons)} of them persons, who are only ever called by a number. For each source one can "
        "say from whom it has what it says: "
        f"Lantern, an NGO, had its report from W-02, and {len(copies)} newspapers had theirs from Lantern.")
    say("Each person is asked for each use. W-01, W-02 and W-03 allow quotation and referral to a prosecutor. W-04, a nurse, allows "
        f"statistics only, and refuses {' and '.join(sorted(item['data']['use'] for item in refused))}. Silence would count as a refusal, too.")
    say("People grade the sources, with a reason for each grade:")
    print()
    for item in oyer.items("grades"):
        data = item["data"]
        print(f"    {labels[data['target']]:<8} {data['reliability']}{data['credibility']}  {data['reason']}")


def take_in(world):
    chapter(3, "Everything that comes in is accounted for")
    oyer = world.oyer
    incoming = world.incoming
    rows = [row for row in world.manifest if row["kind"] != "transcript"]
    with Bar(len(rows)) as bar:
        for row in rows:
            bar.step(row["file"] + (" (it will use up its 12 seconds of processor time)" if row["kind"] == "hostile" else ""))
            paths = [incoming / row["file"]] + [incoming / other["file"] for other in world.manifest if other.get("layer_of") == row["file"]]
            words = ["add", *paths, "--source", row["label"], "--collector", "secretariat", "--languages", LANGUAGES.get(row["language"], "eng")]
            if row["origin"]:
                words += ["--origin", row["origin"]]
            # 3 says that something was put in quarantine.
            answer = oyer.answer(*words, codes=(3,) if row["kind"] == "hostile" else (0,))
            expect_equal(len(answer["items"]), 1, f"Exhibits from {row['file']}")
            world.taken[row["label"]] = answer["items"][0]
    renditions = oyer.items("renditions")
    layers = {}
    for rendition in renditions:
        layers.setdefault(rendition["data"]["exhibit"], []).append(rendition["data"]["kind"])
    for label, item in world.taken.items():
        world.exhibits[label] = item["id"]
    sealed = [item for item in world.taken.values() if item["state"] == "sealed"]
    quarantined = [item for item in world.taken.values() if item["state"] == "quarantined"]
    expect_equal(len(sealed), 18, "Exhibits sealed")
    expect_equal([item["file"] for item in quarantined], ["hostile_invoice.pdf"], "Files in quarantine")
    expect_equal(layers[world.taken["W-01"]["full_id"]], ["transcript"], "The layers of the recording")
    expect("ocr" in layers[world.taken["W-02"]["full_id"]], "The scan has no layer of recognised text.")
    say(f"{len(list(incoming.iterdir()))} files lie in the incoming folder: a recording with its transcript, a scan in Korean, an e-mail in Arabic, the "
        "record of a hearing, reports, press, tables, a picture, and one that somebody sent to do harm. A confined process reads each "
        "file; the case itself never parses anything that came from outside.")
    print()
    for label, item in world.taken.items():
        kinds = ", ".join(layers.get(item["full_id"], [])) or "no layer"
        print(f"    {item['state']:<12} {item['id']:<9} {label:<10} {item['file']:<25} {kinds}")
    say(f"{len(sealed)} exhibits are sealed and {len(quarantined)} is in quarantine. The transcript is no exhibit: it is a layer of the recording. The reason for "
        f"the quarantine is on record: “{quarantined[0]['reason']}” The file is kept, harmless, as evidence of the attempt.")
    again = oyer.answer("add", incoming, "--source", "HOSTILE-1")
    expect_equal(again["counts"], {"sealed": 0, "already-held": len(world.taken), "quarantined": 0, "unreadable": 0}, "Taking in the folder again")
    say(f"Taking in the same folder again adds nothing: {again['counts']['already-held']} files are already held, {again['counts']['sealed']} are new. "
        "So an intake that was interrupted is just run again.")


def search(world):
    chapter(4, "From a word to its place, in three scripts")
    oyer = world.oyer
    with Bar(4) as bar:
        bar.step("Korean")
        korean = oyer.answer("search", "처형")["items"]
        bar.step("Arabic")
        arabic = oyer.answer("search", "سوء التغذية")["items"]
        bar.step("English")
        english = oyer.answer("search", '"tied to posts"')["items"]
        bar.step("a passage")
        quote = world.quotes["w02-executions"]
        passage = oyer.answer("passage", "add", world.exhibits["W-02"], "--page", quote["page"], "--quote", quote["text"], "--translation", quote["translation"])
    world.passages["w02-executions"] = passage["id"]
    expect_equal([hit["name"] for hit in korean], ["w02_testimony_scan.pdf"], "Files that hold 처형")
    expect_equal([hit["name"] for hit in arabic], ["w04_mail.eml"], "Files that hold the Arabic words")
    shot = next((hit for hit in english if hit["name"] == "w01_recording.wav"), None)
    expect(shot is not None and "from_ms" in shot, "The recording is not found at a time.")
    hit, mark = korean[0], passage["data"]["selector"]
    expect(hit["layer"] == "ocr" and hit["page"] == mark["page"] and mark["start"] <= hit["span"][0] and hit["span"][1] <= mark["end"],
           "The passage does not cover the place where the word was found.")
    say("W-02's testimony is a picture of paper, in Korean. Its words were recognised when it was taken in, so the word for "
        "“execution” finds its page and its place on it:")
    shown("oyer search 처형", oyer.text("search", "처형"))
    say("An Arabic e-mail, and a recording, which opens at the second where the words are spoken:")
    shown("oyer search 'سوء التغذية'", oyer.text("search", "سوء التغذية"))
    shown("oyer search '\"tied to posts\"' --limit 1", oyer.text("search", '"tied to posts"', "--limit", "1"))
    say(f"A sentence can be marked as a passage: “{passage['data']['quote']}” ({passage['data']['translation']}), page {mark['page']}, characters "
        f"{mark['start']} to {mark['end']}, which is around the place that the search gave. Whatever is claimed from now on stands on such passages.")
