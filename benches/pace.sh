#!/usr/bin/env bash
# Measures the pace of a batch against endpoints that fail, refuse, queue or go away: `idv sandbox`, another
# process, plays each of them. 64 requests in flight, 50 ms an answer, 30 s a case, judged from the sixth second
# on; after an outage from five seconds after its end. Prints the table of docs/pace.md: clean answers a second,
# the share of the possible, and the share of calls that were refused.
#
# The ledger is in memory (/dev/shm): on a disk that is busy with other work, the claims of the calls are what is
# measured.
#
# usage: benches/pace.sh [WORD..]     only the cases whose name holds a WORD
set -euo pipefail
cd "$(dirname "$0")/.."
idv=${IDV:-}
if [ -z "$idv" ]; then
  cargo build --release --quiet --locked --bin idv --example endpoint # as speed.sh does: one build for both
  idv=${CARGO_TARGET_DIR:-$PWD/target}/release/idv
fi
endpoint=${ENDPOINT:-$(dirname "$idv")/examples/endpoint}
folder=$(mktemp -d -p "${TMPDIR:-/dev/shm}")
sandbox=
stop() { [ -z "$sandbox" ] || kill "$sandbox" 2>/dev/null; sandbox=; }
trap 'stop; rm -r "$folder"' EXIT
cd "$folder"
export IDV_PARTNER_CODE=bench IDV_PARTNER_KEY=bench

# Records that no two runs share: the sandbox counts charges by record.
applicants() {
  awk -v first="$1" -v n="$2" 'BEGIN { print "nik,phone,name"
    for (i = first; i < first + n; i++) printf "331099010190%04d,08%010d,Contoh %d\n", 1 + i % 8999, 1200000000 + i, i }'
}
applicants 1 52000 >1.csv
applicants 100001 52000 >2.csv

start() {
  rm -rf ledger*.db* charges.tsv url
  local latency=50ms
  [ "${1:-}" != --latency ] || { latency=$2; shift 2; }
  "$idv" sandbox --latency "$latency" --charges charges.tsv "$@" >url &
  await
}

await() {
  sandbox=$!
  until [ -s url ]; do sleep 0.1; done
  IDV_ENDPOINT=$(sed 's/listening on //' url)
  export IDV_ENDPOINT
}

# The endpoint of benches/endpoint.rs with a token bucket: FROM:LIMIT,.. in seconds and calls a second.
bucket() {
  rm -rf ledger*.db* url
  "$endpoint" 50 "$@" >url &
  await
}

# Requests that the sandbox has got so far.
requests() {
  exec 3<>"/dev/tcp/127.0.0.1/$(sed 's/.*:\([0-9]*\).*/\1/' url)"
  printf 'GET /charges HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' >&3
  sed -n 's/.*"requests":\([0-9]*\).*/\1/p' <&3
}

# run NUMBER SECONDS: a batch for so long; its results are NUMBER.out.csv.
run() {
  timeout --foreground --signal=INT --preserve-status "$2" "$idv" batch "$1.csv" -o "$1.out.csv" -c 64 --force \
    --quiet --ledger "ledger$1.db" --summary "$1.json" 2>"$1.said" || [ $? = 130 ] || { cat "$1.said"; exit 1; }
}

# count FROM TO FILE..: clean answers a second and refusals between these seconds after the first answer. An attempt that
# was refused is counted at the time of its row's last one, which comes soon after.
count() {
  local from=$1 to=$2; shift 2
  awk -F, -v from="$from" -v to="$to" '
    FNR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    $column["idv_attempts"] + 0 == 0 { next }
    { split($column["idv_verified_at"], part, /[T:Z-]/); at = part[4] * 3600 + part[5] * 60 + part[6]
      if (!first || at < first) first = at
      n++; time[n] = at; attempts[n] = $column["idv_attempts"]; clean[n] = $column["idv_code"] == 200
      file[n] = FILENAME; took[n] = $column["idv_elapsed_ms"] }
    END {
      for (i = 1; i <= n; i++) if (time[i] - first >= from && time[i] - first < to) {
        good += clean[i]; bad += attempts[i] - clean[i]; of[file[i]] += clean[i]
        if (clean[i]) { late++; if (took[i] > 400) slow++ } }
      lesser = good; for (name in of) if (of[name] < lesser) lesser = of[name]
      printf "%d %d %.3f %.4f\n", good, bad, good ? lesser / good : 0, late ? slow / late : 0 }' "$@"
}

