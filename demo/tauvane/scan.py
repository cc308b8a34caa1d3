# SPDX-License-Identifier: GPL-3.0-or-later
"""W-02, former detainee: testimony in Korean, taken by Lantern, as a scan."""

import io

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.utils import ImageReader

from .common import (CJK_BOLD_FONT, CJK_FONT, CJK_KOREAN, chance, entry, quote)
from .pdfs import new_canvas

DPI = 200
WIDTH, HEIGHT = 1654, 2339  # A4 at 200 dpi
MARGIN = 240

HEAD = [
    "등불 인권기록소 (Lantern)",
    "문서 번호 2010-03",
    "증언자: W-02 (전 수감자)",
    "면담 날짜: 2010년 3월 14일",
    "면담 언어: 한국어",
]

PAGES = [[
    "1. 저는 2006년 10월부터 2009년 2월까지 K-7 수용소에 갇혀 있었습니다. "
    "왜 잡혀 왔는지 듣지 못했고 재판도 없었습니다.",
    "2. 저는 제3작업반에 들어가 채석장에서 돌을 날랐습니다. 하루에 열두 시간을 "
    "일했고 쉬는 날은 한 달에 한 번이었습니다.",
    "3. 경비원들은 거의 매일 수감자들을 때렸습니다. 구타는 아침 점호 때와 "
    "작업이 끝난 뒤에 있었습니다. 늙은 사람도 맞았습니다.",
    "4. 저도 여러 번 구타를 당했습니다. 2007년 여름에는 몽둥이로 맞아 왼팔이 "
    "부러졌습니다. 의사는 오지 않았습니다.",
    "5. 2007년 가을에 새 소장이 왔습니다. 우리는 그 대령의 이름을 몰랐습니다. "
    "새 소장이 온 다음부터 벌이 더 심해졌습니다.",
], [
    "6. 2008년에는 식량이 크게 줄었습니다. 옥수수 죽을 하루에 두 번 먹었습니다. "
    "제가 있던 막사에서 많은 사람이 굶어 죽었습니다.",
    "7. 2008년 봄에 처형이 있었습니다. 경비원들이 우리를 마당에 모이게 하고 "
    "줄을 세웠습니다. 눈을 감으면 때리겠다고 했습니다.",
    "8. 저는 수감자 9명이 총살되는 것을 보았습니다. 그들은 말뚝에 묶여 "
    "있었습니다. 한 사람은 제 작업반 사람이었습니다.",
    "9. 처형은 4월에 두 번 있었습니다. 두 번째에는 비가 왔습니다. 시신은 트럭에 "
    "실려 나갔고 어디에 묻혔는지 모릅니다.",
    "10. 저는 2009년 2월에 다른 곳으로 옮겨졌고 그해 여름에 나라를 떠났습니다. "
    "이것은 모두 제가 직접 보고 겪은 일입니다.",
]]

# The texts are what tesseract 5.3 with tessdata "kor" reads on these pages;
# generate_test.py checks that it still does.
QUOTES = [
    quote("w02-daily", "거의 매일 수감자들을 때렸습니다", "beatings", 1,
          "[they] beat the prisoners almost every day"),
    quote("w02-myself", "저도 여러 번 구타를 당했습니다", "beatings", 1,
          "I too was beaten several times"),
    quote("w02-head", "새 소장이 왔습니다", "posting", 1,
          "a new head of the site came"),
    quote("w02-food", "식량이 크게 줄었습니다", "hunger", 2,
          "the food became much less"),
    quote("w02-executions", "2008년 봄에 처형이 있었습니다", "executions", 2,
          "in spring 2008 there were executions"),
    quote("w02-nine", "9명이 총살되는 것을 보았습니다", "executions", 2,
          "I saw 9 [prisoners] being shot"),
    quote("w02-april", "처형은 4월에 두 번 있었습니다", "executions", 2,
          "the executions took place twice, in April"),
]


