# SPDX-License-Identifier: MIT
#
# One function per kind of target. Every folder's CMakeLists.txt is a list of
# calls to these.
#
#   microgpt_library(NAME corpus SRCS corpus.cc HDRS corpus.h DEPS absl::status)
#   microgpt_binary(NAME microgptd SRCS main.cc DEPS server)
#   microgpt_test(NAME corpus_test SRCS corpus_test.cc DEPS corpus)
#
# Libraries are linked by their full name: core/text's corpus is
# microgpt_core_text_corpus for CMake and `core_text_corpus` in DEPS.

# stringop-overflow, restrict: gcc 12 is wrong about fmt 9 and std::string at -O3.
set(MICROGPT_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow -Wno-restrict>)

function(_microgpt_target target)
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR})
  # Equal sums on every machine: no fused multiply-add behind our back.
  target_compile_options(${target} PRIVATE ${MICROGPT_WARNINGS} -ffp-contract=off)
  if(MICROGPT_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${MICROGPT_SANITIZE}
      -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(${target} PUBLIC -fsanitize=${MICROGPT_SANITIZE})
  endif()
endfunction()

function(_microgpt_link target)
  foreach(dep IN LISTS ARGN)
    if(dep MATCHES "^(core|server|client|proto)(_|$)")
      set(dep microgpt_${dep})
    endif()
    target_link_libraries(${target} PUBLIC ${dep})
  endforeach()
endfunction()

# Remembers files, so that one in no list fails the configure.
function(_microgpt_remember)
  foreach(file IN LISTS ARGN)
    if(NOT IS_ABSOLUTE ${file})
      set(file ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    endif()
    set_property(GLOBAL APPEND PROPERTY MICROGPT_LISTED ${file})
  endforeach()
endfunction()

# "core_text" in core/text.
function(_microgpt_folder variable)
  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY
    ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE folder)
  string(REPLACE "/" "_" folder ${folder})
  set(${variable} ${folder} PARENT_SCOPE)
endfunction()

function(microgpt_library)
  cmake_parse_arguments(ARG "" "NAME" "SRCS;HDRS;DEPS" ${ARGN})
  _microgpt_folder(folder)
  set(target microgpt_${folder}_${ARG_NAME})
  _microgpt_remember(${ARG_SRCS} ${ARG_HDRS})
  if(ARG_SRCS)
    add_library(${target} STATIC ${ARG_SRCS} ${ARG_HDRS})
    _microgpt_target(${target})
    _microgpt_link(${target} ${ARG_DEPS})
  else()
    add_library(${target} INTERFACE ${ARG_HDRS})
    target_include_directories(${target} INTERFACE ${PROJECT_SOURCE_DIR})
    foreach(dep IN LISTS ARG_DEPS)
      string(REGEX REPLACE "^(core|server|client|proto)(_|$)" "microgpt_\\1\\2" dep ${dep})
      target_link_libraries(${target} INTERFACE ${dep})
    endforeach()
  endif()
endfunction()

# A library with one function of server/http/embedded_files.h: the files of a
# directory, or none if DIRECTORY is left out. DEPENDS: what makes them, if they
# are no sources.
#
#   microgpt_embedded_files(NAME dashboard FUNCTION DashboardFiles
#     DIRECTORY ${MICROGPT_WEB_DIST} DEPENDS microgpt_web_dist)
function(microgpt_embedded_files)
  cmake_parse_arguments(ARG "" "NAME;FUNCTION;DIRECTORY" "DEPENDS;DEPS" ${ARGN})
  _microgpt_folder(folder)
  set(target microgpt_${folder}_${ARG_NAME})
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${ARG_NAME}.cc)
  set(files)
  if(ARG_DIRECTORY AND NOT ARG_DEPENDS)
    file(GLOB_RECURSE files CONFIGURE_DEPENDS ${ARG_DIRECTORY}/*)
  endif()
  add_custom_command(OUTPUT ${source}
    COMMAND ${PROJECT_SOURCE_DIR}/scripts/embed_files ${ARG_FUNCTION} ${source}
      ${ARG_DIRECTORY}
    DEPENDS ${PROJECT_SOURCE_DIR}/scripts/embed_files ${files} ${ARG_DEPENDS}
    VERBATIM)
  add_library(${target} STATIC ${source})
  _microgpt_target(${target})
  _microgpt_link(${target} ${ARG_DEPS})
endfunction()

function(microgpt_binary)
  cmake_parse_arguments(ARG "" "NAME" "SRCS;DEPS" ${ARGN})
  _microgpt_remember(${ARG_SRCS})
  add_executable(${ARG_NAME} ${ARG_SRCS})
  _microgpt_target(${ARG_NAME})
  _microgpt_link(${ARG_NAME} ${ARG_DEPS})
endfunction()

# The test's target and name carry its folder: core/text's corpus_test is
# core_text_corpus_test. With FOLDERS it knows MICROGPT_SOURCE_DIR and
# MICROGPT_BINARY_DIR; no other does, so that all clones share what ccache has.
function(microgpt_test)
  cmake_parse_arguments(ARG "FOLDERS" "NAME" "SRCS;DEPS" ${ARGN})
  _microgpt_remember(${ARG_SRCS})
  if(NOT MICROGPT_TESTS)
    return()
  endif()
  _microgpt_folder(folder)
  set(target ${folder}_${ARG_NAME})
  microgpt_binary(NAME ${target} SRCS ${ARG_SRCS}
    DEPS ${ARG_DEPS} GTest::gtest GTest::gmock GTest::gtest_main)
  set_target_properties(${target} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  if(folder MATCHES "^(server|client)")
    # These wait more than they compute: built in three quarters of the time.
    target_compile_options(${target} PRIVATE -O1)
  endif()
  if(ARG_FOLDERS)
    target_compile_definitions(${target} PRIVATE
      MICROGPT_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
      MICROGPT_BINARY_DIR="${PROJECT_BINARY_DIR}")
  endif()
  add_test(NAME ${target} COMMAND ${target})
  set_tests_properties(${target} PROPERTIES TIMEOUT 300)
endfunction()

function(microgpt_require_every_file_in_a_list)
  get_property(listed GLOBAL PROPERTY MICROGPT_LISTED)
  list(TRANSFORM ARGN PREPEND ${PROJECT_SOURCE_DIR}/)
  set(patterns ${ARGN})
  list(TRANSFORM patterns APPEND /*.cc)
  set(headers ${ARGN})
  list(TRANSFORM headers APPEND /*.h)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${patterns} ${headers})
  foreach(file IN LISTS files)
    if(NOT file IN_LIST listed)
      message(FATAL_ERROR "${file} is in no CMakeLists.txt")
    endif()
  endforeach()
endfunction()
