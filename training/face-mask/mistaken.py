"""What is mistaken for a worn mask: coverings below the mouth, beards, hands, things, shadows."""

import numpy as np
from coverings import cloth, colour_of, hsv, make_covering, mirrored, noise, polygon_alpha, smooth
from PIL import Image, ImageDraw
from surface import BOTTOM, FACE_DEPTH, GV, LEFT, RIGHT, TEXTURE, TOP, blurred, paint, sharpness
from worn import KINDS, draw_straps


def low_covering(face, rng):
    """A mask or scarf pulled below the mouth."""
    if rng.random() < 0.3:
        return chin_mask(face, rng)
    kind = rng.choice(KINDS, p=[0.25, 0.08, 0.07, 0.2, 0.28, 0.12])
    top = rng.uniform(-0.5, -0.2)
    under = rng.uniform(1.02, 1.6)
    albedo, alpha, height, depth, outline = make_covering(kind, rng, top, under - top)
    if kind in ("surgical", "cup", "fold", "cloth"):
        # Crumpled under the chin: what is left of its height.
        rows = np.arange(TEXTURE)
        v = TOP + rows / TEXTURE * (BOTTOM - TOP)
        alpha = alpha * (v < under + rng.uniform(0.35, 1.2))[:, None]
    picture = paint(face, albedo, alpha, height, depth, rng)
    return picture, f"low-{kind}"


def chin_mask(face, rng):
    """A mask pulled down under the lower lip, its ends still at the ears."""
    kind = rng.choice(["surgical", "cloth", "cup"])
    top = rng.uniform(1.02, 1.35)
    high = rng.uniform(0.2, 0.6)
    outline = smooth(mirrored([
        (0, top), (0.45, top - 0.04), (0.95, top - rng.uniform(0.2, 0.4)), (1.28, high), (1.34, high + rng.uniform(0.2, 0.45)), (1.05, 1.45),
        (0.55, rng.uniform(1.75, 2.0)), (0, rng.uniform(1.8, 2.15)),
    ]))
    albedo, height = cloth(kind, rng)
    alpha = polygon_alpha(outline + rng.normal(0, 0.012, outline.shape), 0.7)
    depth = FACE_DEPTH - 0.1 * np.exp(-((GV - 1.5) ** 2) / 0.2)
    picture = paint(face, albedo, alpha, np.roll(height, 40, 0), depth, rng)
    return draw_straps(face, picture, outline, depth, rng, kind), "low-chin"


def beard(face, rng):
    """Hair on cheeks, lip and chin; some of it long, some white, some so dense that it all but hides the lips."""
    is_dense = rng.random() < 0.35
    length = rng.uniform(0, 0.9)
    cheek = rng.uniform(0.2, 0.75)
    shape = mirrored([
        (0, 0.3), (0.35, 0.34), (0.62, cheek + rng.uniform(-0.05, 0.15)), (1.0, cheek), (1.27, rng.uniform(0, 0.4)), (1.26, 0.6), (1.1, 1.0 + 0.2 * length),
        (0.8, 1.4 + 0.4 * length), (0.4, 1.62 + 0.8 * length), (0, 1.68 + length),
    ])
    alpha = polygon_alpha(smooth(shape), rng.uniform(2, 6))
    v, u = np.meshgrid(np.linspace(TOP, BOTTOM, TEXTURE), np.linspace(LEFT, RIGHT, TEXTURE), indexing="ij")
    open_mouth = rng.uniform(0.04, 0.14) if is_dense else rng.uniform(0.1, 0.3)
    lips = (u / rng.uniform(0.42, 0.62)) ** 2 + ((v - 0.72) / open_mouth) ** 2
    alpha = alpha * np.clip((lips - 1) * rng.uniform(1, 6), 0, 1)
    style = rng.random()
    if style < 0.15:  # A moustache alone.
        alpha = alpha * np.clip((0.72 - v) * 8, 0, 1) * np.clip((0.75 - np.abs(u)) * 6, 0, 1)
    elif style < 0.35 and not is_dense:
        alpha = alpha * np.clip((v - 0.5) * 8 + np.clip(np.abs(u) - 0.6, 0, 1) * 8, 0, 1)
    strand = np.asarray(Image.fromarray(rng.normal(size=(40, 220)).astype(np.float32), "F").resize((TEXTURE, TEXTURE), Image.BICUBIC))
    strand = strand * 0.6 + 0.6 * noise(rng, 180)
    density = rng.uniform(1.2, 2.2) if is_dense else rng.uniform(0.4, 1.3)
    alpha = np.clip(alpha * (density + rng.uniform(0.15, 0.5) * strand), 0, 1)
    r = rng.random()
    tone = rng.uniform(0.01, 0.2) if r < 0.6 else rng.uniform(0.25, 0.5) if r < 0.75 else rng.uniform(0.55, 0.95)
    tint = np.array([1, rng.uniform(0.75, 1), rng.uniform(0.5, 1)]) if r < 0.75 else np.ones(3)
    albedo = np.clip(np.ones((TEXTURE, TEXTURE, 3)) * tone * tint * (1 + rng.uniform(0.1, 0.4) * strand[..., None]), 0, 1)
    depth = FACE_DEPTH - 0.03
    return paint(face, albedo, alpha, 0.01 * strand, depth, rng, contact=False), "beard"


