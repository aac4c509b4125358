# SPDX-License-Identifier: Apache-2.0
# libbonafide for other programs: shared and static, one header, a pkg-config file, the man page. The program links the modules directly.
set(LIBRARY_MODULES engine face motion image nn verdict wire base)

file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/empty.c" "typedef int bona_empty;\n")
add_library(libbonafide SHARED "${CMAKE_CURRENT_BINARY_DIR}/empty.c")
# The public functions live in engine and base; of the other modules only what they need comes in.
target_link_libraries(libbonafide PRIVATE
    -Wl,--whole-archive $<TARGET_FILE:bona_engine> $<TARGET_FILE:bona_base> -Wl,--no-whole-archive bona_engine)
target_link_options(libbonafide PRIVATE -Wl,--as-needed)
add_dependencies(libbonafide bona_engine bona_base)
set_target_properties(libbonafide PROPERTIES OUTPUT_NAME bonafide VERSION ${PROJECT_VERSION} SOVERSION 0)
target_include_directories(libbonafide INTERFACE "${CMAKE_SOURCE_DIR}/include")

set(archives "")
foreach(module IN LISTS LIBRARY_MODULES)
    list(APPEND archives $<TARGET_OBJECTS:bona_${module}>)
    if(TARGET bona_${module}_wide)
        list(APPEND archives $<TARGET_OBJECTS:bona_${module}_wide>)
    endif()
endforeach()
add_library(libbonafide_static STATIC ${archives})
set_target_properties(libbonafide_static PROPERTIES OUTPUT_NAME bonafide LINKER_LANGUAGE C)
target_include_directories(libbonafide_static INTERFACE "${CMAKE_SOURCE_DIR}/include")

include(GNUInstallDirs)
# What a static link needs, from the packages that the modules name.
get_target_property(image_libs bona_image LINK_LIBRARIES)
set(PC_PACKAGES "libcrypto libprotobuf-c yajl")
foreach(lib IN LISTS image_libs)
    if(lib MATCHES "^PkgConfig::(.*)$")
        string(REPLACE "_" "-" package "${CMAKE_MATCH_1}")
        string(APPEND PC_PACKAGES " ${package}")
    endif()
endforeach()
configure_file("${CMAKE_CURRENT_SOURCE_DIR}/bonafide.pc.in" "${CMAKE_BINARY_DIR}/bonafide.pc" @ONLY)
install(TARGETS libbonafide libbonafide_static)
install(FILES "${CMAKE_SOURCE_DIR}/include/bonafide.h" TYPE INCLUDE)
install(FILES "${CMAKE_BINARY_DIR}/bonafide.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
install(FILES "${CMAKE_SOURCE_DIR}/docs/bonafide.1" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
