#!/usr/bin/env bash
# Makes the pictures of docs/panduan.md from the program itself: the terminal and the report. Needs chromium and tmux.
# usage: docs/gambar/make.sh [IDV]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
idv=$(realpath "${1:-$here/../../target/release/idv}")
folder=$(mktemp -d)
trap 'tmux -L idv-pictures kill-server 2>/dev/null || true; rm -rf "$folder"' EXIT
cp "$here/../../samples/pemohon.csv" "$folder"
mkdir "$folder/bin" && ln -s "$idv" "$folder/bin/idv"
tmux -L idv-pictures new-session -d -x 100 -y 42 -c "$folder" \
  "env PATH=$folder/bin:$PATH XDG_STATE_HOME=$folder/state LC_ALL=C.UTF-8 PS1='$ ' bash --norc --noprofile"
tmux -L idv-pictures send-keys "idv batch pemohon.csv --sandbox --lang id --price 1000 -o hasil.csv --report laporan.html" Enter
until [ -e "$folder/laporan.html" ]; do sleep 0.2; done
sleep 1
{
  printf '<!doctype html><meta charset="utf-8"><style>body{margin:0;background:#111;color:#ddd}'
  printf 'pre{margin:16px;font:14px/1.35 "DejaVu Sans Mono",monospace}</style><pre>'
  tmux -L idv-pictures capture-pane -p -S - | sed 's/[[:space:]]*$//' | sed '/./,$!d' | sed 's/&/\&amp;/g; s/</\&lt;/g'
  printf '</pre>'
} >"$folder/terminal.html"
picture() {
  chromium --headless --no-sandbox --disable-gpu --disable-background-networking --hide-scrollbars --no-first-run \
    --user-data-dir="$folder/profile" --force-color-profile=srgb --window-size="$3" --screenshot="$here/$2" "file://$folder/$1" \
    >/dev/null 2>&1
}
picture terminal.html terminal.png 900,860
picture laporan.html laporan.png 1000,1500
