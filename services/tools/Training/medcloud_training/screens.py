"""Pictures of screens, drawn: what somebody sends who captures a window instead of the image in it."""

import math
import random

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
WORDS = "patient study report chest image view left right normal no acute the of and to result finding date time open save edit file help tools window level".split()


def document(draw, width, height, chance):
    """Lines of text on paper."""
    draw.rectangle((0, 0, width, height), fill=_grey(chance, 220, 255))
    size, y = chance.randint(9, 26), chance.randint(10, 60)
    left = chance.randint(10, width // 5)
    while y < height - size:
        if chance.random() < 0.85:
            _text(draw, (left, y), size, chance, chance.randint(1, 12), _grey(chance, 0, 90))
        y += int(size * chance.uniform(1.1, 2.2))


def windows(draw, width, height, chance):
    """A desktop: windows with a title, buttons, lists, and a bar."""
    dark = chance.random() < 0.5
    draw.rectangle((0, 0, width, height), fill=_grey(chance, 0, 80) if dark else _grey(chance, 90, 255))
    for _ in range(chance.randint(1, 5)):
        x, y = chance.randint(-50, width // 2), chance.randint(-50, height // 2)
        right, bottom = x + chance.randint(width // 4, width), y + chance.randint(height // 4, height)
        draw.rectangle((x, y, right, bottom), fill=_grey(chance, 0, 255), outline=_grey(chance, 0, 255))
        draw.rectangle((x, y, right, y + 24), fill=_grey(chance, 0, 255))
        _text(draw, (x + 6, y + 4), 14, chance, 3, _grey(chance, 0, 255))
        for row in range(y + 34, bottom - 20, chance.randint(18, 60)):
            _text(draw, (x + 10, row), chance.randint(10, 18), chance, chance.randint(1, 7), _grey(chance, 0, 255))
            if chance.random() < 0.3:
                draw.rectangle((right - 70, row, right - 10, row + 14), fill=_grey(chance, 0, 255))
    draw.rectangle((0, height - 30, width, height), fill=_grey(chance, 0, 255))


def chart(draw, width, height, chance):
    """Axes with curves or bars. Never trained on."""
    paper, ink = (_grey(chance, 0, 60), 230) if chance.random() < 0.3 else (_grey(chance, 230, 255), 20)
    draw.rectangle((0, 0, width, height), fill=paper)
    left, bottom = width // 8, height - height // 8
    draw.line((left, height // 12, left, bottom, width - 20, bottom), fill=(ink,) * 3, width=2)
    for step in range(6):
        _text(draw, (left - 40, bottom - step * (bottom - height // 12) // 6), 12, chance, 1, (ink,) * 3)
    count = chance.randint(4, 30)
    xs = [left + (width - 20 - left) * i / count for i in range(count)]
    for _ in range(chance.randint(1, 4)):
        phase, tone = chance.uniform(0, 6), _grey(chance, 0, 255)
        ys = [bottom - (bottom - height // 12) * (0.5 + 0.3 * math.sin(phase + i / 3) + chance.uniform(-0.1, 0.1)) for i in range(count)]
        if chance.random() < 0.5:
            draw.line(list(zip(xs, ys)), fill=tone, width=3)
        else:
            for x, y in zip(xs, ys):
                draw.rectangle((x, y, x + (width - left) / count * 0.7, bottom), fill=tone)


def pictures(kind, count, size, channels, seed):
    """`count` pictures of the drawing function `kind` as uint8[N,C,rows,columns]; `size` is (rows, columns)."""
    chance = random.Random(seed)
    made = torch.empty(count, channels, *size, dtype=torch.uint8)
    for i in range(count):
        width, height = chance.choice([(640, 480), (800, 600), (720, 720), (600, 800)])
        image = Image.new("RGB", (width, height))
        kind(ImageDraw.Draw(image), width, height, chance)
        pixels = np.asarray(image.convert("L" if channels == 1 else "RGB").resize((size[1], size[0]), Image.Resampling.BILINEAR))
        made[i] = torch.from_numpy(pixels.reshape(*size, channels).copy()).permute(2, 0, 1)
    return made


def _text(draw, at, size, chance, words, tone):
    draw.text(at, " ".join(chance.choice(WORDS) for _ in range(words)), fill=tone, font=ImageFont.truetype(FONT, size))


def _grey(chance, low, high):
    tone = chance.randint(low, high)
    return tuple(min(255, max(0, tone + chance.randint(-25, 25))) for _ in range(3))
