#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Lists the synsets of ILSVRC's devkit: meta_to_synsets.py data/meta.mat > synsets.txt (lines ID, WNID, words; tabs between).
Needs scipy. The IDs are those of ILSVRC2012_validation_ground_truth.txt; those above 1000 are ancestors without pictures."""
import sys

import scipy.io

if len(sys.argv) != 2:
    sys.exit(f"usage: {sys.argv[0]} META.mat > synsets.txt")
for synset in scipy.io.loadmat(sys.argv[1], squeeze_me=True)["synsets"]:
    print(int(synset["ILSVRC2012_ID"]), synset["WNID"], synset["words"], sep="\t")
