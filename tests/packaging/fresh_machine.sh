#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/packaging/fresh_machine.sh [WORK_DIR]: root only, Debian only, minutes. Makes a smallest Debian 12 in a folder, puts
# this repository in it and runs both commands as root, again without a network, as a user without sudo, and with sudo.
# MIRROR: where packages come from (default: the first Debian mirror of this machine); SUITE: bookworm; KEEP=1: keep the folder.
set -eu
repository=$(cd -- "$(dirname -- "$0")/../.." && pwd)
work=${1:-$(mktemp -d)}
root=$work/root
: "${SUITE:=bookworm}"
if [ -z "${MIRROR-}" ]; then
  MIRROR=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
    sed -nE 's/^(URIs:|deb( \[[^]]*\])?) +([^ ]+debian\/?)( .*)?$/\3/p' | head -n 1)
fi
[ -n "$MIRROR" ] || { echo "no Debian mirror found; set MIRROR" >&2; exit 2; }

clean_up() {
  umount "$root/proc" 2>/dev/null || true
  [ -n "${KEEP-}" ] || rm -rf -- "$root"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

step() { echo; echo "== $*"; }
fail() { echo "FAILED: $*" >&2; exit 1; }

# run LOG EXPECTED_STATUS USER COMMAND...: in the repository inside, with an empty environment and the given prefix
run() {
  log=$work/$1.log expected=$2 user=$3
  shift 3
  dir="/home/$user/my yhat" status=0 before=$(date +%s)
  # shellcheck disable=SC2086,SC2016  # a prefix of several words or none; expanded inside
  ${prefix-} chroot --userspec="$user" "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="/home/$user" \
    sh -c 'cd / && dir=$1 && shift && exec "$dir/run.sh" "$@"' sh "$dir" "$@" >"$log" 2>&1 || status=$?
  echo "run.sh $* as $user: status $status, $(($(date +%s) - before)) s"
  [ "$status" -eq "$expected" ] || { tail -n 60 "$log"; fail "status $status ($expected expected), see $log"; }
}
has() { grep -qE -- "$2" "$work/$1.log" || fail "$work/$1.log lacks: $2"; }
lacks() { ! grep -nE -- "$2" "$work/$1.log" || fail "$work/$1.log has: $2"; }
losses() { sed -nE 's/ *\|.*//; /^ *epoch [0-9]+\/[0-9]+ /p' "$work/$1.log"; }  # without the times

# demo_ended LOG USER: the demo has learnt, has left its three files, and printed the losses of the first run
demo_ended() {
  has "$1" 'top-1 error ([12]?[0-9]\.[0-9]|30\.0) %,'
  for file in metrics.csv model.safetensors report.html; do
    [ -s "$root/home/$2/my yhat/out/lenet/$file" ] || fail "$1 left no $file"
  done
  [ -n "$(losses demo1)" ] || fail "no line about an epoch in $work/demo1.log"
  [ "$(losses "$1")" = "$(losses demo1)" ] || fail "$1 printed other losses than demo1"
}

step "a smallest Debian $SUITE"
mkdir -p "$work"
debootstrap --variant=minbase "$SUITE" "$root" "$MIRROR" >"$work/debootstrap.log" || fail "see $work/debootstrap.log"
rm -rf -- "$root"/var/lib/apt/lists/*  # run.sh must not need what debootstrap has fetched
mount -t proc proc "$root/proc" || echo "no /proc inside: sanitizers will not work"
chroot "$root" useradd --create-home student
mkdir -p "$root/home/root"
for user in root student; do
  mkdir "$root/home/$user/my yhat"
  (cd "$repository" && git ls-files -coz --exclude-standard | tar -c --null --files-from=- -f -) |
    tar -x --no-same-owner -C "$root/home/$user/my yhat" -f -
done
chroot "$root" chown -R student: /home/student

step "a user without sudo is told what to ask for"
run ask 1 student test
has ask 'ask an administrator for: apt-get update && apt-get install .*libfmt-dev'

step "root: everything is installed and built"
run test1 0 root test
has test1 '100% tests passed'
run demo1 0 root demo
demo_ended demo1 root

step "again, without a network: nothing is installed, nothing is built"
prefix='unshare --net'
run test2 0 root test
run demo2 0 root demo
for log in test2 demo2; do
  lacks $log 'apt-get update|Building|Linking'  # the demos name a package in passing
done
demo_ended demo2 root

step "the user, without a network"
run test3 0 student test
has test3 '100% tests passed'
run demo3 0 student demo
demo_ended demo3 student
run list 0 student demo list

step "libraries missing and no network: one error that names them"
chroot "$root" dpkg --purge libfmt-dev nlohmann-json3-dev >/dev/null 2>&1
chroot "$root" rm -rf "/home/root/my yhat/build"
status=0
unshare --net chroot "$root" sh -c 'cd "/home/root/my yhat" && cmake --preset default' >"$work/missing.log" 2>&1 || status=$?
[ "$status" -ne 0 ] || fail "it configured without fmt"
has missing 'apt-get install libfmt-dev'
has missing 'apt-get install nlohmann-json3-dev'
[ "$(grep -c 'CMake Error' "$work/missing.log")" -eq 1 ] || fail "more than one error, see $work/missing.log"

step "the user with sudo: what is missing is installed, once"
prefix=
chroot "$root" apt-get install -y --no-install-recommends sudo >"$work/sudo.log" 2>&1
echo 'student ALL=(ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/student"
run test4 0 student test
has test4 'apt-get install .*libfmt-dev nlohmann-json3-dev'
run test5 0 student test
lacks test5 'apt-get update'

step "all is well; logs in $work"
