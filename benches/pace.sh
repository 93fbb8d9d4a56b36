#!/usr/bin/env bash
# Measures how a batch finds the limit of an endpoint: `idv sandbox --rate-limit 200`, another process,
# answers whatever is beyond 200 requests in a second with 302. Counted from the results: clean answers
# a second, and the share of refused requests, in the first ten seconds and in those after.
#
# usage: benches/pace.sh [SECONDS [CONCURRENCY LATENCY_MS]]   without the last two: the table of docs/pace.md
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --quiet --locked --bin idv --example endpoint # as speed.sh does: one build for both
idv=${CARGO_TARGET_DIR:-$PWD/target}/release/idv
seconds=${1:-62}
folder=$(mktemp -d)
sandbox=
stop() { [ -z "$sandbox" ] || kill "$sandbox" 2>/dev/null; sandbox=; }
trap 'stop; rm -r "$folder"' EXIT
cd "$folder"
export IDV_PARTNER_CODE=bench IDV_PARTNER_KEY=bench
awk -v n=$((seconds * 250)) 'BEGIN { print "nik,phone,name"
  for (i = 1; i <= n; i++) printf "331099010190%04d,08%010d,Contoh %d\n", 1 + i % 9999, 1200000000 + i, i }' >in.csv

# Each row by the second of its last answer, counted from the first one's.
count() {
  awk -F, -v settled=10 '
    NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    $column["idv_attempts"] + 0 == 0 { next }
    { split($column["idv_verified_at"], part, /[T:Z-]/); at = part[4] * 3600 + part[5] * 60 + part[6]
      if (!first || at < first) first = at
      if (at > last) last = at
      time[NR] = at; attempts[NR] = $column["idv_attempts"]; clean[NR] = $column["idv_code"] == 200 }
    END {
      for (row in time) { late = time[row] - first >= settled
        good[late] += clean[row]; refused[late] += attempts[row] - clean[row] }
      long = last - first - settled
      printf "%.1f | %.2f%% (%d of %d) | %.0f/s, %d refused |\n", good[1] / long,
        100 * refused[1] / (good[1] + refused[1]), refused[1], good[1] + refused[1],
        good[0] / settled, refused[0] }' out.csv
}

line() {
  rm -rf ledger.db* charges.tsv out.csv url
  "$idv" sandbox --rate-limit 200 --latency "$2ms" --charges charges.tsv >url &
  sandbox=$!
  until [ -s url ]; do sleep 0.1; done
  IDV_ENDPOINT=$(sed 's/listening on //' url) timeout --foreground --signal=INT --preserve-status "$seconds" \
    "$idv" batch in.csv -o out.csv -c "$1" --quiet --ledger ledger.db 2>said || [ $? = 130 ] || { cat said; exit 1; }
  stop
  local doubled; doubled=$(cut -f2 charges.tsv | sort | uniq -d | wc -l)
  local answered; answered=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    $column["idv_charged"] == "yes"' out.csv | wc -l)
  [ "$doubled" = 0 ] || echo "$doubled records were charged twice"
  [ "$answered" = "$(wc -l <charges.tsv)" ] || echo "$answered answers of $(wc -l <charges.tsv) charges"
  printf '| %s | %s ms | %s\n' "$1" "$2" "$(count)"
}

echo '| in flight | latency | clean answers a second | refused | in the first ten seconds |'
echo '|---|---|---|---|---|'
if [ $# -ge 3 ]; then
  line "$2" "$3"
else
  for latency in 0 20; do for concurrency in 1 8 64; do line "$concurrency" "$latency"; done; done
fi
