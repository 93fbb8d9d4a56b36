#!/bin/sh
# A Slurm array of eight tasks, each with an eighth of the same file: sbatch slurm-array.sh applicants.csv
#
# A task that is requeued runs the same shard again: answered rows cost nothing. On the same node it finds
# its journal and goes on at once. Where the node is lost, what the task had claimed (at most three times
# --concurrency calls) is in doubt after a minute, and no other task sends it.
#SBATCH --job-name=idv
#SBATCH --array=1-8
#SBATCH --requeue
#SBATCH --signal=B:TERM@120
set -eu
export XDG_STATE_HOME="${IDV_STATE:-/var/tmp/idv-$USER}" # a local disk that outlives the task
exec idv batch "$1" -o "results-$SLURM_ARRAY_TASK_ID.csv" --shard "$SLURM_ARRAY_TASK_ID/8" \
  --concurrency 16 --yes --exit-zero-on held,refused,unknown
