#!/usr/bin/env bash
# Two batches over overlapping files and `idv verify` share one ledger and ask a sandbox that fails at
# random (--fail-rate 0.2), again and again; beside them one long batch asks a second sandbox, which
# limits its rate and fails where the rows say so. (A random redirect ends a batch, rightly, so that
# nothing lives long at the first sandbox.) In the end all are stopped by one Ctrl-C, and the charges
# file, the ledger, the results and the exit codes are held against each other. The memory of each
# process is written down each second.
# usage: tests/soak.sh [MINUTES] [SEED] [FOLDER]     15 minutes, a seed by chance, a new folder
set -euo pipefail
minutes=${1:-15} seed=${2:-$RANDOM}
cd "$(dirname "$0")/.."
[ -r /proc/self/status ] || { echo 'skipped: there is no /proc here'; exit 0; }
[ -x target/release/idv ] || cargo build --release --quiet --bin idv
folder=${3:-$(mktemp -d)}
mkdir -p "$folder"
# A copy: somebody may build meanwhile.
cp target/release/idv "$folder/idv"
cd "$folder"
idv=$PWD/idv
started=$SECONDS
export IDV_PARTNER_CODE=soak IDV_PARTNER_KEY=soak XDG_STATE_HOME=$folder/state
echo "soak: $minutes minutes, seed $seed, in $folder"
fail() { echo "FAILED: $*"; exit 1; }

# Records FROM to TO of a kind. "second" shares each other record with "first", "steady" each
# twentieth, and one in 500 of its own meets each fault in turn but the redirect.
records() {
  awk -v kind="$1" -v from="$2" -v to="$3" 'BEGIN {
    print "nik,phone,name"
    for (i = from; i <= to; i++) {
      n = i; phone = ""
      if (kind == "second" && i % 2) n = i + 500000
      if (kind == "steady") {
        n = i % 20 ? i + 1000000 : i / 20
        if (i % 500 == 1) {
          fault = int(i / 500) % 13 + 1
          phone = sprintf("08001000%02d", fault < 9 ? fault : fault + 1)
        }
      }
      if (phone == "") phone = sprintf("0812%08d", n * 7919 % 100000000)
      printf "331099%02d%02d90%04d,%s,Contoh %d\n", int(n / 8000) % 28 + 1, int(n / 224000) % 12 + 1, \
        n % 8000 + 1, phone, n
    } }'
}

# What the rows of a result file and its exit code say, in one line of done.tsv; and that each row is
# there once, and the exit code the one that these rows ask for.
look() {
  awk -v name="$1" -v pid="$2" -v code="$3" -v rows="$4" -v stopped="$5" '
    { row = substr($0, 8) + 0; seen[row]++ }
    match($0, /"outcome":"[a-z_]*"/) { outcome[substr($0, RSTART + 11, RLENGTH - 12)]++ }
    match($0, /"charged":"[a-z]*"/) { charged[substr($0, RSTART + 11, RLENGTH - 12)]++ }
    match($0, /"source":"[a-z]*"/) { source[substr($0, RSTART + 10, RLENGTH - 11)]++ }
    END {
      for (i = 1; i <= rows; i++) if (seen[i] != 1) { print name ": row " i ", " seen[i] + 0 " times" >> "broken" }
      if (NR != rows) print name ": " NR " lines for " rows " rows" >> "broken"
      want = 0
      if (name == "verify" && outcome["fail"] + outcome["no_record"]) want = 1
      if (outcome["held"] + outcome["refused"] + outcome["unavailable"]) want = 3
      if (outcome["unknown"] + outcome["unrecognised"]) want = 4
      if (stopped == "endpoint") want = 5
      if (stopped == "interrupted") want = 130
      if (code != want) print name " (" pid ") ended with " code ", its rows say " want >> "broken"
      print name, pid, code, NR, charged["yes"] + 0, charged["unknown"] + 0, source["ledger"] + 0, \
        outcome["skipped"] + 0
    }' OFS='\t' "$6"
}
ids() { sed -n 's/.*"sequence_id":"\([^"]*\)".*"charged":"yes".*/\1/p' "$@"; }