# Paid twice, or answers that are not in the results: never.
audit() {
  local doubled answered=0 number; doubled=$(cut -f2 charges.tsv | sort | uniq -d | wc -l)
  [ "$doubled" = 0 ] || echo "$doubled records were charged twice"
  for number in "$@"; do
    answered=$((answered + $(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
      $column["idv_charged"] == "yes"' "$number.out.csv" | wc -l)))
  done
  [ "$answered" = "$(wc -l <charges.tsv)" ] || echo "$answered answers of $(wc -l <charges.tsv) charges"
}

# line NAME POSSIBLE FROM TO NOISE FILE..: POSSIBLE clean answers a second, of the calls NOISE fail anyway.
line() {
  local name=$1 possible=$2 from=$3 to=$4 noise=$5; shift 5
  read -r good bad lesser slow < <(count "$from" "$to" "$@")
  awk -v name="$name" -v good="$good" -v bad="$bad" -v possible="$possible" -v span=$((to - from)) -v noise="$noise" \
    -v lesser="$lesser" -v slow="$slow" -v files=$# 'BEGIN {
    refused = bad - noise * (good + bad); if (refused < 0) refused = 0
    note = files > 1 ? sprintf("the lesser run %.2f of it", lesser) : slow ? sprintf("%.1f%% of answers took over 0.4 s", 100 * slow) : ""
    printf "| %s | %.0f | %.2f | %.1f%% | %s |\n", name, good / span, good / span / possible, 100 * refused / (good + bad), note }'
}

wanted() {
  local word; [ ${#words[@]} -gt 0 ] || return 0
  for word in "${words[@]}"; do [[ $1 != *"$word"* ]] || return 0; done
  return 1
}

# one NAME POSSIBLE NOISE FLAG..
one() {
  local name=$1 possible=$2 noise=$3; shift 3
  wanted "$name" || return 0
  start "$@"; run 1 30; stop
  line "$name" "$possible" 6 29 "$noise" 1.out.csv; audit 1
}

# limited NAME POSSIBLE NOISE LIMITS [SHARE]
limited() {
  wanted "$1" || return 0
  bucket "${@:4}"; run 1 30; stop
  line "$1" "$2" 6 29 "$3" 1.out.csv
}

words=("$@")
full=1280 # 64 in flight, 50 ms an answer
echo '| endpoint | clean answers a second | of the possible | refused | |'
echo '|---|---|---|---|---|'
one 'clean' $full 0
for share in 01 05 10; do one "${share#0}% of calls fail (11350)" "$(awk "BEGIN { print $full * (1 - .$share) }")" .$share --fail-rate .$share --fail-kind 11350; done
one '2% closed without an answer' "$(awk "BEGIN { print $full * .98 }")" .02 --fail-rate .02 --fail-kind close
one '3% of mixed failures' "$(awk "BEGIN { print $full * .97 }")" .03 --fail-rate .03 --fail-kind mixed
one '5% code 600, 200 ms' 304 .05 --latency 200ms --fail-rate .05 --fail-kind 600
one 'bursts: 60% fail for 1 s in 10' "$(awk "BEGIN { print $full * .94 }")" .06 --burst 10s:1s:0.6 --fail-kind 11350
limited 'a bucket of 20 a second' 20 0 0:20
limited 'a bucket of 200 a second' 200 0 0:200
limited 'a bucket of 1,000 a second' 1000 0 0:1000
one '200 in any second' 200 0 --rate-limit 200
one '200 in each second of the clock' 200 0 --window 200
one 'at most 20 in flight' 400 0 --max-in-flight 20
one 'at most 5 in flight' 100 0 --max-in-flight 5
limited 'a bucket of 200 a second, and 3% of mixed failures' 194 .03 0:200 0.03
limited 'a bucket of 200, then 50, then 400 a second' 213 0 0:200,10:50,20:400
one 'a queue: 100 a second, the others wait' 100 0 --queue 100
if wanted 'an outage of 10 s (600)'; then
  start --outage 10s:20s
  run 1 30 & batch=$!
  sleep 12.5; before=$(requests); sleep 7; after=$(requests)
  wait $batch; stop
  line 'an outage of 10 s (600), from 5 s after its end' $full 25 29 0 1.out.csv; audit 1
  echo "| calls a second while it lasts, from its third second on | $(awk "BEGIN { printf \"%.1f\", ($after - $before) / 7 }") | | | |"
fi
if wanted 'two runs on a bucket of 200'; then
  bucket 0:200
  run 1 30 & first=$!
  run 2 30; wait $first; stop
  line 'two runs on a bucket of 200 a second, together' 200 6 29 0 1.out.csv 2.out.csv
fi
