# SPDX-License-Identifier: MIT
# The one library, yhat::yhat: every .cpp below these folders; every header in FOLDER/yhat/ is public.
set(yhat_folders core layers losses optim models data trace)

set(sources)
set(headers)
set(base_dirs)
foreach(folder IN LISTS yhat_folders ITEMS include)
  file(GLOB_RECURSE found CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${folder}/*.cpp")
  list(APPEND sources ${found})
  file(GLOB found CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${folder}/yhat/*.h")
  list(APPEND headers ${found})
  if(EXISTS "${PROJECT_SOURCE_DIR}/${folder}")
    list(APPEND base_dirs "${PROJECT_SOURCE_DIR}/${folder}")
  endif()
endforeach()
if(EXISTS "${PROJECT_SOURCE_DIR}/core/kernels/kernels.cmake")  # it adds the files of its folder itself
  list(FILTER sources EXCLUDE REGEX "/core/kernels/")
endif()

# All headers are installed into one folder, where equal names (on some systems also up to case) would overwrite each other.
set(seen)
foreach(header IN LISTS headers)
  cmake_path(GET header FILENAME name)
  string(TOLOWER "${name}" key)
  if(key IN_LIST seen)
    list(FIND seen "${key}" at)
    list(GET headers ${at} other)
    message(FATAL_ERROR "two public headers would be installed as one file: ${other} and ${header}; hint: rename one")
  endif()
  list(APPEND seen "${key}")
endforeach()

# With CMAKE_UNITY_BUILD, the files of a folder are compiled together, but for those that a lab replaces.
file(GLOB manifests "${PROJECT_SOURCE_DIR}/labs/*/lab.json")
set(in_labs)
foreach(manifest IN LISTS manifests)
  file(STRINGS "${manifest}" lines REGEX "\"file\": *\"")
  list(APPEND in_labs ${lines})
endforeach()
set(seldom)
foreach(source IN LISTS sources)
  cmake_path(RELATIVE_PATH source BASE_DIRECTORY "${PROJECT_SOURCE_DIR}" OUTPUT_VARIABLE name)
  if(NOT in_labs MATCHES "\"${name}\"")
    cmake_path(GET name PARENT_PATH folder)
    set_source_files_properties("${source}" PROPERTIES UNITY_GROUP "${folder}")
  endif()
  if(name MATCHES "^(core/files|core/gradcheck|models/|trace/)")
    list(APPEND seldom "${source}")
  endif()
endforeach()
list(REMOVE_ITEM sources ${seldom})

# What takes long to compile and little time when it runs is optimised less.
add_library(yhat_seldom OBJECT ${seldom})
target_include_directories(yhat_seldom PRIVATE ${base_dirs})
target_compile_features(yhat_seldom PRIVATE cxx_std_20)
target_link_libraries(yhat_seldom PRIVATE fmt::fmt)
if(NOT MSVC)
  target_compile_options(yhat_seldom PRIVATE $<$<CONFIG:Release>:-Og>)
endif()

add_library(yhat ${sources} $<TARGET_OBJECTS:yhat_seldom>)
add_library(yhat::yhat ALIAS yhat)
target_sources(yhat PUBLIC FILE_SET HEADERS BASE_DIRS ${base_dirs} FILES ${headers})
target_compile_features(yhat PUBLIC cxx_std_20)
target_link_libraries(yhat PUBLIC fmt::fmt)
set_target_properties(yhat PROPERTIES
  VERSION ${PROJECT_VERSION}
  SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
  WINDOWS_EXPORT_ALL_SYMBOLS ON
  VERIFY_INTERFACE_HEADER_SETS ${PROJECT_IS_TOP_LEVEL})
if(WIN32)
  set_target_properties(yhat PROPERTIES DEBUG_POSTFIX d)  # its Debug and Release runtimes do not mix
endif()

target_precompile_headers(yhat PRIVATE <fmt/format.h> <algorithm> "core/yhat/autograd.h")
foreach(part IN ITEMS yhat yhat_seldom)
  target_include_directories(${part} PRIVATE "${PROJECT_SOURCE_DIR}")
  yhat_uses_json(${part})
  set_target_properties(${part} PROPERTIES CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON UNITY_BUILD_MODE GROUP)
  # a * b + c is rounded twice everywhere, so that the same inputs give the same bits; a kernel may decide otherwise for itself.
  if(NOT MSVC)
    target_compile_options(${part} PRIVATE -ffp-contract=off)
    # Each function apart, so that a program may leave out what it never calls (--gc-sections).
    target_compile_options(${part} PRIVATE -ffunction-sections -fdata-sections)
  endif()
  # Position-independent code of g++ leaves every function open to being replaced when a program starts, and inlines none.
  # clang++ never does. Without, an op is recorded and passed a tenth faster.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${part} PRIVATE -fno-semantic-interposition)
  endif()
endforeach()

set_source_files_properties("${PROJECT_SOURCE_DIR}/core/build_info.cpp" TARGET_DIRECTORY yhat PROPERTIES
  COMPILE_DEFINITIONS "YHAT_BUILD_TYPE=\"$<CONFIG>\";YHAT_SANITIZERS=\"${YHAT_SANITIZE}\"")

foreach(feature IN ITEMS THREADS ZLIB JPEG)
  if(YHAT_HAVE_${feature})
    target_compile_definitions(yhat PRIVATE YHAT_HAVE_${feature})
  endif()
endforeach()
target_link_libraries(yhat PRIVATE
  $<$<BOOL:${YHAT_HAVE_THREADS}>:Threads::Threads>
  $<$<BOOL:${YHAT_HAVE_ZLIB}>:ZLIB::ZLIB>
  $<$<BOOL:${YHAT_HAVE_JPEG}>:JPEG::JPEG>)

# May add sources to the target yhat, each compiled for one instruction set.
include("${PROJECT_SOURCE_DIR}/core/kernels/kernels.cmake" OPTIONAL)
