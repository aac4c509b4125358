# SPDX-License-Identifier: Apache-2.0
# Writes the table of built-in files: models/pack.json and the networks beside it, brought in by the assembler's .incbin.
# Sets BUILTIN_SOURCE (the C file) and BUILTIN_FILES (what is in it).
set(BUILTIN_SOURCE "${CMAKE_CURRENT_BINARY_DIR}/builtin.c")
set(BUILTIN_FILES "")
if(EXISTS "${CMAKE_SOURCE_DIR}/models/pack.json")
    file(GLOB networks CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/models/*.onnx")
    set(BUILTIN_FILES "${CMAKE_SOURCE_DIR}/models/pack.json" ${networks})
endif()

set(text "/* Written by src/engine/builtin.cmake. */\n#include \"engine/pack_files.h\"\n\n")
set(rows "")
set(index 0)
foreach(file IN LISTS BUILTIN_FILES)
    get_filename_component(name "${file}" NAME)
    string(APPEND text
        "__asm__(\".section .rodata\\n.balign 64\\n.hidden bona_file_${index}\\n.globl bona_file_${index}\\n\"\n"
        "        \"bona_file_${index}:\\n.incbin \\\"${file}\\\"\\n.previous\\n\");\n"
        "extern const uint8_t bona_file_${index}[] __attribute__((visibility(\"hidden\")));\n")
    file(SIZE "${file}" bytes)
    string(APPEND rows "    { \"${name}\", bona_file_${index}, ${bytes} },\n")
    math(EXPR index "${index} + 1")
endforeach()
string(APPEND text "\nconst bona_builtin bona_builtins[] = {\n${rows}    { NULL, NULL, 0 }\n};\n")
file(CONFIGURE OUTPUT "${BUILTIN_SOURCE}" CONTENT "${text}" @ONLY)
set_source_files_properties("${BUILTIN_SOURCE}" PROPERTIES OBJECT_DEPENDS "${BUILTIN_FILES}")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${BUILTIN_FILES} "${CMAKE_SOURCE_DIR}/models")
