# SPDX-License-Identifier: GPL-3.0-or-later
"""A drawn "aerial" picture with a position and a date in its EXIF."""

import math

from PIL import Image, ImageChops, ImageDraw, ImageFilter
from PIL.TiffImagePlugin import IFDRational

from .common import chance, entry

WIDTH, HEIGHT = 1600, 1200
CAPTION = "near K-7, about 12 km"
# High seas of the South Pacific, more than 200 nautical miles from any coast,
# so that the fictional site can be no real place.
LATITUDE, LONGITUDE = (38, 12, 30), (118, 40, 12)  # south, west


def _draw(rng):
    ground = Image.new("RGB", (WIDTH, HEIGHT), (112, 108, 78))
    draw = ImageDraw.Draw(ground)
    # Fields: a crooked grid of blocks in the colours of soil and crop.
    xs = [x + rng.randrange(-25, 25) for x in range(-60, WIDTH + 200, 170)]
    ys = [y + rng.randrange(-20, 20) for y in range(-60, HEIGHT + 200, 140)]
    soils = [(122, 116, 80), (98, 108, 66), (134, 122, 88), (88, 98, 60), (146, 134, 98)]
    for x0, x1 in zip(xs, xs[1:]):
        for y0, y1 in zip(ys, ys[1:]):
            lean = rng.randrange(-14, 14)
            draw.polygon([(x0 + lean, y0), (x1 + lean, y0 + 8), (x1 - lean, y1), (x0 - lean, y1 - 8)],
                         fill=rng.choice(soils))
    # A river, a road, and a wood along the river.
    river = [(x, 930 + 70 * math.sin(x / 210) + 25 * math.sin(x / 61)) for x in range(-20, WIDTH + 40, 20)]
    for x, y in river[::1]:
        for _ in range(7):
            cx, cy = x + rng.randrange(-25, 25), y + rng.choice((-1, 1)) * rng.randrange(35, 95)
            r = rng.randrange(9, 20)
            draw.ellipse((cx - r, cy - r, cx + r, cy + r), fill=(52, 66 + rng.randrange(12), 40))
    draw.line(river, fill=(62, 78, 84), width=46, joint="curve")
    draw.line([(0, 250), (420, 330), (820, 300), (WIDTH, 180)], fill=(172, 162, 138), width=13, joint="curve")
    draw.line([(820, 300), (850, 430)], fill=(172, 162, 138), width=10)
    # The compound: fence, yard, rows of barracks with their shadows, towers.
    draw.rectangle((560, 430, 1150, 800), fill=(150, 142, 116), outline=(70, 66, 58), width=5)
    draw.rectangle((760, 560, 960, 690), fill=(176, 166, 138))
    for column in (590, 1000):
        for row in range(5):
            x, y = column + rng.randrange(-3, 3), 460 + row * 65
            draw.rectangle((x + 7, y + 8, x + 127, y + 40), fill=(72, 68, 58))
            draw.rectangle((x, y, x + 120, y + 32), fill=(128, 120, 116))
            draw.line((x, y + 16, x + 120, y + 16), fill=(150, 144, 138), width=2)
    draw.rectangle((787, 457, 947, 517), fill=(72, 68, 58))
    draw.rectangle((780, 450, 940, 510), fill=(140, 96, 84))
    for x, y in ((560, 430), (1150, 430), (560, 800), (1150, 800)):
        draw.rectangle((x - 2, y - 2, x + 22, y + 22), fill=(60, 56, 50))
        draw.rectangle((x - 11, y - 11, x + 11, y + 11), fill=(186, 180, 168))
    # Haze, softness and grain.
    ground = ground.filter(ImageFilter.GaussianBlur(1.6))
    grain = Image.frombytes("L", ground.size, rng.randbytes(WIDTH * HEIGHT))
    grain = grain.filter(ImageFilter.GaussianBlur(0.9)).point(lambda v: 128 + (v - 128) // 2)
    ground = ImageChops.add(ground, Image.merge("RGB", (grain,) * 3), scale=1, offset=-128)
    return Image.blend(ground, Image.new("RGB", ground.size, (168, 176, 182)), 0.14)


def make(incoming, seed):
    exif = Image.Exif()
    exif[0x010E] = CAPTION                    # ImageDescription
    exif[0x0132] = "2008:05:10 09:42:00"      # DateTime
    exif[0x8769] = {0x9003: "2008:05:10 09:42:00"}  # DateTimeOriginal
    exif[0x8825] = {                          # the GPS directory
        1: "S", 2: tuple(IFDRational(v, 1) for v in LATITUDE),
        3: "W", 4: tuple(IFDRational(v, 1) for v in LONGITUDE),
        29: "2008:05:10",
    }
    _draw(chance(seed, "picture")).save(
        incoming / "image_near_k7.jpg", "JPEG", quality=84, exif=exif.tobytes())

    def degrees(d, m, s):
        return -round(d + m / 60 + s / 3600, 6)

    return [entry("image_near_k7.jpg", "image", "IMG-1",
                  "Aerial picture said to be taken near K-7", "en", "2008-05-10",
                  origin="https://skyview.example/tiles/2008/05/10/0417.jpg",
                  exif={"ImageDescription": CAPTION,
                        "DateTimeOriginal": "2008-05-10T09:42:00",
                        "latitude": degrees(*LATITUDE),
                        "longitude": degrees(*LONGITUDE)})]
