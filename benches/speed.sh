#!/usr/bin/env bash
# Measures idv, with an empty ledger each time, against oha (or wrk) on this machine: the same body, the
# same endpoint (benches/endpoint.rs, in a process of its own), the same concurrency, in turn.
#
# usage: benches/speed.sh [ROWS [CONCURRENCY [LATENCY_MS [ROUNDS]]]]   one line of the table
#        benches/speed.sh table                                        the whole table of docs/speed.md
#        benches/speed.sh verify                                       idv verify against curl
#
# Needs GNU time (Debian: time), and oha (cargo install oha) or wrk for the ratio; without both it prints
# idv's figures alone. verify needs curl. Prints rows of a Markdown table.
set -euo pipefail
cd "$(dirname "$0")/.."
built=${CARGO_TARGET_DIR:-target}/release
cargo build --release --quiet --locked --bin idv --example endpoint
idv=$built/idv
folder=$(mktemp -d)
server=
stop() { [ -z "$server" ] || kill "$server" 2>/dev/null; server=; }
trap 'stop; rm -r "$folder"' EXIT
load=none
for tool in wrk oha; do command -v "$tool" >/dev/null && load=$tool; done
body='{"id_number":"3310990000000001","phone_number":"081200000001","name":"Contoh 1","id_type":"KTP","country":"ID"}'
export IDV_PARTNER_CODE=bench IDV_PARTNER_KEY=bench

# The endpoint with this latency, in milliseconds.
serve() {
  stop
  rm -f "$folder/url"
  "$built/examples/endpoint" "$1" >"$folder/url" &
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

# Prints: requests a second, CPU seconds per 100,000.
run_load() {
  local rows=$1 concurrency=$2 url="$IDV_ENDPOINT?partner_code=bench&partner_key=bench"
  case $load in
    oha)
      /usr/bin/time -f '%U %S' -o "$folder/cpu" \
        oha -n "$rows" -c "$concurrency" --no-tui -m POST -H 'Content-Type: application/json' -d "$body" \
        "$url" --output-format json >"$folder/oha"
      sed -n 's/.*"requestsPerSec": *\([0-9.]*\).*/\1/p' "$folder/oha" | head -1 >"$folder/rate"
      ;;
    wrk)
      printf 'wrk.method = "POST"\nwrk.body = [[%s]]\nwrk.headers["Content-Type"] = "application/json"\n' "$body" >"$folder/post.lua"
      /usr/bin/time -f '%U %S' -o "$folder/cpu" \
        wrk -t1 -c "$concurrency" -d 5 -s "$folder/post.lua" "$url" >"$folder/wrk"
      sed -n 's/^Requests\/sec: *\([0-9.]*\).*/\1/p' "$folder/wrk" >"$folder/rate"
      rows=$(sed -n 's/^ *\([0-9]*\) requests in.*/\1/p' "$folder/wrk")
      ;;
    none) echo '0 0'; return ;;
  esac
  awk -v n="$rows" 'NR == FNR { rate = $1; next } { printf "%.0f %.2f\n", rate, ($1 + $2) * 100000 / n }' \
    "$folder/rate" "$folder/cpu"
}

# Prints: rows a second, CPU seconds per 100,000, peak memory in MB.
run_idv() {
  rm -rf "$folder"/ledger.db*
  /usr/bin/time -f '%e %U %S %M' -o "$folder/time" "$idv" batch "$folder/in.csv" -o "$folder/out.csv" \
    -c "$2" --quiet --ledger "$folder/ledger.db"
  awk -v n="$1" '{ printf "%.0f %.2f %.0f\n", n / $1, ($2 + $3) * 100000 / n, $4 / 1024 }' "$folder/time"
}

