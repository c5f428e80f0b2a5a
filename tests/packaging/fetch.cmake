# SPDX-License-Identifier: MIT
# cmake -DSOURCE=... -DWORK=... -DCXX=... -DDOCTEST_MODULE=... -P fetch.cmake: configures with YHAT_FETCH_DEPS=ON and no network.
# Projects with the targets, install rules and exports of the four downloads, but nothing in them, stand in for these.
cmake_minimum_required(VERSION 3.25)
file(COPY "${CMAKE_CURRENT_LIST_DIR}/stand_ins" DESTINATION "${WORK}")
file(COPY "${DOCTEST_MODULE}/" DESTINATION "${WORK}/stand_ins/doctest/scripts/cmake")
set(stand_ins)
foreach(name IN ITEMS fmt nlohmann_json CLI11 doctest)
  string(TOUPPER "${name}" key)
  list(APPEND stand_ins "-DFETCHCONTENT_SOURCE_DIR_${key}=${WORK}/stand_ins/${name}")
endforeach()

# configure(<number of downloads> <options>...)
function(configure expected)
  file(REMOVE_RECURSE "${WORK}/fetch")
  execute_process(COMMAND "${CMAKE_COMMAND}" -G Ninja "-DCMAKE_CXX_COMPILER=${CXX}" -S "${SOURCE}" -B "${WORK}/fetch"
    -DYHAT_FETCH_DEPS=ON -DFETCHCONTENT_FULLY_DISCONNECTED=ON ${stand_ins} ${ARGN}
    RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
  string(REGEX MATCHALL "is not installed: downloading" downloads "${text}")
  list(LENGTH downloads count)
  if(NOT status EQUAL 0 OR NOT count EQUAL expected)
    message(FATAL_ERROR "status ${status} (0), ${count} downloads (${expected})\n${text}")
  endif()
endfunction()
configure(4 -DFETCHCONTENT_TRY_FIND_PACKAGE_MODE=NEVER)
configure(1 -DCMAKE_DISABLE_FIND_PACKAGE_CLI11=ON)  # what is installed is taken
