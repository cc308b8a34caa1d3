# SPDX-License-Identifier: GPL-3.0-or-later
"""The way all PDFs with text are laid out."""

from reportlab import rl_config
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate

from .common import SERIF_BOLD_FONT, SERIF_FONT

# Fixed dates and file identifiers instead of those of the day.
rl_config.invariant = 1
rl_config.useA85 = 0  # binary streams: a scan would grow by a quarter

pdfmetrics.registerFont(TTFont("Serif", SERIF_FONT))
pdfmetrics.registerFont(TTFont("Serif-Bold", SERIF_BOLD_FONT))

# No justification and no hyphenation: a quote must read the same to a text
# extractor whatever line it falls on.
BODY = ParagraphStyle("body", fontName="Serif", fontSize=10.5, leading=15, spaceAfter=8)
CENTRE = ParagraphStyle("centre", BODY, alignment=TA_CENTER)
RIGHT = ParagraphStyle("right", BODY, alignment=TA_RIGHT)
TITLE = ParagraphStyle("title", CENTRE, fontName="Serif-Bold", fontSize=18,
                       leading=24, spaceAfter=14)
HEADING = ParagraphStyle("heading", BODY, fontName="Serif-Bold", fontSize=12.5,
                         leading=17, spaceBefore=10, keepWithNext=1)
LETTERHEAD = ParagraphStyle("letterhead", CENTRE, fontName="Serif-Bold",
                            fontSize=12, leading=17, spaceAfter=2)


def new_canvas(path, title, author):
    canvas = Canvas(str(path), pagesize=A4, invariant=1, pageCompression=1)
    canvas.setTitle(title)
    canvas.setAuthor(author)
    canvas.setCreator("fictional demo of Oyer")
    return canvas


def para(text, style=BODY):
    return Paragraph(text, style)


def write(path, title, author, story, foot=None):
    document = SimpleDocTemplate(
        str(path), pagesize=A4, title=title, author=author,
        creator="fictional demo of Oyer", invariant=1,
        leftMargin=27 * mm, rightMargin=27 * mm,
        topMargin=25 * mm, bottomMargin=25 * mm)

    def footer(canvas, doc):
        canvas.setFont("Serif", 8.5)
        words = f"{foot} - {doc.page}" if foot else str(doc.page)
        canvas.drawCentredString(A4[0] / 2, 14 * mm, words)

    document.build(story, onFirstPage=footer, onLaterPages=footer)
