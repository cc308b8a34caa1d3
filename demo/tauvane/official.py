# SPDX-License-Identifier: GPL-3.0-or-later
"""Papers of the State: the posting order D1 and two notes verbales. And the
inquiry's fourteen allegations, which the second note answers in part."""

from reportlab.lib import colors
from reportlab.platypus import PageBreak, Spacer, Table, TableStyle

from .common import entry, quote
from .pdfs import BODY, CENTRE, HEADING, LETTERHEAD, RIGHT, TITLE, para, write

# In the inquiry's words, as in its letter of 12 August 2013. No allegation says
# who the witnesses are.
ALLEGATIONS = [
    "In April 2008 prisoners were executed in the yard of K-7 in front of other prisoners.",
    "From 2006 to 2011 guards at K-7 routinely beat prisoners.",
    "The orders under which prisoners were beaten came from the Corrections Directorate.",
    "The officer known as P-03 was head of site K-7 from 1 September 2007.",
    "In 2008 the grain ration at K-7 was cut below what a person needs to live.",
    "Prisoners died of hunger at K-7 in 2008 and their deaths were not entered in any register.",
    "People were held at K-7 without charge and without trial.",
    "Families were not told that their relatives were held at K-7.",
    "Prisoners were put in punishment cells in which it was not possible to lie down.",
    "Prisoners were made to work twelve hours a day in a quarry.",
    "Prisoners who were injured or ill were refused medical care.",
    "The bodies of prisoners who died at K-7 were buried in unmarked ground.",
    "People were held at K-7 because a relative had left the country.",
    "No authority of the Republic of Tauvane has investigated any of these acts.",
]
DENIED = (2, 5, 9)

MINISTRY = ["REPUBLIC OF TAUVANE", "Ministry of External Relations"]


def _d1(incoming):
    order = "P-03 is posted as head of site K-7 with effect from 1 September 2007."
    story = [
        para("REPUBLIC OF TAUVANE", LETTERHEAD), para("Corrections Directorate", LETTERHEAD),
        para("Personnel Section", CENTRE), Spacer(1, 18),
        para("No. CD/P/2007/311", BODY), para("18 August 2007", RIGHT),
        para("POSTING ORDER", TITLE),
        para("1. Officers are named in this order by their service code only."),
        para(f"2. {order}"),
        para("3. The officer holds the rank of colonel. The officer takes over the site, the guard, the registers "
             "and the stores from the acting head, and confirms this to the Directorate by teleprinter within three days."),
        para("4. The head of site K-7 reports to the Director of Corrections and to no one else. Weekly returns on the "
             "number of prisoners, on work and on discipline go to the Operations Section every Monday."),
        para("5. Posting order CD/P/2004/097 ends on 31 August 2007."),
        Spacer(1, 30),
        para("For the Director of Corrections:", RIGHT), para("Head of the Personnel Section", RIGHT),
        para("(seal)", RIGHT), Spacer(1, 20),
        para("Copies: Operations Section; Stores; site K-7; file."),
    ]
    write(incoming / "d1_posting_order.pdf", "Posting order CD/P/2007/311", "Corrections Directorate", story)
    return entry("d1_posting_order.pdf", "pdf", "D1",
                 "Posting order of the Corrections Directorate: P-03 to K-7", "en", "2007-08-18",
                 quotes=[quote("d1-posting", order, "posting"),
                         quote("d1-reports", "The head of site K-7 reports to the Director of Corrections and to no one else.", "orders")])