def flat_shape(face, picture, points, colour, rng, shaded=0.25):
    """A thing in front of the face: a polygon in pixels, shaded across, with a soft edge."""
    h, w = picture.shape[:2]
    layer = Image.new("L", (w * 2, h * 2))
    ImageDraw.Draw(layer).polygon([(x * 2, y * 2) for x, y in points], fill=255)
    alpha = np.asarray(layer.resize((w, h), Image.BOX), np.float32) / 255
    alpha = blurred(alpha, 0.6 * sharpness(face))[..., None]
    inner = blurred(alpha[..., 0], 0.12 * face.scale)[..., None]
    grain = Image.fromarray(rng.normal(1, rng.uniform(0, 0.12), (24, 24)).astype(np.float32), "F").resize((w, h), Image.BICUBIC)
    lit = np.clip(colour * np.asarray(grain)[..., None] * (1.08 - shaded + shaded * np.clip(inner * 1.4, 0, 1)), 0, 1)
    return picture * (1 - alpha) + lit * alpha


def capsule(a, b, r0, r1, steps=10):
    """The outline of a finger from a to b."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    angle = np.arctan2(*(b - a)[::-1])
    first = np.linspace(angle + np.pi / 2, angle + 3 * np.pi / 2, steps)
    second = np.linspace(angle - np.pi / 2, angle + np.pi / 2, steps)
    return np.vstack([
        a + r0 * np.stack([np.cos(first), np.sin(first)], 1),
        b + r1 * np.stack([np.cos(second), np.sin(second)], 1),
    ])


def hand(face, rng):
    """A hand over or beside the mouth: a palm and fingers in the colour of this skin."""
    s = face.scale
    picture = face.image
    skin = face.light["skin"] * np.exp(rng.normal(0.05, 0.15)) * (1 + rng.normal(0, 0.03, 3))
    mouth = face.project(np.array(rng.normal(0, 0.3)), np.array(rng.uniform(0.4, 1.3)), np.array(-0.4))[:2]
    turn = rng.uniform(-np.pi, np.pi)
    axis = np.array([np.cos(turn), np.sin(turn)])
    normal = np.array([-axis[1], axis[0]])
    width = rng.uniform(0.15, 0.22) * s
    fingers = rng.integers(1, 5)
    spread = rng.uniform(1.0, 1.35)
    palm = mouth - axis * rng.uniform(0.5, 1.2) * s
    if rng.random() < 0.7:
        picture = flat_shape(face, picture, capsule(palm - axis * 0.5 * s, palm + axis * 0.15 * s, 0.55 * s, 0.5 * s), skin * 0.95, rng)
    order = rng.permutation(fingers)
    for i in order:
        off = normal * (i - (fingers - 1) / 2) * 2 * width * spread
        start = palm + off
        end = start + axis * rng.uniform(0.7, 1.5) * s + normal * rng.normal(0, 0.08) * s
        shadow = capsule(start + 0.03 * s, end + 0.03 * s, width * 1.12, width)
        picture = flat_shape(face, picture, shadow, skin * 0.45, rng, 0.1)
        picture = flat_shape(face, picture, capsule(start, end, width, width * 0.82), skin * np.exp(rng.normal(0, 0.05)), rng, 0.35)
    return picture, "hand"


def thing(face, rng):
    """A microphone, a cup, a telephone, a pen in front of the lower face."""
    s = face.scale
    picture = face.image
    at = face.project(np.array(rng.normal(0, 0.45)), np.array(rng.uniform(0.7, 1.7)), np.array(-0.6))[:2]
    light = min(1.2, face.light["mean"] / 0.5)
    kind = rng.choice(["microphone", "cup", "telephone", "stick"])
    tilt = rng.normal(0, 0.5)
    c, n = np.cos(tilt), np.sin(tilt)
    turn = np.array([[c, -n], [n, c]])
    if kind == "microphone":
        r = rng.uniform(0.18, 0.5) * s
        dark = np.full(3, rng.uniform(0.02, 0.35)) * light if rng.random() < 0.7 else hsv(rng.random(), 0.8, 0.6) * light
        end = at + turn @ [rng.normal(0, 0.3) * s, 3 * s]
        picture = flat_shape(face, picture, capsule(at, end, r * 0.5, r * 0.45), dark * 0.8, rng)
        picture = flat_shape(face, picture, capsule(at - [0, 0.1 * s], at + [0, 0.1 * s], r, r), dark, rng, 0.5)
        return picture, "microphone"
    colour = np.clip(colour_of("cloth", rng), 0, 1) * light
    if kind == "cup":
        top, bottom, tall = rng.uniform(0.3, 0.55) * s, rng.uniform(0.22, 0.45) * s, rng.uniform(0.8, 1.5) * s
        box = [(-top, 0), (top, 0), (bottom, tall), (-bottom, tall)]
    elif kind == "telephone":
        wide, tall = rng.uniform(0.35, 0.55) * s, rng.uniform(1.0, 1.6) * s
        at = at + [rng.choice([-1, 1]) * rng.uniform(0.35, 1.0) * s, 0]
        box = [(-wide, -tall / 2), (wide, -tall / 2), (wide, tall / 2), (-wide, tall / 2)]
    else:
        wide = rng.uniform(0.03, 0.1) * s
        box = [(-wide, -0.2 * s), (wide, -0.2 * s), (wide, 2 * s), (-wide, 2 * s)]
    return flat_shape(face, picture, np.array(box) @ turn.T + at, colour, rng, 0.4), kind


def shadow(face, rng):
    """A hard or soft shadow over the lower face, or a bright patch."""
    h, w = face.image.shape[:2]
    edge = face.project(np.array(0.0), np.array(rng.uniform(-0.2, 1.0)), np.array(-0.4))[:2]
    angle = rng.normal(0, 0.5)
    y, x = np.mgrid[:h, :w]
    d = ((y - edge[1]) * np.cos(angle) - (x - edge[0]) * np.sin(angle)) / face.scale
    if rng.random() < 0.3:
        d = np.minimum(d, rng.uniform(0.3, 1.0) - d)
    amount = 1 / (1 + np.exp(-d / rng.uniform(0.01, 0.2)))
    factor = rng.uniform(0.2, 0.75) if rng.random() < 0.75 else rng.uniform(1.2, 1.9)
    tint = 1 + rng.normal(0, 0.08, 3)
    return np.clip(face.image * (1 + amount[..., None] * (factor * tint - 1)), 0, 1), "shadow"


def plain(face, rng):
    return face.image, "plain"


NEGATIVES = [(plain, 0.3), (low_covering, 0.28), (beard, 0.12), (hand, 0.13), (thing, 0.09), (shadow, 0.08)]


def negative(face, rng):
    """A face that wears no mask over its mouth."""
    makers = [maker for maker, _ in NEGATIVES]
    maker = makers[rng.choice(len(makers), p=[share for _, share in NEGATIVES])]
    return maker(face, rng)
