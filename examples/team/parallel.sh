#!/bin/sh
# Four runs on this machine, each with a quarter of the same file: parallel.sh applicants.csv
#
# A run that is killed is started again twice; its journal is on this machine, so its claims that were
# not sent are free at once, and what it had in flight is in doubt.
set -eu
parallel --jobs 4 --retries 3 \
  "idv batch '$1' -o results-{}.csv --shard {}/4 --yes --quiet --exit-zero-on held,refused,unknown" ::: 1 2 3 4
