#!/usr/bin/env bash
# Kills batches at each system call and at random moments, cuts their power at each sync, runs them
# again to their end, and prints the tables of docs/reliability.md. Ends with 1 at a broken promise.
# usage: tests/crashes.sh                           everything; half an hour, and it needs strace
#        tests/crashes.sh points IN_FLIGHT [FILE]   kill -9 at each system call; results go to FILE
#        tests/crashes.sh kills | cuts              kill -9 at random moments; power cuts
# IDV_KILLS (334) kills a run, IDV_CUTS (10) random states a cut, STEP (1) takes every n-th point
set -euo pipefail
cd "$(dirname "$0")/.."
idv=$PWD/target/release/idv folder=$(mktemp -d) step=${STEP:-1} records=50 sandbox=
end() { if [ -n "$sandbox" ]; then kill "$sandbox" 2>/dev/null || true; wait "$sandbox" 2>/dev/null || true; fi; sandbox=; }
trap 'end; rm -r "$folder"' EXIT

# A sandbox and a ledger of its own for each point.
begin() {
  end
  rm -rf state charges.tsv "$file" "$file".* rows.jsonl url
  "$idv" sandbox --charges charges.tsv >url &
  sandbox=$!
  until [ -s url ]; do sleep 0.01; done
  IDV_ENDPOINT=$(sed 's/listening on //' url)
  export IDV_ENDPOINT XDG_STATE_HOME=$folder/state
}

fail() { echo "FAILED at $1: $2"; exit 1; }

# The numbers of the rows in the results, or of a workbook the applicants in theirs.
rows() {
  case $file in
    *.jsonl) sed 's/^{"row":\([0-9]*\),.*/\1/' "$file" ;;
    *.csv) tail -n +2 "$file" | cut -d, -f4 ;;
    *.xlsx) "$idv" check "$file" -o rows.jsonl --quiet >plan; sed 's/.*"nik":"331099010190\([0-9]*\)".*/\1/; s/^0*//' rows.jsonl ;;
  esac
}

# What the endpoint charged, the results and the ledger, after the second run.
check() {
  local doubled lost forgotten
  touch charges.tsv
  doubled=$(cut -f2 charges.tsv | sort | uniq -d | wc -l)
  [ "$doubled" = 0 ] || fail "$1" "$doubled records charged twice"
  "$idv" ledger bill --sandbox -f jsonl >bill
  unknown=$(grep -c '"charged":"unknown"' bill || true)
  sed -n 's/.*"sequence_id":"\([^"]*\)".*/\1/p' bill | sort >known
  lost=$(cut -f1 charges.tsv | sort | comm -23 - known | wc -l)
  [ "$lost" -le "$unknown" ] || fail "$1" "$lost charges lost, $unknown unknown"
  forgotten=$(comm -23 told known | wc -l)
  [ "$forgotten" = 0 ] || fail "$1" "$forgotten answers that stood in the results are not in the ledger"
  [ "$unknown" -le "$in_flight" ] || fail "$1" "$unknown unknown with $in_flight in flight"
  [ "$(rows | sort -n | tr '\n' ' ')" = "$(seq -s ' ' 1 $records) " ] || fail "$1" "the rows are not 1 to $records, each once"
  [ "$2" = "$((unknown > 0 ? 4 : 0))" ] || fail "$1" "the run ended with $2, $unknown unknown"
}

# Kills a batch at its 1st, 2nd, 3rd ... call of each system call that writes, syncs or sends.
points() (
  command -v strace >/dev/null || { echo 'skipped: there is no strace here'; exit 0; }
  cargo build --release --locked --quiet --bin idv
  cd "$folder"
  awk -v most=$records 'BEGIN { print "nik,phone,name"
    for (i = 1; i <= most; i++) printf "331099010190%04d,08123456%04d,Contoh %d\n", i, i, i }' >in.csv
  export IDV_PARTNER_CODE=crash IDV_PARTNER_KEY=crash
  trap end EXIT
  in_flight=$1 file=$2
  local total=0 most=0 started=$SECONDS call n ended unknown
  local batch=("$idv" batch in.csv -o "$file" -c "$in_flight" --quiet)
  for call in write writev pwrite64 fsync fdatasync sendto connect ftruncate rename unlink mkdir; do
    for ((n = 1; ; n += step)); do
      begin
      ended=0
      { strace -f -qq -o /dev/null -e "trace=$call" -e "inject=$call:signal=SIGKILL:when=$n" \
        "${batch[@]}"; } >/dev/null 2>&1 || ended=$?
      # Whatever stands in the results was told, in a workbook's rows too.
      touch charges.tsv
      cut -f1 charges.tsv | { grep -ohFf - "$file" "$file".part 2>/dev/null || true; } | sort -u >told
      if [ "$ended" = 0 ]; then
        check "$call $n (not reached)" 0
        break
      fi
      [ "$ended" = 137 ] || fail "$call $n" "the run was not killed: $ended"
      ended=0
      "${batch[@]}" || ended=$?
      check "$call $n" "$ended"
      total=$((total + 1)) most=$((unknown > most ? unknown : most))
    done
  done
  echo "| $in_flight | $file | $total | $((SECONDS - started)) | $most | none |"
)

# The rows of a table that tests print; what they say when they fail.
rows_of() {
  cargo test --release --locked --quiet --test "$@" -- --nocapture --test-threads 1 >"$folder/said" 2>&1 ||
    { cat "$folder/said"; exit 1; }
  grep '^| ' "$folder/said"
}

kills() { IDV_KILLS=${IDV_KILLS:-334} rows_of cli kills::; }
cuts() { IDV_CUTS=${IDV_CUTS:-10} rows_of faults fault_44; }
table() { printf '\n| %s |\n|%s|\n' "$1" "$(sed 's/[^|]\+/---/g' <<<"$1")"; }

case ${1:-all} in
  points) points "$2" "${3:-out.jsonl}" ;;
  kills | cuts) "$1" ;;
  all)
    table 'in flight | results | points | seconds | most unknown at one point | promises broken'
    for in_flight in 1 4 16; do points $in_flight out.jsonl; done
    for file in out.csv out.xlsx; do points 4 $file; done
    table 'in flight | records | kills | unknown at the end | charged | promises broken'
    kills
    table 'in flight | results | records | cuts one after another | syncs | states | most unknown | promises broken'
    cuts
    ;;
  *) sed -n 2,9p "$0"; exit 2 ;;
esac
