// SPDX-License-Identifier: MIT
// What a save leaves behind when something goes wrong. The system calls that cannot be made to fail otherwise are
// replaced by ones that fail on demand: the program's own definitions come before the C library's.
#ifdef __linux__
#include "core/files/atomic_file.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "tests/files/support.h"
#include "yhat/npy.h"
#include "yhat/safetensors.h"

namespace {
int fsync_failures = 0;  // the next calls that fail, with fsync_code
int fsync_skip = 0;      // how many go through before
int fsync_code = EIO;
int rename_code = 0;
std::int64_t room = -1;  // bytes that still fit on the disk, -1: any number
}  // namespace

extern "C" ssize_t write(int fd, const void* data, std::size_t n) {
  if (room >= 0 && fd > 2) {
    if (room == 0) {
      errno = ENOSPC;
      return -1;
    }
    n = std::min(n, static_cast<std::size_t>(room));
    room -= static_cast<std::int64_t>(n);
  }
  return syscall(SYS_write, fd, data, n);
}

extern "C" int fsync(int fd) {
  if (fsync_failures > 0 && fsync_skip-- <= 0) {
    --fsync_failures;
    errno = fsync_code;
    return -1;
  }
  return static_cast<int>(syscall(SYS_fsync, fd));
}
extern "C" int rename(const char* from, const char* to) noexcept {
  if (rename_code != 0) {
    errno = rename_code;
    return -1;
  }
  return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

namespace {

using yhat::files::AtomicFile;

void save(const std::string& path, std::string_view text) {
  AtomicFile file("save", path);
  file.write(yhat::test::bytes(text));
  file.commit();
}
std::string content(const std::string& path) { return yhat::test::text(yhat::test::read_file(path)); }
mode_t mode_of(const std::string& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 07777;
}
/// The text of the IoError of a save that must fail, leaving the old file alone in its folder.
std::string failing_save(const yhat::test::TempFolder& folder, const std::string& path) {
  std::string message = "no error";
  try {
    save(path, "new");
  } catch (const yhat::IoError& e) {
    message = e.what();
  }
  CHECK(content(path) == "old");
  CHECK(folder.count() == 1);
  return message;
}

}  // namespace

TEST_CASE("a save replaces all of a file, keeps its mode and follows links") {
  const yhat::test::TempFolder folder;
  const std::string path = folder / "f";
  const mode_t before = ::umask(027);
  save(path, "first, longer");
  CHECK(mode_of(path) == 0640);
  ::umask(before);
  REQUIRE(::chmod(path.c_str(), 0604) == 0);
  save(path, "second");
  CHECK(content(path) == "second");
  CHECK(mode_of(path) == 0604);
  CHECK(folder.count() == 1);

  std::filesystem::create_directory(folder / "sub");
  std::filesystem::create_symlink("../f", folder / "sub/link");
  std::filesystem::create_symlink("sub/link", folder / "link2");
  save(folder / "link2", "third");
  CHECK(content(path) == "third");
  CHECK(std::filesystem::is_symlink(folder / "link2"));
  CHECK(std::filesystem::is_symlink(folder / "sub/link"));
  std::filesystem::create_symlink("not yet", folder / "dangling");
  save(folder / "dangling", "fourth");
  CHECK(content(folder / "not yet") == "fourth");
  CHECK(std::filesystem::is_symlink(folder / "dangling"));
  std::filesystem::create_symlink("loop", folder / "loop");
  CHECK_THROWS_AS(save(folder / "loop", "x"), yhat::IoError);
}

TEST_CASE("a save that is not committed leaves nothing") {
  const yhat::test::TempFolder folder;
  {
    AtomicFile file("save", folder / "f");
    file.write(yhat::test::bytes("half"));
    CHECK(folder.count() == 1);
  }
  CHECK(folder.count() == 0);
}

TEST_CASE("82 a save that fails to flush or to rename leaves the old file") {
  const yhat::test::TempFolder folder;
  const std::string path = folder / "f";
  save(path, "old");
  fsync_failures = 1;
  fsync_skip = 0;
  CHECK(failing_save(folder, path) ==
        "save: " + path + ": cannot write: Input/output error; hint: the old file is unchanged");
  rename_code = EXDEV;
  CHECK(failing_save(folder, path) ==
        "save: " + path + ": cannot write: Invalid cross-device link; hint: the old file is unchanged");
  rename_code = 0;

  fsync_failures = 1;
  fsync_skip = 1;  // the folder's, after the rename
  CHECK_THROWS_WITH_AS(save(path, "new"),
                       ("save: " + path +
                        ": cannot flush the folder: Input/output error; hint: the new file is complete, but a power "
                        "failure may bring back the old one")
                           .c_str(),
                       yhat::IoError);
  CHECK(content(path) == "new");
  fsync_failures = 1;
  fsync_skip = 1;
  fsync_code = EINVAL;  // a file system that cannot flush folders
  save(path, "newer");
  CHECK(content(path) == "newer");
  fsync_code = EIO;
  CHECK(folder.count() == 1);
}

TEST_CASE("82 a disk that is full after any number of bytes leaves the old file and no temporary one") {
  const yhat::test::TempFolder folder;
  const std::string path = folder / "m.safetensors";
  const yhat::StateDict state{{"a", yhat::arange(20)}, {"b", yhat::ones({3}, yhat::Dtype::f64)}};
  yhat::save_safetensors(path, {{"a", yhat::zeros({2})}});
  const yhat::test::Bytes old = yhat::test::read_file(path);
  const auto size = static_cast<std::int64_t>(yhat::safetensors_bytes(state).size());
  for (std::int64_t bytes = 0; bytes < size; ++bytes) {
    CAPTURE(bytes);
    room = bytes;
    std::string message = "no error";
    int code = 0;
    try {
      yhat::save_safetensors(path, state);
    } catch (const yhat::IoError& e) {
      message = e.what();
      code = e.code();
    }
    room = -1;
    CHECK(message ==
          "save_safetensors: " + path + ": cannot write: No space left on device; hint: the old file is unchanged");
    CHECK(code == ENOSPC);
    CHECK(yhat::test::read_file(path) == old);
    CHECK(folder.count() == 1);
  }
  room = size;
  yhat::save_safetensors(path, state);
  room = -1;
  CHECK(yhat::test::read_file(path) == yhat::safetensors_bytes(state));
}

TEST_CASE("82 a real file system that is full leaves the old file and no temporary one") {
  // A file system of 64 KiB in memory, which only a child of this process sees.
  const yhat::test::TempFolder folder;
  const std::string path = folder / "m.npy";
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) ::_exit(99);
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=64k") != 0) {
      ::_exit(99);
    }
    int bad = 0;
    yhat::save_npy(path, yhat::ones({5000}));
    const yhat::test::Bytes old = yhat::test::read_file(path);
    try {
      yhat::save_npy(path, yhat::zeros({50000}));
      bad |= 1;
    } catch (const yhat::IoError& e) {
      if (e.code() != ENOSPC) bad |= 2;
    }
    if (yhat::test::read_file(path) != old) bad |= 4;
    if (folder.count() != 1) bad |= 8;
    yhat::save_npy(path, yhat::zeros({4000}));  // and there is room again for what fits
    if (yhat::load_npy(path).size() != 4000) bad |= 16;
    ::_exit(bad);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 99) {
    MESSAGE("not permitted to mount a file system here; the test before this one pretends to");
    return;
  }
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("82 a file larger than the process may write leaves the old file and no temporary one") {
  const yhat::test::TempFolder folder;
  const std::string path = folder / "big.npy";
  yhat::save_npy(path, yhat::ones({4}));
  const yhat::test::Bytes old = yhat::test::read_file(path);
  struct rlimit limit {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &limit) == 0);
  const rlim_t soft = limit.rlim_cur;
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  limit.rlim_cur = 10000;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  std::string message = "no error";
  int code = 0;
  try {
    yhat::save_npy(path, yhat::ones({100000}));
  } catch (const yhat::IoError& e) {
    message = e.what();
    code = e.code();
  }
  limit.rlim_cur = soft;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  ::signal(SIGXFSZ, handler);
  CHECK(message == "save_npy: " + path + ": cannot write: File too large; hint: the old file is unchanged");
  CHECK(code == EFBIG);
  CHECK(yhat::test::read_file(path) == old);
  CHECK(folder.count() == 1);
}

