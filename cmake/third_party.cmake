# SPDX-License-Identifier: GPL-3.0-or-later
# Libraries from Debian's packages (tools/packages.txt) and the SQLite amalgamation (tools/fetch-sqlite).
find_package(PkgConfig REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(ICU REQUIRED IMPORTED_TARGET icu-uc icu-i18n)
pkg_check_modules(POPPLER REQUIRED IMPORTED_TARGET poppler-cpp)
pkg_check_modules(TESSERACT REQUIRED IMPORTED_TARGET tesseract lept)
pkg_check_modules(GUMBO REQUIRED IMPORTED_TARGET gumbo)
pkg_check_modules(GMIME REQUIRED IMPORTED_TARGET gmime-3.0)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(EXIV2 REQUIRED IMPORTED_TARGET exiv2)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(ISAL REQUIRED IMPORTED_TARGET libisal)
pkg_check_modules(PUGIXML REQUIRED IMPORTED_TARGET pugixml)
find_library(MAGIC_LIBRARY magic REQUIRED)

set(OYER_SQLITE_DIR "${CMAKE_SOURCE_DIR}/.cache/sqlite3mc" CACHE PATH "Folder with sqlite3.c and sqlite3.h of SQLite3 Multiple Ciphers")
if(NOT EXISTS ${OYER_SQLITE_DIR}/sqlite3.c)
  message(FATAL_ERROR "The SQLite amalgamation is not at ${OYER_SQLITE_DIR}. Run tools/fetch-sqlite (make does it).")
endif()
add_library(oyer_sqlite STATIC ${OYER_SQLITE_DIR}/sqlite3.c)
target_include_directories(oyer_sqlite SYSTEM PUBLIC ${OYER_SQLITE_DIR})
target_compile_options(oyer_sqlite PRIVATE -O3 -w)
# Temporary stores stay in memory: no word of testimony in a temporary file.
target_compile_definitions(oyer_sqlite PRIVATE SQLITE_ENABLE_FTS5 SQLITE_TEMP_STORE=3 SQLITE_THREADSAFE=2 SQLITE_DEFAULT_MEMSTATUS=0 SQLITE_DQS=0 SQLITE_OMIT_DEPRECATED
  SQLITE_OMIT_LOAD_EXTENSION SQLITE_MAX_MMAP_SIZE=0 SQLITE_SECURE_DELETE CODEC_TYPE=CODEC_TYPE_CHACHA20 HAVE_CIPHER_AES_128_CBC=0 HAVE_CIPHER_AES_256_CBC=0 HAVE_CIPHER_RC4=0 HAVE_CIPHER_ASCON128=0
  HAVE_CIPHER_SQLCIPHER=0 HAVE_CIPHER_AEGIS=0)
target_link_libraries(oyer_sqlite PUBLIC Threads::Threads ${CMAKE_DL_LIBS} m)
