#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Converts a PyTorch checkpoint to safetensors: pth_to_safetensors.py IN.pth OUT.safetensors. Needs torch >= 1.13 alone."""
import json
import struct
import sys

import torch

NAMES = {torch.float32: "F32", torch.float64: "F64"}


def save(tensors, path):
    header, end = {"__metadata__": {"format": "pt"}}, 0
    for name, x in tensors.items():
        begin, end = end, end + x.numel() * x.element_size()
        header[name] = {"dtype": NAMES[x.dtype], "shape": list(x.shape), "data_offsets": [begin, end]}
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for x in tensors.values():
            out.write(x.numpy().tobytes())


def load(path):
    kinds = {"F32": torch.float32, "F64": torch.float64}
    with open(path, "rb") as file:
        data = file.read()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    entries = {k: v for k, v in json.loads(data[8:start]).items() if k != "__metadata__"}
    return {name: torch.frombuffer(bytearray(data[start + e["data_offsets"][0]:start + e["data_offsets"][1]]) or bytearray(8),
                                   dtype=kinds[e["dtype"]])[:torch.Size(e["shape"]).numel()].reshape(e["shape"])
            for name, e in entries.items()}


def convert(source, target):
    state = torch.load(source, map_location="cpu", weights_only=True)
    for wrapper in ("state_dict", "model"):
        state = state[wrapper] if isinstance(state.get(wrapper), dict) else state
    tensors = {}
    for name, x in state.items():
        name = name[len("module."):] if name.startswith("module.") else name
        if not torch.is_tensor(x) or not x.is_floating_point() or name.endswith("num_batches_tracked"):
            print(f"skipped: {name}", file=sys.stderr)
            continue
        x = x.detach().float() if x.dtype in (torch.float16, torch.bfloat16) else x.detach()
        tensors[name] = x.contiguous()
    save(tensors, target)
    print(f"{target}: {len(tensors)} tensors, {sum(x.numel() for x in tensors.values())} numbers")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} IN.pth OUT.safetensors")
    convert(sys.argv[1], sys.argv[2])