TEST_CASE("a device, a pipe, a folder and a missing folder are not written to") {
  const yhat::test::TempFolder folder;
  const yhat::StateDict state{{"a", yhat::ones({2})}};
  CHECK_THROWS_WITH_AS(yhat::save_safetensors("/dev/full", state),
                       "save_safetensors: /dev/full: is not a regular file (pipes and devices are not replaced)",
                       yhat::IoError);
  CHECK(std::filesystem::is_character_file("/dev/full"));
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK_THROWS_AS(yhat::save_safetensors(folder / "pipe", state), yhat::IoError);
  CHECK_THROWS_WITH_AS(
      yhat::load_safetensors(folder / "pipe"),
      ("load_safetensors: " + (folder / "pipe") + ": is not a regular file (pipes and devices are not read)").c_str(),
      yhat::IoError);
  CHECK_THROWS_WITH_AS(yhat::save_safetensors(folder.path(), state),
                       ("save_safetensors: " + folder.path() + ": is a directory (must be a file)").c_str(),
                       yhat::IoError);
  CHECK_THROWS_WITH_AS(yhat::save_safetensors(folder / "no/m", state),
                       ("save_safetensors: " + (folder / "no/m") + ": cannot write: No such file or directory").c_str(),
                       yhat::IoError);
  CHECK(folder.count() == 1);
}

