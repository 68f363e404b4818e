#pragma once
// What Swift's Glibc module leaves out: headers that it does not list, variadic calls, and macros with arguments.
// _GNU_SOURCE stays undefined: it would give fd_set another shape than the Glibc module's.
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <linux/stat.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// openat2(2) has no wrapper in glibc.
static inline int clinux_openat2(int directory, const char *path, uint64_t flags, uint64_t resolve) {
  struct open_how how = {.flags = flags, .mode = 0, .resolve = resolve};
  return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}

// pidfd_open(2) has a wrapper only from glibc 2.36 on.
static inline int clinux_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

// Nanoseconds of a clock; the struct itself is seen by Swift in one module or another, as the files happen to be ordered.
static inline int64_t clinux_nanoseconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// Microseconds of processor time of this process, in user and kernel mode.
static inline int64_t clinux_processor_microseconds(void) {
  struct rusage usage;
  if (getrusage(RUSAGE_SELF, &usage) < 0) return 0;
  return ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static const int clinux_O_PATH = __O_PATH;
static const int clinux_O_DIRECTORY = __O_DIRECTORY;
static const int clinux_O_NOFOLLOW = __O_NOFOLLOW;
static const int clinux_O_CLOEXEC = __O_CLOEXEC;

static inline int clinux_openat(int directory, const char *path, int flags) { return openat(directory, path, flags); }

// 1 when the descriptor lies on a procfs, 0 when not, -1 on error.
static inline int clinux_is_procfs(int descriptor) {
  struct statfs buffer;
  if (fstatfs(descriptor, &buffer) < 0) return -1;
  return buffer.f_type == PROC_SUPER_MAGIC;
}

// The letter of ls(1) for a file's kind.
static inline char clinux_file_kind(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG: return '-';
    case S_IFDIR: return 'd';
    case S_IFIFO: return 'p';
    case S_IFSOCK: return 's';
    case S_IFCHR: return 'c';
    case S_IFBLK: return 'b';
    default: return '?';
  }
}

// The XSI form, which fills the buffer (strerror_r(3)); the GNU form may not.
static inline int clinux_error_text(int code, char *buffer, size_t size) { return strerror_r(code, buffer, size); }

