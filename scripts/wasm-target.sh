#!/usr/bin/env bash
# Rust's WebAssembly target where rustup cannot have it: Debian's compiler `rustc-web`, unpacked into a private folder,
# with the standard library built from Debian's sources, once, by the cargo that is on PATH.
#
#   bash scripts/wasm-target.sh FOLDER
#
# makes FOLDER/bin/rustc and FOLDER/bin/rustdoc. The folder's name must not contain `rustup`: wasm-pack looks for that
# word to tell whose compiler it has. Not a word of this touches the system, unless LLVM's own libraries are missing.
set -euo pipefail

wasm=wasm32-unknown-unknown
host=$(rustc -vV | sed -n 's/^host: //p')
mkdir -p "$1"
folder=$(cd "$1" && pwd)
usr=$folder/root/usr
rustlib=$usr/lib/rustlib
[ ! -e "$folder/complete" ] || exit 0

rm -rf "$folder"/{root,bin,packages,std}
mkdir -p "$folder"/{root,bin,packages,std/src}

# The names of these packages carry version numbers, which only the packages that need them know.
dependency() { apt-cache depends "$1" | sed -n "s/.*Depends: \($2[0-9.]*\)\$/\1/p" | head -1; }
apt-get -qq update || true
std=$(dependency libstd-rust-web-dev libstd-rust-web-)
[ -n "$std" ] || { echo "This system's package lists have no rustc-web." >&2; exit 1; }
llvm=$(dependency "$std" libllvm)
version=${llvm#libllvm}

(cd "$folder/packages" && apt-get -qq -o APT::Sandbox::User=root download \
  rustc-web libstd-rust-web-dev rust-web-src "$std" "$llvm" "lld-$version")
for package in "$folder"/packages/*.deb; do
  # The sources of the compiler itself are most of rust-web-src and not needed.
  dpkg-deb --fsys-tarfile "$package" | tar xf - -C "$folder/root" --no-wildcards-match-slash \
    --exclude='./usr/src/*/src' --exclude='./usr/src/*/compiler' --exclude='./usr/share'
done

# Debian's linker under the name that rustc asks for; rustup's own would not go with Debian's LLVM.
mkdir -p "$rustlib/$host/bin" "$rustlib/$wasm/lib"
ln -sfn "../../../llvm-$version/bin/lld" "$rustlib/$host/bin/rust-lld"

cat >"$folder/bin/rustc" <<'WRAPPER'
#!/bin/sh
usr=$(dirname "$0")/../root/usr
libraries=$(echo "$usr"/lib/*-linux-gnu)
LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "$usr/bin/${0##*/}" "$@"
WRAPPER
cp "$folder/bin/rustc" "$folder/bin/rustdoc"
chmod +x "$folder"/bin/*
if ! "$folder/bin/rustc" -V; then
  echo "apt-get installs the system package $llvm, whose libraries the compiler needs ..."
  $([ "$(id -u)" = 0 ] || echo sudo -n) apt-get -qq install -y --no-install-recommends "$llvm"
fi

printf '%s\n' '[package]' 'name = "std-build"' 'version = "0.0.0"' 'edition = "2021"' '[workspace]' \
  '[profile.release]' 'codegen-units = 1' >"$folder/std/Cargo.toml"
echo '#![no_std]' >"$folder/std/src/lib.rs"
# `test` is in the list because the test harness is a part of the standard library that tests link.
(cd "$folder/std" && env -u CARGO_BUILD_TARGET RUSTC="$folder/bin/rustc" RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$folder/std/target" \
  RUSTFLAGS="-Cembed-bitcode=yes --remap-path-prefix=$folder=/rust" \
  cargo build --offline --release --target $wasm -Zbuild-std=std,panic_abort,proc_macro,test \
  --config "source.crates-io.replace-with='vendored'" --config "source.vendored.directory='$rustlib/src/rust/library/vendor'")
rm -f "$folder/std/target/$wasm/release/deps"/libstd_build-*
cp "$folder/std/target/$wasm/release/deps"/lib*.rlib "$rustlib/$wasm/lib/"

rm -rf "$folder"/{packages,std}
touch "$folder/complete"
