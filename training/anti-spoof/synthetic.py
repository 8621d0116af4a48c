"""Presentation attacks made from live pictures: prints, cut-outs and screens, held before another camera.

All of it works on canvases `[B, 3, 192, 192]` in 0..1, which show what the net will see, at twice its resolution.
`place` is where each point of a canvas comes from on the attack's medium, `[B, 192, 192, 2]`, -1..1 over the crop.
"""

import math

import torch
import torch.nn.functional as F

SIDE = 192
KINDS = ("print", "screen", "cut-out")


def between(low, high, batch):
    return (low + (high - low) * torch.rand(batch)).view(-1, 1, 1, 1)


def chance(share, batch):
    return (torch.rand(batch) < share).float().view(-1, 1, 1, 1)


def grid(batch):
    axis = (torch.arange(SIDE) + 0.5) / SIDE * 2 - 1
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    return torch.stack([x, y], -1).expand(batch, SIDE, SIDE, 2)


def perspective(place, strength):
    """Seen from aside, turned a little, nearer or farther."""
    batch = len(place)
    turn = (torch.rand(batch, 1, 1) - 0.5) * 0.35
    tilt = (torch.rand(batch, 1, 1, 2) - 0.5) * strength
    x, y = place[..., 0], place[..., 1]
    turned = torch.stack([x * turn.cos() - y * turn.sin(), x * turn.sin() + y * turn.cos()], -1)
    return turned / (1 + (turned * tilt).sum(-1, keepdim=True))


def smooth_noise(batch, channels, cells):
    """Random fields that change over a `cells`-th of the canvas."""
    return F.interpolate(torch.rand(batch, channels, cells, cells), size=(SIDE, SIDE), mode="bicubic", align_corners=False)


def recaptured_colour(canvas, strong):
    """What inks or a backlight, and then a camera, make of colours: less range, a cast, another contrast."""
    batch = len(canvas)
    gamma = torch.exp(between(-0.5, 0.5, batch) * strong)
    grey = canvas.mean(1, keepdim=True)
    saturation = 1 + between(-0.6, 0.35, batch) * strong
    canvas = (grey + (canvas - grey) * saturation).clamp(1e-3, 1) ** gamma
    black = between(0, 0.22, batch) * strong
    white = 1 - between(-0.1, 0.25, batch) * strong
    cast = 1 + (torch.rand(batch, 3, 1, 1) - 0.5) * 0.35 * strong
    return (black + canvas * (white - black)) * cast


def waves(place, low, high, colours):
    """Bent stripes: `low` to `high` of them across the crop, out of step by colour where `colours`."""
    batch = len(place)
    angle = torch.rand(batch, 1, 1) * math.pi
    count = torch.exp(torch.log(torch.tensor(low)) + torch.rand(batch, 1, 1) * math.log(high / low))
    x, y = place[..., 0], place[..., 1]
    bend = (torch.rand(batch, 1, 1, 3) - 0.5) * 0.6
    along = x * angle.cos() + y * angle.sin() + bend[..., 0] * x * x + bend[..., 1] * y * y + bend[..., 2] * x * y
    step = torch.rand(batch, 3, 1, 1) * 2 * math.pi * colours + torch.rand(batch, 1, 1, 1) * 2 * math.pi
    return torch.sin((math.pi * count * along)[:, None] + step)


def moire(canvas, place):
    batch = len(canvas)
    colours = chance(0.6, batch)
    first = waves(place, 4.0, 60.0, colours)
    second = waves(place, 8.0, 90.0, colours)
    pattern = torch.where(chance(0.5, batch) > 0, first * second, first + 0.5 * second)
    patchy = smooth_noise(batch, 1, 4).clamp(0, 1)
    return canvas * (1 + between(0.02, 0.22, batch) * pattern * patchy) + between(-0.02, 0.04, batch) * pattern * patchy


def pixel_grid(canvas, place):
    """The dark lines between a screen's pixels, and its three colours side by side."""
    batch = len(canvas)
    count = between(40, 95, batch)[..., 0] * 2 * math.pi / 2
    x, y = place[..., 0][:, None], place[..., 1][:, None]
    third = torch.tensor([0.0, 1, 2]).view(1, 3, 1, 1) * 2 * math.pi / 3 * chance(0.5, batch)
    columns = torch.sin(count[..., None] * x + third)
    rows = torch.sin(count[..., None] * y)
    return canvas * (1 + between(0.03, 0.2, batch) * (columns + rows) / 2)


def banding(canvas, place):
    """Bars of a screen's refresh."""
    batch = len(canvas)
    bars = torch.sin(place[..., 1][:, None] * between(3, 14, batch) + between(0, 6, batch))
    return canvas * (1 + between(0.03, 0.15, batch) * bars)


def halftone(canvas, place):
    """The dots of a print, and the grain of its paper."""
    batch = len(canvas)
    angles = torch.tensor([0.26, 1.31, 0.0]).view(1, 3, 1, 1)
    count = between(30, 90, batch) * math.pi
    x, y = place[..., 0][:, None], place[..., 1][:, None]
    dots = torch.sin(count * (x * angles.cos() + y * angles.sin())) * torch.sin(count * (y * angles.cos() - x * angles.sin()))
    canvas = canvas + between(0.02, 0.14, batch) * dots * (1 - canvas)
    grain = torch.randn(batch, 1, SIDE, SIDE)
    grain = torch.where(chance(0.5, batch) > 0, F.avg_pool2d(grain, 3, 1, 1) * 2, grain)
    return canvas + between(0, 0.05, batch) * grain


