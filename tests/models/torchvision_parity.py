# SPDX-License-Identifier: MIT
"""torchvision's networks beside yhat's: the same weights and images must give the same logits and gradients.

torchvision_parity.py PARITY [alexnet|vgg16]   full size, f32 and f64; PARITY is the program made from parity.cpp
torchvision_parity.py --golden FILE            writes the numbers of small networks that torchvision_test.cpp compares with
"""
import math
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy
    import torch
    import torchvision
except ImportError as missing:
    print(f"skipped: {missing}; hint: apt-get install python3-torch python3-torchvision")
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "data" / "convert"))
sys.dont_write_bytecode = True
from pth_to_safetensors import load, save  # noqa: E402

LABELS = [3, 7]
NETWORKS = {"alexnet": torchvision.models.alexnet, "vgg16": torchvision.models.vgg16}


def hashed(count, number):
    """count numbers in [-0.5, 0.5), as hashed() of parity.h."""
    x = (numpy.arange(count, dtype=numpy.uint64) + 1000003 * number) & 0xFFFFFFFF
    x = ((x ^ (x >> 16)) * 0x7FEB352D) & 0xFFFFFFFF
    x = ((x ^ (x >> 15)) * 0x846CA68B) & 0xFFFFFFFF
    x ^= x >> 16
    return x / 4294967296.0 - 0.5


def fill(model):
    for number, p in enumerate(model.parameters()):
        bound = math.sqrt(6 / p[0].numel()) if p.ndim > 1 else 0.05
        p.data = torch.from_numpy(2 * bound * hashed(p.numel(), number)).reshape(p.shape)


