# SPDX-License-Identifier: MIT
"""What is measured, and the bars it is held against."""
from dataclasses import dataclass
from typing import Optional, Tuple


@dataclass(frozen=True)
class Row:
    name: str  # of the workload, in workloads.cpp and peer.py
    title: str
    demand: Optional[float] = None  # time, ours / PyTorch's best, that must not be exceeded
    stretch: Optional[float] = None
    threads: Tuple[int, ...] = (1, 2)  # PyTorch is taken at the best of these
    per: float = 1  # operations in one run
    memory: Optional[Tuple[float, float]] = None  # demand and stretch, MiB
    counted: bool = False  # must not ask the system for memory after its first run
    quick: bool = True  # part of --quick


ROWS = [
    Row("mlp_train", "MLP 784-128-10, batch 64, training step", 0.6, 0.4, counted=True),
    Row("mlp_epoch", "MLP, epoch of 60,000", 0.6, 0.4, quick=False),
    Row("lenet_train", "LeNet-5, batch 64, training step", 0.5, 0.3, counted=True),
    Row("lenet_epoch", "LeNet-5, epoch of 60,000", 0.5, 0.3, quick=False),
    Row("lenet_infer", "LeNet-5, batch 64, inference", 0.5, 0.3),
    Row("alexnet_train_16", "AlexNet, batch 16, training step", 0.8, 0.6, memory=(800, 650), counted=True),
    Row("alexnet_infer_16", "AlexNet, batch 16, inference", 0.6, 0.4),
    Row("alexnet_infer_1", "AlexNet, batch 1, inference", 0.6, 0.4),
    Row("vgg16_train_4", "VGG-16, batch 4, training step", 1.0, 0.8, memory=(1600, 1400), counted=True),
    Row("vgg16_infer_1", "VGG-16, batch 1, inference", 0.9, 0.75, memory=(620, 580)),
    Row("vgg16_infer_8", "VGG-16, batch 8, inference", 0.9, 0.75, quick=False),
]
for layer in range(1, 6):
    ROWS.append(Row(f"conv{layer}_2_forward", f"VGG conv{layer}_2, forward", 1.1, 0.9, quick=layer in (2, 4)))
for layer in range(1, 6):
    ROWS.append(Row(f"conv{layer}_2_both", f"VGG conv{layer}_2, forward + backward", 1.2, 1.0, quick=layer in (2, 4)))
for order in (512, 1024, 2048):
    ROWS.append(Row(f"sgemm_{order}", f"SGEMM {order}, 1 thread", 1.1, 0.9, threads=(1,), quick=order == 1024))
ROWS += [
    Row("scalar_forward", "op on a scalar, forward", 0.10, 0.04, threads=(1,), per=1000),
    Row("scalar_backward", "op on a scalar, backward", 0.10, 0.04, threads=(1,), per=1000),
    Row("add_100x100", "add of 100x100, forward", 0.5, 0.3, threads=(1, 2), per=1000),
]

START_MS = 50  # from the start of a demo's process until its first training step is done
DEMO_MB = 2  # a stripped demo program
