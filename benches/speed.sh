#!/usr/bin/env bash
# Measures idv, with an empty ledger each time, against oha on this machine: same body, same endpoint, same concurrency, in turn.
# usage: benches/speed.sh [ROWS] [CONCURRENCY] [LATENCY_MS] [ROUNDS]
# Needs oha (cargo install oha) and GNU time; prints requests a second, the ratio, CPU and memory.
set -euo pipefail
rows=${1:-100000} concurrency=${2:-64} latency=${3:-0} rounds=${4:-5}
cd "$(dirname "$0")/.."
cargo build --release --quiet --bin idv --example endpoint
folder=$(mktemp -d)
trap 'kill "$server"; rm -r "$folder"' EXIT
target/release/examples/endpoint "$latency" >"$folder/url" &
server=$!
until [ -s "$folder/url" ]; do sleep 0.1; done
url=$(cat "$folder/url")
awk -v n="$rows" 'BEGIN {
  print "nik,phone,name"
  for (i = 1; i <= n; i++) printf "331099010190%04d,0812%08d,Contoh %d\n", 1 + i % 9999, i, i
}' >"$folder/in.csv"
body='{"id_number":"3310990000000001","phone_number":"081200000001","name":"Contoh 1","id_type":"KTP","country":"ID"}'
export IDV_ENDPOINT=$url IDV_PARTNER_CODE=bench IDV_PARTNER_KEY=bench
run_oha() {
  oha -n "$rows" -c "$concurrency" --no-tui -m POST -H 'Content-Type: application/json' -d "$body" \
    "$url?partner_code=bench&partner_key=bench" --output-format json | sed -n 's/.*"requestsPerSec": *\([0-9.]*\).*/\1/p' | head -1
}
run_idv() {
  /usr/bin/time -f '%e %U %S %M' -o "$folder/time" \
    target/release/idv batch "$folder/in.csv" -o "$folder/out.csv" -c "$concurrency" --quiet \
    --ledger "$folder/ledger.db"
  rm -r "$folder"/ledger.db*
  awk -v n="$rows" '{ printf "%.0f %.2f %.2f %d\n", n / $1, $2 + $3, ($2 + $3) * 100000 / n, $4 / 1024 }' "$folder/time"
}
run_oha >/dev/null
for ((i = 0; i < rounds; i++)); do
  a=$(run_oha)
  read -r b cpu per memory < <(run_idv)
  awk -v a="$a" -v b="$b" -v cpu="$cpu" -v per="$per" -v m="$memory" 'BEGIN {
    printf "oha %7.0f/s  idv %7.0f/s  ratio %.2f  CPU %.2f s (%.2f s per 100,000)  peak %d MB\n", a, b, b / a, cpu, per, m }'
done | tee "$folder/rounds"
sort -t' ' -k1,1 "$folder/rounds" | grep -o 'ratio [0-9.]*' | sort -k2 -n | awk '{ r[NR] = $2 } END { print "median ratio", r[int((NR + 1) / 2)], "lowest", r[1], "highest", r[NR] }'