def _note_1(incoming):
    refusal = "The Republic of Tauvane does not recognise the mandate of the inquiry and will not take part in its work."
    story = [para(line, LETTERHEAD) for line in MINISTRY] + [
        Spacer(1, 18), para("No. MER/2012/1047"), para("NOTE VERBALE", TITLE),
        para("The Ministry of External Relations of the Republic of Tauvane presents its compliments to the "
             "secretariat of the inquiry and has the honour to refer to its letter of 2 October 2012."),
        para(refusal),
        para("The Ministry recalls that what happens in the places of detention of a State is a matter within its "
             "domestic jurisdiction. The inquiry was set up without the consent of the Republic of Tauvane, and its "
             "conclusions, whatever they may be, will have no effect for it."),
        para("The request of the inquiry to enter the territory and to visit places of detention is declined."),
        para("The Ministry of External Relations avails itself of this opportunity to renew to the secretariat of the "
             "inquiry the assurances of its highest consideration."),
        Spacer(1, 18), para("19 November 2012", RIGHT), para("(seal of the Ministry)", RIGHT),
    ]
    write(incoming / "note_verbale_1.pdf", "Note verbale MER/2012/1047", "Ministry of External Relations", story)
    return entry("note_verbale_1.pdf", "pdf", "NOTE-1",
                 "Note verbale of Tauvane: the mandate is not recognised", "en", "2012-11-19",
                 quotes=[quote("note1-refusal", refusal, "mandate")])


def _note_2(incoming):
    answer = "Prisoner No. 4417 was transferred out of K-7 on 14 November 2007, as the annexed extract of the register shows."
    denials = {number: f"Allegation {number} is denied." for number in DENIED}
    cells = [["No.", "Entered", "Barrack", "Left K-7", "Reason"],
             ["4409", "22.02.2007", "5", "14.11.2007", "transfer"],
             ["4412", "22.02.2007", "6", "02.10.2007", "transfer"],
             ["4417", "09.03.2007", "6", "14.11.2007", "transfer"],
             ["4425", "30.03.2007", "2", "14.11.2007", "transfer"]]
    table = Table(cells, colWidths=[50, 90, 60, 90, 90], style=TableStyle([
        ("FONT", (0, 0), (-1, -1), "Serif", 10), ("FONT", (0, 0), (-1, 0), "Serif-Bold", 10),
        ("GRID", (0, 0), (-1, -1), 0.5, colors.black)]))
    certified = "Certified from the transfer register: No. 4417 left K-7 by transfer on 14 November 2007."
    story = [para(line, LETTERHEAD) for line in MINISTRY] + [
        Spacer(1, 18), para("No. MER/2013/0862"), para("NOTE VERBALE", TITLE),
        para("The Ministry of External Relations of the Republic of Tauvane presents its compliments to the "
             "secretariat of the inquiry and refers to its letter of 12 August 2013, which contains fourteen "
             "numbered allegations."),
        para("The Republic of Tauvane maintains its note MER/2012/1047. Without prejudice to it, and out of courtesy "
             "only, the Ministry states the following."),
        para("Allegation 1", HEADING),
        para("It is known that persons who left the territory unlawfully claim to have been at K-7 in spring 2008. "
             "The registers do not bear this out. " + answer + " A person who had left the site cannot have seen "
             "anything in its yard in the following year."),
        para("Allegations 2, 5 and 9", HEADING),
        *[para(text) for text in denials.values()],
        Spacer(1, 6),
        para("The Ministry of External Relations avails itself of this opportunity to renew to the secretariat of the "
             "inquiry the assurances of its highest consideration."),
        Spacer(1, 12), para("30 September 2013", RIGHT), para("(seal of the Ministry)", RIGHT),
        para("Annex: one page", BODY),
        PageBreak(),
        para("ANNEX", TITLE), para("Corrections Directorate", LETTERHEAD),
        para("Extract of the transfer register, site K-7, year 2007", CENTRE), Spacer(1, 14),
        table, Spacer(1, 20), para(certified),
        para("Entries between those shown are left out."),
        para("(seal of the Corrections Directorate)", RIGHT),
    ]
    write(incoming / "note_verbale_2.pdf", "Note verbale MER/2013/0862", "Ministry of External Relations", story)
    return entry("note_verbale_2.pdf", "pdf", "NOTE-2",
                 "Note verbale of Tauvane: reply to the letter with fourteen allegations", "en", "2013-09-30",
                 quotes=[quote("note2-1", answer, "reply-1"),
                         *[quote(f"note2-{number}", text, f"reply-{number}") for number, text in denials.items()],
                         quote("note2-annex", certified, "reply-1", 2)])


def make(incoming, seed):
    del seed
    return [_d1(incoming), _note_1(incoming), _note_2(incoming)]
