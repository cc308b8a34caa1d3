# SPDX-License-Identifier: GPL-3.0-or-later
"""W-03, former guard: the record of a hearing, in questions and answers."""

import html

from .common import entry, quote

# He left K-7 in December 2007 and says nothing of spring 2008: his account can
# support the beatings, and must not be counted for the executions.
TURNS = [
    ("You have asked to be heard under a number. We shall call you W-03. Do you understand why you are here?",
     "Yes. I was told the mandate and I was told that I can stop at any time."),
    ("What was your work at K-7?",
     "I was a guard. First on the outer fence, then in the work detail of barracks four to seven."),
    ("From when until when?",
     "From February 2005. I left K-7 in December 2007 and I never went back."),
    ("Who gave you your orders?",
     "The head of the shift. He had them from the head of the site."),
    ("Where did the head of the site get his orders?",
     "The orders came from the Corrections Directorate. They came by teleprinter, and on Mondays they were read out to us."),
    ("Did you read any of them yourself?",
     "Some. I stood at the duty desk for four months in 2006. I put them into the folder."),
    ("Did any order speak of how prisoners should be treated?",
     "There was one on discipline. It said that work below the norm is to be answered at once and in front of the others."),
    ("How did you and the other guards understand that?",
     "That we should beat them. Nobody had to explain it."),
    ("Were prisoners beaten?",
     "Beating prisoners was routine. It was done every day, on every shift that I served on."),
    ("With what?",
     "With sticks mostly. With the belt. Some had a piece of cable."),
    ("Did you beat prisoners yourself?",
     "Yes. I beat them too. I will not say that I did not."),
    ("Was a guard ever punished for beating a prisoner?",
     "Not for beating. A guard was punished for not beating, he lost his leave."),
    ("Did the head of the site change while you were there?",
     "Yes. A colonel came in September 2007. On papers he was only P-03. I heard no other name."),
    ("Did anything change under him?",
     "He wanted a count of punishments every evening. So there were more of them."),
    ("How were transfers of prisoners written down?",
     "We did not keep that register at the site. The transfer register was kept at the Directorate, and pages came back to us already filled in."),
    ("Did the pages agree with what you saw?",
     "Not always. I saw men at roll call who had been transferred on paper."),
    ("What did prisoners eat at the end of 2007?",
     "Gruel, maize mostly. Less than when I came. I did not see the ledger."),
    ("Is there anything after December 2007 that you know from your own experience?",
     "No. I left in December. What came after I did not see, and I do not want to speak of it."),
    ("Has anyone promised you anything for what you say here?",
     "No. My travel was paid, nothing else."),
]

QUOTES = [
    quote("w03-left", "I left K-7 in December 2007 and I never went back.", "detention"),
    quote("w03-orders", "The orders came from the Corrections Directorate.", "orders"),
    quote("w03-routine", "Beating prisoners was routine. It was done every day, on every shift that I served on.", "beatings"),
    quote("w03-too", "I beat them too.", "beatings"),
    quote("w03-colonel", "A colonel came in September 2007. On papers he was only P-03.", "posting"),
    quote("w03-register", "I saw men at roll call who had been transferred on paper.", "register"),
]


def make(incoming, seed):
    del seed
    rows = []
    for number, (question, answer) in enumerate(TURNS, 1):
        rows.append(f'<p class="q" id="q{number}"><b>Q{number}.</b> {html.escape(question, quote=False)}</p>')
        rows.append(f'<p class="a" id="a{number}"><b>A{number}.</b> {html.escape(answer, quote=False)}</p>')
    (incoming / "w03_hearing.html").write_text(f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Record of the hearing of W-03</title>
<style>
body {{ max-width: 42em; margin: 2em auto; font-family: serif; line-height: 1.5 }}
.a {{ margin-left: 2em }}
</style>
</head>
<body>
<h1>Record of the hearing of W-03</h1>
<p>Inquiry on the Republic of Tauvane. Closed session of 18 June 2013, 10.05 to 11.40.
Present: two members of the inquiry, a recorder, an interpreter. The witness is a former guard at site K-7.</p>
{chr(10).join(rows)}
<p>The record was read back to the witness, who confirmed it and signed with the number W-03.</p>
</body>
</html>
""", encoding="utf-8")
    return [entry("w03_hearing.html", "html", "W-03",
                  "Record of the hearing of W-03, former guard at K-7",
                  "en", "2013-06-18", quotes=QUOTES)]