def _font(path, size):
    # The basic layout engine gives the same pixels with or without libraqm.
    return ImageFont.truetype(path, size, index=CJK_KOREAN,
                              layout_engine=ImageFont.Layout.BASIC)


def _wrap(draw, text, font, width):
    lines, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}".strip()
        if line and draw.textlength(longer, font=font) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return lines + [line]


def _sheet(number):
    sheet = Image.new("L", (WIDTH, HEIGHT), 247)
    draw = ImageDraw.Draw(sheet)
    body, small = _font(CJK_FONT, 34), _font(CJK_FONT, 28)
    y = 170
    if number == 0:
        draw.text((WIDTH // 2, y), "증언 기록", font=_font(CJK_BOLD_FONT, 62),
                  fill=25, anchor="ma")
        y += 150
        for line in HEAD:
            draw.text((MARGIN, y), line, font=body, fill=30)
            y += 58
        draw.line((MARGIN, y + 20, WIDTH - MARGIN, y + 20), fill=70, width=3)
        y += 70
    for paragraph in PAGES[number]:
        for line in _wrap(draw, paragraph, body, WIDTH - 2 * MARGIN):
            draw.text((MARGIN, y), line, font=body, fill=28)
            y += 58
        y += 34
    if number == 1:
        y += 60
        draw.text((MARGIN, y), "2010년 3월 14일", font=body, fill=30)
        draw.text((MARGIN, y + 110), "증언자 서명 (W-02)", font=body, fill=30)
        # A scrawl that is nobody's signature.
        x0, y0 = MARGIN + 520, y + 140
        draw.line([(x0, y0), (x0 + 60, y0 - 50), (x0 + 90, y0 + 25),
                   (x0 + 150, y0 - 30), (x0 + 200, y0 + 10), (x0 + 330, y0 - 20)],
                  fill=60, width=5, joint="curve")
    draw.text((WIDTH // 2, HEIGHT - 150), f"{number + 1} / {len(PAGES)}",
              font=small, fill=40, anchor="ma")
    return sheet


def _scanned(sheet, rng, angle):
    """A sheet as a flat-bed scanner gives it: a little crooked, soft, grainy."""
    sheet = sheet.rotate(angle, Image.Resampling.BICUBIC, fillcolor=247)
    sheet = sheet.filter(ImageFilter.GaussianBlur(0.5))
    # Image.effect_noise cannot be seeded, so the grain comes from `rng`.
    grain = Image.frombytes("L", sheet.size, rng.randbytes(WIDTH * HEIGHT))
    grain = grain.filter(ImageFilter.GaussianBlur(0.8))
    grain = grain.point(lambda v: max(0, min(255, 128 + (v - 128) // 5)))
    sheet = ImageChops.add(sheet, grain, scale=1, offset=-128)
    draw = ImageDraw.Draw(sheet)
    for _ in range(40):  # dust
        x, y, r = rng.randrange(WIDTH), rng.randrange(HEIGHT), rng.choice((1, 1, 2))
        draw.ellipse((x, y, x + r, y + r), fill=rng.randrange(110, 190))
    return sheet


def make(incoming, seed):
    rng = chance(seed, "scan")
    page = new_canvas(incoming / "w02_testimony_scan.pdf",
                      "Testimony W-02 (scan)", "Lantern")
    wide, high = WIDTH * 72 / DPI, HEIGHT * 72 / DPI
    page.setPageSize((wide, high))
    for number, angle in enumerate((0.45, -0.35)):
        jpeg = io.BytesIO()
        _scanned(_sheet(number), rng, angle).save(
            jpeg, "JPEG", quality=72, dpi=(DPI, DPI))
        jpeg.seek(0)
        page.drawImage(ImageReader(jpeg), 0, 0, wide, high)
        page.showPage()
    page.save()
    return [entry("w02_testimony_scan.pdf", "scan", "W-02",
                  "Testimony of W-02, former detainee at K-7, taken by Lantern",
                  "ko", "2010-03-14", quotes=QUOTES, pages=len(PAGES))]
