# SPDX-License-Identifier: GPL-3.0-or-later
"""W-04, nurse: an e-mail in Arabic with statistics and nothing else."""

from email.message import EmailMessage
from email.policy import SMTP

from .common import entry, quote

# Admissions for malnutrition by quarter, 2007 to 2010. They agree with the
# ration ledger: the peak follows the lowest ration, in spring and summer 2008.
ADMISSIONS = {
    2007: (31, 38, 44, 57),
    2008: (112, 187, 203, 141),
    2009: (96, 74, 63, 58),
    2010: (49, 45, 41, 39),
}
QUARTERS = ("الربع الأول", "الربع الثاني", "الربع الثالث", "الربع الرابع")

GREETING = "السادة أعضاء لجنة التحقيق،"
WHO = "عملت ممرضة في مستشفى المنطقة الذي كان يستقبل المرضى من الموقع K-7 من عام 2006 إلى عام 2011."
CONSENT = "أوافق على استعمال الأرقام الإحصائية فقط، ولا أوافق على نشر أي شيء آخر عني."
INTRO = "هذه أعداد حالات الدخول بسبب سوء التغذية في كل ربع سنة:"
PEAK = "بلغ العدد أعلى مستوى في الربع الثالث من عام 2008."
SOURCE = "نقلت الأرقام من دفتر الدخول بخط يدي، وليس فيها أسماء."
END = "مع التحية"
SIGNED = "W-04"


def _line(year, quarter):
    return f"{QUARTERS[quarter]} {year}: {ADMISSIONS[year][quarter]} حالة"


QUOTES = [
    quote("w04-consent", "أوافق على استعمال الأرقام الإحصائية فقط", "consent", 1,
          "I consent to the use of the statistical figures only"),
    quote("w04-what", "أعداد حالات الدخول بسبب سوء التغذية", "hunger", 1,
          "the numbers of admissions for malnutrition"),
    quote("w04-2008q2", _line(2008, 1), "hunger", 1,
          "second quarter of 2008: 187 cases"),
    quote("w04-peak", PEAK, "hunger", 1,
          "The number was highest in the third quarter of 2008."),
]


def make(incoming, seed):
    del seed
    lines = [_line(year, quarter) for year in ADMISSIONS for quarter in range(4)]
    text = "\n\n".join([GREETING, WHO, CONSENT, INTRO, "\n".join(lines),
                        PEAK, SOURCE, END + "\n" + SIGNED]) + "\n"
    # The same sentences as in the plain part, so that a passage is found in either.
    paragraphs = "".join(f"<p>{p}</p>\n" for p in (GREETING, WHO, CONSENT, INTRO))
    items = "".join(f"<li>{line}</li>\n" for line in lines)
    page = ('<!DOCTYPE html>\n<html lang="ar" dir="rtl">\n<head><meta charset="utf-8"></head>\n<body>\n'
            f"{paragraphs}<ul>\n{items}</ul>\n<p>{PEAK}</p>\n<p>{SOURCE}</p>\n<p>{END}<br>{SIGNED}</p>\n"
            "</body>\n</html>\n")
    mail = EmailMessage(policy=SMTP)
    mail["Date"] = "Mon, 08 Jul 2013 19:12:00 +0000"
    mail["From"] = "W-04 <w04@post.example>"
    mail["To"] = "Registry of the inquiry <registry@inquiry.example>"
    mail["Subject"] = "أرقام عن سوء التغذية 2007-2010"
    mail["Message-ID"] = "<20130708191200.w04@post.example>"
    mail.set_content(text, charset="utf-8", cte="base64")
    mail.add_alternative(page, subtype="html", charset="utf-8", cte="base64")
    # The library would draw a boundary at random.
    mail.set_boundary("=_w04_alternative")
    (incoming / "w04_mail.eml").write_bytes(mail.as_bytes())
    return [entry("w04_mail.eml", "mail", "W-04",
                  "E-mail of W-04, nurse: admissions for malnutrition 2007-2010",
                  "ar", "2013-07-08", quotes=QUOTES)]
