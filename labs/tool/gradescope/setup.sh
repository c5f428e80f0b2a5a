#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
set -eu
root="${YHAT_AUTOGRADER_ROOT:-}"
here="$root/autograder/source"
prefix="$root/opt/yhat-labs"  # headers that the student's code is compiled with: world-readable, outside of source

if [ -z "$root" ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update
  apt-get install -y --no-install-recommends g++-12 ninja-build cmake python3-pip libfmt-dev doctest-dev nlohmann-json3-dev \
    libcli11-dev zlib1g-dev ca-certificates adduser
  if ! printf '3.25\n%s\n' "$(cmake --version | sed -n 's/cmake version //p')" | sort -VC; then
    pip3 install 'cmake==3.27.9'
  fi
  adduser student --no-create-home --disabled-password --gecos ""
  export CXX=g++-12
fi

# What the system lacks, or has too old, is downloaded in the pinned versions of yhat.
# shellcheck disable=SC2086  # several options may be given
cmake -S "$here/yhat" -B "$here/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DYHAT_FETCH_DEPS=ON \
  -DYHAT_BUILD_TESTS=OFF -DYHAT_BUILD_DEMOS=OFF ${YHAT_AUTOGRADER_CMAKE:-}
cmake --build "$here/build"
cmake --install "$here/build" --prefix "$prefix"
(cd "$here/yhat" && find labs -path '*/src/*.h' -exec cp --parents {} "$prefix/share/yhat/labs/source" \;)
chmod -R a+rX "$prefix"
mkdir -p "$root/autograder/results"
chmod o= "$here" "$root/autograder/results"