# One batch to its end: NAME, INPUT, and more flags.
batch() {
  local name=$1 input=$2 pid code=0 stopped=
  shift 2
  "$idv" batch "$input" -o "$name.jsonl" --summary "$name.json" --timeout 1s --quiet "$@" \
    2>>"$name.stderr" &
  pid=$!
  echo "$pid" >"pid.$name"
  wait "$pid" || code=$?
  grep -q '"stopped": null' "$name.json" || stopped=endpoint
  grep -q '"reason": "interrupted"' "$name.json" && stopped=interrupted
  look "$name" "$pid" "$code" $(($(wc -l <"$input") - 1)) "$stopped" "$name.jsonl" >>done.tsv
  ids "$name.jsonl" >>"told.$name"
}

# Batch after batch: 300 records, most of which are known from those before.
batches() {
  local name=$1 from=1
  while [ ! -e over ]; do
    records "$name" "$from" $((from + 299)) >"$name.csv"
    batch "$name" "$name.csv" --endpoint "$random"
    from=$((from + 40))
  done
}

verifies() {
  local n=0 pid code stopped
  while [ ! -e over ]; do
    n=$((n + 1)) code=0 stopped=
    # By turns one that the batches ask about too, and one that nobody else asks about.
    records first $((n % 2 ? n : n + 2000000)) $((n % 2 ? n : n + 2000000)) | awk -F, 'NR == 2 {
      printf "{\"id_number\":\"%s\",\"phone_number\":\"%s\",\"name\":\"%s\"}\n", $1, $2, $3 }' >verify.in
    "$idv" verify - -f jsonl --endpoint "$random" --timeout 1s <verify.in >verify.jsonl 2>verify.last &
    pid=$!
    echo "$pid" >pid.verify
    wait "$pid" || code=$?
    grep -q '^stopped: ' verify.last && stopped=endpoint
    grep -q 'waiting for the answer' verify.last && stopped=interrupted
    cat verify.last >>verify.stderr
    look verify "$pid" "$code" 1 "$stopped" verify.jsonl >>done.tsv
    ids verify.jsonl >>told.verify
    sleep 0.2
  done
}

memory() {
  local name rss
  while [ ! -e drained ]; do
    for name in sandbox sandbox2 steady first second verify; do
      rss=$(awk '/^VmRSS/ { print $2 }' "/proc/$(cat "pid.$name" 2>/dev/null || echo 0)/status" 2>/dev/null) || true
      [ -z "$rss" ] || printf '%s\t%s\t%s\n' "$((SECONDS - started))" "$name" "$rss"
    done
    printf '%s\twal\t%s\n' "$((SECONDS - started))" \
      $(($(stat -c %s state/idv/ledger.sandbox.db-wal 2>/dev/null || echo 0) / 1024))
    sleep 1
  done >memory.tsv
}

sandboxes() {
  local name
  "$idv" sandbox --fail-rate 0.2 --seed "$seed" --charges charges.tsv >url.sandbox &
  echo $! >pid.sandbox
  "$idv" sandbox --latency 20ms --rate-limit 300 --charges charges.tsv >url.sandbox2 &
  echo $! >pid.sandbox2
  for name in sandbox sandbox2; do until [ -s "url.$name" ]; do sleep 0.01; done; done
  random=$(sed 's/listening on //' url.sandbox) limited=$(sed 's/listening on //' url.sandbox2)
}
signal() { for name in "${@:2}"; do kill "-$1" "$(cat "pid.$name")" 2>/dev/null || true; done; }
trap 'touch over drained; signal TERM sandbox sandbox2 steady first second verify' EXIT

