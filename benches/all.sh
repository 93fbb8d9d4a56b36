#!/usr/bin/env bash
# Measures each bar of docs/speed.md and prints its table: what was measured beside what must be. About ten minutes
# on two cores that are otherwise quiet.
#
# usage: benches/all.sh                  all of it
#        SCALE=10 benches/all.sh         a tenth of the rows and calls, to try the script
#        ROUNDS=5 benches/all.sh         runs of each kind against oha, in turn (3 where it is not set)
#        TENTHS=10000000 benches/all.sh  the first and the last tenth of so many rows (1,000,000 where it is not set)
#        IDV=path ENDPOINT=path          programs that are built already
#
# Needs GNU time, sqlite3 and oha (cargo install oha).
set -euo pipefail
cd "$(dirname "$0")/.."
built=${CARGO_TARGET_DIR:-target}/release
if [ -z "${IDV:-}" ]; then cargo build --release --quiet --locked --bin idv --example endpoint; fi
idv=${IDV:-$built/idv} endpoint=${ENDPOINT:-$built/examples/endpoint}
scale=${SCALE:-1} rounds=${ROUNDS:-3}
rows=$((1000000 / scale)) calls=$((10000000 / scale)) tenths=$((${TENTHS:-1000000} / scale))
folder=$(mktemp -d "${TMPDIR:-/tmp}/idv-bench.XXXXXX")
server=
stop() { [ -z "$server" ] || kill "$server" 2>/dev/null; server=; }
trap 'stop; rm -r "$folder"' EXIT
body='{"id_number":"3310990000000001","phone_number":"081200000001","name":"Contoh 1","id_type":"KTP","country":"ID"}'
export IDV_PARTNER_CODE=bench IDV_PARTNER_KEY=bench
ledger=$folder/ledger.db

serve() {
  stop
  rm -f "$folder/url"
  "$endpoint" "$1" >"$folder/url" &
  server=$!
  until [ -s "$folder/url" ]; do sleep 0.1; done
  IDV_ENDPOINT=$(cat "$folder/url")
  export IDV_ENDPOINT
}

applicants() {
  awk -v n="$1" 'BEGIN {
    print "nik,phone,name"
    for (i = 1; i <= n; i++) printf "331099010190%04d,08%010d,Contoh %d\n", 1 + i % 9999, 1200000000 + i, i
  }' >"$folder/in.csv"
}

middle() { sort -n | awk '{ v[NR] = $1 } END { printf "%s", v[int((NR + 1) / 2)] }'; }
calc() { awk "BEGIN { printf \"$1\", $2 }"; }
bar() { printf '| %s | %s | %s |\n' "$1" "$2" "$3"; }

# Runs idv; leaves seconds, CPU seconds and peak KB in $seconds, $cpu, $peak.
run() {
  /usr/bin/time -f '%e %U %S %M' -o "$folder/time" "$idv" "$@" >"$folder/stdout" 2>"$folder/stderr" ||
    { cat "$folder/stderr" >&2; return 1; }
  local user sys
  read -r seconds user sys peak < <(tail -1 "$folder/time")
  cpu=$(calc %.2f "$user + $sys")
}

batch() { run batch "$folder/in.csv" --force --quiet --ledger "$ledger" "$@"; }

fresh() { rm -rf "$ledger"*; batch "$@"; }

# oha and idv in turn: the medians of the ratios of their rates and of their CPU.
against_oha() {
  local name=$1 count=$2 concurrency=$3 latency=$4 must=$5
  serve "$latency"
  applicants "$count"
  : >"$folder/rates"; : >"$folder/cpus"
  for ((i = 0; i < rounds; i++)); do
    /usr/bin/time -f '%U %S' -o "$folder/cpu" oha -n "$count" -c "$concurrency" --no-tui -m POST \
      -H 'Content-Type: application/json' -d "$body" "$IDV_ENDPOINT?partner_code=bench&partner_key=bench" \
      --output-format json >"$folder/oha"
    local rate theirs
    rate=$(sed -n 's/.*"requestsPerSec": *\([0-9.]*\).*/\1/p' "$folder/oha" | head -1)
    theirs=$(awk '{ print $1 + $2 + 0.001 }' "$folder/cpu")
    fresh -c "$concurrency" -o "$folder/out.csv"
    calc '%.3f\n' "$count / $seconds / $rate" >>"$folder/rates"
    calc '%.2f\n' "$cpu / $theirs" >>"$folder/cpus"
  done
  bar "$name: rate, of oha's" "$(middle <"$folder/rates") ($(sort -n "$folder/rates" | head -1)-$(sort -n "$folder/rates" | tail -1))" "$must"
  bar "$name: CPU per row, of oha's" "$(middle <"$folder/cpus") ($(sort -n "$folder/cpus" | head -1)-$(sort -n "$folder/cpus" | tail -1))" "2.4"
}

# The rate of the last tenth of the rows to that of the first, by the times of their answers.
last_of_first() {
  awk -F, -v n="$1" '
    NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    { row = NR - 1
      if (row != 1 && row != int(n / 10) && row != int(n * 9 / 10) && row != n) next
      split($column["idv_verified_at"], part, /[T:Z-]/); at[row] = part[4] * 3600 + part[5] * 60 + part[6] }
    END { printf "%.2f\n", (at[int(n / 10)] - at[1]) / (at[n] - at[int(n * 9 / 10)] + 0.0001) }
  ' "$folder/out.csv"
}

