# SPDX-License-Identifier: Apache-2.0
# The few words a person needs. CMake and Ninja do the work behind them; packages.txt says what Debian has to bring.
JOBS ?= $(shell nproc)

.PHONY: all build try run test soak asan tsan clang smoke fuzz failalloc format bench bench-server test-vendor install clean deps-run deps-test

all: build

deps-run:
	@tools/packages.sh run
deps-test: deps-run
	@tools/packages.sh test

# The program and the library; tests and examples need the packages of [test] and are left to `make test`.
build: deps-run
	@cmake --preset dev >/dev/null
	@cmake --build --preset dev -j $(JOBS) --target app

# The main job on a portrait: prints the decision, writes an annotated picture, ends.
try: build
	@tools/try.sh build/dev/src/cli/bonafide

run: build
	@build/dev/src/cli/bonafide serve --state build/state

test: deps-test
	@cmake --preset dev >/dev/null
	@cmake --build --preset dev -j $(JOBS)
	@ctest --preset dev -j $(JOBS)

# 10,000 changed requests, every hostile file and every false token against a running server, then its memory.
# BONAFIDE=build/asan/src/cli/bonafide make soak takes the server of another build.
soak: build deps-test
	@BONAFIDE=$${BONAFIDE:-$(CURDIR)/build/dev/src/cli/bonafide} SOAK_REQUESTS=$${SOAK_REQUESTS:-10000} \
		SOAK_MEMORY=$${SOAK_MEMORY-1} PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/http/soak.py

asan tsan failalloc: deps-test
	@cmake --preset $@ >/dev/null
	@cmake --build --preset $@ -j $(JOBS)
	@ctest --preset $@ -j $(JOBS)

clang: deps-test
	@cmake --preset clang >/dev/null
	@cmake --build --preset clang -j $(JOBS)

# Every training pipeline for a few steps on drawn pictures.
smoke:
	@tools/packages.sh training
	@sh training/smoke.sh

fuzz: deps-test
	@cmake --preset fuzz >/dev/null
	@cmake --build --preset fuzz -j $(JOBS)
	@tools/fuzz.sh build/fuzz/fuzz

bench: build
	@tools/packages.sh bench each
	@bench/run.sh build/dev/src/cli/bonafide

bench-server: build
	@tools/packages.sh bench each
	@bench/server.sh build/dev/src/cli/bonafide

# Runs the vendors' own public clients, from the folder VENDOR, against our server.
test-vendor: build
	@tools/packages.sh vendor
	@tests/vendor/run.sh build/dev/src/cli/bonafide $(VENDOR)

format:
	@git ls-files '*.c' '*.h' | xargs clang-format-14 -i

install: deps-run
	@cmake --preset release >/dev/null
	@cmake --build --preset release -j $(JOBS) --target app
	@cmake --install build/release

clean:
	@rm -rf build
