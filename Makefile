# The only commands that CI and people run. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

SWIFT    ?= swift
DEBUG    := .build
RELEASE  := .build-release
BINARY   := $(RELEASE)/release/nodeagent
# The same sources give the same bytes in any folder: __FILE__ is relative, and there are neither notes for debuggers
# nor hashes of modules, both of which depend on where the compiler has its cache.
SAME     := -Xcc -fmacro-prefix-map=$(CURDIR)=. -debug-info-format none \
            -Xswiftc -Xfrontend -Xswiftc -disable-incremental-llvm-codegen
# No search path for libraries beside the program: it needs none, and a package must not have one.
STATIC   := -c release --static-swift-stdlib -Xswiftc -Osize --disable-local-rpath --scratch-path $(RELEASE) \
            $(SAME)
STRIPPED := $(RELEASE)/nodeagent.stripped
# Where packages, images and what belongs to a release are left.
DIST     := .build-dist
# The cross-built program, where make deb ARCH=arm64 has left it: packed beside this machine's.
FOREIGN  := $(wildcard $(DIST)/arm64/nodeagent)
ARCH     ?= $(shell dpkg --print-architecture 2>/dev/null)
APT      := $(if $(filter 0,$(shell id -u)),,sudo) env DEBIAN_FRONTEND=noninteractive apt-get
PACKAGES := libnl-3-dev libnl-route-3-dev libyaml-dev pkg-config binutils g++ git curl \
            libncurses6 libxml2 libxml2-utils libsqlite3-0 libedit2 libcurl4
# Where another repository has installed kubectl, Debian's package of it cannot be.
PACKAGING := dpkg-dev lintian mandoc prometheus $(if $(shell command -v kubectl),,kubernetes-client) python3-venv \
             mmdebstrap debian-archive-keyring runc skopeo golang-github-containers-common

.PHONY: help setup doctor build release test format lint imports commits golden docs metrics linkage rig system \
        system-full benchmark clean packaging-setup deb check-deb units manifests image tarball reproducible artifacts

help: ## lists the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## installs what the build, the toolchain and the tests need
	@if ! pkg-config --exists libsystemd libnl-route-3.0 yaml-0.1 2>/dev/null || ! command -v curl g++ git >/dev/null \
	  || ! command -v xmllint >/dev/null || ! $(SWIFT) --version >/dev/null 2>&1; then \
	  $(APT) update -q; \
	  $(APT) install -y -q --no-install-recommends libsystemd-dev || $(APT) install -y -q -f; \
	  $(APT) install -y -q --no-install-recommends libsystemd-dev $(PACKAGES); \
	fi
	@$(SWIFT) --version >/dev/null 2>&1 || { echo "swift is not in PATH: install 6.2 or later from https://www.swift.org/install/linux/" >&2; exit 1; }

doctor: setup release ## builds and shows what is wrong with this machine
	@$(BINARY) doctor || true

build: setup ## builds for debugging
	$(SWIFT) build --scratch-path $(DEBUG)

release: export NODEAGENT_REVISION ?= $(shell packaging/revision)
release: setup ## builds the stripped binary that ships
	$(SWIFT) build $(STATIC) --product nodeagent
	strip -o $(RELEASE)/nodeagent.stripped $(BINARY)

test: setup ## runs all tests; SANITIZE=thread runs them in the thread sanitizer
	@# Hundreds of tests at once would share the processors, and those with deadlines would miss them. What the sanitizer
	@# reports is printed last, where it is found.
	@rm -f $(DEBUG)-thread/report.*
	SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=$$(( 2 * $$(nproc) )) \
	TSAN_OPTIONS=log_path=$(CURDIR)/$(DEBUG)-thread/report \
	$(SWIFT) test $(if $(SANITIZE),--sanitize=$(SANITIZE)) --scratch-path $(DEBUG)$(addprefix -,$(SANITIZE)) \
	  || { cat $(DEBUG)-thread/report.* 2>/dev/null; exit 1; }

format: ## formats the sources
	$(SWIFT) format -i -r Package.swift Sources Tests

lint: ## fails on a difference of format or style
	$(SWIFT) format lint --strict -r Package.swift Sources Tests

imports: ## fails on an import across floors and on forbidden constructs
	@scripts/check-floors
	@scripts/check-circles

commits: ## fails on a commit whose subject is over 72 characters
	@scripts/check-commits

golden: release ## compares the recorded hosts with what is expected of them; UPDATE=1 rewrites that
	@scripts/golden $(BINARY) $(if $(UPDATE),--update)

