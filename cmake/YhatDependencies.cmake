# SPDX-License-Identifier: MIT
# Finds each library by its plain name (so the toolchain files of package managers work), or takes the target of a host project
# that has it already, or, only if YHAT_FETCH_DEPS says so, downloads a pinned version. All that is missing is reported at once.
set(yhat_missing)

# yhat_need(<package> <minimum> TARGET <target> NAMES <Debian> <Homebrew and vcpkg> URL <of the pin> SHA256 <of the pin>)
macro(yhat_need package minimum)
  cmake_parse_arguments(need "" "TARGET;URL;SHA256" "NAMES" ${ARGN})
  if(NOT TARGET ${need_TARGET} AND NOT (YHAT_FETCH_DEPS AND FETCHCONTENT_TRY_FIND_PACKAGE_MODE STREQUAL "NEVER"))
    find_package(${package} ${minimum} CONFIG QUIET)
  endif()
  if(NOT TARGET ${need_TARGET})
    if(YHAT_FETCH_DEPS)
      include(FetchContent)
      message(STATUS "yhat: ${package} >= ${minimum} is not installed: downloading ${need_URL}")
      FetchContent_Declare(${package} SYSTEM URL "${need_URL}" URL_HASH SHA256=${need_SHA256})
      FetchContent_MakeAvailable(${package})
    else()
      list(GET need_NAMES 0 debian)
      list(GET need_NAMES 1 brew)
      list(APPEND yhat_missing "yhat needs ${package} >= ${minimum}: apt-get install ${debian} | brew install ${brew} | \
vcpkg install ${brew} | -DYHAT_FETCH_DEPS=ON downloads it")
    endif()
  endif()
endmacro()

set(FMT_INSTALL ${YHAT_INSTALL})  # an installed yhat names fmt, so a downloaded one is installed beside it
yhat_need(fmt 9.1 TARGET fmt::fmt NAMES libfmt-dev fmt
  URL https://github.com/fmtlib/fmt/releases/download/12.1.0/fmt-12.1.0.zip
  SHA256 695fd197fa5aff8fc67b5f2bbc110490a875cdf7a41686ac8512fb480fa8ada7)
yhat_need(nlohmann_json 3.11 TARGET nlohmann_json::nlohmann_json NAMES nlohmann-json3-dev nlohmann-json
  URL https://github.com/nlohmann/json/releases/download/v3.11.3/json.tar.xz
  SHA256 d6c65aca6b1ed68e7a182f4757257b107ae403032760ed6ef121c9d55e81757d)
if(YHAT_BUILD_DEMOS OR YHAT_BUILD_LABS OR YHAT_BUILD_BENCH)
  yhat_need(CLI11 2.1 TARGET CLI11::CLI11 NAMES libcli11-dev cli11
    URL https://github.com/CLIUtils/CLI11/archive/refs/tags/v2.5.0.tar.gz
    SHA256 17e02b4cddc2fa348e5dbdbb582c59a3486fa2b2433e70a0c3bacb871334fd55)
endif()
if(YHAT_BUILD_TESTS OR YHAT_BUILD_LABS)
  set(DOCTEST_NO_INSTALL ON)
  if(YHAT_INSTALL AND YHAT_BUILD_LABS)
    set(DOCTEST_NO_INSTALL OFF)  # the installed labs name it
  endif()
  set(DOCTEST_WITH_TESTS OFF)
  yhat_need(doctest 2.4.9 TARGET doctest::doctest NAMES doctest-dev doctest
    URL https://github.com/doctest/doctest/archive/refs/tags/v2.4.12.tar.gz
    SHA256 73381c7aa4dee704bd935609668cf41880ea7f19fa0504a200e13b74999c2d70)
endif()
if(yhat_missing)
  list(JOIN yhat_missing "\n " text)
  message(FATAL_ERROR " ${text}")  # CMake does not wrap lines that begin with a blank
endif()

# yhat_uses_json(<target>): the target's own files include json's headers. Linked instead, even privately, a static library
# would name json's target to whoever uses it from a build folder.
function(yhat_uses_json target)
  target_include_directories(${target} SYSTEM PRIVATE $<TARGET_PROPERTY:nlohmann_json::nlohmann_json,INTERFACE_INCLUDE_DIRECTORIES>)
endfunction()

# Used if they are there. Without them: one thread; no .gz files; no JPEG files.
if(YHAT_THREADS)
  find_package(Threads QUIET)
  set(YHAT_HAVE_THREADS ${Threads_FOUND})
endif()
if(YHAT_ZLIB)
  find_package(ZLIB QUIET)
  set(YHAT_HAVE_ZLIB ${ZLIB_FOUND})
endif()
if(YHAT_JPEG)
  find_package(JPEG QUIET)
  set(YHAT_HAVE_JPEG ${JPEG_FOUND})
endif()