def glare(canvas, inside):
    """A lamp or window mirrored by paper or glass: a soft spot, or a sheen from one side."""
    batch = len(canvas)
    place = grid(batch)
    x, y = place[..., 0][:, None] - between(-1, 1, batch), place[..., 1][:, None] - between(-1, 1, batch)
    angle = between(0, math.pi, batch)
    u, v = x * angle.cos() + y * angle.sin(), y * angle.cos() - x * angle.sin()
    spot = torch.exp(-((u / between(0.1, 0.8, batch)) ** 2) - (v / between(0.05, 0.4, batch)) ** 2)
    sheen = torch.sigmoid(u * between(1, 6, batch))
    light = torch.where(chance(0.5, batch) > 0, spot * between(0.15, 0.9, batch), sheen * between(0.05, 0.4, batch))
    tint = 1 + (torch.rand(batch, 3, 1, 1) - 0.5) * 0.2
    return canvas + light * tint * inside


def creases(canvas, place):
    """A bent sheet: light changes across it, with a fold here and there."""
    batch = len(canvas)
    angle = between(0, math.pi, batch)
    along = place[..., 0][:, None] * angle.cos() + place[..., 1][:, None] * angle.sin()
    bent = torch.sin(along * between(1, 4, batch) + between(0, 6, batch)) * between(0, 0.15, batch)
    fold = torch.tanh((along - between(-0.7, 0.7, batch)) * 25) * between(0, 0.12, batch) * chance(0.4, batch)
    return canvas * (1 + bent + fold)


def around(batch, others):
    """What stands behind the medium: a wall, a blurred room, or another picture's surroundings."""
    wall = torch.rand(batch, 3, 1, 1) * 0.8 + 0.1 + (torch.rand(batch, 1, 1, 1) - 0.5) * 0.4
    wall = wall.mean(1, keepdim=True) * 0.7 + wall * 0.3
    colour = smooth_noise(batch, 3, 4)
    colour = colour.mean(1, keepdim=True) * 0.75 + colour * 0.25
    room = colour * 0.6 + smooth_noise(batch, 1, 14) * 0.3
    shade = smooth_noise(batch, 1, 3)
    kind = torch.rand(batch).view(-1, 1, 1, 1)
    wall = wall * (0.7 + 0.5 * shade) + torch.randn(batch, 3, SIDE, SIDE) * 0.01
    return torch.where(kind < 0.35, wall, torch.where(kind < 0.5, room, others)).clamp(0, 1)


def edges(batch, whole):
    """Left, right, top and bottom of the medium, -1..1 over the crop; beyond it where it is `whole`ly in view."""
    near = torch.empty(batch, 4).uniform_(0.46, 1.15)
    near = torch.where(torch.rand(batch, 4) < 0.3, torch.full_like(near, 3.0), near)
    near = torch.where(whole.view(-1, 1) > 0, torch.full_like(near, 3.0), near)
    return [near[:, side].view(-1, 1, 1) for side in range(4)]


def frame_distance(place, sides):
    """How far outside the medium a point is, negative inside, `[B, 1, 192, 192]`."""
    left, right, top, bottom = sides
    x, y = place[..., 0], place[..., 1]
    return torch.stack([-left - x, x - right, -top - y, y - bottom]).amax(0)[:, None]


def attack(picture, place, others, kind):
    """Attacks of one kind with the pictures that `picture(place)` shows at a place, in front of `others`."""
    batch = len(place)
    seen = perspective(place, 0.5)
    canvas = recaptured_colour(picture(seen), between(0.3, 1, batch))
    if kind == "screen":
        canvas = torch.where(chance(0.75, batch) > 0, moire(canvas, seen), canvas)
        canvas = torch.where(chance(0.5, batch) > 0, pixel_grid(canvas, seen), canvas)
        canvas = torch.where(chance(0.25, batch) > 0, banding(canvas, place), canvas)
    else:
        canvas = torch.where(chance(0.6, batch) > 0, halftone(canvas, seen), canvas)
        canvas = torch.where(chance(0.6, batch) > 0, creases(canvas, seen), canvas)
    if kind == "cut-out":
        wobble = (smooth_noise(batch, 1, 6) - 0.5) * 0.12
        face = torch.stack([seen[..., 0] / 0.5, seen[..., 1] / 0.56], -1).norm(dim=-1)[:, None]
        outside = (face - between(0.8, 1.3, batch)) * 0.5 + wobble
        border = between(0, 0.04, batch)
    else:
        outside = frame_distance(seen, edges(batch, chance(0.25, batch)))
        border = between(0, 0.22, batch) * chance(0.75, batch)
    inside = (outside < 0).float()
    canvas = torch.where(chance(0.5, batch) > 0, glare(canvas, (outside < border).float()), canvas)
    if kind == "screen":
        rim = torch.rand(batch, 1, 1, 1) * 0.15 + chance(0.15, batch) * 0.6
        glow = 1 + between(0, 0.5, batch) * chance(0.5, batch)
        canvas = canvas * glow
    else:
        rim = torch.rand(batch, 1, 1, 1) * 0.25 + 0.7
    rim = rim * (1 + (torch.rand(batch, 3, 1, 1) - 0.5) * 0.1)
    shadow = 1 - between(0, 0.4, batch) * torch.exp(-(outside - border).clamp(min=0) * between(6, 30, batch))
    behind = around(batch, others) * shadow
    canvas = torch.where(inside > 0, canvas, torch.where(outside < border, rim.expand_as(canvas), behind))
    return canvas.clamp(0, 1)
