# SPDX-License-Identifier: MIT
"""torch_interop.py REWRITE: what PyTorch and NumPy write, yhat reads and writes to the same bytes, and the other way round."""
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy
    import torch
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "data" / "convert"))
sys.dont_write_bytecode = True
import pth_to_safetensors as converter  # noqa: E402

torch.manual_seed(1)
state = {
    "module.features.0.weight": torch.randn(4, 3, 2).permute(2, 0, 1),  # not contiguous
    "module.features.0.bias": torch.randn(4).half(),
    "module.wide": torch.tensor([1.5, -0.0, float("inf"), 5e-324], dtype=torch.float64),
    "module.brain": torch.randn(5).bfloat16(),
    "module.empty": torch.zeros(0, 2),
    "module.scalar": torch.tensor(2.5),
    "module.bn.num_batches_tracked": torch.tensor(3),
    "epoch": 7,
}
with tempfile.TemporaryDirectory() as folder:
    at = pathlib.Path(folder)
    torch.save({"state_dict": state, "epoch": 7}, at / "x.pth")
    converter.convert(at / "x.pth", at / "x.safetensors")
    numpy.save(at / "x.npy", state["module.features.0.weight"].contiguous().numpy())
    for name in ("x.safetensors", "x.npy"):
        subprocess.run([sys.argv[1], at / name, at / ("again-" + name)], check=True)
        assert (at / name).read_bytes() == (at / ("again-" + name)).read_bytes(), name
    back = converter.load(at / "again-x.safetensors")
    expected = {name[7:]: x for name, x in state.items() if torch.is_tensor(x) and x.is_floating_point()}
    assert list(back) == list(expected), list(back)
    for name, x in expected.items():
        assert torch.equal(back[name], x.to(back[name].dtype)) and back[name].shape == x.shape, name
    numpy.testing.assert_array_equal(numpy.load(at / "again-x.npy"), state["module.features.0.weight"].numpy())
print(f"{len(expected)} tensors and an array agree, to the byte")
