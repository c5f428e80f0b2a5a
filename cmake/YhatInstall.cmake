# SPDX-License-Identifier: MIT
# cmake --install BUILD --prefix DIR: library, headers, a CMake package, a pkg-config file. All of it may be moved afterwards.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS yhat EXPORT yhatTargets FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/yhat")
install(EXPORT yhatTargets NAMESPACE yhat:: DESTINATION "${package_dir}")
export(EXPORT yhatTargets NAMESPACE yhat:: FILE "${PROJECT_BINARY_DIR}/yhatTargets.cmake")  # -Dyhat_DIR=BUILD works too

# Whoever links a static library must find what it was built with; a shared one has brought it along.
get_target_property(type yhat TYPE)
set(YHAT_STATIC_DEPENDENCIES "")
set(private_libs "")
if(type STREQUAL "STATIC_LIBRARY")
  if(YHAT_HAVE_THREADS)
    string(APPEND YHAT_STATIC_DEPENDENCIES "find_dependency(Threads)\n")
    string(APPEND private_libs " -pthread")
  endif()
  if(YHAT_HAVE_ZLIB)
    string(APPEND YHAT_STATIC_DEPENDENCIES "find_dependency(ZLIB)\n")
    string(APPEND private_libs " -lz")
  endif()
  if(YHAT_HAVE_JPEG)
    string(APPEND YHAT_STATIC_DEPENDENCIES "find_dependency(JPEG)\n")
    string(APPEND private_libs " -ljpeg")
  endif()
endif()
configure_package_config_file(cmake/yhatConfig.cmake.in "${PROJECT_BINARY_DIR}/yhatConfig.cmake"
  INSTALL_DESTINATION "${package_dir}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/yhatConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/yhatConfig.cmake" "${PROJECT_BINARY_DIR}/yhatConfigVersion.cmake"
  DESTINATION "${package_dir}")

# The prefix is found from where the .pc file lies, so --prefix and a moved folder work; the library folder may be nested.
cmake_path(SET from_pc NORMALIZE "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
file(RELATIVE_PATH YHAT_PC_PREFIX "/${from_pc}" "/")
cmake_path(SET YHAT_PC_PREFIX NORMALIZE "${YHAT_PC_PREFIX}")
string(REGEX REPLACE "/$" "" YHAT_PC_PREFIX "${YHAT_PC_PREFIX}")
set(YHAT_PC_LIBS "-lyhat${private_libs}")
configure_file(cmake/yhat.pc.in "${PROJECT_BINARY_DIR}/yhat.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/yhat.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")
if(EXISTS "${PROJECT_SOURCE_DIR}/data/fashion_mnist_sample/LICENSE")
  install(FILES data/fashion_mnist_sample/LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}" RENAME LICENSE.fashion-mnist)
endif()
