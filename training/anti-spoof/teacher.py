"""MiniFASNet V2 in PyTorch, read from its ONNX file, to score crops as they are: whatever was done to them, and synthetic attacks.

What it says of a changed crop is no verdict on the picture; it is what the teacher's function is there, for the net to follow.
"""

import numpy as np
import torch
import torch.nn.functional as F

TEACHER_SIDE = 80
LIVE = 1


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def fields(data):
    """The fields of a protocol-buffer message: number and value, an integer or bytes."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(data, at)
        else:
            length, at = (4, at) if kind == 5 else (8, at) if kind == 1 else varint(data, at)
            value, at = data[at : at + length], at + length
        yield key >> 3, value


def tensor(data):
    dims, name, values = [], "", None
    for number, value in fields(data):
        if number == 1:
            dims += [value] if isinstance(value, int) else packed(value)
        elif number == 4:
            values = np.frombuffer(value, np.float32)
        elif number == 8:
            name = value.decode()
        elif number == 9:
            values = np.frombuffer(value, np.float32)
    return name, torch.from_numpy(np.array(values)).reshape(dims) if values is not None and np.prod(dims) == len(values) else None


def packed(data):
    out, at = [], 0
    while at < len(data):
        value, at = varint(data, at)
        out.append(value)
    return out


def attribute(data):
    name, value = "", None
    for number, field in fields(data):
        if number == 1:
            name = field.decode()
        elif number == 2:
            value = float(np.frombuffer(field, np.float32)[0])
        elif number == 3:
            value = field
        elif number == 8:
            value = (value or []) + ([field] if isinstance(field, int) else packed(field))
    return name, value


def node(data):
    inputs, outputs, kind, attributes = [], [], "", {}
    for number, value in fields(data):
        if number == 1:
            inputs.append(value.decode())
        elif number == 2:
            outputs.append(value.decode())
        elif number == 4:
            kind = value.decode()
        elif number == 5:
            name, setting = attribute(value)
            attributes[name] = setting
    return kind, inputs, outputs, attributes


class Teacher:
    def __init__(self, file):
        graph = next(value for number, value in fields(open(file, "rb").read()) if number == 7)
        self.nodes = [node(value) for number, value in fields(graph) if number == 1]
        self.weights = dict(tensor(value) for number, value in fields(graph) if number == 5)
        self.weights = {name: value.to(memory_format=torch.channels_last) if value is not None and value.ndim == 4 else value for name, value in self.weights.items()}
        self.input = next(node[1][0] for node in self.nodes)

    def __call__(self, crops):
        """Log-odds of live of crops `[N, 96, 96, 3]` of RGB bytes."""
        pictures = crops.permute(0, 3, 1, 2).float().flip(1)
        pictures = F.interpolate(pictures, size=(TEACHER_SIDE, TEACHER_SIDE), mode="bilinear", align_corners=False)
        values = {**self.weights, self.input: pictures}
        with torch.no_grad():
            for kind, inputs, outputs, attributes in self.nodes:
                values[outputs[0]] = apply(kind, [values[name] for name in inputs if name], attributes)
        logits = values[self.nodes[-1][2][0]]
        attacks = torch.cat([logits[:, :LIVE], logits[:, LIVE + 1 :]], 1)
        return logits[:, LIVE] - torch.logsumexp(attacks, 1)


def apply(kind, given, attributes):
    if kind == "Conv":
        pads = attributes.get("pads", [0, 0, 0, 0])
        bias = given[2] if len(given) > 2 else None
        return F.conv2d(given[0], given[1], bias, attributes.get("strides", [1, 1]), pads[:2], 1, attributes.get("group", 1))
    if kind == "PRelu":
        return torch.where(given[0] > 0, given[0], given[0] * given[1])
    if kind == "BatchNormalization":
        return F.batch_norm(given[0], given[3], given[4], given[1], given[2], eps=attributes.get("epsilon", 1e-5))
    if kind in ("Add", "Mul", "Sub"):
        return {"Add": torch.add, "Mul": torch.mul, "Sub": torch.sub}[kind](*given)
    if kind == "Gemm":
        weight = given[1] if attributes.get("transB") else given[1].t()
        return F.linear(given[0], weight, given[2] if len(given) > 2 else None)
    if kind in ("Flatten", "Reshape"):
        return given[0].flatten(1)
    if kind == "MatMul":
        return given[0] @ given[1]
    if kind == "Relu":
        return given[0].relu()
    raise ValueError(f"There is no {kind} here.")

