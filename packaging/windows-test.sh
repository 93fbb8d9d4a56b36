#!/usr/bin/env bash
# Runs idv.exe under wine and checks what it promises on Windows: windows-test.sh [IDV.EXE]
# Without a file it builds one (packaging/cross.sh windows build --release). Needs wine64 and
# gcc-mingw-w64-x86-64. Prints a line a check, then "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.."
root=$PWD
exe=${1:-}
if [ -z "$exe" ]; then
  packaging/cross.sh windows --install build --release || exit $?
  exe=target/windows/x86_64-pc-windows-gnu/release/idv.exe
fi
command -v wine64 wine >/dev/null || { echo 'skipped: wine is missing (apt-get install wine64 wine)' >&2; exit 3; }
wine=$(command -v wine64 || command -v wine)

# The path has a blank, as many on Windows have.
place="$(mktemp -d)/dua puluh"
mkdir -p "$place" && cp "$exe" "$place/idv.exe" && cp samples/applicants.csv "$place/a.csv" && cd "$place"
export WINEDEBUG=-all WINEPREFIX=${WINEPREFIX:-$PWD/../prefix}
"$wine" winecfg -v win10 >/dev/null 2>&1

# wine 8 lacks bcryptprimitives.dll, which Rust's standard library loads for random numbers.
cat >random.c <<'C'
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
BOOL WINAPI ProcessPrng(PBYTE to, SIZE_T length) { return SystemFunction036(to, length); }
C
printf 'EXPORTS\nProcessPrng\n' >random.def
x86_64-w64-mingw32-gcc -shared -o bcryptprimitives.dll random.c random.def -ladvapi32

passed=0 failed=0
idv() { timeout 60 "$wine" idv.exe "$@"; }
# check NAME COMMAND...: passes if the command succeeds.
check() {
  local name=$1 && shift
  if "$@" >check.log 2>&1; then
    passed=$((passed + 1)) && echo "ok      $name"
  else
    failed=$((failed + 1)) && echo "FAILED  $name" && sed 's/^/        /' check.log | tail -n 12
  fi
}
exits() { local code=$1 && shift; "$@" >out.txt 2>err.txt; local got=$?; cat err.txt; [ $got = "$code" ] || { echo "exit code $got" && false; }; }
rows() { [ "$(wc -l <"$1")" -gt 1 ] && grep -q idv_outcome "$1"; }
charged() { grep -q "would have charged $1" err.txt; }

# The endpoint: the sandbox of the same program.
timeout 600 "$wine" idv.exe sandbox --charges charges.tsv >address.txt 2>sandbox.log &
sandbox=$!
for _ in $(seq 100); do grep -q listening address.txt 2>/dev/null && break; sleep 0.2; done
IDV_ENDPOINT=$(sed -n 's/listening on //p' address.txt | tr -d '\r')
export IDV_ENDPOINT IDV_PARTNER_CODE=demo IDV_PARTNER_KEY=demo
paid() { wc -l <charges.tsv; }

check 'the version' exits 0 idv --version
check 'a batch in the built-in sandbox' exits 0 idv batch a.csv --sandbox -o sandbox.csv
idv batch a.csv -o results.csv --yes >out.txt 2>err.txt
check 'a batch writes its results' rows results.csv
before=$(paid)
idv batch a.csv -o results.csv --yes >out.txt 2>err.txt
check 'a second run pays nothing' [ "$(paid)" = "$before" ]
ledger_is_local() { find "$WINEPREFIX" -ipath '*/AppData/Local/idv/*.db' | grep -q .; }
check 'the ledger is in LOCALAPPDATA' ledger_is_local

{ printf 'nik,phone,name\n'; for n in $(seq 1001 1400); do echo "331099010190$n,08120000$n,Contoh $n"; done; } >many.csv
"$wine" idv.exe batch many.csv -o many-results.csv --yes -c 4 --rate 40 >out.txt 2>err.txt &
run=$!
sleep 4 && kill -9 $run
wait $run 2>/dev/null
idv batch many.csv -o many-results.csv --yes >out.txt 2>err.txt
check 'a killed run is resumed' rows many-results.csv
no_pair() { [ "$(cut -f 2 charges.tsv | sort | uniq -d | wc -l)" = 0 ]; }
check 'no record was paid for twice' no_pair

