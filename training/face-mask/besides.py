"""What people wear whether they wear a mask or not: headscarves, caps, dark glasses, clear visors. It is painted over
both alike, so that it tells nothing of masks."""

import numpy as np
from coverings import colour_of


def places(face):
    """u and v of each pixel, as if the face were flat."""
    h, w = face.image.shape[:2]
    y, x = np.mgrid[:h, :w] + 0.5
    front = face.project(np.array(0.0), np.array(0.0), np.array(-0.2))[:2]
    back = np.linalg.pinv(face.rotation[:2, :2] * face.scale, rcond=0.2)
    return back @ [x.ravel() - front[0], y.ravel() - front[1]]


def below(value, edge):
    """1 where a value is below 0, 0 above, soft in between."""
    return 1 / (1 + np.exp(np.clip(value / edge, -30, 30)))


def headscarf(face, u, v, colour, rng):
    """Cloth around the face and under the chin, face and mouth free."""
    opening = ((u - rng.normal(0, 0.06)) / rng.uniform(1.0, 1.35)) ** 2 + ((v - 0.3) / rng.uniform(1.2, 1.5)) ** 2 - 1
    head = np.where(v > 1, np.abs(u) - rng.uniform(1.8, 3.0), np.hypot(u / rng.uniform(1.6, 1.9), (v - 0.2) / rng.uniform(1.9, 2.3)) - 1)
    folds = np.sin(opening * rng.uniform(2, 7) + v * rng.uniform(-3, 3) + rng.uniform(0, 6)) * rng.uniform(0, 0.25)
    shadow = 1 - rng.uniform(0, 0.5) * np.exp(-((opening / 0.15) ** 2))
    return shadow[..., None], below(-opening, 0.015) * below(head, 0.012), colour * (1 + folds)[..., None]


def cap(face, u, v, colour, rng):
    """A brim over the brows, and its shadow."""
    edge = v - rng.uniform(-1.15, -0.8) - rng.uniform(-0.1, 0.15) * u**2
    shadow = 1 - rng.uniform(0, 0.6) * below(edge - rng.uniform(0.1, 1.0), 0.1)
    return shadow[..., None], below(edge, 0.02) * below(np.abs(u) - 1.5, 0.03), np.ones_like(face.image) * colour


def glasses(face, u, v, colour, rng):
    wide, tall, power = rng.uniform(0.36, 0.5), rng.uniform(0.22, 0.4), rng.uniform(2, 5)
    lens = (np.abs(np.abs(u) - 0.6) / wide) ** power + (np.abs(v + 0.56) / tall) ** power - 1
    bridge = np.maximum(np.abs(v + 0.66) - 0.04, np.abs(u) - 1.3)
    dark = rng.uniform(0.5, 1) * below(lens, 0.04)
    tone = np.exp(-rng.uniform(0.5, 4)) * (1 + rng.uniform(0, 1.5) * (v < rng.uniform(-0.8, -0.3)))
    return 1.0, np.maximum(dark, below(bridge, 0.01)), tone[..., None] * (0.4 + 0.6 * colour)


def visor(face, u, v, colour, rng):
    """A clear shield: a veil, and the glare of lamps."""
    turn = rng.uniform(0, np.pi)
    glare = np.abs(u * np.cos(turn) + v * np.sin(turn) - rng.uniform(-1, 1)) - rng.uniform(0.02, 0.2)
    veil = rng.uniform(0, 0.2) + rng.uniform(0.1, 0.6) * below(glare, rng.uniform(0.02, 0.15))
    return 1.0, veil * below(np.abs(u) - 1.6, 0.02), np.ones_like(face.image) * rng.uniform(0.7, 1)


MAKERS = [(headscarf, 0.45), (glasses, 0.25), (cap, 0.2), (visor, 0.1)]


def besides(face, rng):
    """The picture with one of these."""
    makers = [maker for maker, _ in MAKERS]
    maker = makers[rng.choice(len(makers), p=[share for _, share in MAKERS])]
    u, v = (place.reshape(face.image.shape[:2]) for place in places(face))
    colour = np.clip(colour_of("cloth", rng), 0, 1) * min(1.2, face.light["mean"] / 0.5)
    shadow, alpha, lit = maker(face, u, v, colour, rng)
    return np.clip(face.image * shadow * (1 - alpha[..., None]) + lit * alpha[..., None], 0, 1)
