# SPDX-License-Identifier: MIT
if(NOT COMMAND doctest_discover_tests)  # neither a packaged nor a fetched doctest loads its own module
  list(APPEND CMAKE_MODULE_PATH "${doctest_DIR}" "${doctest_SOURCE_DIR}/scripts/cmake")
  include(doctest)
endif()

# A filter that matches nothing and a case without one assertion are successes to doctest. They are failures here.
set(YHAT_TEST_FAILS_ON "(test cases|assertions): +0 [\|]")

# Sanitizers make a test ten times slower, so a test that hangs is given up later.
set(YHAT_TEST_TIMEOUT 240)
if(YHAT_SANITIZE)
  set(YHAT_TEST_TIMEOUT ${YHAT_TEST_TIMEOUT}0)
endif()

# yhat_add_tests(<program> <label> <sources>... [PROPERTIES ...]): one program; each of its test cases is one test of that label.
# A test case that cannot be run here says MESSAGE("skipped: ...") and returns.
function(yhat_add_tests program label)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "PROPERTIES")
  add_executable(${program} ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(${program} PRIVATE yhat::yhat yhat_test_main)
  target_precompile_headers(${program} REUSE_FROM yhat_test_headers)
  doctest_discover_tests(${program} PROPERTIES
    LABELS ${label} TIMEOUT ${YHAT_TEST_TIMEOUT} ENVIRONMENT OMP_NUM_THREADS=1 FAIL_REGULAR_EXPRESSION "${YHAT_TEST_FAILS_ON}"
    SKIP_REGULAR_EXPRESSION "MESSAGE: skipped: " ${arg_PROPERTIES})
endfunction()

# yhat_expect_test(<name> <label> STATUS <exit status> TEXT <regular expression> COMMAND ...): the command ends with exactly this exit
# status and prints such a text. WILL_FAIL alone is content with a crash.
function(yhat_expect_test name label)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "STATUS;TEXT" "COMMAND")
  add_test(NAME "${name}" COMMAND "${CMAKE_COMMAND}" "-DSTATUS=${arg_STATUS}" "-DTEXT=${arg_TEXT}"
    -P "${PROJECT_SOURCE_DIR}/tests/build/expect.cmake" -- ${arg_COMMAND})
  set_tests_properties("${name}" PROPERTIES LABELS ${label} TIMEOUT ${YHAT_TEST_TIMEOUT})
endfunction()