check 'a folder is called one' exits 2 idv batch . --yes
check 'the message calls it one' grep -qiE 'folder|directory' err.txt
check 'a network share is refused' exits 2 idv batch a.csv --yes --ledger '\\server\share\a.db'
check 'the message names the share' grep -q 'network' err.txt

printf '\xef\xbb\xbfIDV_PARTNER_CODE=demo\r\nIDV_PARTNER_KEY_FILE=key.txt\r\n' >bom.env
printf '\xef\xbb\xbfdemo\r\n' >key.txt
one=(verify --phone 081234567890 --name 'Budi Contoh')
with_env() { env -u IDV_PARTNER_CODE -u IDV_PARTNER_KEY timeout 60 "$wine" idv.exe "${one[@]}" --nik 3310990101900001 --env-file bom.env; }
check 'settings with a byte order mark, a key from Notepad' exits 0 with_env

mkdir -p 'sub folder' && cp a.csv 'sub folder/b c.csv'
check 'a path with blanks and backslashes' exits 0 idv check 'sub folder\b c.csv' --suspect send
iconv -f UTF-8 -t CP1252//TRANSLIT a.csv >cp1252.csv && check 'input in CP1252' exits 0 idv check cp1252.csv --suspect send
{ printf '\xff\xfe'; iconv -f UTF-8 -t UTF-16LE a.csv; } >utf16.csv && check 'input in UTF-16' exits 0 idv check utf16.csv --suspect send
piped() { printf '{"id_number":"3310990101900002","phone_number":"081234567890","name":"Budi Contoh"}' | idv verify -; }
check 'verify - from a pipe' exits 0 piped
check 'exit code 1 for a mismatch' exits 1 idv "${one[@]}" --nik 3310990101909001
check 'exit code 2 for usage' exits 2 idv "${one[@]}" --no-such-flag
check 'exit code 3 for a held record' exits 3 idv "${one[@]}" --nik 3310990101900001 --country XX
check 'the help names cmd' eval 'idv sandbox --help | grep -q "set IDV_PARTNER_CODE"'

# Another program keeps the results open and shares nothing, as Excel does.
cat >lock.c <<'C'
#include <windows.h>
int main(int n, char **a) {
  HANDLE file = CreateFileA(a[1], GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_ALWAYS, 0, NULL);
  Sleep(atoi(a[2]) * 1000); CloseHandle(file); return file == INVALID_HANDLE_VALUE; }
C
x86_64-w64-mingw32-gcc -w -o lock.exe lock.c
"$wine" lock.exe results.csv 6 &
lock=$! && sleep 2
before=$(paid)
check 'results open in another program are refused' exits 2 idv batch a.csv -o results.csv --yes --fresh
check 'the message says to close it' grep -q 'close it in Excel' err.txt
check 'nothing was paid before that' [ "$(paid)" = "$before" ]
wait $lock
head -n 41 many.csv >some.csv
idv batch some.csv -o late.csv --yes --fresh --rate 5 >out.txt 2>err.txt &
run=$! && sleep 3
"$wine" lock.exe late.csv 20 &
lock=$! && wait $run
check 'results opened during the run get a number' rows 'late (2).csv'
wait $lock

# A new Windows of wine gets its language from the locale; idv must ask Windows for it.
printf '%s\r\n' '@echo off' 'set LC_ALL=' 'set LC_MESSAGES=' 'set LANG=' \
  'idv.exe batch missing.csv --sandbox -o missing-out.csv' >language.bat
if locale -a 2>/dev/null | grep -qix 'id_ID.utf-\?8'; then
  LC_ALL=id_ID.UTF-8 WINEPREFIX=$PWD/../prefix-id timeout 120 "$wine" cmd /c language.bat >language 2>&1
  check 'the language that Windows is set to' eval 'cat language; grep -q "berkas tidak ada" language'
else
  echo "skipped the language of Windows: no locale id_ID.UTF-8 here (localedef -i id_ID -f UTF-8 id_ID.UTF-8)"
fi

kill $sandbox 2>/dev/null
cd "$root" && rm -rf "$(dirname "$place")"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
