#!/bin/sh
# Cargo calls this in the place of rustc, for the crates of the workspace alone: see scripts/fuzz.mjs. The last flag of a kind wins.
exec "$@" $HANDFUL_COVERAGE -Copt-level=3