docs: release ## writes docs/checks; CHECK=1 fails on a difference instead
	@scripts/check-docs $(BINARY) $(if $(CHECK),--check)

metrics: release ## lints every recorded host's metrics with promtool
	@scripts/check-metrics $(BINARY)

linkage: release ## fails on an unexpected shared library, exported symbols, Foundation's data and on size
	@scripts/check-linkage $(RELEASE)/nodeagent.stripped

rig: ## builds the system tests' hosts from Debian packages and boots the virtual one; needs root
	@for tool in mmdebstrap ip unshare openssl mke2fs; do command -v $$tool >/dev/null || missing=1; done; \
	if [ -n "$${missing-}" ] || ! python3 -c 'import ensurepip' 2>/dev/null; then \
	  $(APT) update -q; \
	  $(APT) install -y -q --no-install-recommends mmdebstrap debian-archive-keyring iproute2 util-linux openssl e2fsprogs \
	    python3-venv; \
	fi
	PYTHONPATH=Tests/System python3 -m rig
	test -x .build-rig/venv/bin/pytest || python3 -m venv .build-rig/venv
	.build-rig/venv/bin/pip install -q --disable-pip-version-check -r Tests/System/requirements.txt

system: rig release ## runs the fault matrix on real systemd hosts, in namespaces and in a virtual machine; needs root
	NODEAGENT_BINARY=$(abspath $(BINARY)) RIG_REPORT=docs/fault-matrix.md \
	  .build-rig/venv/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder Tests/System

system-full: export RIG_FULL := 1
system-full: system ## the same, with what takes long: more boots, SELinux

benchmark: release ## measures speed and size
	@Benchmarks/run $(RELEASE)/nodeagent.stripped
	@Benchmarks/storage $(RELEASE)/nodeagent.stripped
	@Benchmarks/addresses $(RELEASE)/nodeagent.stripped

packaging-setup: # what the packaging targets need beside the compiler
	@for tool in lintian dpkg-shlibdeps mandoc promtool kubectl mmdebstrap runc skopeo; do \
	  command -v $$tool >/dev/null || missing=1; done; \
	if [ -n "$${missing-}" ]; then $(APT) update -q; $(APT) install -y -q --no-install-recommends $(PACKAGING); fi
	@test -x .build-venv/bin/python || python3 -m venv .build-venv
	@.build-venv/bin/pip install -q --disable-pip-version-check -r packaging/requirements.txt

deb: release packaging-setup ## makes the Debian package; ARCH=arm64 cross-builds that one
ifeq ($(ARCH),arm64)
ifneq ($(shell dpkg --print-architecture),arm64)
	packaging/arm64/build $(DIST)/arm64/nodeagent
	packaging/deb/build $(DIST)/arm64/nodeagent $(DIST) --teller $(STRIPPED)
else
	packaging/deb/build $(STRIPPED) $(DIST)
endif
else
	packaging/deb/build $(STRIPPED) $(DIST)
endif

check-deb: release packaging-setup ## packs twice and compares, lintian, dependencies, sizes
	packaging/notice $(RELEASE)/checkouts --check
	scripts/check-deb $(STRIPPED)

units: release ## fails where the units differ from what the checks need, or expose too much; UPDATE=1 rewrites the comments
	scripts/check-units $(STRIPPED) $(if $(UPDATE),--update)

manifests: release packaging-setup ## checks manifests, alerts and dashboards; UPDATE=1 makes the generated ones anew
	$(if $(UPDATE),.build-venv/bin/python manifests/generate $(STRIPPED))
	.build-venv/bin/python scripts/check-manifests $(STRIPPED)

image: release packaging-setup ## makes the container image, without a daemon; needs root
	packaging/image/build $(DIST) $(STRIPPED) $(FOREIGN)

tarball: release ## makes the archive for distributions without dpkg, down to glibc 2.34
	packaging/tarball/build $(STRIPPED) $(DIST)

reproducible: release ## builds the program a second time, in another folder, and compares the bytes
	packaging/reproducible $(STRIPPED)

artifacts: reproducible deb tarball image ## all that a release has, with checksums and a list of what is inside (SPDX)
	$(foreach kind,$(if $(FOREIGN),deb tarball),packaging/$(kind)/build $(FOREIGN) $(DIST) --teller $(STRIPPED);)
	packaging/artifacts $(DIST) $(STRIPPED) $(FOREIGN)

clean: ## removes what was built
	rm -rf $(DEBUG) $(DEBUG)-thread $(RELEASE) $(DIST) .build-venv
