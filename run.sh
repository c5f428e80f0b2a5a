#!/bin/sh
# SPDX-License-Identifier: MIT
# Sets up what is missing (Debian, Ubuntu), builds, and runs the demos or the tests. Needs nothing but a POSIX shell.
set -eu
cd -- "$(dirname -- "$0")"

usage() {
  cat <<'END'
usage: ./run.sh demo              set up, build, run the demonstrations; the last trains LeNet on images of clothes
       ./run.sh demo NAME [ARGS]  build one of them and run it with ARGS (try --help)
       ./run.sh demo list         their names
       ./run.sh test              set up, build, run the tests (slow ones and others: see README.md)
The repository holds 3,000 images. All 70,000: apt-get install dataset-fashion-mnist, then
       ./run.sh demo lenet --data /usr/share/datasets/fashion-mnist
END
}

has() { command -v "$1" >/dev/null 2>&1; }
new_cmake() { has cmake && cmake --version | awk 'NR == 1 { split($3, v, "."); exit v[1] < 3 || (v[1] == 3 && v[2] < 25) }'; }

set_up() {
  missing=
  new_cmake || missing="$missing cmake"
  has ninja || missing="$missing ninja-build"
  has "${CXX:-c++}" || has g++ || has clang++ || missing="$missing g++"
  if has apt-get && has dpkg-query; then
    for package in libfmt-dev nlohmann-json3-dev libcli11-dev doctest-dev zlib1g-dev; do
      [ "$(dpkg-query -W -f='${Status}' "$package" 2>&1)" = 'install ok installed' ] || missing="$missing $package"
    done
    install="apt-get install -y --no-install-recommends$missing"
    if [ -n "$missing" ]; then
      as_root=
      [ "$(id -u)" -eq 0 ] || as_root=sudo
      [ -z "$as_root" ] || has sudo || { echo "run.sh: ask an administrator for: apt-get update && $install" >&2; exit 1; }
      echo "+ apt-get update && $install" >&2
      $as_root env DEBIAN_FRONTEND=noninteractive apt-get update
      # shellcheck disable=SC2086  # a command of several words
      $as_root env DEBIAN_FRONTEND=noninteractive $install
    fi
  elif [ -n "$missing" ]; then
    echo "run.sh: missing:$missing; Homebrew: brew install cmake ninja fmt nlohmann-json cli11 doctest; vcpkg: vcpkg.json" >&2
  fi
  new_cmake || { echo "run.sh: CMake 3.25 or later is needed; hint: pip install cmake" >&2; exit 1; }
}

case ${1-}${2+ NAME} in
  test | demo) set_up; exec cmake --workflow --preset "$1" ;;
  'demo NAME') name=$2; shift 2 ;;
  *) usage >&2; exit 2 ;;
esac
names=$(for f in demos/*.cpp demos/*/main.cpp; do f=${f#demos/}; f=${f%/main.cpp}; echo "${f%.cpp}"; done | grep -vF '*' | sed 's/^step$/yhat_step/' | sort)
[ "$name" != list ] || { echo "$names"; exit; }
echo "$names" | grep -qxF -- "$name" || { echo "run.sh: no demo '$name' (./run.sh demo list)" >&2; exit 2; }
set_up
cmake --preset default >&2
cmake --build --preset default --target "$name" >&2
exec "build/default/demos/$name" "$@"