# The rate of the last tenth of the rows to that of the first, by the times of their answers; and whether
# the results came in the order of the input.
tenths() {
  awk -F, -v n="$1" '
    NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    { row = NR - 1; if ($column["idv_row"] != row) wrong++
      split($column["idv_verified_at"], part, /[T:Z-]/); at = part[4] * 3600 + part[5] * 60 + part[6]
      if (row == 1) first = at
      if (row == int(n / 10)) early = at
      if (row == int(n * 9 / 10)) late = at
      last = at }
    END { printf "last tenth %.2f of the first, %d rows out of order\n", (early - first) / (last - late), wrong }
  ' "$folder/out.csv"
}

middle() { sort -n | awk '{ v[NR] = $1 } END { printf "%s", v[int((NR + 1) / 2)] }'; }

line() {
  local rows=$1 concurrency=$2 latency=$3 rounds=$4
  serve "$latency"
  applicants "$rows"
  run_load 2000 "$concurrency" >/dev/null
  : >"$folder/rounds"
  for ((i = 0; i < rounds; i++)); do
    echo "$(run_load "$rows" "$concurrency") $(run_idv "$rows" "$concurrency")" >>"$folder/rounds"
  done
  local column; column() { cut -d' ' -f"$1" "$folder/rounds" | middle; }
  local ratios; ratios=$(awk '{ if ($1) printf "%.2f\n", $3 / $1; else print "-" }' "$folder/rounds" | sort -n)
  printf '| %s | %s | %s ms | %s/s | %s | %s/s | %s (%s-%s) | %s | %s MB |\n' \
    "$rows" "$concurrency" "$latency" "$(column 1)" "$(column 2)" "$(column 3)" \
    "$(middle <<<"$ratios")" "$(head -1 <<<"$ratios")" "$(tail -1 <<<"$ratios")" "$(column 4)" "$(column 5)"
  if ((rows >= 1000000)); then tenths "$rows"; fi
}

heading() {
  echo "$load against idv $(git rev-parse --short HEAD), $(nproc) cores, $(uname -sm), $(rustc --version | cut -d' ' -f1,2)"
  echo
  echo "| rows | concurrency | latency | $load | its CPU s per 100,000 | idv | ratio (lowest-highest) | CPU s per 100,000 | peak memory |"
  echo '|---|---|---|---|---|---|---|---|---|'
}

table() {
  heading
  line 50000 1 0 3
  line 200000 8 0 5
  line 200000 64 0 5
  line 200000 256 0 5
  line 400 1 50 3
  line 3000 8 50 3
  line 30000 64 50 3
  line 100000 256 50 3
  line 800 8 200 3
  line 6000 64 200 3
  line 24000 256 200 3
  line 1000000 64 0 1
  line 1000000 256 50 1
}

# Runs a command; prints how long it took, in microseconds.
timed() {
  local begun=${EPOCHREALTIME/./}
  "$@" >/dev/null
  echo $((${EPOCHREALTIME/./} - begun))
}

# One record, a ledger that is there already, a fresh record each time; curl sends the same, in turn.
verify() {
  serve 0
  "$idv" verify --ledger "$folder/ledger.db" --nik 3310990101900001 --phone 081234567890 --name 'Contoh 0' -q >/dev/null
  for i in $(seq 20); do
    timed curl -s -X POST -H 'Content-Type: application/json' -d "$body" \
      "$IDV_ENDPOINT?partner_code=bench&partner_key=bench" >>"$folder/curl"
    timed "$idv" verify --ledger "$folder/ledger.db" --nik 3310990101900001 \
      --phone "0$((81200000000 + i))" --name "Contoh $i" -q >>"$folder/idv"
  done
  echo "median of 20: curl $(middle <"$folder/curl") us, idv verify $(middle <"$folder/idv") us"
}

# benches/all.sh uses the functions only.
[ "${BASH_SOURCE[0]}" = "$0" ] || return 0
case ${1:-100000} in
  table) table ;;
  verify) verify ;;
  *) heading; line "${1:-100000}" "${2:-64}" "${3:-0}" "${4:-5}" ;;
esac
