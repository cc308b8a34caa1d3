# SPDX-License-Identifier: GPL-3.0-or-later
"""What the evidence bears: claims, findings and their roots; the lists; the Council's record; the State's reply."""

import collections
import csv
import json

from story import Bar, chapter, expect, expect_equal, indented, say, shown

# label, position, when, text, keys of the quotes that it stands on
BEATINGS = [
    ("W-01", "victim", "2007-03..2009-06", "Guards at K-7 beat W-01 and others with sticks and belts.", ["w01-beaten", "w01-beaten-why"]),
    ("W-02", "victim", "2006-10..2009-02", "Guards at K-7 beat prisoners almost every day, W-02 among them.", ["w02-daily", "w02-myself"]),
    ("W-03", "insider", "2006..2007-12", "Beating prisoners was routine on every shift of W-03, who beat prisoners himself.", ["w03-routine", "w03-too"]),
]
EXECUTIONS = [
    ("W-01", "eyewitness", "2008-04", "W-01 saw guards shoot prisoners who were tied to posts in the yard of K-7.", ["w01-yard", "w01-shot", "w01-seven"]),
    ("W-02", "eyewitness", "2008-04", "W-02 saw nine prisoners being shot at K-7.", ["w02-executions", "w02-nine", "w02-april"]),
    ("LANTERN", "hearsay", "2008-03..2008-05", "Lantern reports executions in the yard of K-7.", ["lantern-executions"]),
] + [(f"PRESS-{n}", "hearsay", "2008-03..2008-05", f"PRESS-{n} reports executions in the yard of K-7.", [f"press-{n}-executions"]) for n in range(1, 6)]
# Not part of a finding yet: figures that W-04 lets us count and not quote.
OTHERS = [
    ("W-04", "insider", "2008-04..2008-06", "Admissions for malnutrition in the second quarter of 2008: 187.", ["w04-2008q2"]),
    ("W-03", "insider", "2006..2007-12", "Men who had been transferred on paper were still at roll call.", ["w03-register"]),
]


def mark(world, key):
    """The passage with this quote, marked once."""
    if key not in world.passages:
        quote = world.quotes[key]
        words = ["passage", "add", world.exhibits[quote["label"]]]
        if "time_ms" in quote:
            words += ["--time", f"{quote['time_ms'][0]}-{quote['time_ms'][1]}"]
        else:
            words += ["--page", quote["page"], "--quote", quote["text"], "--first"]
        if "translation" in quote:
            words += ["--translation", quote["translation"]]
        world.passages[key] = world.oyer.answer(*words)["id"]
    return world.passages[key]


def weigh(world, finding):
    return world.oyer.answer("weigh", finding)["items"][0]


def claims_and_findings(world):
    chapter(5, "Eight sources that are two")
    oyer = world.oyer
    made = {}
    with Bar(len(BEATINGS + EXECUTIONS + OTHERS) + 2) as bar:
        for name, group in (("beatings", BEATINGS), ("executions", EXECUTIONS), ("others", OTHERS)):
            for label, position, when, text, keys in group:
                bar.step(f"claim of {label}")
                claim = oyer.add("claim", text=text, by=label, position=position, when=when, where="K-7", on=[mark(world, key) for key in keys])
                expect("flag" not in claim, f"The claim of {label} lies outside the mandate's period.")
                made.setdefault(name, {})[label] = claim["id"]
        bar.step("F1")
        oyer.add("finding", label="F1", text="Between 2006 and 2009 guards at K-7 routinely beat people who were held there.",
                 claim=list(made["beatings"].values()), question=1, status="adopted")
        bar.step("F2")
        oyer.add("finding", label="F2", text="In spring 2008 people who were held at K-7 were executed in its yard in front of others.",
                 claim=list(made["executions"].values()), question=2, status="adopted")
    world.claims = made
    first, second = weigh(world, "F1"), weigh(world, "F2")
    expect_equal(first["sources"], ["W-01", "W-02", "W-03"], "The sources of F1")
    expect_equal(len(first["roots"]), 3, "The independent roots of F1")
    expect_equal(len(second["sources"]), 8, "The sources of F2")
    expect_equal(second["roots"], ["W-01", "W-02"], "The independent roots of F2")
    expect("W-03" not in second["sources"], "W-03, who left in 2007, is counted for 2008.")
    expect(first["meets_policy"] and second["meets_policy"], "A finding does not meet the policy.")
    say(f"{len(oyer.items('passages'))} passages are marked and {len(oyer.items('claims'))} claims stand on them. A claim is what one source says, in one sentence; a finding is what "
        "the inquiry says, on claims. Now Oyer is asked how well each finding is supported:")
    shown("oyer weigh", oyer.text("weigh"))
    say(f"Finding F2 is told by {len(second['sources'])} sources. A newspaper reader would say that {len(second['sources'])} sources agree. But follow who has it from whom, and "
        f"{len(second['roots'])} independent roots are left: {' and '.join(second['roots'])}. That is still enough for the policy, and the report will say it so. "
        f"F1 has fewer sources ({len(first['sources'])}) and more roots ({len(first['roots'])}). W-03 left in 2007, so he is no source for 2008 at all.")


