#!/bin/sh
# Turns the namespaces it runs in into a booted host: mounts the root, then becomes its systemd.
# Arguments: host name, merged root, directory for the console log. Waits for one line on stdin: the network is there.
set -eu
name=$1 root=$2 console=$3

read -r _go
hostname "$name"
mount --rbind "$root" "$root"
cd "$root"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp

# A fresh kernel routes nothing; a new network namespace would inherit what the machine has set.
echo 0 > proc/sys/net/ipv4/ip_forward
# The machine's kernel settings are not the guest's to change: only its own network's are writable.
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount --bind proc/sys/net proc/sys/net
mount -o remount,bind,rw proc/sys/net

mount -t tmpfs -o mode=755 tmpfs dev
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
for device in null zero full random urandom tty fuse; do
  [ -e "/dev/$device" ] || continue
  : > "dev/$device"
  mount --bind "/dev/$device" "dev/$device"
done
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
: > dev/console
mount --bind "$console" dev/console

mkdir -p .old
pivot_root . .old
exec chroot . /bin/sh -c '
  umount -l /.old && rmdir /.old
  exec env -i container=rig PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --show-status=0 --log-target=console' < /dev/null