def narrowed(model, divisor, classes):
    """The same network with all widths but those of the input and the classes divided."""
    for group in (model.features, model.classifier):
        for name, m in group.named_children():
            if isinstance(m, torch.nn.Conv2d):
                inputs = 3 if m.in_channels == 3 else m.in_channels // divisor
                setattr(group, name, torch.nn.Conv2d(inputs, m.out_channels // divisor, m.kernel_size, m.stride, m.padding))
            if isinstance(m, torch.nn.Linear):
                outputs = classes if m.out_features == 1000 else m.out_features // divisor
                setattr(group, name, torch.nn.Linear(m.in_features // divisor, outputs))
    return model


def sample(kind, offset):
    path = ROOT / f"data/fashion_mnist_sample/t10k-{kind}"
    return numpy.frombuffer(path.read_bytes(), dtype=numpy.uint8, offset=offset)


def grey_images():
    pixels = sample("images-idx3-ubyte", 16).astype(numpy.float32) / numpy.float32(255)
    return torch.from_numpy(pixels).double().reshape(-1, 28, 28)


def normalised(x):
    mean, std = (torch.tensor(v, dtype=torch.float64).reshape(3, 1, 1) for v in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
    return (x - mean) / std


def enlarged(x, side):
    return torch.nn.functional.interpolate(x, (side, side), mode="bilinear", align_corners=False)


def photographs(count):
    """As photographs() of parity.h: real images, one per channel, enlarged and normalised."""
    return normalised(enlarged(grey_images()[:3 * count].reshape(count, 3, 28, 28), 224))


def patchworks(*firsts):
    """Pieces of real clothes, 8 x 8 of them in each channel, from the first-th on. No part is flat: where all of a pooling
    window is equal but for rounding, f32 has no answer to which of them gets the gradient (torch's own differs from its
    f64 by 5e-3 there)."""
    labels = sample("labels-idx1-ubyte", 8)
    fabric = grey_images()[numpy.isin(labels, [0, 2, 4, 6])][:, 7:21, 7:21]  # the middle of tops and coats
    pieces = enlarged(torch.cat([fabric[first:first + 192, None] for first in firsts]), 28).reshape(-1, 3, 8, 8, 28, 28)
    return normalised(pieces.transpose(4, 3).reshape(-1, 3, 224, 224))


class OneSide(torch.autograd.Function):
    """relu as it fell elsewhere: where `passed` is true, the input goes through, whatever its sign here."""

    @staticmethod
    def forward(ctx, x, passed):
        ctx.save_for_backward(passed)
        return x * passed

    @staticmethod
    def backward(ctx, g):
        return g * ctx.saved_tensors[0], None


def on_the_same_piece(model, images, rectified):
    """The logits where every relu and every maximum falls as in `rectified`, the outputs of the relus of another run; and
    how many fall otherwise here. Between its kinks a network is smooth, and there its gradient has one right value. At a
    kink it jumps: rounding decides on which side a number close to it falls, in any library."""
    rectified, otherwise, last, x = iter(rectified), 0, None, images
    for layer in [*model.features, model.avgpool, torch.nn.Flatten(), *model.classifier]:
        if isinstance(layer, torch.nn.ReLU):
            last = next(rectified)
            otherwise += ((last > 0) != (x > 0)).sum().item()
            x = OneSide.apply(x, last > 0)
        elif isinstance(layer, torch.nn.MaxPool2d):
            pool = (layer.kernel_size, layer.stride, layer.padding)
            winners = [torch.nn.functional.max_pool2d(v, *pool, return_indices=True)[1] for v in (last, x)]
            chosen = x.flatten(2).gather(2, winners[0].flatten(2)).reshape(winners[0].shape)
            otherwise += ((winners[0] != winners[1]) & (chosen > 0)).sum().item()
            x = chosen
        else:
            x = layer(x)
    return x, otherwise


def training_step(model, images, rectified=None):
    model.eval()  # without dropout, whose masks differ
    model.zero_grad()
    logits, otherwise = (model(images), 0) if rectified is None else on_the_same_piece(model, images, rectified)
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(LABELS))
    loss.backward()
    gradients = {"grad." + name: p.grad.clone() for name, p in model.named_parameters()}
    return {"logits": logits.detach(), "loss": loss.detach(), **gradients}, otherwise


def projections(x, number):
    """Four numbers that no wrong element leaves alone: sum, norm, largest, and a dot product."""
    flat = x.double().flatten()
    dot = flat @ torch.from_numpy(hashed(flat.numel(), 1000 + number))
    return torch.stack([flat.sum(), flat.norm(), flat.abs().max(), dot])


def write_golden(path):
    result = {}
    for name, make in NETWORKS.items():
        model = narrowed(make(), 32, 10).double()
        fill(model)
        images = photographs(2)
        optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9, weight_decay=5e-4)
        step, _ = training_step(model, images)
        result[f"{name}.logits"], result[f"{name}.loss"] = step["logits"], step["loss"]
        gradients = [x for key, x in step.items() if key.startswith("grad.")]
        result[f"{name}.gradients"] = torch.stack([projections(x, i) for i, x in enumerate(gradients)])
        optimizer.step()
        training_step(model, images)
        optimizer.step()
        result[f"{name}.after_two_steps"] = training_step(model, images)[0]["logits"]
    save(result, path)
    print(f"{path}: {len(result)} tensors")


def difference(got, want):
    return ((got.double() - want.double()).abs().max() / want.double().abs().max()).item()


def worst_gradient(got, want):
    return max((difference(got[key], want[key]), key) for key in want if key.startswith("grad."))


def compare(program, name):
    torch.manual_seed(1)
    model = NETWORKS[name]()
    images = patchworks(35, 65)  # here rounding in yhat's f32 decides about none of VGG-16's relus and maxima
    worst = 0
    with tempfile.TemporaryDirectory() as folder:
        at = pathlib.Path(folder)
        save({k: v.contiguous() for k, v in model.state_dict().items()}, at / "weights.safetensors")
        save({"images": images.contiguous(), "labels": torch.tensor(LABELS).double()}, at / "images.safetensors")
        for dtype, kind, limit in (("f64", torch.float64, 1e-10), ("f32", torch.float32, 1e-4)):
            subprocess.run([program, name, dtype, at / "weights.safetensors", at / "images.safetensors", at / "out"], check=True)
            got = load(at / "out")
            rectified = [x for key, x in got.items() if key.startswith("relu.")]
            want, _ = training_step(model.to(kind), images.to(kind))
            assert list(got)[:len(want)] == list(want), (list(got), list(want))
            logits, (gradient, key) = difference(got["logits"], want["logits"]), worst_gradient(got, want)
            print(f"{name} {dtype}: logits {logits:.1e}, worst gradient {gradient:.1e} ({key[5:]}), loss {got['loss'].item():.6f}")
            if rectified:
                exact, _ = training_step(model.double(), images.double())
                print(f"  from f64: ours {worst_gradient(got, exact)[0]:.1e}, theirs {worst_gradient(want, exact)[0]:.1e}")
                same, otherwise = training_step(model, images.double(), rectified)
                gradient, key = worst_gradient(got, same)
                kinks = sum(x.numel() for x in rectified)
                print(f"  {otherwise} kinks of {kinks} relus and the poolings after them fall otherwise than in f64;")
                print(f"  from f64 with the same kinks: {gradient:.1e} ({key[5:]})")
                worst += otherwise > 1e-5 * kinks
            ok = max(logits, gradient) <= limit
            worst += not ok
            print(f"  allowed {limit:.0e}: {'ok' if ok else 'TOO FAR'}", flush=True)
    return worst


if __name__ == "__main__":
    torch.set_num_threads(2)
    if len(sys.argv) == 3 and sys.argv[1] == "--golden":
        write_golden(sys.argv[2])
    elif len(sys.argv) in (2, 3):
        sys.exit(sum(compare(sys.argv[1], name) for name in sys.argv[2:] or NETWORKS))
    else:
        sys.exit(__doc__)
