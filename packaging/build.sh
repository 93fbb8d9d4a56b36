#!/usr/bin/env bash
# Makes the packages of a release in target/dist: .deb, .rpm, .tar.gz (static), .zip (Windows), the SBOM
# and SHA256SUMS. Says which it can't make on this machine, and why. Takes about 20 minutes on two cores.
#   packaging/build.sh              all of them
#   packaging/build.sh deb static   only these: deb, rpm, static, windows, sbom
set -euo pipefail
cd "$(dirname "$0")/.."
dist=$PWD/target/dist
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
parts=("$@")
[ $# -gt 0 ] || parts=(deb rpm static windows sbom)
missing=()
rm -rf "$dist" && mkdir -p "$dist"

# The program for this machine, its man pages and completions: what .deb and .rpm hold.
native() {
  [ -d "$dist/tree" ] && return
  cargo build --release --locked
  local tree=$dist/tree shared=$dist/tree/usr/share
  install -D -m 755 target/release/idv "$tree/usr/bin/idv"
  mkdir -p "$shared/man/man1" && target/release/idv man --output-dir "$shared/man/man1" >/dev/null
  gzip -9n "$shared"/man/man1/*.1
  local completions=target/release/idv
  mkdir -p "$shared"/{bash-completion/completions,zsh/vendor-completions,fish/vendor_completions.d,doc/idv}
  $completions completions bash >"$shared/bash-completion/completions/idv"
  $completions completions zsh >"$shared/zsh/vendor-completions/_idv"
  $completions completions fish >"$shared/fish/vendor_completions.d/idv.fish"
  cp -r README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE .env.example docs "$shared/doc/idv/"
}

deb() {
  command -v dpkg-deb >/dev/null || { missing+=('.deb: dpkg-deb is missing') && return; }
  native
  cp -a "$dist/tree" "$dist/deb" && mkdir "$dist/deb/DEBIAN"
  cat >"$dist/deb/DEBIAN/control" <<CONTROL
Package: idv
Version: $version-1
Architecture: $(dpkg --print-architecture)
Maintainer: the maintainers of idv <maintainers@idv.invalid>
Depends: libc6 (>= 2.34), ca-certificates
Section: utils
Priority: optional
Description: verify Indonesian identities from the terminal
 Does this KTP number belong to this name and this phone? Checks one person or a
 file of applicants, and remembers each paid answer in a ledger.
CONTROL
  dpkg-deb --root-owner-group --build "$dist/deb" "$dist/idv_$version-1_$(dpkg --print-architecture).deb" >/dev/null
}

rpm() {
  command -v rpmbuild >/dev/null || { missing+=('.rpm: rpmbuild is missing (apt-get install rpm)') && return; }
  native
  cat >"$dist/idv.spec" <<SPEC
Name: idv
Version: $version
Release: 1
Summary: Verify Indonesian identities from the terminal
License: MIT OR Apache-2.0
AutoReqProv: no
Requires: glibc >= 2.34, ca-certificates
%description
Does this KTP number belong to this name and this phone? Checks one person or a file of applicants,
and remembers each paid answer in a ledger.
%install
cp -a $dist/tree/. %{buildroot}/
mkdir -p %{buildroot}/usr/share/zsh/site-functions
mv %{buildroot}/usr/share/zsh/vendor-completions/_idv %{buildroot}/usr/share/zsh/site-functions/
%files
/usr/bin/idv
/usr/share/man/man1/*
/usr/share/bash-completion/completions/idv
/usr/share/zsh/site-functions/_idv
/usr/share/fish/vendor_completions.d/idv.fish
%doc /usr/share/doc/idv
SPEC
  command rpmbuild --quiet -bb --define "_topdir $dist/rpmbuild" --define '_build_id_links none' \
    --define '__os_install_post %{nil}' "$dist/idv.spec" && cp "$dist"/rpmbuild/RPMS/*/*.rpm "$dist/"
}

static() {
  packaging/cross.sh static --install build --release || { missing+=('.tar.gz: no static build here') && return; }
  cp target/static/x86_64-unknown-linux-musl/release/idv "$dist/idv"
  ! grep -qa /ld-musl "$dist/idv" || { echo 'the static program wants a loader' >&2 && exit 1; }
  tar -czf "$dist/idv-$version-linux-x86_64.tar.gz" --owner=0 --group=0 \
    -C "$dist" idv -C "$PWD" README.md LICENSE-MIT LICENSE-APACHE .env.example
}

windows() {
  packaging/cross.sh windows --install build --release || { missing+=('.zip: no build for Windows here') && return; }
  local folder=$dist/idv-$version-windows-x86_64
  mkdir "$folder" && cp README.md LICENSE-MIT LICENSE-APACHE .env.example docs/platforms.md \
    target/windows/x86_64-pc-windows-gnu/release/idv.exe "$folder/"
  python3 -m zipfile -c "$folder.zip" "$folder"
}

sbom() {
  command -v python3 >/dev/null || { missing+=('SBOM: python3 is missing') && return; }
  packaging/sbom.sh >"$dist/idv-$version.cdx.json"
}

for part in "${parts[@]}"; do "$part"; done
rm -rf "$dist"/{tree,deb,rpmbuild,idv.spec} "$dist/idv-$version-windows-x86_64"
(cd "$dist" && find . -maxdepth 1 -type f ! -name SHA256SUMS -printf '%P\n' | sort | xargs -r sha256sum >SHA256SUMS)
ls -l "$dist"
for part in "${missing[@]}"; do echo "not made: $part"; done