def _pairs(counts):
    return sum(n * (n - 1) // 2 for n in counts)


def _accuracy(clusters, truth):
    """Pairwise precision, recall and F1 of two partitions of the same rows."""
    expect_equal(set(clusters), set(truth), "Rows that were linked")
    both = _pairs(collections.Counter((clusters[row], truth[row]) for row in truth).values())
    precision = both / _pairs(collections.Counter(clusters.values()).values())
    recall = both / _pairs(collections.Counter(truth.values()).values())
    return precision, recall, 2 * precision * recall / (precision + recall)


def _table(path, columns):
    with open(path, encoding="utf-8", newline="") as file:
        return {(row[columns[0]], row[columns[1]]): row[columns[2]] for row in csv.DictReader(file)}


def link_lists(world):
    chapter(6, "How many people are missing?")
    oyer = world.oyer
    folder = world.out / "linked"
    words = ["link"]
    for name in ("list_a.csv", "list_b.csv", "list_c.csv"):
        words += ["--exhibit", name]
    with Bar(1) as bar:
        bar.step("link")
        answer = oyer.text(*words, "-o", folder)
    clusters = _table(folder / "clusters.csv", ("source", "row", "cluster"))
    people, lists = len(set(clusters.values())), len({source for source, _ in clusters})
    run = next(item for item in oyer.items("runs") if item["label"] == "link")
    expect_equal((len(clusters), lists), (515, 3), "Rows and lists that were linked")
    expect(240 < people < len(clusters), "Linking joined nothing, or everything.")
    expect(f"{len(clusters)} rows linked to {people} people" in answer and "denominator" in answer, "The linking's answer is not what its table says.")
    say("Three associations handed in lists of missing people, in Latin letters, in Hangul and in Arabic, with typing errors, swapped dates, gaps and "
        "double entries. Adding up their rows would count many people twice or three times.")
    shown("oyer " + " ".join(words) + " -o linked", answer)
    say(f"A count never goes without its unit, its denominator and its caution: {people} is how many people the lists tell of, not how many are missing. The rows "
        f"were joined by a model, not by people; linked/pairs.csv says why two rows were joined. The run is on record as {run['id']}.")
    truth = _table(world.out / "files" / "truth" / "lists.csv", ("list", "row", "entity"))
    precision, recall, f1 = _accuracy(clusters, truth)
    expect(f1 > 0.9, f"The linking is worse than it should be: pairwise F1 {f1:.3f}.")
    say("Known only because the demo is generated:")
    print(f"\n    The generator made {len(set(truth.values()))} people. Counting pairs of rows about one person:\n"
          f"    precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}.")
    say("Nobody has such a truth about real lists; Oyer never saw it.")


def council_record(world):
    chapter(7, "The Council's record")
    oyer = world.oyer
    table = world.repository / "data" / "council" / "dprk_measures.csv"
    with Bar(1) as bar:
        bar.step("import")
        answer = oyer.answer("measure", "import", table, "--tier", "open")
    with open(table, encoding="utf-8", newline="") as file:
        expect_equal(answer["imported"], len(list(csv.DictReader(file))), "Rows of the record that were imported")
    expect_equal(answer["skipped"], [], "Rows of the record that were left out")
    measures = {item["label"]: item for item in oyer.items("measures")}
    created, followed = measures["A/HRC/RES/22/13"], measures["A/HRC/RES/25/25"]
    expect_equal(created["data"]["mode"], "without-vote", "How 22/13 was adopted")
    expect_equal([followed["data"][key] for key in ("yes", "no", "abstain")], [30, 6, 11], "The vote on 25/25")
    expect(all(item["tier"] == "open" for item in measures.values()), "A measure is not in the open tier.")
    modes = collections.Counter(item["data"]["mode"] for item in measures.values())
    say(f"This chapter alone holds real facts: {answer['imported']} measures of United Nations bodies on the situation in the DPRK, each with its source and with how sure we are. "
        "It is the precedent that people who work on a closed country look up: ten years of resolutions, a commission of inquiry created without a vote in 2013, a divided vote on its report in 2014. "
        "The record is public, so it goes into the open tier. No real State is given a position on Tauvane.")
    lines = oyer.text("ls", "measures").splitlines()
    wanted = [line for line in lines if any(mark in line for mark in (" A/HRC/RES/19/13 ", " A/HRC/RES/22/13 ", " A/HRC/RES/25/25 ", " COI-DPRK/end ", " A/RES/69/188 ", " S/PV.7353 "))]
    expect_equal(len(wanted), 6, "Lines of the record that are shown")
    shown("oyer ls measures", "\n".join(wanted), cut=True)
    say(f"({len(wanted)} of its {len(lines)} lines. {modes['vote']} decisions were voted on, {modes['without-vote']} were taken without a vote.)")


def write_allegations(world):
    """The inquiry's letter as a table: the first two put claims of findings to the State."""
    with open(world.out / "files" / "allegations.json", encoding="utf-8") as file:
        rows = json.load(file)
    claims = {1: world.claims["executions"], 2: world.claims["beatings"]}
    path = world.out / "allegations.csv"
    with open(path, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["number", "text", "letter", "due", "claims"])
        for row in rows:
            table.writerow([row["number"], row["text"], "INQ/2013/14", "2013-09-30", "; ".join(claims.get(row["number"], {}).values())])
    return path


def reply(world):
    chapter(8, "The State answers, and is heard")
    oyer = world.oyer
    with Bar(8) as bar:
        bar.step("the letter")
        oyer.add("measure", body="Inquiry", symbol="INQ/2013/14", date="2013-08-12", mode="letter",
                 text="Puts fourteen allegations to the Republic of Tauvane and asks for its reply.", source="registry of the inquiry")
        imported = oyer.answer("allegation", "import", write_allegations(world))
        for number in (2, 5, 9):
            bar.step(f"reply to allegation {number}")
            oyer.add("reply", to=number, by="TAUVANE", kind="denial", text=world.quotes[f"note2-{number}"]["text"], on=mark(world, f"note2-{number}"))
        bar.step("reply to allegation 1")
        register = oyer.add("reply", to=1, by="TAUVANE", kind="evidence", text=world.quotes["note2-1"]["text"], on=mark(world, "note2-annex"),
                            contradicts=world.claims["executions"]["W-01"])
        bar.step("report")
        before = weigh(world, "F2")
        refused = oyer.text("report", "build", "-o", world.out / "report", codes=(1,))
    expect_equal((imported["imported"], imported["skipped"]), (14, []), "Allegations imported")
    expect(not (world.out / "report" / "report.html").exists(), "A report was written although it was refused.")
    expect(not before["meets_policy"] and len(before["missing"]) == 1, "The reply with evidence holds nothing up.")
    beatings = weigh(world, "F1")
    expect(beatings["meets_policy"] and len(beatings["carried"]) > 0, "A bare denial is lost, or defeats a finding.")
    answered = collections.Counter(item["data"]["kind"] for item in oyer.items("replies"))
    numbers = {item["full_id"]: item["data"]["number"] for item in oyer.items("allegations")}
    silent = set(numbers.values()) - {numbers[item["data"]["target"]] for item in oyer.items("replies")}
    expect_equal((answered["denial"], answered["evidence"], len(silent)), (3, 1, 10), "Denials, answers with evidence, silence")
    say(f"The inquiry put {imported['imported']} allegations to Tauvane in a letter. The answer: {answered['denial']} bare denials, {answered['evidence']} reply with evidence, "
        f"and silence on {len(silent)}. A denial defeats nothing, and it is printed beside the finding:")
    for sentence in beatings["carried"]:
        print("\n" + indented(f"F1: {sentence}"))
    say("The one reply with evidence is another matter. Tauvane sends an extract of a register by which prisoner No. 4417 had left K-7 before "
        "spring 2008. That is the number that W-01 gives, so it speaks against W-01's account, and a machine must not brush it aside. Until a person has weighed it, no report can be built:")
    shown("oyer report build", refused)
    reason = ("By W-03, the register was kept at the Directorate and not at the site, and men who had been transferred on paper were still at roll call. "
              "The extract leaves out entries and is certified by the body under inquiry. W-02 tells of the same executions, and does not rest on W-01.")
    grade = oyer.add("grade", target=register["id"], scale="reply", value="outweighed", reason=reason)
    after = weigh(world, "F2")
    expect(after["meets_policy"], "F2 does not meet the policy although the reply was weighed.")
    expect(any(reason in sentence for sentence in after["carried"]), "The reasons are not printed beside the finding.")
    say(f"A member of the inquiry weighs it, and gives reasons ({grade['id']}, “{grade['data']['value']}”): {grade['data']['reason']}")
    say("F2 meets the policy again. The reply and the reasons stay beside the finding for every reader to judge.")
