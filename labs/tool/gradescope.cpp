// SPDX-License-Identifier: MIT
#include "gradescope.h"

#include <stdexcept>

#include "process.h"

namespace yhat::labs {
namespace {

// Run once, when the platform builds the image. YHAT_AUTOGRADER_ROOT stands
// before all paths, so that it can be tried anywhere (then nothing is installed
// and no account is made).
constexpr const char* setup = R"(#!/usr/bin/env bash
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
  if ! printf '3.25\n%s\n' "$(cmake --version | sed -n 's/cmake version //p')" |
                              sort - VC; then
    pip3 install 'cmake==3.27.9'
  fi
  adduser student --no-create-home --disabled-password --gecos ""
  export CXX=g++-12
fi

#What the system lacks, or has too old, is downloaded in the pinned versions of yhat.
cmake -S "$here/yhat" -B "$here/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DYHAT_FETCH_DEPS=ON \
  -DYHAT_BUILD_TESTS=OFF -DYHAT_BUILD_DEMOS=OFF ${YHAT_AUTOGRADER_CMAKE:-}
cmake --build "$here/build"
cmake --install "$here/build" --prefix "$prefix"
(cd "$here/yhat" && find labs -path '*/src/*.h' -exec cp --parents {} "$prefix/share/yhat/labs/source" \;)
chmod -R a+rX "$prefix"
mkdir -p "$root/autograder/results"
chmod o= "$here" "$root/autograder/results"
)";

constexpr const char* run_autograder = R"(#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
root="${YHAT_AUTOGRADER_ROOT:-}"
here="$root/autograder/source"
user="${YHAT_AUTOGRADER_USER-student}"
"$here/build/labs/yhat-grade" --lab LAB --labs "$here/yhat/labs" --kit "$here/build/labs/labs.json" \
  --headers "$root/opt/yhat-labs" --submission "$root/autograder/submission" --format gradescope \
  --out "$root/autograder/results/results.json" --metadata "$root/autograder/submission_metadata.json" \
  --time-scale 2 --expect-total TOTAL ${user:+--user "$user"}
exit 0
)";

void put(std::string& text, const std::string& what, const std::string& by) {
  text.replace(text.find(what), what.size(), by);
}

void run_it(const std::vector<std::string>& arguments, const fs::path& folder) {
  Command command;
  command.arguments = arguments;
  command.folder = folder;
  const Ended ended = run(command);
  if (!ended.good()) throw std::runtime_error(joined(arguments, " ") + ": " + ended.output);
}

}  // namespace

void write_autograder(const Sources& sources, const Manifest& lab, const fs::path& zip) {
  const TemporaryFolder folder("yhat-autograder");
  const fs::path tree = folder.path() / "yhat";
  fs::create_directory(tree);
  for (const char* part : {"CMakeLists.txt", "LICENSE", "cmake", "include", "core", "layers", "losses", "optim",
                           "models", "data", "trace", "labs"}) {
    if (fs::exists(sources.root() / part)) fs::copy(sources.root() / part, tree / part, fs::copy_options::recursive);
  }
  std::string run_text = run_autograder;
  put(run_text, "LAB", lab.lab);
  put(run_text, "TOTAL", number_text(lab.points));
  for (const auto& [name, text] :
       {std::pair<const char*, std::string>{"setup.sh", setup}, {"run_autograder", run_text}}) {
    write_file(folder.path() / name, text);
    fs::permissions(folder.path() / name, static_cast<fs::perms>(0755));
  }
  std::error_code ignored;
  fs::remove(zip, ignored);
  run_it({"/usr/bin/env", "cmake", "-E", "tar", "cf", fs::absolute(zip).string(), "--format=zip", "--", "setup.sh",
          "run_autograder", "yhat"},
         folder.path());
}

}  // namespace yhat::labs