// Columns of a terminal, 0 when the descriptor is none (ioctl_tty(2)).
static inline int clinux_terminal_width(int descriptor) {
  struct winsize size;
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

// A pipe whose ends are closed on exec and whose reading end does not block. 0, or -1 with errno.
static inline int clinux_pipe(int ends[2]) {
  if (syscall(SYS_pipe2, ends, O_CLOEXEC) < 0) return -1;
  return fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

// Starts a program (posix_spawn(3)) with `output` as its standard output, /dev/null for the other two, no signal
// blocked or handled, and a process group of its own. 0, or an error number.
static inline int clinux_spawn(pid_t *pid, const char *path, char *const arguments[], char *const environment[],
                               int output) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none, all;
  int code = posix_spawn_file_actions_init(&actions);
  if (code != 0) return code;
  code = posix_spawnattr_init(&attributes);
  if (code == 0) {
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    code = posix_spawn_file_actions_adddup2(&actions, output, 1);
    if (code == 0) code = posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    if (code == 0) code = posix_spawn(pid, path, &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_destroy(&actions);
  return code;
}

// Reaps the child of a pidfd (waitid(2), P_PIDFD, Linux 5.4). 1 when it has ended, 0 when not yet, else an
// error number, negated.
// `status` is its exit status, or its signal negated.
static inline int clinux_reap(int pidfd, int *status) {
  siginfo_t info = {0};
  if (waitid((idtype_t)3, pidfd, &info, WEXITED | WNOHANG) < 0) return -errno;
  *status = info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
  return info.si_pid != 0;
}

// A client that went away is an error of write(2), not the end of the process.
static inline void clinux_ignore_sigpipe(void) { signal(SIGPIPE, SIG_IGN); }

// A stream socket of AF_UNIX that never waits; -1 and errno where the kernel gives none.
static inline int clinux_unix_socket(void) {
  return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* A datagram socket that sends without waiting. */
static inline int clinux_datagram_socket(void) { return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }

/* Sends to the socket at a path, or to an abstract one, whose name begins with @ (sd_notify(3)). 0, or an error number. */
static inline int clinux_datagram_send(int socket, const char *path, const void *bytes, size_t count) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = strlen(path);
  if (length >= sizeof address.sun_path) return ENAMETOOLONG;
  memcpy(address.sun_path, path, length);
  if (path[0] == '@') address.sun_path[0] = 0;
  socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (path[0] != '@'));
  return sendto(socket, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&address, size) < 0 ? errno : 0;
}

/* Opens what a descriptor leads to anew, so that O_NONBLOCK is this opening's alone. -1 for what cannot be opened. */
static inline int clinux_reopen_for_writing(int descriptor) {
  char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
  return open(path, O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

// Connects it to a path; 0 or an error number (ENAMETOOLONG for a path that no address holds).
static inline int clinux_unix_connect(int socket, const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) return ENAMETOOLONG;
  strcpy(address.sun_path, path);
  return connect(socket, (const struct sockaddr *)&address, sizeof address) == 0 ? 0 : errno;
}

// Has this process end when the thread that started it ends (prctl(2)); -1 when the parent is already another one.
static inline int clinux_die_with_parent(pid_t parent) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) return -1;
  return getppid() == parent ? 0 : -1;
}

// Closes every descriptor above one (close_range(2), Linux 5.9; before that only what close-on-exec left open stays).
static inline void clinux_close_above(int last) { syscall(SYS_close_range, last + 1, ~0U, 0); }

// What the server of a mounted file system says of its directory.
struct clinux_mount_status {
  uint32_t major, minor;
  uint8_t open_to_all, writable;
  uint64_t total, free, total_inodes, free_inodes, microseconds;
};

// Whether the server grants writing to what is mounted at a path (bit 0), and whether that is only what it said when the
// kernel last asked (bit 1).
// The kernel keeps what a server granted to a user and its groups for as long as the directory stays the same
// (access_cmp() of fs/nfs/dir.c), so the question is asked with a group that was never used before, which needs
// CAP_SETGID. Only for a process that ends afterwards.
static inline uint8_t clinux_may_write(const char *path) {
  const int empty_path = 0x1000 /* AT_EMPTY_PATH */;
  struct timespec now;
  // The way there may be open to the group that this process has now.
  int descriptor = open(path, __O_PATH | O_NOFOLLOW | O_CLOEXEC);
  clock_gettime(CLOCK_BOOTTIME, &now);
  // No number that anybody gives to a group; eight in a second, none twice in a year.
  unsigned group = 0x70000000u + (unsigned)((uint64_t)now.tv_sec * 8 + now.tv_nsec / 125000000) % 0x0fffffffu;
  int is_new = syscall(SYS_setresgid, group, group, group) == 0;
  errno = 0;
  // faccessat2(2), which is younger than some kernels.
  long code = syscall(439, descriptor, "", W_OK, AT_EACCESS | empty_path);
  if (code < 0 && (errno == ENOSYS || errno == EPERM || errno == EBADF)) {
    code = faccessat(AT_FDCWD, path, W_OK, AT_EACCESS);
  }
  // The server is asked first; EROFS comes only afterwards, where this process sees the mount read-only (a unit with
  // ProtectSystem=), or the host's own table says so.
  uint8_t writable = code == 0 || errno == EROFS;
  if (descriptor >= 0) close(descriptor);
  return writable | (is_new ? 0 : 2);
}

// Asks the server itself, not what is remembered of it (statx(2), AT_STATX_FORCE_SYNC). 0 or an error number. It may
// never return: only for a process that somebody else can end.
static inline int clinux_look_at_mount(const char *path, struct clinux_mount_status *status) {
  const int flags = 0x2000 /* AT_STATX_FORCE_SYNC */ | 0x800 /* AT_NO_AUTOMOUNT */ | 0x100 /* AT_SYMLINK_NOFOLLOW */;
  struct timespec start, end;
  struct statx file;
  struct statvfs space;
  memset(&file, 0, sizeof file);
  clock_gettime(CLOCK_MONOTONIC, &start);
  if (syscall(SYS_statx, AT_FDCWD, path, flags, STATX_BASIC_STATS, &file) < 0) return errno;
  clock_gettime(CLOCK_MONOTONIC, &end);
  status->major = file.stx_dev_major;
  status->minor = file.stx_dev_minor;
  status->open_to_all = (file.stx_mode & 0002) != 0;
  status->microseconds =
      (uint64_t)((end.tv_sec - start.tv_sec) * 1000000 + (end.tv_nsec - start.tv_nsec) / 1000);
  status->writable = clinux_may_write(path);
  if (statvfs(path, &space) == 0) {
    status->total = (uint64_t)space.f_blocks * space.f_frsize;
    status->free = (uint64_t)space.f_bavail * space.f_frsize;
    status->total_inodes = space.f_files;
    status->free_inodes = space.f_favail;
  }
  return 0;
}

// Listens on a path as root of a container may: mode 0660, in place of a socket on which nobody listens any more. 0 or
// an error number: EADDRINUSE when somebody answers there or it is no socket.
static inline int clinux_unix_listen(int descriptor, const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  struct stat found;
  if (strlen(path) >= sizeof address.sun_path) return ENAMETOOLONG;
  strcpy(address.sun_path, path);
  if (lstat(path, &found) == 0) {
    if (!S_ISSOCK(found.st_mode)) return EADDRINUSE;
    int client = clinux_unix_socket();
    int refused = client >= 0 && clinux_unix_connect(client, path) == ECONNREFUSED;
    if (client >= 0) close(client);
    if (!refused) return EADDRINUSE;
    if (unlink(path) < 0) return errno;
  }
  // Nobody may connect between its making and its mode.
  mode_t before = umask(0117);
  int code = bind(descriptor, (const struct sockaddr *)&address, sizeof address) == 0 ? 0 : errno;
  umask(before);
  if (code == 0 && listen(descriptor, 16) < 0) code = errno;
  return code;
}

// Whether the process may take another group (capget(2), CAP_SETGID).
static inline int clinux_may_change_group(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
  return syscall(SYS_capget, &header, sets) == 0 && (sets[0].effective & 1u << CAP_SETGID) != 0;
}

// Makes every capability that the process is permitted effective (capset(2)): those of a file that has them without its
// effective bit. One that it lacks is no error, as it would be with that bit. 0 or an error number.
static inline int clinux_raise_capabilities(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
  if (syscall(SYS_capget, &header, sets) < 0) return errno;
  int lacking = 0;
  for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
    lacking |= sets[i].permitted != sets[i].effective;
    sets[i].effective = sets[i].permitted;
  }
  return !lacking || syscall(SYS_capset, &header, sets) == 0 ? 0 : errno;
}
