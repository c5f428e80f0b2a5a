#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what bench/run.py compares with: PyTorch and the BLAS library it is fastest with (Debian, Ubuntu).
set -eu
as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo
install="apt-get install -y --no-install-recommends python3-torch libopenblas0-pthread"
echo "+ $install" >&2
$as_root env DEBIAN_FRONTEND=noninteractive apt-get update
# shellcheck disable=SC2086  # a command of several words
$as_root env DEBIAN_FRONTEND=noninteractive $install
