"""How well logits rank: areas under the curve, of a source and of several."""

import numpy as np


def auc(label, logit, weight=None):
    """The chance that a live picture ranks above an attack; None where one class is missing."""
    weight = np.ones(len(label)) if weight is None else weight
    live, attack = label == 1, label == 0
    if not live.any() or not attack.any():
        return None
    above = logit[live][:, None] - logit[attack][None]
    share = (above > 0) + 0.5 * (above == 0)
    weights = weight[live][:, None] * weight[attack][None]
    return float((share * weights).sum() / weights.sum())


def equal_weights(source, label):
    """Each source counts the same, within each class."""
    weight = np.zeros(len(source))
    for name in np.unique(source):
        for value in (0, 1):
            chosen = (source == name) & (label == value)
            if chosen.any():
                weight[chosen] = 1 / chosen.sum()
    return weight
