#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes reference_values.json: forward values of the ops from an independent library, in float64.

    python3 make_reference_values.py > reference_values.json

A gradient check says nothing about the forward pass: an op that is wrong in both directions alike passes it. Shapes have
N, C, O >= 2, H != W, stride != 1, groups > 1.
"""
import json
import sys

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(7)
cases = []


def draw(*shape, lo=-2.0, hi=2.0):
    # Rounded to 1/1024: short in the file, exact in binary.
    x = torch.rand(*shape, generator=generator) * (hi - lo) + lo
    return torch.round(x * 1024) / 1024


def pack(t):
    return {"shape": list(t.shape), "values": t.reshape(-1).tolist()}


def case(op, inputs, output, **settings):
    cases.append({"op": op, "inputs": [pack(x) for x in inputs], "settings": settings, "output": pack(output)})


# --- Element by element ---
x = draw(2, 5)
p = draw(2, 5, lo=0.3, hi=3)
for name, f in [("neg", torch.neg), ("exp", torch.exp), ("abs", torch.abs), ("relu", F.relu),
                ("sigmoid", torch.sigmoid), ("tanh", torch.tanh), ("sign", torch.sign)]:
    case(name, [x], f(x))
case("leaky_relu", [x], F.leaky_relu(x, 0.2), slope=0.2)
case("softplus", [x], F.softplus(x, threshold=1000))
case("clamp", [x], torch.clamp(x, -0.7, 0.9), lo=-0.7, hi=0.9)
for name, f in [("log", torch.log), ("log1p", torch.log1p), ("sqrt", torch.sqrt)]:
    case(name, [p], f(p))
case("pow_scalar", [p], p ** -1.3, exponent=-1.3)

# --- Two tensors ---
a, b = draw(2, 1, 3), draw(4, 1, lo=0.5, hi=2)
for name, f in [("add", torch.add), ("sub", torch.sub), ("mul", torch.mul), ("div", torch.div),
                ("maximum", torch.maximum), ("minimum", torch.minimum)]:
    case(name, [a, b], f(a, b))
u = draw(2, 1, 3, lo=0.3, hi=2)
e = draw(4, 1)
case("pow", [u, e], torch.pow(u, e))
c = (draw(4, 3) > 0).to(torch.float64)
case("where", [c, a, b], torch.where(c > 0, a, b))
for name, f in [("greater", torch.gt), ("less_equal", torch.le)]:
    case(name, [a, b], f(a, b).to(torch.float64))

# --- Reductions ---
x = draw(2, 3, 4)
for axes in ([0], [1], [2], [0, 2], [0, 1, 2]):
    for keepdim in (False, True):
        case("sum", [x], torch.sum(x, axes, keepdim=keepdim), axes=axes, keepdim=keepdim)
        case("mean", [x], torch.mean(x, axes, keepdim=keepdim), axes=axes, keepdim=keepdim)
        case("max", [x], torch.amax(x, axes, keepdim=keepdim), axes=axes, keepdim=keepdim)
        case("logsumexp", [x], torch.logsumexp(x, axes, keepdim=keepdim), axes=axes, keepdim=keepdim)
narrow = draw(2, 1, 3)
case("broadcast_to", [narrow], narrow.expand(2, 2, 3), shape=[2, 2, 3])
case("sum_to", [x], x.sum_to_size(3, 1), shape=[3, 1])

# --- Shapes and indices ---
case("reshape", [x], x.reshape(4, 6), shape=[4, 6])
case("flatten", [x], torch.flatten(x, 1), start=1)
case("permute", [x], x.permute(2, 0, 1).contiguous(), axes=[2, 0, 1])
case("transpose", [x], x.transpose(0, 2).contiguous(), axes=[0, 2])
more = draw(2, 2, 4)
case("concat", [x, more], torch.cat([x, more], 1), axis=1)
case("slice", [x], x[:, 1:3, :].contiguous(), axis=1, start=1, stop=3)
index = torch.tensor([[[2, 0, 1, 1]], [[0, 0, 2, 1]]])
case("gather", [x], torch.gather(x, 1, index), axis=1, index=index.reshape(-1).tolist(), shape=[2, 1, 4])
v = draw(2, 4)
places = torch.tensor([[2, 0, 2, 1], [0, 0, 2, 0]])
case("scatter_add", [v], torch.zeros(2, 3).scatter_add(1, places, v), axis=1, index=places.reshape(-1).tolist(), size=3)

# --- Products ---
for ta in (False, True):
    for tb in (False, True):
        m, w = draw(*((3, 2) if ta else (2, 3))), draw(*((4, 3) if tb else (3, 4)))
        case("matmul", [m, w], (m.T if ta else m) @ (w.T if tb else w), ta=ta, tb=tb)
m, w, b = draw(3, 4), draw(2, 4), draw(2)
case("linear", [m, w, b], F.linear(m, w, b))

# --- Convolution ---
for groups, stride, padding, dilation, kernel in [
        (1, (2, 1), (1, 0), (1, 1), (3, 2)), (2, (1, 2), (0, 2), (2, 1), (2, 3)), (2, (3, 2), (1, 1), (1, 2), (3, 3)),
        (4, (2, 3), (2, 1), (1, 1), (5, 3))]:
    x, w, b = draw(2, 4, 7, 6), draw(8 if groups == 4 else 6, 4 // groups, *kernel), draw(8 if groups == 4 else 6)
    y = F.conv2d(x, w, b, stride, padding, dilation, groups)
    s = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    case("conv2d", [x, w, b], y, **s)
    g = draw(*y.shape)
    case("conv2d_input_grad", [g, w], torch.nn.grad.conv2d_input(x.shape, w, g, stride, padding, dilation, groups),
         shape=list(x.shape), **s)
    case("conv2d_weight_grad", [g, x], torch.nn.grad.conv2d_weight(x, w.shape, g, stride, padding, dilation, groups),
         shape=list(w.shape), **s)

# --- Pooling ---
x = draw(2, 3, 7, 5)
for kernel, stride, padding, dilation, ceil in [
        ((3, 2), (2, 2), (1, 0), (1, 1), False), ((3, 2), (2, 2), (1, 1), (1, 1), True),
        ((2, 2), (1, 3), (0, 0), (2, 1), False), ((2, 3), (3, 2), (1, 1), (1, 1), True)]:
    s = {"kernel": kernel, "stride": stride, "padding": padding, "ceil": ceil}
    case("max_pool2d", [x], F.max_pool2d(x, kernel, stride, padding, dilation, ceil), dilation=dilation, **s)
    if dilation == (1, 1):
        for include in (True, False):
            case("avg_pool2d", [x], F.avg_pool2d(x, kernel, stride, padding, ceil, include), include=include, **s)
x.requires_grad_()
y = F.avg_pool2d(x, (3, 2), (2, 1), (1, 0))
g = draw(*y.shape)
case("avg_pool2d_grad", [g], torch.autograd.grad(y, x, g)[0], kernel=(3, 2), stride=(2, 1), padding=(1, 0), ceil=False,
     include=True, shape=list(x.shape))
x = x.detach()

# --- Normalisation. The library divides alpha by the size; yhat, as the AlexNet paper, does not. ---
for size, alpha, beta, k in [(5, 1e-4, 0.75, 2.0), (3, 0.5, 0.75, 1.0), (4, 1.0, 0.5, 0.5), (7, 0.3, 1.0, 1.0)]:
    x = draw(2, 5, 2, 3)
    case("local_response_norm", [x], F.local_response_norm(x, size, alpha * size, beta, k), size=size, alpha=alpha,
         beta=beta, k=k)
x = draw(2, 3, 4)
for axis in (0, 1, 2):
    case("softmax", [x], torch.softmax(x, axis), axis=axis)
    case("log_softmax", [x], torch.log_softmax(x, axis), axis=axis)
far = draw(2, 3) + 700
case("softmax", [far], torch.softmax(far, 1), axis=1)
case("log_softmax", [far], torch.log_softmax(far, 1), axis=1)
x, w, b, mean, var = draw(3, 2, 2, 3), draw(2), draw(2), draw(2), draw(2, lo=0.3, hi=2)
case("batch_norm", [x, mean, var, w, b], F.batch_norm(x, mean.clone(), var.clone(), w, b, True, 0.1, 1e-5), training=True)
case("batch_norm", [x, mean, var, w, b], F.batch_norm(x, mean.clone(), var.clone(), w, b, False, 0.1, 1e-5),
     training=False)

# --- Losses ---
z, t = draw(3, 4), draw(3, 4, lo=0.1, hi=0.9)
q = torch.softmax(draw(3, 4), 1)
q = torch.round(q * 4096) / 4096
q[:, 0] += 1 - q.sum(1)
w = draw(4, lo=0.3, hi=2)
labels = torch.tensor([2, 0, 3])
for r in ("mean", "sum", "none"):
    case("mse_loss", [z, t], F.mse_loss(z, t, reduction=r), reduction=r)
    case("binary_cross_entropy", [t, q], F.binary_cross_entropy(t, q, reduction=r), reduction=r)
    case("binary_cross_entropy_with_logits", [z, t], F.binary_cross_entropy_with_logits(z, t, reduction=r), reduction=r)
    case("cross_entropy", [z, w], F.cross_entropy(z, labels, w, reduction=r, label_smoothing=0.2), reduction=r,
         labels=labels.tolist(), smoothing=0.2)
    case("cross_entropy_probabilities", [z, q, w], F.cross_entropy(z, q, w, reduction=r, label_smoothing=0.1),
         reduction=r, smoothing=0.1)
    case("nll_loss", [z, w], F.nll_loss(z, labels, w, reduction=r), reduction=r, labels=labels.tolist())

head = json.dumps({"library": "PyTorch", "version": torch.__version__, "dtype": "float64"})[:-1]
lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
sys.stdout.write(f'{head}, "cases": [\n{lines}\n]}}\n')
print(f"{len(cases)} cases, {sum(len(c['output']['values']) for c in cases)} numbers", file=sys.stderr)
