# SPDX-License-Identifier: MIT
"""The workloads of workloads.cpp in PyTorch, under the same names and the same protocol (worker.cpp): peer.py NAME.

The number of threads comes from OMP_NUM_THREADS, as torch.set_num_threads does not reach the BLAS library.
"""
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

MNIST = 60000
CHAIN = 1000


def timed(f):
    start = time.perf_counter()
    f()
    return time.perf_counter() - start


def mlp():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10)), (1, 28, 28)


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)), (1, 28, 28)


def alexnet():
    def norm():
        return nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2)  # PyTorch divides alpha by the size
    return nn.Sequential(
        nn.Conv2d(3, 96, 11, stride=4), nn.ReLU(), norm(), nn.MaxPool2d(3, 2),
        nn.Conv2d(96, 256, 5, padding=2, groups=2), nn.ReLU(), norm(), nn.MaxPool2d(3, 2),
        nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(),
        nn.Conv2d(384, 384, 3, padding=1, groups=2), nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1, groups=2), nn.ReLU(), nn.MaxPool2d(3, 2), nn.Flatten(),
        nn.Linear(9216, 4096), nn.ReLU(), nn.Dropout(0.5),
        nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4096, 1000)), (3, 227, 227)


def vgg16():
    layers, channels = [], 3
    for width in (64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0):
        if width:
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
            channels = width
        else:
            layers.append(nn.MaxPool2d(2))
    layers += [nn.Flatten(), nn.Linear(25088, 4096), nn.ReLU(), nn.Dropout(0.5),
               nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4096, 1000)]
    return nn.Sequential(*layers), (3, 224, 224)


def train(network, batch, epoch=False):
    model, image = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    count = MNIST if epoch else batch
    images = torch.randn(count, *image)
    labels = torch.arange(count) % 10

    def step(x, y):
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()

    def one_epoch():
        order = torch.randperm(count)
        for start in range(0, count, batch):
            index = order[start:start + batch]
            step(images[index], labels[index])

    return lambda: timed(one_epoch if epoch else lambda: step(images, labels))


def inference(network, batch):
    model, image = network()
    model.eval()
    images = torch.randn(batch, *image)

    def run():
        with torch.inference_mode():
            return timed(lambda: model(images))
    return run


def convolution(channels, size, backward):
    x = torch.randn(1, channels, size, size, requires_grad=backward)
    w = torch.randn(channels, channels, 3, 3, requires_grad=backward)
    b = torch.randn(channels, requires_grad=backward)
    g = torch.randn(1, channels, size, size)

    def both():
        torch.autograd.grad(F.conv2d(x, w, b, padding=1), (x, w, b), g)

    def forward():
        F.conv2d(x, w, b, padding=1)
    return lambda: timed(both if backward else forward)


def sgemm(n):
    a, b = torch.randn(n, n), torch.randn(n, n)
    return lambda: timed(lambda: torch.mm(a, b))


def scalar(backward):
    w = torch.ones((), requires_grad=True)

    def run():
        w.grad = None
        start = time.perf_counter()
        y = w
        for _ in range(CHAIN):
            y = y * w
        if backward:
            start = time.perf_counter()
            y.backward()
        del y
        return time.perf_counter() - start
    return run


def add_100x100():
    a, b = torch.randn(100, 100, requires_grad=True), torch.randn(100, 100)

    def run():
        for _ in range(CHAIN):
            a + b
    return lambda: timed(run)


WORKLOADS = {
    "mlp_train": lambda: train(mlp, 64),
    "mlp_epoch": lambda: train(mlp, 64, epoch=True),
    "lenet_train": lambda: train(lenet, 64),
    "lenet_epoch": lambda: train(lenet, 64, epoch=True),
    "lenet_infer": lambda: inference(lenet, 64),
    "alexnet_train_16": lambda: train(alexnet, 16),
    "alexnet_infer_16": lambda: inference(alexnet, 16),
    "alexnet_infer_1": lambda: inference(alexnet, 1),
    "vgg16_train_4": lambda: train(vgg16, 4),
    "vgg16_infer_1": lambda: inference(vgg16, 1),
    "vgg16_infer_8": lambda: inference(vgg16, 8),
    "scalar_forward": lambda: scalar(False),
    "scalar_backward": lambda: scalar(True),
    "add_100x100": add_100x100,
}
for layer, width, side in ((1, 64, 224), (2, 128, 112), (3, 256, 56), (4, 512, 28), (5, 512, 14)):
    WORKLOADS[f"conv{layer}_2_forward"] = lambda c=width, s=side: convolution(c, s, False)
    WORKLOADS[f"conv{layer}_2_both"] = lambda c=width, s=side: convolution(c, s, True)
for order in (512, 1024, 2048):
    WORKLOADS[f"sgemm_{order}"] = lambda n=order: sgemm(n)


def main():
    run = WORKLOADS[sys.argv[1]]()
    print("ready", torch.__version__, torch.get_num_threads(), flush=True)
    for line in sys.stdin:
        command, count = line.split()
        assert command == "run", command
        print(f"{sum(run() for _ in range(int(count))):.9f}", flush=True)


main()
