# SPDX-License-Identifier: GPL-3.0-or-later
"""Five articles from five invented outlets, all copied from Lantern's report."""

import html

from .common import entry, quote
from .lantern import EXECUTIONS


def _edited(*changes):
    """Lantern's paragraph with the small changes an editor makes. A change that
    no longer applies is a mistake here, not a detail to pass over."""
    text = EXECUTIONS
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


# The fourth turns one detainee into "witnesses": repeating makes a source seem
# to be many, which is what the inquiry's reader must be able to see through.
ARTICLES = [
    {
        "outlet": "The Meridian Courier", "host": "www.meridian-courier.example", "section": "World",
        "date": "2010-09-22", "shown": "22 September 2010", "by": "From our foreign desk",
        "headline": "Report tells of executions in a Tauvane prison",
        "before": ["A human rights group has published a report about a prison in the closed Republic of Tauvane "
                   "in which, it says, inmates were beaten, starved and shot.",
                   "The group, Lantern, describes the events in its report as follows:"],
        "text": _edited(),
        "after": ["The report names neither the guards nor the dead. "
                  "The authorities of Tauvane could not be reached."],
    }, {
        "outlet": "Harbour Daily", "host": "harbourdaily.example", "section": "International",
        "date": "2010-09-23", "shown": "Thursday 23 September 2010", "by": "By a staff writer",
        "headline": "Shot in front of fellow prisoners, says Lantern",
        "before": ["The organisation Lantern has accused guards at a prison site called K-7, in Tauvane, of killing inmates."],
        "text": _edited(("In spring 2008 prisoners", "According to Lantern, in spring 2008 prisoners"),
                        ("on one day in April", "on a single day in April")),
        "after": ["Tauvane has admitted no foreign visitors since 2005, and the account could not be verified."],
    }, {
        "outlet": "Nordlys Wire", "host": "nordlyswire.example", "section": "Wire",
        "date": "2010-09-23", "shown": "2010-09-23 06:40 UTC", "by": "NW staff",
        "headline": "TAUVANE-PRISON: Prisoners executed in 2008, NGO says",
        "before": ["(NW) - Prisoners were executed at a closed site in Tauvane in 2008, the non-governmental "
                   "organisation Lantern said in a report on Monday."],
        "text": _edited(("a second group was shot in the rain some days later",
                         "a second group was shot in the rain some days later, the Lantern report says")),
        "after": ["The report also speaks of daily beatings and of hunger."],
    }, {
        "outlet": "The Saffron Post", "host": "saffronpost.example", "section": "Asia-Pacific",
        "date": "2010-09-27", "shown": "Mon, Sep 27, 2010", "by": "Our correspondent",
        "headline": "Witnesses describe firing parties behind Tauvane's closed border",
        "before": ["Witness accounts published by the group Lantern describe mass killings at a prison in Tauvane.",
                   "This is what Lantern has found."],
        "text": _edited(("were executed in the yard", "were executed in the prison yard"),
                        ("threatened to beat anyone who closed their eyes", "threatened to beat anyone who shut their eyes")),
        "after": ["It is the second time this year that the country has made headlines."],
    }, {
        "outlet": "Open Ledger Review", "host": "openledger.example", "section": "Opinion and analysis",
        "date": "2010-10-04", "shown": "4 October 2010", "by": "The editors",
        "headline": "What we know about K-7",
        "before": ["Much has been written in the past two weeks about K-7. Several newspapers have reported the "
                   "executions there, and so has Lantern, whose report says:"],
        "text": _edited((", and where they were buried is not known", ". Where they were buried is not known")),
        "after": ["So many reports cannot all be wrong. It is time for an international inquiry."],
    },
]

RELATED = ["Ferry strike enters third week", "Ten ways to keep basil alive", "Quiz: how well do you know your tides?",
           "Markets close a little higher", "Letters to the editor"]


def _page(article):
    def cut(words):
        return html.escape(words, quote=False)

    slug = article["headline"].lower().replace(" ", "-").replace(",", "").replace(":", "").replace("'", "").replace("?", "")
    url = f"https://{article['host']}/{article['date'].replace('-', '/')}/{slug}.html"
    body = "\n".join(f"<p>{cut(p)}</p>" for p in
                     [*article["before"], article["text"], *article["after"]])
    related = "\n".join(f'<li><a href="/more/{n}">{cut(title)}</a></li>' for n, title in enumerate(RELATED, 1))
    return url, f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{cut(article['headline'])} | {article['outlet']}</title>
<link rel="canonical" href="{url}">
<meta property="og:site_name" content="{article['outlet']}">
<meta property="og:type" content="article">
<meta property="article:published_time" content="{article['date']}">
<style>nav, aside, footer {{ font-size: smaller }} main {{ max-width: 40em }}</style>
</head>
<body>
<div class="cookies" role="dialog"><p>We use cookies to make this site better. <button>Accept all</button> <button>Settings</button></p></div>
<header>
<a class="logo" href="/">{article['outlet']}</a>
<nav><ul><li><a href="/">Home</a></li><li><a href="/world">World</a></li><li><a href="/sport">Sport</a></li>
<li><a href="/weather">Weather</a></li><li><a href="/subscribe">Subscribe</a></li></ul></nav>
</header>
<main>
<article>
<p class="section">{article['section']}</p>
<h1>{cut(article['headline'])}</h1>
<p class="byline">{article['by']} <time datetime="{article['date']}">{article['shown']}</time></p>
<p class="share"><a href="#">Share</a> <a href="#">Print</a> <a href="#">Save</a></p>
{body}
</article>
<aside><h2>Most read</h2>
<ul>
{related}
</ul>
</aside>
</main>
<footer><p>Copyright {article['date'][:4]} {article['outlet']}. All rights reserved.
<a href="/terms">Terms</a> <a href="/privacy">Privacy</a> <a href="/contact">Contact</a></p></footer>
</body>
</html>
"""


def make(incoming, seed):
    del seed
    entries = []
    for number, article in enumerate(ARTICLES, 1):
        url, page = _page(article)
        file = f"press_{number}.html"
        (incoming / file).write_text(page, encoding="utf-8")
        # The sentence each outlet took over is quoted as that outlet prints it.
        first = article["text"].split(". ")[0] + "."
        entries.append(entry(
            file, "html", f"PRESS-{number}", f"{article['outlet']}: {article['headline']}",
            "en", article["date"], derives_from=["LANTERN"], origin=url,
            quotes=[quote(f"press-{number}-executions", first, "executions")]))
    return entries
