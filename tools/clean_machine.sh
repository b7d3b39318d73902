#!/usr/bin/env bash
# The README's two commands on a machine with nothing on it: Debian's smallest system, python3 and
# python3-venv. Run as root: tools/clean_machine.sh [SUITE]   (bookworm if none is given)
#
# Needs debootstrap and a network. What this machine's network wants of programs (PIP_*, proxies,
# a certificate of its own) is carried over; nothing else is. Prints which packages came with it.
set -euo pipefail
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
suite=${1:-bookworm}

if [ "$(id -u)" != 0 ] || ! command -v debootstrap >/dev/null; then
    echo "this needs root and debootstrap: apt-get install debootstrap" >&2
    exit 1
fi
machine=$(mktemp -d --tmpdir stillframe-clean-XXXXXX)
chmod 755 "$machine" # it is the root folder of everybody in there
mounted=()
leave() {
    local folder
    for folder in "${mounted[@]}"; do umount -l "$machine$folder"; done
    rm -rf --one-file-system "$machine"
}
trap leave EXIT

debootstrap --variant=minbase --include=python3,python3-venv "$suite" "$machine" >"$machine.log" 2>&1 \
    || { tail -20 "$machine.log" >&2; exit 1; }
rm -f "$machine.log"
for folder in /proc /dev /sys; do
    mount --rbind "$folder" "$machine$folder"
    mount --make-rslave "$machine$folder" # what is unmounted there in the end stays mounted here
    mounted=("$folder" "${mounted[@]}")
done
cp -L /etc/resolv.conf "$machine/etc/resolv.conf"
home=/root/stillframe
mkdir -p "$machine$home"
git -C "$checkout" archive HEAD | tar -x -C "$machine$home"

words=(HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8)
while IFS='=' read -r name value; do
    case $name in
        PIP_CERT) install -D "$value" "$machine/root/certificate.pem" && words+=("PIP_CERT=/root/certificate.pem") ;;
        PIP_FIND_LINKS) ;; # a folder of this machine
        PIP_* | *_proxy | *_PROXY) words+=("$name=$value") ;;
    esac
done < <(env)

inside() { chroot "$machine" /usr/bin/env -i "${words[@]}" sh -c "cd $home && $1"; }
packages() { chroot "$machine" dpkg-query -W -f '${Package}\n' | sort; }

before=$(packages)
echo "== ./run demo"
inside "./run demo"
inside "ls -l build/demo"
# Two photos; before the demo there are none.
inside "mkdir /root/Pictures && cp build/demo/*.png /root/Pictures/"
echo "== stillframe play ~/Pictures, for ten seconds, on a virtual display"
inside "xvfb-run -a .venv/bin/stillframe play ~/Pictures --exit-after 10 --report /root/report.json"
inside "cat /root/report.json"
echo
echo "== packages that were installed"
comm -13 <(echo "$before") <(packages) | tr '\n' ' '
echo
