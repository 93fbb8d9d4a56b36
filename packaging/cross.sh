#!/usr/bin/env bash
# Runs cargo for another platform: cross.sh windows|static [--install] CARGO-COMMAND [FLAG...]
#   packaging/cross.sh windows check
#   packaging/cross.sh static build --release
# Rustup's standard library of that platform is used where it is there. Otherwise Debian's Rust builds the
# standard library, if it is new enough. --install fetches the one, or as root Debian's packages, first.
# Exits with 3, after saying why, where neither is possible.
set -euo pipefail
cd "$(dirname "$0")/.."

platform=$1 && shift
install=no
[ "$1" != --install ] || { install=yes && shift; }
case $platform in
  windows) target=x86_64-pc-windows-gnu packages='gcc-mingw-w64-x86-64' compiler=x86_64-w64-mingw32-gcc ;;
  static) target=x86_64-unknown-linux-musl packages='musl-tools libunwind-14-dev' compiler=musl-gcc ;;
  *) echo "no such platform: $platform" >&2 && exit 2 ;;
esac
packages="rustc-web cargo-web rust-web-src $packages"
# A folder of its own: a change of the compiler rebuilds everything.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target/$platform}

cannot() { echo "skipped: no $platform build here: $*" >&2 && exit 3; }

if [ "$install" = yes ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  # shellcheck disable=SC2086
  dpkg --status $packages >/dev/null 2>&1 ||
    { timeout 120 apt-get update && timeout 300 apt-get install --yes --no-install-recommends $packages; } \
      >/dev/null 2>&1 || echo "Debian's packages can't be installed here" >&2
fi
command -v $compiler >/dev/null || cannot "$compiler is missing (apt-get install $packages)"

export CC_x86_64_pc_windows_gnu=x86_64-w64-mingw32-gcc AR_x86_64_pc_windows_gnu=x86_64-w64-mingw32-ar
export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc
# The linker too: with gcc it would be the C library of this system.
export CC_x86_64_unknown_linux_musl=musl-gcc CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER=musl-gcc
# musl-gcc gives a position-independent program a loader, which an empty folder has not.
export CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_RUSTFLAGS="-C target-feature=+crt-static -C relocation-model=static"

has_target() { rustup target list --installed 2>/dev/null | grep -qx $target; }
if [ "$install" = yes ] && command -v rustup >/dev/null && ! has_target; then
  timeout 120 rustup target add $target >/dev/null 2>&1 || true
fi
if has_target; then
  exec cargo "$@" --locked --target $target
fi
[ -d /usr/lib/rustlib/src/rust/library ] || [ -d "$(/usr/bin/rustc --print sysroot 2>/dev/null)/lib/rustlib/src/rust/library" ] ||
  cannot "neither rustup's target $target nor Debian's rust-web-src is installed"
needed=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml) there=$(/usr/bin/rustc --version | cut -d ' ' -f 2)
[ "$(printf '%s\n' "$needed" "$there" | sort -V | head -n 1)" = "$needed" ] ||
  cannot "Debian's Rust is $there, and Rust $needed is needed; rustup target add $target"

if [ $platform = static ]; then
  # Debian's musl has no __fprintf_chk, which its libunwind calls; its gcc has the rest of unwinding.
  shims=$CARGO_TARGET_DIR/shims
  mkdir -p "$shims"
  printf '%s\n' '#include <stdarg.h>' '#include <stdio.h>' \
    'int __fprintf_chk(FILE *to, int flag, const char *format, ...) {' \
    '  va_list rest; va_start(rest, format); int n = vfprintf(to, format, rest); va_end(rest); return n;' \
    '}' >"$shims/chk.c"
  musl-gcc -c -o "$shims/chk.o" "$shims/chk.c"
  echo "GROUP(/usr/lib/llvm-14/lib/libunwind.a $(gcc -print-libgcc-file-name) $shims/chk.o)" >"$shims/libunwind.a"
  export RUSTFLAGS="-C target-feature=+crt-static -C link-self-contained=no -C relocation-model=static -L native=$shims"
fi
export PATH=/usr/bin:/bin RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1
exec cargo "$@" --locked -Zbuild-std=std,panic_abort --target $target