memory_and_growth() {
  serve 0
  applicants "$rows"
  fresh -c 256 -o "$folder/out.csv"
  bar "peak memory, $rows rows, c=256" "$(calc '%.0f MB' "$peak / 1024")" '64 MB, and 16 bytes a row'
  fresh -c 64 -o "$folder/out.csv"
  bar "peak memory, $rows rows, c=64" "$(calc '%.0f MB' "$peak / 1024")" '48 MB, and 16 bytes a row'
  if ((tenths != rows)); then
    applicants "$tenths"
    fresh -c 64 -o "$folder/out.csv"
  fi
  bar "last tenth of first, $tenths rows, c=64, 0 ms" "$(last_of_first "$tenths")" 0.95
  if ((tenths != rows)); then
    applicants "$rows"
    fresh -c 64 -o "$folder/out.csv"
  fi
}

# The same rows again; `check` beside it, in turn. Needs the ledger that memory_and_growth leaves.
answered_by_the_ledger() {
  : >"$folder/runs"; : >"$folder/ratios"
  for ((i = 0; i < rounds; i++)); do
    batch -c 64 -o "$folder/out.csv"
    local again=$seconds
    run check "$folder/in.csv" --ledger "$folder/none.db"
    calc '%.0f\n' "$rows / $again" >>"$folder/runs"
    calc '%.2f\n' "$seconds / $again" >>"$folder/ratios"
  done
  bar "run answered by the ledger, $rows rows" "$(middle <"$folder/runs") rows/s" '250,000 rows/s'
  bar 'the same, of `check` without a ledger' "$(middle <"$folder/ratios")" 0.5
}

a_grown_ledger() {
  sed "s/10000000/$calls/g" benches/ledger.sql | sqlite3 "$ledger" >/dev/null
  local before
  before=$(stat -c %s "$ledger")
  run check "$folder/in.csv" --ledger "$ledger"
  bar "\`check\` of $rows rows, ledger of $calls calls" "$(calc '%.0f rows/s' "$rows / $seconds")" '500,000 rows/s'
  run ledger runs --ledger "$ledger"
  bar "\`ledger runs\`, $calls calls in 1,000 runs" "$(calc '%.0f ms' "$seconds * 1000")" '50 ms'
  run ledger bill --ledger "$ledger"
  bar "\`ledger bill\` over $calls calls" "$seconds s" '3 s'
  run ledger bill -f jsonl --ledger "$ledger"
  bar '`ledger bill -f jsonl`' "$(calc '%.0f calls/s' "$calls / $seconds")" '800,000 calls/s'
  run ledger export --ledger "$ledger"
  bar '`ledger export`' "$(calc '%.0f calls/s' "$calls / $seconds")" '800,000 calls/s'
  rm -f "$folder/stdout"
  local half
  half=$(sqlite3 "$ledger" "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', ended / 1000, 'unixepoch') FROM answers WHERE call = $((calls / 2))")
  run ledger purge --older-than "$half" --ledger "$ledger"
  bar "\`ledger purge\` of half of $calls calls" \
    "$seconds s, $(calc '%.0f MB' "$peak / 1024"), file $(calc %.2f "$(stat -c %s "$ledger") / $before") as large" \
    '20 s, 64 MB, 0.5'
  rm -rf "$ledger"*
}

workbook_of_csv() {
  applicants $((300000 / scale))
  fresh -c 64 -o "$folder/out.csv"
  local csv=$seconds
  fresh -c 64 -o "$folder/out.xlsx"
  bar ".xlsx out, of CSV out, $((300000 / scale)) rows" "$(calc %.1f "$seconds / $csv")" 2.0
}

# Each line is written when the result of the one before it was read.
one_line_at_a_time() {
  rm -rf "$ledger"*
  : >"$folder/micros"
  coproc PIPE { exec "$idv" batch - --unordered -f csv --quiet --ledger "$ledger" 2>"$folder/stderr"; }
  local into=${PIPE[1]} from=${PIPE[0]} child=$PIPE_PID answer begun i
  echo 'nik,phone,name' >&"$into"
  for ((i = 0; i < 400; i++)); do
    begun=${EPOCHREALTIME/./}
    printf '331099010190%04d,08%010d,Contoh\n' $((i + 1)) $((1200000000 + i)) >&"$into"
    if ((i == 0)); then read -r -t 10 answer <&"$from"; fi
    read -r -t 10 answer <&"$from" || { cat "$folder/stderr" >&2; return 1; }
    if ((i >= 20)); then echo $((${EPOCHREALTIME/./} - begun)) >>"$folder/micros"; fi
  done
  exec {into}>&-
  wait "$child" || true
  bar 'one line through a pipe, 0 ms, median' "$(calc '%.2f ms' "$(middle <"$folder/micros") / 1000")" '1.0 ms'
}

echo "idv $(git rev-parse --short HEAD), $(nproc) cores, $(uname -sm), load $(cut -d' ' -f1 /proc/loadavg) at the start"
echo
echo '| bar | measured | must be |'
echo '|---|---|---|'
if command -v oha >/dev/null; then
  against_oha 'c=64, 0 ms' $((200000 / scale)) 64 0 0.40
  against_oha 'c=64, 50 ms' $((20000 / scale)) 64 50 0.98
  against_oha 'c=256, 50 ms' $((80000 / scale)) 256 50 0.98
else
  echo 'oha is not here: the ratios to it are left out' >&2
fi
memory_and_growth
answered_by_the_ledger
a_grown_ledger
workbook_of_csv
one_line_at_a_time
echo
echo "load $(cut -d' ' -f1 /proc/loadavg) at the end, $((SECONDS / 60)) min $((SECONDS % 60)) s"
