# SPDX-License-Identifier: GPL-3.0-or-later
"""Lantern's report of 2010, which rests on the account of W-02 alone."""

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Spacer

from .common import entry, quote
from .pdfs import BODY, CENTRE, HEADING, TITLE, para, write

# Larger than in letters, as in a printed brochure.
PRINT = ParagraphStyle("print", BODY, fontSize=11.5, leading=18, spaceAfter=10)

# The paragraph that the five press articles copy. They must copy it nearly word
# for word, so that the common source can be shown from the text itself.
EXECUTIONS = (
    "In spring 2008 prisoners at K-7 were executed in the yard in front of other prisoners. "
    "The guards assembled the work details, made them stand in rows and threatened to beat anyone "
    "who closed their eyes. Nine prisoners, tied to posts, were shot by a firing party on one day in April, "
    "and a second group was shot in the rain some days later. The bodies were taken away on a truck, "
    "and where they were buried is not known.")

ONE_SOURCE = ("What this report says about executions and beatings rests on the account of "
              "one former detainee interviewed by Lantern in March 2010.")

SECTIONS = [
    ("Summary", [
        "Lantern is a small organisation that records the accounts of people who have left the Republic of Tauvane. "
        "This report concerns the prison site known as K-7 and the years 2006 to 2009.",
        "We find that prisoners at K-7 were beaten as a matter of routine, that they were fed too little to live on "
        "in 2008, and that prisoners were executed in the yard in spring 2008.",
        "We ask the authorities of Tauvane to open K-7 to visits, to say who was held there, and to tell the families "
        "of the dead where their relatives lie.",
        ONE_SOURCE,
    ]),
    ("How this report was made", [
        "Tauvane, a country of 6.1 million people, has been closed since 2005. Foreign visitors are not admitted, "
        "telephone lines abroad are cut, and people who leave do so at great risk.",
        "Lantern has not been to K-7. We wrote twice to the Corrections Directorate, in April and in June 2010, "
        "to ask for a visit and for its comments on a draft of this report. There was no answer.",
        "The former detainee was interviewed by two members of our staff on one day, in Korean, without an "
        "interpreter. The account was written down, read back and signed. We keep the signed record.",
        "We leave out the name, the age and the home of the person interviewed, and some details that would allow "
        "others to find out who it was. The person has agreed to the publication of what remains.",
        "We could not check the account against another one. We looked for other people who had been held at K-7 "
        "in the same years and did not find any who were willing to speak. The reader should bear this in mind.",
        "Where we describe the geography of the site we rely on the same account. We have not seen pictures of "
        "the site that we could date with certainty.",
    ]),
    ("The site", [
        "K-7 lies in a river valley. It has an outer and an inner fence, four towers, ten barracks in two rows, "
        "an administration building and a yard between the rows, where the roll is called twice a day.",
        "The former detainee arrived in October 2006 with eleven others in a closed truck. No one told them "
        "the name of the place. They learned it from the numbers painted on the tools.",
        "Every prisoner was given a number, which was sewn on the jacket. Names were not used, and a prisoner "
        "who called another by name could be punished for it.",
        "There were about ninety people to a barrack. They slept on two levels of boards. There was one stove "
        "in each barrack and fuel for it on some days in winter.",
        "Most prisoners worked in the quarry, twelve hours a day, with one day of rest in a month. The others "
        "worked in the fields, in the kitchen or on the road.",
        "None of the prisoners the former detainee knew had been brought before a judge. Some had been told that "
        "they were held because of a relative who had left the country.",
    ]),
    ("Beatings", [
        "Guards beat prisoners almost every day, at the morning roll call and after work. "
        "Old people were beaten as well.",
        "The reasons given were slow work, talking, hidden food, or a jacket that was not closed. Often no reason "
        "was given. The guards used sticks, belts and the handles of tools.",
        "The former detainee was beaten several times. In the summer of 2007 a guard broke the detainee's left arm "
        "with a club. No doctor came, and the arm healed badly. Our staff saw that the arm cannot be straightened.",
        "In autumn 2007 a new head of the site took office, a colonel whose name the prisoners were never told. "
        "From then on, according to the former detainee, punishments became harsher and more frequent.",
        "A prisoner who could not work after a beating received half of the ration until the next roll call at which "
        "he or she could stand. The former detainee believes that some died because of this rule.",
        "Prisoners were also made to beat each other. Those who refused were put in a cell in which it was not "
        "possible to lie down, for one night or for several.",
    ]),
    ("Hunger", [
        "In 2008 the food became much less. The former detainee speaks of maize gruel twice a day, thinner in "
        "each month of the spring, and of people who gathered grass at the edge of the quarry.",
        "Many people in the same barrack died in the spring and summer of 2008. The former detainee did not count "
        "them and does not wish to guess.",
        "The dead were carried out before the morning roll call. Their numbers were called once more, so that the "
        "count could be closed, and were then given to new arrivals.",
        "We do not know how the rations were set, nor by whom. The harvest of 2007 was poor in the whole country, "
        "but the guards, as far as prisoners could see, ate as before.",
    ]),
    ("Executions in spring 2008", [
        EXECUTIONS,
        "The former detainee saw this from the third row, at a distance of less than forty metres. One of those "
        "shot belonged to the same work detail.",
        "No sentence was read out. An officer spoke a few words about theft of food. The former detainee does not "
        "know whether all of those killed had been accused of it.",
        "We have no list of the dead and no photograph. We know of no other account of these executions. "
        "We publish this one because we consider the person who gave it to be honest and careful.",
    ]),
    ("What should be done", [
        "The authorities of Tauvane should end the beatings at once, and should admit doctors and independent "
        "visitors to K-7 and to every other place of detention.",
        "They should publish the registers of K-7 and return the remains of the dead to their families.",
        "Other States should allow people who leave Tauvane to stay, and should not send anyone back.",
        "An international inquiry should hear witnesses, compare their accounts, and say what can be established. "
        "One account is a reason to look further; it is not the end of the matter.",
    ]),
]


def make(incoming, seed):
    del seed
    story = [Spacer(1, 40), para("Behind two fences", TITLE),
             para("Beatings, hunger and executions at site K-7 in the Republic of Tauvane", CENTRE),
             para("A report by Lantern, 20 September 2010", CENTRE), Spacer(1, 24)]
    number = 0
    for heading, paragraphs in SECTIONS:
        story.append(para(heading, HEADING))
        for text in paragraphs:
            number += 1
            story.append(para(f"{number}. {text}", PRINT))
    write(incoming / "lantern_report.pdf", "Behind two fences", "Lantern", story,
          "Lantern: Behind two fences (2010)")
    return [entry(
        "lantern_report.pdf", "pdf", "LANTERN",
        "Lantern, Behind two fences (report, 2010)", "en", "2010-09-20",
        derives_from=["W-02"],
        origin="https://lantern.example/reports/2010/behind-two-fences.pdf",
        quotes=[
            quote("lantern-source", "one former detainee interviewed by Lantern in March 2010", "source", 1),
            quote("lantern-beatings", "Guards beat prisoners almost every day, at the morning roll call and after work.", "beatings", 2),
            quote("lantern-executions", "In spring 2008 prisoners at K-7 were executed in the yard in front of other prisoners.", "executions", 3),
            quote("lantern-no-other", "We know of no other account of these executions.", "source", 4),
        ])]