TEST_CASE("80 unreadable files, write-protected files and folders are an IoError") {
  if (::geteuid() == 0) {
    MESSAGE("run as an administrator, who may read and write anything: in a child that gives this up");
  }
  const yhat::test::TempFolder folder;
  save(folder / "f", "old");
  REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
  REQUIRE(::chmod((folder / "f").c_str(), 0000) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(9);
    const auto code = [](auto f) {
      try {
        f();
      } catch (const yhat::IoError& e) {
        return e.code();
      }
      return 0;
    };
    int bad = 0;
    if (code([&] { yhat::load_npy(folder / "f"); }) != EACCES) bad |= 1;
    if (code([&] { save(folder / "f", "new"); }) != EACCES) bad |= 2;
    ::chmod(folder.path().c_str(), 0555);  // without effect for a user who does not own it: it is closed to him anyway
    if (code([&] { save(folder / "g", "new"); }) != EACCES) bad |= 4;
    ::_exit(bad);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
  REQUIRE(::chmod((folder / "f").c_str(), 0600) == 0);
  CHECK(content(folder / "f") == "old");
}

TEST_CASE("82 a process killed at any moment of a save leaves the old file or the new one, whole") {
  const yhat::test::TempFolder folder;
  const std::string path = folder / "m.safetensors";
  const yhat::StateDict states[] = {{{"a", yhat::zeros({300000})}}, {{"a", yhat::ones({300000})}}};
  yhat::save_safetensors(path, states[0]);
  int in_the_middle = 0;
  for (int round = 0; round < 20; ++round) {
    CAPTURE(round);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      for (int i = 1;; ++i) yhat::save_safetensors(path, states[i % 2]);
    }
    ::usleep(static_cast<useconds_t>(1000 + 1700 * round));
    REQUIRE(::kill(child, SIGKILL) == 0);
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    const yhat::StateDict found = yhat::load_safetensors(path);
    const bool whole = yhat::test::same_bits(found[0].second, states[0][0].second) ||
                       yhat::test::same_bits(found[0].second, states[1][0].second);
    CHECK(whole);
    in_the_middle += static_cast<int>(folder.count()) - 1;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      if (entry.path() != path) std::filesystem::remove(entry.path());
    }
  }
  CAPTURE(in_the_middle);
  CHECK(in_the_middle > 0);  // the temporary file of a save that was cut short: the test did meet its subject
}
#endif
