#!/usr/bin/env bash
# Kills a batch of 50 records at its 1st, 2nd, 3rd ... call of each system call that writes, syncs
# or sends, then runs it again to its end, and checks: no record charged twice, every charge in the
# ledger or listed as unknown, unknown <= requests in flight, each row in the results once.
# usage: tests/crash-points.sh [CONCURRENCY] [STEP]     needs strace; STEP 3 takes each third point
set -euo pipefail
concurrency=${1:-4} step=${2:-1}
cd "$(dirname "$0")/.."
command -v strace >/dev/null || { echo 'skipped: there is no strace here'; exit 0; }
cargo build --release --quiet --bin idv
idv=$PWD/target/release/idv
folder=$(mktemp -d)
sandbox=
end() { if [ -n "$sandbox" ]; then kill "$sandbox" 2>/dev/null || true; wait "$sandbox" 2>/dev/null || true; fi; sandbox=; }
trap 'end; rm -r "$folder"' EXIT
cd "$folder"
awk 'BEGIN { print "nik,phone,name"
  for (i = 1; i <= 50; i++) printf "331099010190%04d,08123456%04d,Contoh %d\n", i, i, i }' >in.csv
export IDV_PARTNER_CODE=crash IDV_PARTNER_KEY=crash

# A sandbox and a ledger of its own for each point.
begin() {
  end
  rm -rf state charges.tsv out.jsonl out.jsonl.part url
  "$idv" sandbox --charges charges.tsv >url &
  sandbox=$!
  until [ -s url ]; do sleep 0.01; done
  IDV_ENDPOINT=$(sed 's/listening on //' url)
  export IDV_ENDPOINT XDG_STATE_HOME=$folder/state
}
batch=("$idv" batch in.csv -o out.jsonl -c "$concurrency" --quiet)
fail() { echo "FAILED at $1: $2"; exit 1; }

check() {
  local doubled unknown lost rows
  touch charges.tsv
  doubled=$(cut -f2 charges.tsv | sort | uniq -d | wc -l)
  [ "$doubled" = 0 ] || fail "$1" "$doubled records charged twice"
  "$idv" ledger bill --sandbox -f jsonl >bill
  unknown=$(grep -c '"charged":"unknown"' bill || true)
  sed -n 's/.*"sequence_id":"\([^"]*\)".*/\1/p' bill | sort >known
  lost=$(cut -f1 charges.tsv | sort | comm -23 - known | wc -l)
  [ "$lost" -le "$unknown" ] || fail "$1" "$lost charges lost, $unknown unknown"
  [ "$unknown" -le "$concurrency" ] || fail "$1" "$unknown unknown with $concurrency in flight"
  rows=$(sed 's/^{"row":\([0-9]*\),.*/\1/' out.jsonl | sort -n | tr '\n' ' ')
  [ "$rows" = "$(seq -s ' ' 1 50) " ] || fail "$1" "the rows are not 1 to 50, each once"
}

total=0 started=$SECONDS
for call in write writev pwrite64 fsync fdatasync sendto connect ftruncate rename unlink; do
  killed=0 most=0
  for ((n = 1; ; n += step)); do
    begin
    if { strace -f -qq -o /dev/null -e "trace=$call" -e "inject=$call:signal=SIGKILL:when=$n" \
      "${batch[@]}"; } >/dev/null 2>&1; then
      check "$call $n (not reached)"
      break
    fi
    "${batch[@]}" || [ $? = 4 ] || fail "$call $n" "the second run ended with $?"
    check "$call $n"
    unknown=$(grep -c '"charged":"unknown"' bill || true)
    killed=$((killed + 1)) most=$((unknown > most ? unknown : most))
  done
  total=$((total + killed))
  echo "$call: killed at $killed points, at most $most unknown"
done
echo "$total points with $concurrency in flight in $((SECONDS - started)) s, no promise broken"