sandboxes
records steady 1 $((minutes * 60 * 300)) >steady.csv
(batch steady steady.csv --endpoint "$limited" -c 16) &
steady=$!
batches first & first=$!
batches second & second=$!
verifies & verifies=$!
memory & memory=$!
for ((tick = 0; tick < minutes * 60; tick++)); do
  kill -0 "$steady" 2>/dev/null || fail "the long batch ended early: $(tail -1 done.tsv)"
  sleep 1
done
touch over
signal INT steady first second verify
wait "$steady" "$first" "$second" "$verifies"
touch drained
wait "$memory"
signal TERM sandbox sandbox2

# The promises.
[ ! -s broken ] || fail "$(cat broken)"
doubled=$(cut -f2 charges.tsv | sort | uniq -d | wc -l)
[ "$doubled" = 0 ] || fail "$doubled records charged twice"
"$idv" ledger bill --sandbox -f jsonl >bill
sed -n 's/.*"charged":"yes","sequence_id":"\([^"]*\)".*/\1/p' bill | sort >billed
cut -f1 charges.tsv | sort >charged
unknown=$(grep -c '"charged":"unknown"' bill || true)
open=$(comm -23 charged billed | wc -l)
[ "$open" -le "$unknown" ] || fail "$open charges are not answered, and only $unknown calls unknown"
invented=$(comm -13 charged billed | wc -l)
[ "$invented" = 0 ] || fail "$invented calls billed that nobody charged"
forgotten=$(sort told.* | comm -23 - billed | wc -l)
[ "$forgotten" = 0 ] || fail "$forgotten answers reported that the ledger does not know"
"$idv" ledger runs --sandbox -f jsonl >runs
! grep -v '"state":"\(done\|stopped\|interrupted\)"' runs || fail 'a run did not end'
# Each process, its rows and its run in the ledger tell of the same charges.
sed 's/.*"pid":\([0-9]*\),.*"charged":\([0-9]*\),"unknown":\([0-9]*\).*/\1\t\2\t\3/' runs | sort >by.ledger
awk -v OFS='\t' '{ print $2, $5, $6 }' done.tsv | sort >by.rows
diff by.ledger by.rows >differences || fail "runs and rows disagree: $(head -5 differences)"

echo "after $((SECONDS - started)) s, no promise broken:"
awk -F'\t' '{ runs[$1]++; rows[$1] += $4; yes[$1] += $5; un[$1] += $6; ledger[$1] += $7; skipped[$1] += $8
    ends[$1, $3]++; codes[$3] }
  END { for (name in runs) {
    printf "%-7s %5d runs, %7d rows: %6d charged, %4d unknown, %7d rows from the ledger, %6d skipped; exits", \
      name, runs[name], rows[name], yes[name], un[name], ledger[name], skipped[name]
    for (code in codes) if (ends[name, code]) printf " %s (%d)", code, ends[name, code]
    print "" } }' done.tsv | sort
echo "$(wc -l <charged) charges, $(wc -l <billed) answered, $open among $unknown unknown calls"
echo 'MB              samples  first third  last third   peak   (a sample a second, medians of VmRSS; the log by its size)'
for name in sandbox sandbox2 steady first second verify wal; do
  awk -F'\t' -v name="$name" '$2 == name { print $3 }' memory.tsv >samples
  third=$(($(wc -l <samples) / 3))
  median() { sort -n | awk '{ v[NR] = $1 } END { printf NR ? "%.1f" : "-", v[int((NR + 1) / 2)] / 1024 }'; }
  printf '%-15s %7d  %11s  %10s  %5s\n' "$name" "$(wc -l <samples)" "$(head -n "$third" samples | median)" \
    "$(tail -n "$third" samples | median)" "$(sort -n samples | tail -1 | awk '{ printf "%.1f", $1 / 1024 }')"
done
echo "the ledger: $(($(stat -c %s state/idv/ledger.sandbox.db) / 1048576)) MB, $(wc -l <runs) runs"
