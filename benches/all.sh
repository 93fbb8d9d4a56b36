#!/usr/bin/env bash
# Measures what docs/speed.md promises, each in one run on this machine, and prints it as a table: against
# oha, and over a ledger of 10,000,000 calls. Takes under 15 minutes on two quiet cores, and some 8 GB in
# a folder of its own below $TMPDIR.
#
# usage: benches/all.sh [ROWS [CALLS]]   1000000 and 10000000 unless told otherwise
#
# Needs GNU time, Python and oha (cargo install oha).
# shellcheck source=benches/speed.sh
. "$(dirname "$0")/speed.sh"
here=benches
rows=${1:-1000000} calls=${2:-10000000}

row() { printf '| %s | %s | %s |\n' "$1" "$2" "$3"; }

# Runs a command: prints seconds, CPU seconds, peak memory in MB.
cost() {
  /usr/bin/time -f '%e %U %S %M' -o "$folder/cost" "$@" >"$folder/stdout" 2>"$folder/stderr" ||
    case $? in 3 | 4) ;; *) cat "$folder/stderr" >&2 ;; esac
  tail -n 1 "$folder/cost" | awk '{ printf "%.2f %.2f %.0f\n", $1, $2 + $3, $4 / 1024 }'
}
per_second() { awk -v n="$1" '{ printf "%.0f\n", n / $1 }' <<<"$2"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
part() { cut -d' ' -f"$1" <<<"$2"; }

# The rate of oha, its CPU, ours: the medians of three rounds in turn, as ratios.
against() {
  local rows=$1 concurrency=$2 latency=$3 rounds=$4 wanted=$5
  serve "$latency"
  applicants "$rows"
  run_load 2000 "$concurrency" >/dev/null
  : >"$folder/rounds"
  for ((i = 0; i < rounds; i++)); do
    echo "$(run_load "$rows" "$concurrency") $(run_idv "$rows" "$concurrency")" >>"$folder/rounds"
  done
  local rate cpu
  rate=$(awk '{ printf "%.2f\n", $3 / $1 }' "$folder/rounds" | middle)
  cpu=$(awk '{ printf "%.2f\n", $4 / $2 }' "$folder/rounds" | middle)
  row "with ledger, $latency ms, c=$concurrency, of oha" "$wanted" "$rate"
  row "CPU per row, $latency ms, c=$concurrency, of oha's" 2.4 "$cpu"
}

echo "idv $(git rev-parse --short HEAD), $(nproc) cores, $(uname -sm), $(rustc --version | cut -d' ' -f1,2), $(date -u +%F)"
echo
row bar 'must be' measured
row --- --- ---

against 100000 64 0 3 0.40
against 20000 64 50 2 0.98
against 60000 256 50 2 0.98

# A million rows at 0 ms: the ledger of what follows, too.
serve 0
applicants "$rows"
rm -rf "$folder"/ledger.db*
million="$folder/in.csv"
batch() { cost "$idv" batch "$million" --quiet --ledger "$folder/ledger.db" --force "$@"; }
run=$(batch -o "$folder/out.csv" -c 64)
row 'peak memory, 1,000,000 rows, c=64' '48 MB' "$(part 3 "$run") MB"
row 'last tenth of first, 1,000,000 rows' 0.95 "$(tenths "$rows" | sed 's/last tenth \([0-9.]*\).*/\1/')"
wide=$(cost "$idv" batch "$million" --quiet --ledger "$folder/wide.db" -o "$folder/wide.csv" -c 256)
row 'peak memory, 1,000,000 rows, c=256' '64 MB' "$(part 3 "$wide") MB"
rm -rf "$folder"/wide.*

check=$(cost "$idv" check "$million" --ledger "$folder/none.db")
again=$(batch -o "$folder/out.csv" -c 64)
row 're-run answered by the ledger, of check without ledger' 0.5 "$(ratio "$(part 1 "$check")" "$(part 1 "$again")")"
row 'the same, rows/s' 250000 "$(per_second "$rows" "$again")"

head -n $((rows * 3 / 10 + 1)) "$million" >"$folder/part.csv"
answered() { cost "$idv" batch "$folder/part.csv" --quiet --ledger "$folder/ledger.db" --force -o "$1"; }
as_csv=$(answered "$folder/part-out.csv") as_xlsx=$(answered "$folder/part-out.xlsx")
row '.xlsx out of CSV out, 300,000 rows' '2.0 x' "$(ratio "$(part 1 "$as_xlsx")" "$(part 1 "$as_csv")") x"

rm -rf "$folder"/pipe.db*
line=$(python3 $here/pipe_latency.py 3000 "$idv" batch - --unordered -f jsonl -q --ledger "$folder/pipe.db")
row 'one line through a pipe, 0 ms: median' '1.0 ms' "$(part 1 "$line") ms (95%: $(part 2 "$line") ms)"

python3 $here/grow_ledger.py "$folder/ledger.db" "$calls" 1000 >&2
ledger() { cost "$idv" ledger "$@" --ledger "$folder/ledger.db"; }
checked=$(cost "$idv" check "$million" --ledger "$folder/ledger.db")
row 'check of 1,000,000 rows, ledger of 10,000,000 calls' '500,000/s' "$(per_second "$rows" "$checked")/s"
runs=$(ledger runs)
row 'ledger runs, 10,000,000 calls in 1,000 runs' '0.05 s' "$(part 1 "$runs") s"
found=$(ledger find --nik 3310990101900001)
row 'ledger find over 10,000,000 calls' '15 s' "$(part 1 "$found") s, $(part 3 "$found") MB"
bill=$(ledger bill)
row 'ledger bill (table) over 10,000,000' '3 s' "$(part 1 "$bill") s"
lines=$(ledger bill -f jsonl) everything=$(ledger export)
row 'ledger bill -f jsonl' '800,000/s' "$(per_second "$calls" "$lines")/s"
row 'ledger export' '800,000/s' "$(per_second "$calls" "$everything")/s"
before=$(stat -c %s "$folder/ledger.db")
purged=$(ledger purge --older-than 50d)
after=$(stat -c %s "$folder/ledger.db")
row 'ledger purge of half of 10,000,000' '20 s, 64 MB' "$(part 1 "$purged") s, $(part 3 "$purged") MB"
row 'the file afterwards' 'half' "$(ratio "$after" "$before")"
