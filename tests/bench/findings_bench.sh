#!/bin/sh
# findings_bench.sh: how much CPU the findings take of many rules, in a release build.
set -eu
cd "$(dirname "$0")/../.."
cmake --preset release >/dev/null
cmake --build build/release --target notrack_core >/dev/null
"${CXX:-g++}" -std=c++20 -O2 -I. tests/bench/findings_bench.cpp build/release/core/libnotrack_core.a -o build/release/findings_bench
build/release/findings_bench
